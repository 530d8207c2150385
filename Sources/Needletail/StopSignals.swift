// SPDX-License-Identifier: Apache-2.0

import CSystem
import Foundation

/// Tells when the process is asked to end: SIGTERM or SIGINT.
///
/// A handler of our own writes to a pipe that a thread reads. With Dispatch's signal sources a signal was at times noticed only when a second one
/// came, on a machine whose processors were all busy (6 of 60 runs), and a server that misses SIGTERM is killed by whoever waits for its end.
final class StopSignals: Sendable {
    private let stream: AsyncStream<String>

    /// From here on the two signals no longer end the process by themselves, and writing to a closed socket does not either.
    init() {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        _ = signal(SIGPIPE, SIG_IGN)
        let names = [SIGTERM: "SIGTERM", SIGINT: "SIGINT"]
        let numbers = Array(names.keys)
        // Safety: the function reads as many numbers as there are.
        let code = unsafe numbers.withUnsafeBufferPointer { unsafe nt_signals_catch($0.baseAddress, $0.count) }
        // Only a process without a single file descriptor left gets here.
        precondition(code == 0, "signals can't be caught: error \(code)")
        self.stream = stream
        // Lives as long as the process does.
        Thread {
            // Not by Foundation: see `nameThisThread` of `Execution`.
            unsafe nt_name_this_thread("signals")
            while let name = names[nt_signals_wait()] { continuation.yield(name) }
        }.start()
    }

    /// Waits for the first of them.
    func first() async -> String {
        for await name in stream { return name }
        return "end of signals"
    }
}

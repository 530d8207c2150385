// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

/// Tells when the process is asked to end: SIGTERM or SIGINT.
final class StopSignals: Sendable {
    private let stream: AsyncStream<String>
    // Safety: kept so that they live; touched in `init` only.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    /// From here on the two signals no longer end the process by themselves, and writing to a closed socket does not either.
    init() {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        _ = signal(SIGPIPE, SIG_IGN)
        unsafe sources = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")].map { number, name in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(name) }
            source.resume()
            return source
        }
        self.stream = stream
    }

    /// Waits for the first of them.
    func first() async -> String {
        for await name in stream { return name }
        return "end of signals"
    }
}

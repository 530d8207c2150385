// SPDX-License-Identifier: Apache-2.0

import CSystem
import Foundation

/// Where log lines go: a bounded buffer and one thread that writes it out.
///
/// When lines come faster than they can be written, those beyond the buffer are dropped, and the log says how many.
///
/// Safety of `@unchecked Sendable`: `state` is only touched while `condition` is held.
package final class LogSink: @unchecked Sendable {
    private struct State {
        var pending: [UInt8] = []
        var dropped = 0
        var isWriting = false
    }

    /// The standard error of the process.
    package static let standardError = LogSink { FileHandle.standardError.write(Data($0)) }

    /// The last lines that were given to it, written or not.
    package let recent = LogRing()
    private var state = State()
    private let condition = NSCondition()
    private let bufferSize: Int

    /// - Parameters:
    ///   - bufferSize: how many bytes may wait to be written.
    ///   - output: writes lines; called on the sink's thread, may block.
    package init(bufferSize: Int = 1 << 20, output: @escaping @Sendable ([UInt8]) -> Void) {
        self.bufferSize = bufferSize
        // Lives as long as the process does, as sinks do.
        let thread = Thread { [self] in
            // Not by Foundation: see `nameThisThread` of `Execution`, which is out of reach here.
            unsafe nt_name_this_thread("log")
            while true { output(next()) }
        }
        thread.start()
    }

    func write(_ line: [UInt8]) {
        condition.lock()
        defer { condition.unlock() }
        guard state.pending.count + line.count <= bufferSize else {
            state.dropped += 1
            return
        }
        state.pending.append(contentsOf: line)
        condition.broadcast()
    }

    /// Waits until everything is written, but at most a second.
    func flush() {
        let deadline = Date(timeIntervalSinceNow: 1)
        condition.lock()
        defer { condition.unlock() }
        while state.isWriting || !state.pending.isEmpty || state.dropped > 0 {
            if !condition.wait(until: deadline) { return }
        }
    }

    /// What is to be written next; waits for it.
    private func next() -> [UInt8] {
        condition.lock()
        defer { condition.unlock() }
        state.isWriting = false
        condition.broadcast()
        while state.pending.isEmpty && state.dropped == 0 { condition.wait() }
        state.isWriting = true
        var lines = state.pending
        state.pending = []
        if state.dropped > 0 {
            lines.append(
                contentsOf: "{\"level\":\"warning\",\"msg\":\"log lines dropped\",\"count\":\(state.dropped)}\n".utf8)
            state.dropped = 0
        }
        return lines
    }
}

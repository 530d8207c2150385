// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A stream without a socket: what a handler sees at one end, a client's side at the other. For tests of handlers.
///
///     let ends = GRPCStreamEnds()
///     ends.write(message)
///     ends.close()
///     try await handler.converse(call, ends.stream)
///     #expect(ends.replies == [reply])
package final class GRPCStreamEnds: Sendable {
    private struct State {
        var events: [GRPCStream.Event] = []
        var isClosed = false
        var isCancelled = false
        var replies: [[UInt8]] = []
        /// How many replies `read` has given out.
        var readCount = 0
        var waitingHandler: CheckedContinuation<Void, Never>?
        var waitingReader: CheckedContinuation<Void, Never>?
        var hasEnded = false
    }

    private let state = Mutex(State())

    package init() {}

    /// What the handler gets.
    package var stream: GRPCStream {
        GRPCStream(
            next: { () async throws(GRPCStatus) in try await self.nextEvent() },
            send: { (message) async throws(GRPCStatus) in try self.reply(message) })
    }

    // MARK: The client's side

    /// Sends a message; never waits.
    package func write(_ message: [UInt8]) { add(.message(message)) }

    /// Has the server begin to stop.
    package func stop() { add(.stopping) }

    /// Closes the client's side: after what was written comes `.closed`.
    package func close() {
        wakeHandler { $0.isClosed = true }
    }

    /// Lets the client go: `next` and `send` throw from now on.
    package func cancel() {
        wakeHandler { $0.isCancelled = true }
    }

    /// All that the handler has sent so far.
    package var replies: [[UInt8]] { state.withLock { $0.replies } }

    /// The next reply; waits for one. `nil` after `end`.
    package func read() async -> [UInt8]? {
        while true {
            let (reply, hasEnded) = state.withLock { state -> ([UInt8]?, Bool) in
                guard state.readCount < state.replies.count else { return (nil, state.hasEnded) }
                state.readCount += 1
                return (state.replies[state.readCount - 1], false)
            }
            if let reply { return reply }
            if hasEnded { return nil }
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.readCount < state.replies.count || state.hasEnded { return true }
                    precondition(state.waitingReader == nil, "one task reads at a time")
                    state.waitingReader = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        }
    }

    /// To be called when `converse` has returned: `read` gives `nil` after the last reply.
    package func end() {
        state.withLock { state in
            state.hasEnded = true
            return state.waitingReader.take()
        }?.resume()
    }

    // MARK: The handler's side

    private func nextEvent() async throws(GRPCStatus) -> GRPCStream.Event {
        while true {
            let event = try state.withLock { (state) throws(GRPCStatus) -> GRPCStream.Event? in
                if state.isCancelled { throw .cancelled }
                if !state.events.isEmpty { return state.events.removeFirst() }
                return state.isClosed ? .closed : nil
            }
            if let event { return event }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = state.withLock { state in
                        if state.isCancelled || state.isClosed || !state.events.isEmpty { return true }
                        precondition(state.waitingHandler == nil, "one task waits for the next event at a time")
                        state.waitingHandler = continuation
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                cancel()
            }
        }
    }

    private func reply(_ message: [UInt8]) throws(GRPCStatus) {
        try state.withLock { (state) throws(GRPCStatus) -> CheckedContinuation<Void, Never>? in
            if state.isCancelled { throw .cancelled }
            state.replies.append(message)
            return state.waitingReader.take()
        }?.resume()
    }

    private func add(_ event: GRPCStream.Event) { wakeHandler { $0.events.append(event) } }

    private func wakeHandler(after change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            return state.waitingHandler.take()
        }?.resume()
    }
}

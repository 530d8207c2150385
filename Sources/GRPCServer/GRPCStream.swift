// SPDX-License-Identifier: Apache-2.0

/// Both directions of a bidirectional call, as its handler sees them.
///
/// `next` is called from one task at a time, `send` from one task at a time; they may be two. Made by the transport; tests make one from
/// closures, or from `GRPCStreamEnds` without a socket.
///
///     while true {
///         switch try await stream.next() {
///         case .message(let bytes): try await stream.send(reply(to: bytes))
///         case .stopping: try await stream.send(farewell)
///         case .closed: return
///         }
///     }
package final class GRPCStream: Sendable {
    /// What comes next from the client or the server.
    package enum Event: Equatable, Sendable {
        case message([UInt8])
        /// The server begins to stop. Once, and at once, even if no message comes; messages and `closed` may follow.
        case stopping
        /// The client has closed its side; nothing follows.
        case closed
    }

    package typealias Next = @Sendable () async throws(GRPCStatus) -> Event
    package typealias Send = @Sendable (_ message: [UInt8]) async throws(GRPCStatus) -> Void

    private let nextEvent: Next
    private let sendMessage: Send

    package init(next: @escaping Next, send: @escaping Send) {
        nextEvent = next
        sendMessage = send
    }

    /// Waits for the next event. A message is asked of gRPC only here, which is what holds a fast client back.
    ///
    /// - Throws: `.cancelled` when the client has gone, the deadline has passed, or the task is cancelled; RESOURCE_EXHAUSTED when
    ///   there is no memory for the message.
    package func next() async throws(GRPCStatus) -> Event { try await nextEvent() }

    /// Sends a message, and returns when gRPC has taken it, which it does no faster than the client reads.
    ///
    /// - Throws: `.cancelled` when the client has gone; RESOURCE_EXHAUSTED for a message over the limit.
    package func send(_ message: [UInt8]) async throws(GRPCStatus) { try await sendMessage(message) }
}

// SPDX-License-Identifier: Apache-2.0

import CSystem
import Execution

/// Gives memory back to the system after large calls and after streams, as `MemoryTrimming` does for HTTP: the C library keeps what many
/// small blocks took.
package struct GRPCMemoryTrimming: GRPCHandler {
    private let inner: any GRPCHandler
    private let worker: BackgroundWorker

    /// Messages and replies from this size on are followed by a trim.
    package static let largeInBytes = 4 << 20

    /// - Parameter trim: gives the memory back; on a thread of its own.
    package init(inner: any GRPCHandler, trim: @escaping @Sendable () -> Void = { nt_trim_memory() }) {
        self.inner = inner
        worker = BackgroundWorker(name: "grpc-trim") { _ in trim() }
    }

    package var services: [String] { inner.services }
    package var isServing: Bool { inner.isServing }
    package var refusal: GRPCStatus? { inner.refusal }

    package func kind(of method: String) -> GRPCMethodKind? { inner.kind(of: method) }

    package func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        let reply = try await inner.respond(to: call, message: message)
        if max(message.count, reply.count) >= Self.largeInBytes { worker.wake() }
        return reply
    }

    package func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        defer { worker.wake() }
        try await inner.converse(call, stream)
    }
}

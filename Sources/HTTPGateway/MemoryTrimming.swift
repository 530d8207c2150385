// SPDX-License-Identifier: Apache-2.0

import CSystem
import Execution
import HTTPServer

/// Gives memory back to the system after large requests: the C library keeps what many small blocks took, and one text of
/// 50 MB would leave the process half a gigabyte larger for good.
package struct MemoryTrimming: HTTPHandler {
    private let inner: any HTTPHandler
    private let worker: BackgroundWorker

    /// Requests and answers from this size on are followed by a trim.
    package static let largeInBytes = 4 << 20

    /// - Parameter trim: gives the memory back; on a thread of its own.
    package init(inner: any HTTPHandler, trim: @escaping @Sendable () -> Void = { nt_trim_memory() }) {
        self.inner = inner
        worker = BackgroundWorker(name: "trim") { _ in trim() }
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let size = request.body.count
        let response = await inner.respond(to: request)
        if max(size, response.body.count) >= Self.largeInBytes { worker.wake() }
        return response
    }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? { inner.immediateResponse(to: request) }
}

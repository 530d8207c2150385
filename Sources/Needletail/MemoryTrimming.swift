// SPDX-License-Identifier: Apache-2.0

import CSystem
import Execution
import HTTPServer

/// Gives memory back to the system after large requests: the C library keeps what many small blocks took, and one text of
/// 50 MB would leave the process half a gigabyte larger for good.
struct MemoryTrimming: HTTPHandler {
    let inner: any HTTPHandler
    private let worker = BackgroundWorker(name: "trim") { _ in nt_trim_memory() }

    /// Requests and answers from this size on are followed by a trim.
    private static let largeInBytes = 4 << 20

    init(inner: any HTTPHandler) { self.inner = inner }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let size = request.body.count
        let response = await inner.respond(to: request)
        if max(size, response.body.count) >= Self.largeInBytes { worker.wake() }
        return response
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Importing
import Synchronization
import WebClient

/// Talks to a server for `needletail import`, on a few threads of its own.
final class ServerConnection: ImportTransport {
    private static let threadCount = 4
    /// A batch on a busy server waits for the network behind all others.
    private static let timeout = Duration.seconds(600)
    /// An answer to a batch holds the objects again, vectors included.
    private static let answerLimitInBytes = 512 << 20

    private let url: String
    private let headers: [(String, String)]
    private let pool = ComputePool(threadCount: threadCount, name: "web")
    /// Those that no thread uses now.
    private let idle = Mutex<[WebClient]>([])

    /// - Parameters:
    ///   - url: of the server, with or without a slash at its end.
    ///   - key: empty for none.
    init(url: String, key: String) {
        var url = url[...]
        while url.hasSuffix("/") { url = url.dropLast() }
        self.url = String(url)
        headers = [("Content-Type", "application/json")] + (key.isEmpty ? [] : [("Authorization", "Bearer \(key)")])
    }

    deinit { pool.stop() }

    func send(
        _ method: String, _ path: String, body: [UInt8]?
    ) async throws(TransportFault) -> (status: Int, body: [UInt8]) {
        do throws(WebClientError) {
            let answer = try await pool.run { [self] () throws(WebClientError) in
                let client = idle.withLock { $0.popLast() } ?? WebClient()
                defer { idle.withLock { $0.append(client) } }
                return try client.request(
                    method: method, url: url + path, headers: headers, body: body, timeout: Self.timeout,
                    bodyLimitInBytes: Self.answerLimitInBytes)
            }
            return (answer.status, answer.body)
        } catch {
            throw TransportFault(reason: error.message)
        }
    }
}

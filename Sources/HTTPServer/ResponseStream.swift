// SPDX-License-Identifier: Apache-2.0

/// A response body that is produced piece by piece while it is sent, for answers too long to be held whole.
///
///     return .stream(headers: [("Content-Type", "application/json")]) { body in
///         for try await page in pages { try await body.write(page.encoded) }
///     }
///
/// The producer runs where the handler ran and may block there. `write` suspends while the client is slower than the
/// producer, and throws `CancellationError` when the client has gone or the server stops; the task is cancelled then as well.
/// A producer that throws cuts the connection off, so that the client does not take a part for the whole.
package struct ResponseStream: Sendable {
    package typealias Producer = @Sendable (ResponseBodyWriter) async throws -> Void

    /// Writes the whole body; throws when nobody will read it, or when it cannot be produced.
    package let produce: Producer

    package init(_ produce: @escaping Producer) { self.produce = produce }

    /// The whole body, for tests that have no connection.
    package func collected() async throws -> [UInt8] {
        let collector = Collector()
        try await produce(ResponseBodyWriter { await collector.append($0) })
        return await collector.bytes
    }

    private actor Collector {
        var bytes: [UInt8] = []
        func append(_ piece: [UInt8]) { bytes += piece }
    }
}

/// Where a producer writes to, from one task at a time.
package struct ResponseBodyWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws -> Void

    init(_ send: @escaping @Sendable ([UInt8]) async throws -> Void) { self.send = send }

    /// Hands over the next bytes of the body; suspends while too many wait to be sent.
    ///
    /// - Throws: `CancellationError` when nobody will read them.
    package func write(_ bytes: [UInt8]) async throws { try await send(bytes) }
}

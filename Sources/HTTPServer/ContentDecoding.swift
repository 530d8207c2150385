// SPDX-License-Identifier: Apache-2.0

import CZlib
import Execution

/// Takes the packing off request bodies (RFC 9110 section 8.4).
enum ContentDecoding {
    /// The body without the encodings that its headers name.
    ///
    /// - Parameters:
    ///   - encodings: the values of `Content-Encoding`.
    ///   - limit: how many bytes the result may have.
    ///   - memory: grows by the size of the result before its bytes are kept.
    static func decoded(
        _ body: [UInt8], encodings: [String], limit: Int, memory: MemoryReservation
    ) throws(TransportRefusal) -> [UInt8] {
        let names = encodings.flatMap { $0.split(separator: ",") }
            .map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }.filter { !$0.isEmpty && $0 != "identity" }
        guard let name = names.first else { return body }
        guard names.count == 1, ["gzip", "x-gzip", "deflate"].contains(name) else {
            throw .unknownContentEncoding
        }
        if body.isEmpty { return body }
        return try inflated(body, limit: limit, memory: memory)
    }

    private static func inflated(
        _ body: [UInt8], limit: Int, memory: MemoryReservation
    ) throws(TransportRefusal) -> [UInt8] {
        let outcome: Result<[UInt8], TransportRefusal> = unsafe body.withUnsafeBufferPointer { packed in
            // Safety: the stream reads `packed` only until the closure returns, and is ended before.
            guard let stream = unsafe nt_inflate_begin(packed.baseAddress, packed.count) else {
                return .failure(.noStream)
            }
            defer { unsafe nt_inflate_end(stream) }
            var result: [UInt8] = []
            while true {
                var written = 0
                var code: Int32 = 0
                let room = min(max(4 * body.count, 4096), max(result.count, 65536))
                // Safety: zlib writes at most `room` bytes and says how many.
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    code = unsafe nt_inflate_next(stream, buffer.baseAddress, room, &written)
                    count = written
                }
                if code < 0 { return .failure(.brokenContentEncoding) }
                if result.count + written > limit { return .failure(.bodyTooLarge(limit: limit)) }
                do throws(MemoryBudgetError) { try memory.grow(by: written) } catch {
                    return .failure(TransportRefusal(error))
                }
                result += piece
                if code == 0 { return .success(result) }
            }
        }
        return try outcome.get()
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Unpacking

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
        do throws(UnpackingError) {
            return try Inflation.unpack(body, limit: limit, memory: memory)
        } catch {
            switch error {
            case .broken: throw .brokenContentEncoding
            case .tooLarge(let limit): throw .bodyTooLarge(limit: limit)
            case .noMemory(let error): throw TransportRefusal(error)
            case .noStream: throw .noStream
            }
        }
    }
}

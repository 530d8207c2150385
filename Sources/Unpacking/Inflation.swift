// SPDX-License-Identifier: Apache-2.0

import CZlib
import Execution

/// Why packed bytes cannot be unpacked.
package enum UnpackingError: Error, Equatable {
    /// They are neither gzip nor a zlib stream, or end too early.
    case broken
    /// They unpack to more than `limitInBytes`.
    case tooLarge(limitInBytes: Int)
    /// There is no memory for what they unpack to, by the budget of all requests.
    case noMemory(MemoryBudgetError)
    /// There is no memory to begin with.
    case noStream
}

/// Unpacks gzip and zlib streams that clients send, which may stand for a thousand times their size.
package enum Inflation {
    /// The bytes that `packed` stands for.
    ///
    /// - Parameters:
    ///   - packed: gzip or a zlib stream, as its header says.
    ///   - limit: how many bytes the result may have.
    ///   - memory: grows by the size of the result before its bytes are kept.
    package static func unpack(
        _ packed: [UInt8], limit: Int, memory: MemoryReservation
    ) throws(UnpackingError) -> [UInt8] {
        let outcome: Result<[UInt8], UnpackingError> = unsafe packed.withUnsafeBufferPointer { bytes in
            // Safety: the stream reads `bytes` only until the closure returns, and is ended before.
            guard let stream = unsafe nt_inflate_begin(bytes.baseAddress, bytes.count) else {
                return .failure(.noStream)
            }
            defer { unsafe nt_inflate_end(stream) }
            var result: [UInt8] = []
            while true {
                var written = 0
                var code: Int32 = 0
                let room = min(max(4 * packed.count, 4096), max(result.count, 65536))
                // Safety: zlib writes at most `room` bytes and says how many.
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    code = unsafe nt_inflate_next(stream, buffer.baseAddress, room, &written)
                    count = written
                }
                if code < 0 { return .failure(.broken) }
                if result.count + written > limit { return .failure(.tooLarge(limitInBytes: limit)) }
                do throws(MemoryBudgetError) { try memory.grow(by: written) } catch {
                    return .failure(.noMemory(error))
                }
                result += piece
                if code == 0 { return .success(result) }
            }
        }
        return try outcome.get()
    }
}

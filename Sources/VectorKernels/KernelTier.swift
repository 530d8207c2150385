// SPDX-License-Identifier: Apache-2.0

import CVectorKernels

/// The loops over vectors as they were compiled for one kind of processor.
///
/// Every function here has a plain twin in `ReferenceKernels`.
@safe package struct KernelTier: Sendable {
    // Safety: points to a constant table of functions.
    nonisolated(unsafe) let pointer: OpaquePointer

    /// The best this machine can run; chosen once.
    package static let best = unsafe KernelTier(pointer: nk_tier_at(0))

    /// All that this machine can run, the best first, plain C last.
    package static let all = (0..<nk_tier_count()).map { unsafe KernelTier(pointer: nk_tier_at($0)) }

    package var name: String { unsafe String(cString: nk_tier_name(pointer)) }

    /// Sum of products. Both of shape [n].
    package func dot(_ left: Span<Float>, _ right: Span<Float>) -> Float {
        unsafe withBoth(left, right) { unsafe nk_dot(pointer, $0, $1, $2) }
    }

    /// Sum of products, and the sum of the squares of `right`. Both of shape [n].
    package func dotAndNorm(_ left: Span<Float>, _ right: Span<Float>) -> (dot: Float, squaredNorm: Float) {
        var norm: Float = 0
        let dot = unsafe withBoth(left, right) { unsafe nk_dot_and_norm(pointer, $0, $1, $2, &norm) }
        return (dot, norm)
    }

    /// Sum of squared differences. Both of shape [n].
    package func l2Squared(_ left: Span<Float>, _ right: Span<Float>) -> Float {
        unsafe withBoth(left, right) { unsafe nk_l2_squared(pointer, $0, $1, $2) }
    }

    /// Sum of absolute differences. Both of shape [n].
    package func manhattan(_ left: Span<Float>, _ right: Span<Float>) -> Float {
        unsafe withBoth(left, right) { unsafe nk_manhattan(pointer, $0, $1, $2) }
    }

    /// Number of slots that differ. Both of shape [n].
    package func hamming(_ left: Span<Float>, _ right: Span<Float>) -> Float {
        unsafe withBoth(left, right) { unsafe nk_hamming(pointer, $0, $1, $2) }
    }

    /// How many queries `raise` takes at a time.
    package static let queriesPerBlock = 16

    /// Raises each maximum to the greatest dot product of its query with one of `rows`.
    ///
    /// - Parameters:
    ///   - maxima: shape [blocks, 16].
    ///   - block: which 16 of them, and of the queries, this is about.
    ///   - queries: shape [blocks, dimensions, 16]: the numbers of 16 queries for a dimension lie together.
    ///   - rows: shape [n, dimensions].
    package func raise(
        _ maxima: inout [Float], block: Int, queries: Span<Float>, rows: Span<Float>, dimensions: Int
    ) {
        let width = Self.queriesPerBlock
        precondition(
            dimensions > 0 && rows.count.isMultiple(of: dimensions), "\(rows.count) numbers, \(dimensions) a row")
        precondition(
            block >= 0 && (block + 1) * width <= maxima.count && queries.count == maxima.count * dimensions,
            "block \(block) of \(maxima.count) maxima, \(queries.count) numbers of queries")
        // Safety: the block lies inside both, and the function reads as many rows as there are.
        unsafe maxima.withUnsafeMutableBufferPointer { maxima in
            unsafe queries.withUnsafeBufferPointer { queries in
                unsafe rows.withUnsafeBufferPointer { rows in
                    guard let maxima = maxima.baseAddress, let queries = queries.baseAddress else { return }
                    unsafe nk_raise_maxima(
                        pointer, maxima + block * width, queries + block * width * dimensions, rows.baseAddress,
                        rows.count / dimensions, dimensions)
                }
            }
        }
    }

    /// Sum of products of unsigned with signed bytes. Both of shape [n], n a multiple of 64.
    package func dot(codes: Span<UInt8>, query: Span<Int8>) -> Int32 {
        precondition(codes.count == query.count, "\(codes.count) codes, \(query.count) slots of a query")
        precondition(codes.count % 64 == 0, "\(codes.count) is not a multiple of 64")
        // Safety: the function reads `count` bytes of each.
        return unsafe codes.withUnsafeBufferPointer { codes in
            unsafe query.withUnsafeBufferPointer { query in
                unsafe nk_dot_u8(pointer, codes.baseAddress, query.baseAddress, codes.count)
            }
        }
    }

    /// Sum of products of half bytes with signed bytes.
    ///
    /// - Parameters:
    ///   - nibbles: shape [n / 2]; byte i of a block of 64 holds dimension i in its low half and dimension 64 + i in its high.
    ///   - query: shape [n], n a multiple of 128.
    package func dot(nibbles: Span<UInt8>, query: Span<Int8>) -> Int32 {
        precondition(nibbles.count * 2 == query.count, "\(nibbles.count) pairs, \(query.count) slots of a query")
        precondition(query.count % 128 == 0, "\(query.count) is not a multiple of 128")
        // Safety: the function reads `count` bytes of the query and half as many of the other.
        return unsafe nibbles.withUnsafeBufferPointer { nibbles in
            unsafe query.withUnsafeBufferPointer { query in
                unsafe nk_dot_nibbles(pointer, nibbles.baseAddress, query.baseAddress, query.count)
            }
        }
    }

    /// Sum of products of bytes, their halves in two planes as in `dot(nibbles:query:)`, with signed bytes.
    package func dot(high: Span<UInt8>, low: Span<UInt8>, query: Span<Int8>) -> Int32 {
        precondition(high.count == low.count, "\(high.count) high halves, \(low.count) low ones")
        precondition(high.count * 2 == query.count, "\(high.count) pairs, \(query.count) slots of a query")
        precondition(query.count % 128 == 0, "\(query.count) is not a multiple of 128")
        // Safety: the function reads `count` bytes of the query and half as many of each of the others.
        return unsafe high.withUnsafeBufferPointer { high in
            unsafe low.withUnsafeBufferPointer { low in
                unsafe query.withUnsafeBufferPointer { query in
                    unsafe nk_dot_planes(pointer, high.baseAddress, low.baseAddress, query.baseAddress, query.count)
                }
            }
        }
    }

    /// The sum of 1, 2, 4 and 8 times the number of bits that are set both in `signs` and in a plane of the query.
    ///
    /// - Parameters:
    ///   - signs: shape [n / 8], n a multiple of 128.
    ///   - query: shape [4, n / 8], the plane of the lowest bits first.
    package func dot(signs: Span<UInt8>, query: Span<UInt8>) -> UInt32 {
        precondition(signs.count * 4 == query.count, "\(signs.count) bytes of signs, \(query.count) of a query")
        precondition(signs.count % 16 == 0, "\(signs.count) is not a multiple of 16")
        // Safety: the function reads `count` bits of the signs and four times as many of the query.
        return unsafe signs.withUnsafeBufferPointer { signs in
            unsafe query.withUnsafeBufferPointer { query in
                unsafe nk_dot_signs(pointer, signs.baseAddress, query.baseAddress, signs.count * 8)
            }
        }
    }

    private func withBoth(
        _ left: Span<Float>, _ right: Span<Float>,
        _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?, Int) -> Float
    ) -> Float {
        precondition(left.count == right.count, "vectors of \(left.count) and \(right.count) dimensions")
        // Safety: both hold `count` numbers, and `body` does not keep the pointers.
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe body(left.baseAddress, right.baseAddress, left.count)
            }
        }
    }
}

/// CRC-32C (Castagnoli) of `bytes`, continued from `crc`.
package func crc32c(of bytes: RawSpan, continuing crc: UInt32 = 0) -> UInt32 {
    // Safety: the function reads `count` bytes.
    unsafe bytes.withUnsafeBytes { unsafe nk_crc32c(crc, $0.baseAddress, $0.count) }
}

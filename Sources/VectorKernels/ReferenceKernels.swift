// SPDX-License-Identifier: Apache-2.0

/// What the kernels of `KernelTier` compute, written plainly; they are held to it.
package enum ReferenceKernels {
    package static func dot(_ left: Span<Float>, _ right: Span<Float>) -> Double {
        sum(left, right) { $0 * $1 }
    }

    package static func l2Squared(_ left: Span<Float>, _ right: Span<Float>) -> Double {
        sum(left, right) { ($0 - $1) * ($0 - $1) }
    }

    package static func manhattan(_ left: Span<Float>, _ right: Span<Float>) -> Double {
        sum(left, right) { abs($0 - $1) }
    }

    package static func hamming(_ left: Span<Float>, _ right: Span<Float>) -> Double {
        sum(left, right) { $0 == $1 ? 0 : 1 }
    }

    package static func dot(codes: Span<UInt8>, query: Span<Int8>) -> Int32 {
        var sum: Int32 = 0
        for slot in codes.indices { sum += Int32(codes[slot]) * Int32(query[slot]) }
        return sum
    }

    /// The layout of `KernelTier.dot(nibbles:query:)`.
    package static func dot(nibbles: Span<UInt8>, query: Span<Int8>) -> Int32 {
        var sum: Int32 = 0
        for slot in query.indices {
            let byte = nibbles[slot / 128 * 64 + slot % 64]
            sum += Int32(slot % 128 < 64 ? byte & 0x0F : byte >> 4) * Int32(query[slot])
        }
        return sum
    }

    /// The layout of `KernelTier.dot(signs:query:)`.
    package static func dot(signs: Span<UInt8>, query: Span<UInt8>) -> UInt32 {
        var sum: UInt32 = 0
        for plane in 0..<4 {
            for slot in signs.indices {
                let common = signs[slot] & query[plane * signs.count + slot]
                sum += UInt32(common.nonzeroBitCount) << UInt32(plane)
            }
        }
        return sum
    }

    private static func sum(
        _ left: Span<Float>, _ right: Span<Float>, of term: (Double, Double) -> Double
    ) -> Double {
        var sum = 0.0
        for slot in left.indices { sum += term(Double(left[slot]), Double(right[slot])) }
        return sum
    }
}

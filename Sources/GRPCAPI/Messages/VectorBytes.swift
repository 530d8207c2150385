// SPDX-License-Identifier: Apache-2.0

import DataModel
import GRPCServer

/// Vectors as messages carry them: float32 numbers, little-endian, one after the other.
enum VectorBytes {
    /// Shape [dimensions].
    static func vector(_ bytes: [UInt8], of place: String) throws(GRPCStatus) -> [Float] {
        guard bytes.count % 4 == 0 else {
            throw .refusal(
                "\(place): vector_bytes has \(bytes.count) bytes, which are no whole numbers of 4 bytes (float32)")
        }
        return floats(bytes[...])
    }

    /// A vector of several: the dimension of each in two bytes, then the vectors one after the other.
    ///
    /// - Returns: shape [vectors][dimensions], at least one.
    static func vectors(_ bytes: [UInt8], of place: String) throws(GRPCStatus) -> [[Float]] {
        guard bytes.count >= 2 else {
            throw .refusal("\(place): the vector_bytes of several vectors begin with their dimension, in two bytes")
        }
        let dimensions = Int(bytes[0]) | Int(bytes[1]) << 8
        let rows = bytes.count - 2
        guard dimensions > 0, rows > 0, rows % (4 * dimensions) == 0 else {
            throw .refusal(
                "\(place): vector_bytes has \(rows) bytes behind the dimension \(dimensions), which are no whole vectors"
            )
        }
        return stride(from: 2, to: bytes.count, by: 4 * dimensions).map { start in
            floats(bytes[start..<start + 4 * dimensions])
        }
    }

    /// - Parameter bytes: a multiple of 4.
    private static func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        let count = bytes.count / 4
        // Safety: the buffer has room for `count` numbers, as many bytes as are copied, and any bits are a number. This program runs
        // on little-endian machines only.
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            initializedCount = count
        }
    }

    static func bytes(of vector: [Float]) -> [UInt8] {
        // Safety: the bytes of numbers are read as such while the array is there.
        unsafe vector.withUnsafeBytes { unsafe Array($0) }
    }
}

extension VectorBytes {
    /// As `vectors` reads them.
    static func bytes(of vector: MultiVector) -> [UInt8] {
        [UInt8(truncatingIfNeeded: vector.dimensions), UInt8(truncatingIfNeeded: vector.dimensions >> 8)]
            + bytes(of: vector.elements)
    }
}

/// Lists of numbers as values of a list carry them: eight bytes each, little-endian.
enum NumberBytes {
    static func bytes(of numbers: [Int64]) -> [UInt8] {
        // Safety: the bytes of numbers are read as such while the array is there.
        unsafe numbers.withUnsafeBytes { unsafe Array($0) }
    }

    static func bytes(of numbers: [Double]) -> [UInt8] {
        // Safety: as above.
        unsafe numbers.withUnsafeBytes { unsafe Array($0) }
    }

    /// - Parameter place: what the numbers are of, for messages.
    static func doubles(_ bytes: [UInt8], of place: String) throws(GRPCStatus) -> [Double] {
        guard bytes.count % 8 == 0 else {
            throw .refusal("\(place): values_bytes has \(bytes.count) bytes, which are no whole numbers of 8 (float64)")
        }
        let count = bytes.count / 8
        // Safety: the buffer has room for `count` numbers, as many bytes as are copied, and any bits are a number.
        return unsafe [Double](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            unsafe bytes.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            initializedCount = count
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

// Reading of numbers, little-endian unless they say otherwise, and of bytes. All positions are checked: one outside of the span stops the program, so callers that
// read stored bytes check the size first.
extension RawSpan {
    // Safety, for the loads: every bit pattern is a valid integer, and the offset is checked against the bounds.

    func byte(at offset: Int) -> UInt8 { unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self) }

    func uint16(at offset: Int) -> UInt16 {
        UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    func uint32(at offset: Int) -> UInt32 {
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    func uint64(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func bigEndianUInt64(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func bigEndianUInt32(at offset: Int) -> UInt32 {
        UInt32(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The big-endian number of the last two bytes.
    var lastUInt16: UInt16 {
        UInt16(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: byteCount - 2, as: UInt16.self))
    }

    /// A copy.
    var bytes: [UInt8] { bytes(in: 0..<byteCount) }

    func bytes(in range: Range<Int>) -> [UInt8] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= byteCount, "\(range) lies outside of \(byteCount) bytes")
        // Safety: the pointer is used inside the closure only.
        return unsafe withUnsafeBytes { unsafe [UInt8]($0[range]) }
    }

    /// Compares the bytes of `range` with `other`: below 0, 0 or above 0, as memcmp and then the shorter first.
    func compare(_ range: Range<Int>, to other: [UInt8]) -> Int {
        let common = Swift.min(range.count, other.count)
        for index in 0..<common {
            let (left, right) = (byte(at: range.lowerBound + index), other[index])
            if left != right { return Int(left) - Int(right) }
        }
        return range.count - other.count
    }
}

extension [UInt8] {
    mutating func append(littleEndian number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func append(bigEndian number: some FixedWidthInteger) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

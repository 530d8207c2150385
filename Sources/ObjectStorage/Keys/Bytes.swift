// SPDX-License-Identifier: Apache-2.0

/// Appends numbers, little-endian, and texts to a buffer.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        // Safety: the buffer lives for the closure.
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    mutating func append(_ number: Float) { append(number.bitPattern) }

    mutating func append(_ number: Double) { append(number.bitPattern) }

    /// The raw bytes, without a count.
    mutating func append(contentsOf other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

    /// A count of bytes (32 bits), then the UTF-8.
    mutating func append(text: String) throws(StorageError) {
        guard let count = UInt32(exactly: text.utf8.count) else {
            throw .valueTooLong(byteCount: text.utf8.count, limit: Int(UInt32.max))
        }
        append(count)
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes `number` over what is at `offset`.
    mutating func replace(at offset: Int, with number: UInt32) {
        for position in 0..<4 {
            bytes[offset + position] = UInt8(truncatingIfNeeded: number >> UInt32(8 * position))
        }
    }
}

/// Reads numbers and texts one after the other, never past the end: what is missing or wrong is damage at the key.
struct ByteReader {
    /// Where the bytes are from: for the error.
    private let key: [UInt8]
    private(set) var offset: Int
    /// Where reading ends; `nil`: at the end of the bytes.
    private let end: Int?

    init(key: [UInt8], offset: Int = 0, end: Int? = nil) {
        self.key = key
        self.offset = offset
        self.end = end
    }

    func damaged(_ reason: String) -> StorageError { .damaged(key: Key.describe(key), reason: reason) }

    func remainingCount(in bytes: RawSpan) -> Int { min(end ?? bytes.byteCount, bytes.byteCount) - offset }

    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type, in bytes: RawSpan)
        throws(StorageError) -> Number
    {
        let width = Number.bitWidth / 8
        guard offset >= 0, remainingCount(in: bytes) >= width else { throw damaged("it ends too early") }
        // Safety: `width` bytes are inside the span; every bit pattern is a number.
        let number = Number(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
        offset += width
        return number
    }

    mutating func float(in bytes: RawSpan) throws(StorageError) -> Float {
        Float(bitPattern: try number(UInt32.self, in: bytes))
    }

    mutating func double(in bytes: RawSpan) throws(StorageError) -> Double {
        Double(bitPattern: try number(UInt64.self, in: bytes))
    }

    mutating func text(in bytes: RawSpan) throws(StorageError) -> String {
        let count = Int(try number(UInt32.self, in: bytes))
        let range = try skip(count, in: bytes)
        // Safety: the buffer lives for the closure; `range` lies inside it.
        let text = unsafe bytes.withUnsafeBytes { buffer in
            unsafe String(validating: UnsafeRawBufferPointer(rebasing: buffer[range]), as: UTF8.self)
        }
        guard let text else { throw damaged("a text is not UTF-8") }
        return text
    }

    mutating func array(count: Int, in bytes: RawSpan) throws(StorageError) -> [UInt8] {
        let range = try skip(count, in: bytes)
        // Safety: the buffer lives for the closure; `range` lies inside it.
        return unsafe bytes.withUnsafeBytes { buffer in unsafe [UInt8](buffer[range]) }
    }

    /// Passes over `count` bytes.
    ///
    /// - Returns: where they lie.
    @discardableResult
    mutating func skip(_ count: Int, in bytes: RawSpan) throws(StorageError) -> Range<Int> {
        guard offset >= 0, count >= 0, count <= remainingCount(in: bytes) else { throw damaged("it ends too early") }
        defer { offset += count }
        return offset..<offset + count
    }

    /// - Throws: damage if bytes are left.
    func requireEnd(in bytes: RawSpan) throws(StorageError) {
        guard remainingCount(in: bytes) == 0 else { throw damaged("\(remainingCount(in: bytes)) bytes are left over") }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The stored form of one block of a column after the other, read into arrays that are used again for the next.
///
/// As in `ColumnBlock`, sets of documents are bits, and the arrays have an entry for each document in `held`, ascending; which of them
/// are used says the kind.
package struct ColumnBuffer: Sendable {
    static let version: UInt8 = 1
    static let hasNanosecondsFlag: UInt8 = 1

    package private(set) var kind = ColumnKind.int
    /// The documents that have a value.
    package private(set) var present: UInt128 = 0
    /// Those whose value is not here, but in the object.
    package private(set) var elsewhere: UInt128 = 0
    /// Of booleans the true ones; of dates those that are not shown as `Instant.description` shows them.
    package private(set) var marked: UInt128 = 0
    /// Ints; of dates the seconds since 1970.
    package private(set) var ints: [Int64] = []
    package private(set) var numbers: [Double] = []
    /// Of dates, beside the seconds.
    package private(set) var nanoseconds: [Int32] = []
    /// Texts: numbers of entries in the dictionary, of lists one behind the other.
    package private(set) var codes: [UInt16] = []
    /// Of lists: where the codes of each begin, and after the last where they end.
    package private(set) var listStarts: [Int] = []
    /// The different texts, UTF-8, one behind the other.
    package private(set) var textBytes: [UInt8] = []
    /// Where in `textBytes` each begins, and after the last where it ends.
    package private(set) var textStarts: [Int] = []

    package init() {}

    /// The documents whose value is here.
    package var held: UInt128 { present & ~elsewhere }

    /// How many codes there may be.
    package var textCount: Int { textStarts.count - 1 }

    /// Replaces what was read before.
    ///
    /// - Parameter key: where `value` was found.
    /// - Throws: `StorageError.damaged`; then what is here makes no sense.
    mutating func read(_ value: RawSpan, key: [UInt8]) throws(StorageError) {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard version == Self.version else { throw reader.damaged("there is no column version \(version)") }
        let number = try reader.number(UInt8.self, in: value)
        guard let kind = ColumnKind(rawValue: number) else { throw reader.damaged("there is no column kind \(number)") }
        self.kind = kind
        let width = Int(try reader.number(UInt8.self, in: value))
        let flags = try reader.number(UInt8.self, in: value)
        let textCount = Int(try reader.number(UInt32.self, in: value))
        present = try reader.number(UInt128.self, in: value)
        elsewhere = try reader.number(UInt128.self, in: value)
        marked = 0
        guard present != 0, elsewhere & ~present == 0 else { throw reader.damaged("its documents make no sense") }
        let count = held.nonzeroBitCount
        switch kind {
        case .int: try readInts(count, width, with: &reader, in: value)
        case .number:
            numbers.removeAll(keepingCapacity: true)
            try reader.forEachNumber(count, UInt64.self, in: value) { numbers.append(Double(bitPattern: $0)) }
        case .boolean: marked = try reader.number(UInt128.self, in: value)
        case .date:
            marked = try reader.number(UInt128.self, in: value)
            try readInts(count, width, with: &reader, in: value)
            nanoseconds.removeAll(keepingCapacity: true)
            if flags & Self.hasNanosecondsFlag == 0 {
                nanoseconds.append(contentsOf: repeatElement(0, count: count))
            } else {
                try reader.forEachNumber(count, Int32.self, in: value) { nanoseconds.append($0) }
            }
            guard nanoseconds.allSatisfy({ 0..<1_000_000_000 ~= $0 }) else {
                throw reader.damaged("a second is too long")
            }
        case .text, .texts:
            try readDictionary(textCount, with: &reader, in: value)
            try readCodes(count, width, with: &reader, in: value)
        }
        guard marked & ~held == 0 else { throw reader.damaged("its documents make no sense") }
        try reader.requireEnd(in: value)
    }

    /// What `ColumnBlock` writes of 64-bit numbers: the least, and `width` bytes for each.
    private mutating func readInts(
        _ count: Int, _ width: Int, with reader: inout ByteReader, in value: RawSpan
    ) throws(StorageError) {
        let base = try reader.number(Int64.self, in: value)
        ints.removeAll(keepingCapacity: true)
        switch width {
        case 0: ints.append(contentsOf: repeatElement(base, count: count))
        case 1: try reader.forEachNumber(count, UInt8.self, in: value) { ints.append(base &+ Int64($0)) }
        case 2: try reader.forEachNumber(count, UInt16.self, in: value) { ints.append(base &+ Int64($0)) }
        case 4: try reader.forEachNumber(count, UInt32.self, in: value) { ints.append(base &+ Int64($0)) }
        case 8: try reader.forEachNumber(count, Int64.self, in: value) { ints.append(base &+ $0) }
        default: throw reader.damaged("numbers of \(width) bytes")
        }
    }

    private mutating func readDictionary(
        _ textCount: Int, with reader: inout ByteReader, in value: RawSpan
    ) throws(StorageError) {
        guard textCount <= reader.remainingCount(in: value) / 2 else { throw reader.damaged("it ends too early") }
        textStarts.removeAll(keepingCapacity: true)
        var end = 0
        textStarts.append(0)
        try reader.forEachNumber(textCount, UInt16.self, in: value) { length in
            end += Int(length)
            textStarts.append(end)
        }
        textBytes.removeAll(keepingCapacity: true)
        let range = try reader.skip(end, in: value)
        // Safety: the buffer lives for the closure; `range` lies inside it.
        unsafe value.withUnsafeBytes { unsafe textBytes.append(contentsOf: $0[range]) }
    }

    private mutating func readCodes(
        _ count: Int, _ width: Int, with reader: inout ByteReader, in value: RawSpan
    ) throws(StorageError) {
        var codeCount = count
        listStarts.removeAll(keepingCapacity: true)
        if kind == .texts {
            codeCount = 0
            listStarts.append(0)
            try reader.forEachNumber(count, UInt8.self, in: value) { elementCount in
                codeCount += Int(elementCount)
                listStarts.append(codeCount)
            }
        }
        codes.removeAll(keepingCapacity: true)
        var end = 0
        if width == 1 {
            try reader.forEachNumber(codeCount, UInt8.self, in: value) { code in
                end = max(end, Int(code) + 1)
                codes.append(UInt16(code))
            }
        } else {
            try reader.forEachNumber(codeCount, UInt16.self, in: value) { code in
                end = max(end, Int(code) + 1)
                codes.append(code)
            }
        }
        guard end <= textCount else { throw reader.damaged("a text is missing") }
    }
}

extension ByteReader {
    /// Reads `count` numbers of one width, after one look at whether they are all there.
    @inline(__always)
    fileprivate mutating func forEachNumber<Number: FixedWidthInteger & BitwiseCopyable>(
        _ count: Int, _ type: Number.Type, in bytes: RawSpan, _ body: (Number) -> Void
    ) throws(StorageError) {
        let width = Number.bitWidth / 8
        let range = try skip(count * width, in: bytes)
        for index in 0..<count {
            // Safety: `range` lies inside the span, and holds `count` numbers; every bit pattern is a number.
            let number = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound + index * width, as: type)
            body(Number(littleEndian: number))
        }
    }
}

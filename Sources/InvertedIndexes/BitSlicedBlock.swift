// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// A term of fixed width as a number of the same order.
struct SlicedValue: Hashable, Sendable {
    let number: UInt128
    /// Bytes of the term, 8 or 12.
    let width: Int

    init(_ term: [UInt8]) {
        number = UInt128(term: term)
        width = term.count
    }
}

extension UInt128 {
    /// The big-endian number of at most 16 bytes.
    init(term: [UInt8]) {
        precondition(term.count <= 16, "a term of \(term.count) bytes is no number of 128 bits")
        self = term.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

/// The values that 512 documents have in one property, transposed: a word of bits for each place of the numbers, so that a comparison
/// looks at 64 documents at once (O'Neil & Quass, "Improved query performance with variant indexes", 1997).
///
/// Stored as the smaller of a list and slices, the list where they are equal, so that the same values always have the same bytes. Places at
/// which all values agree have no slice.
struct BitSlicedBlock {
    static let wordCount = IndexKey.documentsPerSlicedBlock / 64

    /// The first byte of a stored block.
    enum Form: UInt8 {
        case list = 0
        case slices = 1
    }

    private enum Contents {
        /// Ascending, without repeats.
        case list([(offset: UInt16, number: UInt128)])
        /// Which documents have a value, then the slices of all places, the highest first; 8 words each.
        case slices([UInt64])
    }

    private let width: Int
    private var contents: Contents

    private var placeCount: Int { 8 * width }

    init(width: Int) {
        self.width = width
        contents = .list([])
    }

    /// - Returns: nil if the bytes are no block of numbers of `width` bytes.
    init?(_ span: RawSpan, width: Int) {
        guard span.byteCount > 0, let form = Form(rawValue: span.byte(at: 0)) else { return nil }
        self.width = width
        switch form {
        case .list:
            var list: [(offset: UInt16, number: UInt128)] = []
            list.reserveCapacity(span.byteCount / (2 + width))
            guard Self.visitList(span, width: width, { list.append(($0, $1)) }) else { return nil }
            contents = .list(list)
        case .slices:
            guard let stored = StoredSlices(span, width: width) else { return nil }
            let places = 8 * width
            var words = [UInt64](repeating: 0, count: Self.wordCount * (1 + places))
            for word in 0..<Self.wordCount { words[word] = stored.present[word] }
            var start = stored.start
            for place in 0..<places {
                let bit: UInt128 = 1 << UInt128(places - 1 - place)
                let first = Self.wordCount * (1 + place)
                if stored.mixed & bit != 0 {
                    for word in 0..<Self.wordCount { words[first + word] = span.uint64(at: start + 8 * word) }
                    start += 8 * Self.wordCount
                } else if stored.common & bit != 0 {
                    for word in 0..<Self.wordCount { words[first + word] = words[word] }
                }
            }
            contents = .slices(words)
        }
    }

    /// How many documents have a value.
    var count: Int {
        switch contents {
        case .list(let list): list.count
        case .slices(let words): words[..<Self.wordCount].reduce(0) { $0 + $1.nonzeroBitCount }
        }
    }

    /// The number of the document with this place in the block; nil if it has none.
    subscript(offset: UInt16) -> UInt128? {
        switch contents {
        case .list(let list): list.first { $0.offset == offset }?.number
        case .slices(let words): Self.isIn(words, offset) ? Self.number(words, offset, placeCount) : nil
        }
    }

    /// - Parameter changes: ascending without repeats; nil takes a value out.
    mutating func apply(_ changes: [(offset: UInt16, number: UInt128?)]) {
        switch contents {
        case .list(let list): contents = .list(Self.merge(list, changes))
        case .slices(var words):
            // The array must have one owner while it is changed.
            contents = .list([])
            for change in changes { Self.set(change.number, at: change.offset, in: &words, placeCount) }
            contents = .slices(words)
        }
    }

    private static func merge(
        _ list: [(offset: UInt16, number: UInt128)], _ changes: [(offset: UInt16, number: UInt128?)]
    ) -> [(offset: UInt16, number: UInt128)] {
        var result: [(offset: UInt16, number: UInt128)] = []
        result.reserveCapacity(list.count + changes.count)
        var position = 0
        for change in changes {
            while position < list.count, list[position].offset < change.offset {
                result.append(list[position])
                position += 1
            }
            if position < list.count, list[position].offset == change.offset { position += 1 }
            if let number = change.number { result.append((change.offset, number)) }
        }
        result.append(contentsOf: list[position...])
        return result
    }

    private static func set(_ number: UInt128?, at offset: UInt16, in words: inout [UInt64], _ placeCount: Int) {
        let (word, bit) = (Int(offset >> 6), UInt64(1) << UInt64(offset & 63))
        if number != nil { words[word] |= bit } else { words[word] &= ~bit }
        var rest = (number ?? 0) << UInt128(128 - placeCount)
        for place in 1...placeCount {
            if rest >> 127 == 1 {
                words[wordCount * place + word] |= bit
            } else {
                words[wordCount * place + word] &= ~bit
            }
            rest <<= 1
        }
    }

    private static func isIn(_ words: [UInt64], _ offset: UInt16) -> Bool {
        words[Int(offset >> 6)] >> UInt64(offset & 63) & 1 == 1
    }

    private static func number(_ words: [UInt64], _ offset: UInt16, _ placeCount: Int) -> UInt128 {
        (1...placeCount).reduce(0) {
            $0 << 1 | UInt128(words[wordCount * $1 + Int(offset >> 6)] >> UInt64(offset & 63) & 1)
        }
    }
}

// The stored form.
extension BitSlicedBlock {
    /// nil when no document has a value.
    func encoded() -> [UInt8]? {
        let count = count
        guard count > 0 else { return nil }
        let (mixed, common) = places()
        let isList = Self.listByteCount(count, width) <= Self.slicesByteCount(mixed, width)
        switch contents {
        case .list(let list): return isList ? encoded(list) : encoded(Self.transposed(list, placeCount), mixed, common)
        case .slices(let words): return isList ? encoded(Self.listed(words, placeCount)) : encoded(words, mixed, common)
        }
    }

    private static func listByteCount(_ count: Int, _ width: Int) -> Int { 1 + count * (2 + width) }

    fileprivate static func slicesByteCount(_ mixed: UInt128, _ width: Int) -> Int {
        1 + 8 * wordCount * (1 + mixed.nonzeroBitCount) + 2 * width
    }

    /// The places at which the values differ, and of the others those at which all have a one.
    private func places() -> (mixed: UInt128, common: UInt128) {
        switch contents {
        case .list(let list):
            let all = list.reduce(UInt128.max) { $0 & $1.number }
            let any = list.reduce(UInt128(0)) { $0 | $1.number }
            return (any & ~all, any & all)
        case .slices(let words):
            var (mixed, common) = (UInt128(0), UInt128(0))
            let present = words[..<Self.wordCount]
            for place in 1...placeCount {
                let slice = words[Self.wordCount * place..<Self.wordCount * (place + 1)]
                let isOne = slice.elementsEqual(present)
                let isZero = !isOne && slice.allSatisfy { $0 == 0 }
                mixed = mixed << 1 | (isOne || isZero ? 0 : 1)
                common = common << 1 | (isOne ? 1 : 0)
            }
            return (mixed, common)
        }
    }

    private static func transposed(_ list: [(offset: UInt16, number: UInt128)], _ placeCount: Int) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: wordCount * (1 + placeCount))
        for entry in list { set(entry.number, at: entry.offset, in: &words, placeCount) }
        return words
    }

    private static func listed(_ words: [UInt64], _ placeCount: Int) -> [(offset: UInt16, number: UInt128)] {
        (0..<UInt16(IndexKey.documentsPerSlicedBlock)).filter { isIn(words, $0) }
            .map { ($0, number(words, $0, placeCount)) }
    }

    private func encoded(_ list: [(offset: UInt16, number: UInt128)]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.listByteCount(list.count, width))
        bytes.append(Form.list.rawValue)
        for entry in list {
            bytes.append(littleEndian: entry.offset)
            append(entry.number, to: &bytes)
        }
        return bytes
    }

    private func encoded(_ words: [UInt64], _ mixed: UInt128, _ common: UInt128) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.slicesByteCount(mixed, width))
        bytes.append(Form.slices.rawValue)
        append(mixed, to: &bytes)
        append(common, to: &bytes)
        for word in words[..<Self.wordCount] { bytes.append(littleEndian: word) }
        for place in 1...placeCount where mixed >> UInt128(placeCount - place) & 1 == 1 {
            for word in words[Self.wordCount * place..<Self.wordCount * (place + 1)] {
                bytes.append(littleEndian: word)
            }
        }
        return bytes
    }

    private func append(_ number: UInt128, to bytes: inout [UInt8]) {
        for byte in (0..<width).reversed() { bytes.append(UInt8(truncatingIfNeeded: number >> UInt128(8 * byte))) }
    }
}

/// The head of a stored block of slices.
struct StoredSlices {
    /// Which documents have a value.
    let present: SIMD8<UInt64>
    /// The places that have a slice.
    let mixed: UInt128
    /// Of the other places, those at which all values have a one.
    private(set) var common: UInt128
    /// Where the first slice begins.
    let start: Int
    /// What turns stored slices into those of the numbers: nothing, or all bits.
    private(set) var flip: UInt64 = 0

    /// - Returns: nil if the bytes are no slices of numbers of `width` bytes.
    init?(_ span: RawSpan, width: Int) {
        start = 1 + 2 * width + 8 * BitSlicedBlock.wordCount
        guard span.byteCount >= start, span.byte(at: 0) == BitSlicedBlock.Form.slices.rawValue else { return nil }
        mixed = span.bigEndianNumber(at: 1, width: width)
        common = span.bigEndianNumber(at: 1 + width, width: width)
        present = span.words(at: 1 + 2 * width)
        guard span.byteCount == BitSlicedBlock.slicesByteCount(mixed, width), mixed & common == 0 else { return nil }
    }

    /// The same documents with their numbers turned round: `greatest` less each.
    ///
    /// - Parameter greatest: the greatest number of the width, all of whose bits are ones.
    func descending(from greatest: UInt128) -> StoredSlices {
        var slices = self
        slices.common = greatest & ~(common | mixed)
        slices.flip = ~flip
        return slices
    }
}

extension RawSpan {
    /// The big-endian number of `width` bytes, which are 8 or 12.
    func bigEndianNumber(at offset: Int, width: Int) -> UInt128 {
        let high = UInt128(bigEndianUInt64(at: offset))
        return width == 8 ? high : high << 32 | UInt128(bigEndianUInt32(at: offset + 8))
    }

    /// Eight words, little-endian.
    func words(at offset: Int) -> SIMD8<UInt64> {
        // Safety: every bit pattern is a valid vector of integers, and the offset is checked against the bounds.
        var words = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self)
        for index in words.indices { words[index] = UInt64(littleEndian: words[index]) }
        return words
    }
}

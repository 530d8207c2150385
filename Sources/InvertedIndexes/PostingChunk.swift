// SPDX-License-Identifier: Apache-2.0

/// The documents of one chunk of 65,536 that have something in common, as lower halves of their numbers.
///
/// Stored as whichever is smallest of a sorted list, runs, and a bitmap (in this order where equal), so that the same set always has the
/// same bytes: at most 8,195 of them.
struct PostingChunk {
    /// The first byte of a stored chunk.
    private enum Form: UInt8 {
        case list = 0
        case bitmap = 1
        case runs = 2
    }

    private static let wordCount = 1024
    private static let bitmapByteCount = 3 + 8 * wordCount
    /// A longer list is never the smallest form.
    private static let maximumListCount = (bitmapByteCount - 1) / 2

    private enum Contents {
        /// Ascending, without repeats, at most `maximumListCount`.
        case sparse([UInt16])
        case dense([UInt64])
    }

    private var contents: Contents

    init() { contents = .sparse([]) }

    /// - Returns: nil if the bytes are no chunk.
    init?(_ span: RawSpan) {
        guard let count = Self.count(span), count > 0 else { return nil }
        if count <= Self.maximumListCount {
            var numbers: [UInt16] = []
            numbers.reserveCapacity(count)
            guard Self.visit(span, { numbers.append($0) }), numbers.count == count,
                zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
            else { return nil }
            contents = .sparse(numbers)
        } else {
            var words = [UInt64](repeating: 0, count: Self.wordCount)
            guard Self.fill(span, into: &words, at: 0), words.reduce(0, { $0 + $1.nonzeroBitCount }) == count else {
                return nil
            }
            contents = .dense(words)
        }
    }

    /// Applies changes.
    ///
    /// - Parameter changes: ascending lower halves without repeats, each to be in the set or not.
    mutating func apply(_ changes: [(number: UInt16, isIn: Bool)]) {
        switch contents {
        case .sparse(let numbers) where numbers.count + changes.count <= Self.maximumListCount:
            contents = .sparse(Self.merge(numbers, changes))
        case .sparse(let numbers):
            var words = [UInt64](repeating: 0, count: Self.wordCount)
            for number in numbers { words[Int(number >> 6)] |= 1 << UInt64(number & 63) }
            contents = .dense(Self.applied(changes, to: words))
        case .dense(let words):
            contents = .dense(Self.applied(changes, to: words))
        }
    }

    private static func merge(_ numbers: [UInt16], _ changes: [(number: UInt16, isIn: Bool)]) -> [UInt16] {
        var result: [UInt16] = []
        result.reserveCapacity(numbers.count + changes.count)
        var position = 0
        for change in changes {
            while position < numbers.count, numbers[position] < change.number {
                result.append(numbers[position])
                position += 1
            }
            if position < numbers.count, numbers[position] == change.number { position += 1 }
            if change.isIn { result.append(change.number) }
        }
        result.append(contentsOf: numbers[position...])
        return result
    }

    private static func applied(_ changes: [(number: UInt16, isIn: Bool)], to words: [UInt64]) -> [UInt64] {
        var words = words
        for change in changes {
            let bit: UInt64 = 1 << UInt64(change.number & 63)
            if change.isIn { words[Int(change.number >> 6)] |= bit } else { words[Int(change.number >> 6)] &= ~bit }
        }
        return words
    }

    /// The stored form; nil when the set is empty, since an empty chunk is not stored.
    func encoded() -> [UInt8]? {
        switch contents {
        case .sparse(let numbers):
            return Self.encoded(numbers)
        case .dense(let words):
            let count = words.reduce(0) { $0 + $1.nonzeroBitCount }
            if count <= Self.maximumListCount { return Self.encoded(Self.numbers(words, count: count)) }
            return Self.encoded(words, count: count)
        }
    }

    private static func encoded(_ numbers: [UInt16]) -> [UInt8]? {
        guard let first = numbers.first else { return nil }
        var runs: [(start: UInt16, last: UInt16)] = [(first, first)]
        for number in numbers.dropFirst() {
            if number == runs[runs.count - 1].last + 1 {
                runs[runs.count - 1].last = number
            } else {
                runs.append((number, number))
                // Beyond that the list is smaller, whatever follows.
                if 3 + 4 * runs.count >= 1 + 2 * numbers.count { break }
            }
        }
        if 3 + 4 * runs.count < 1 + 2 * numbers.count { return encoded(runs: runs, count: numbers.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + 2 * numbers.count)
        bytes.append(Form.list.rawValue)
        for number in numbers { bytes.append(littleEndian: number) }
        return bytes
    }

    private static func encoded(_ words: [UInt64], count: Int) -> [UInt8] {
        if isSmallerAsRuns({ words[$0] }) {
            var runs: [(start: UInt16, last: UInt16)] = []
            for number in numbers(words, count: count) {
                if let last = runs.last?.last, last + 1 == number {
                    runs[runs.count - 1].last = number
                } else {
                    runs.append((number, number))
                }
            }
            return encoded(runs: runs, count: count)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(bitmapByteCount)
        bytes.append(Form.bitmap.rawValue)
        bytes.append(littleEndian: UInt16(count - 1))
        for word in words { bytes.append(littleEndian: word) }
        return bytes
    }

    /// Whether runs take no more bytes than a bitmap.
    ///
    /// - Parameter word: gives the words of the bitmap by their index.
    @inline(__always)
    private static func isSmallerAsRuns(_ word: (Int) -> UInt64) -> Bool {
        var runCount = 0
        var carry: UInt64 = 0
        for index in 0..<wordCount {
            let word = word(index)
            runCount += (word & ~(word << 1 | carry)).nonzeroBitCount
            carry = word >> 63
        }
        return 3 + 4 * runCount <= bitmapByteCount
    }

    private static func encoded(runs: [(start: UInt16, last: UInt16)], count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 + 4 * runs.count)
        bytes.append(Form.runs.rawValue)
        bytes.append(littleEndian: UInt16(count - 1))
        for run in runs {
            bytes.append(littleEndian: run.start)
            bytes.append(littleEndian: run.last)
        }
        return bytes
    }

    private static func numbers(_ words: [UInt64], count: Int) -> [UInt16] {
        var numbers: [UInt16] = []
        numbers.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var word = word
            while word != 0 {
                numbers.append(UInt16(index << 6 | word.trailingZeroBitCount))
                word &= word - 1
            }
        }
        return numbers
    }
}

// Extending stored chunks without making a value of them: new documents have greater numbers than all before.
extension PostingChunk {
    /// The stored form of a chunk with more documents.
    ///
    /// - Parameters:
    ///   - stored: nil if there are none so far.
    ///   - changes: ascending lower halves shifted left by one; the lowest bit says whether the document is to be in the set.
    /// - Returns: nil where that takes more than appending: documents go, or do not come after all that are there, or the form changes.
    static func extended(_ stored: RawSpan?, by changes: [UInt64]) -> [UInt8]? {
        guard let first = changes.first, changes.allSatisfy({ $0 & 1 == 1 }) else { return nil }
        guard let stored else {
            guard changes.count <= maximumListCount else { return nil }
            return encoded(changes.map { UInt16(truncatingIfNeeded: $0 >> 1) })
        }
        guard let storedCount = count(stored), let form = Form(rawValue: stored.byte(at: 0)) else { return nil }
        switch form {
        case .list:
            let total = storedCount + changes.count
            guard total <= maximumListCount, stored.lastListEntry < UInt16(truncatingIfNeeded: first >> 1) else {
                return nil
            }
            var runCount = 0
            var previous: UInt32 = .max
            for index in 0..<total {
                let number =
                    index < storedCount
                    ? UInt32(stored.uint16(at: 1 + 2 * index))
                    : UInt32(truncatingIfNeeded: changes[index - storedCount] >> 1) & 0xFFFF
                if number != previous &+ 1 { runCount += 1 }
                previous = number
            }
            // Runs would be smaller.
            if 3 + 4 * runCount < 1 + 2 * total { return nil }
            var bytes = stored.bytes
            bytes.reserveCapacity(1 + 2 * total)
            for change in changes { bytes.append(littleEndian: UInt16(truncatingIfNeeded: change >> 1)) }
            return bytes
        case .bitmap:
            return extendedBitmap(stored, by: changes)
        case .runs: return nil
        }
    }

    private static func extendedBitmap(_ stored: RawSpan, by changes: [UInt64]) -> [UInt8]? {
        var bytes = stored.bytes
        var added = 0
        for change in changes {
            let number = Int(truncatingIfNeeded: change >> 1) & 0xFFFF
            let bit: UInt8 = 1 << UInt8(number & 7)
            if bytes[3 + number >> 3] & bit == 0 { added += 1 }
            bytes[3 + number >> 3] |= bit
        }
        let total = Int(stored.uint16(at: 1)) + added
        bytes[1] = UInt8(truncatingIfNeeded: total)
        bytes[2] = UInt8(truncatingIfNeeded: total >> 8)
        // Safety: integers have no padding.
        let span = unsafe bytes.span.bytes
        return isSmallerAsRuns { span.uint64(at: 3 + 8 * $0) } ? nil : bytes
    }
}

extension RawSpan {
    /// Of a stored list, its last number.
    fileprivate var lastListEntry: UInt16 { uint16(at: byteCount - 2) }
}

// Reading stored chunks without making a value of them.
extension PostingChunk {
    /// How many documents a stored chunk holds, from its head alone; nil if it is none.
    static func count(_ span: RawSpan) -> Int? {
        guard span.byteCount >= 3, let form = Form(rawValue: span.byte(at: 0)) else { return nil }
        switch form {
        case .list: return span.byteCount % 2 == 1 ? span.byteCount / 2 : nil
        case .bitmap: return span.byteCount == bitmapByteCount ? Int(span.uint16(at: 1)) + 1 : nil
        case .runs: return span.byteCount >= 7 && span.byteCount % 4 == 3 ? Int(span.uint16(at: 1)) + 1 : nil
        }
    }

    /// Visits the lower halves, ascending.
    ///
    /// - Returns: false if the bytes are no chunk.
    static func visit(_ span: RawSpan, _ body: (UInt16) -> Void) -> Bool {
        guard count(span) != nil, let form = Form(rawValue: span.byte(at: 0)) else { return false }
        switch form {
        case .list:
            for offset in stride(from: 1, to: span.byteCount, by: 2) { body(span.uint16(at: offset)) }
        case .bitmap:
            for index in 0..<wordCount {
                var word = span.uint64(at: 3 + 8 * index)
                while word != 0 {
                    body(UInt16(index << 6 | word.trailingZeroBitCount))
                    word &= word - 1
                }
            }
        case .runs:
            for offset in stride(from: 3, to: span.byteCount, by: 4) {
                let (start, last) = (span.uint16(at: offset), span.uint16(at: offset + 2))
                guard start <= last else { return false }
                for number in start...last { body(number) }
            }
        }
        return true
    }

    /// The same for those of the lower halves whose bits are set in the 1,024 words of `allowed`; nil allows all.
    ///
    /// - Complexity: O(1,024) words and the documents visited, for a bitmap.
    static func visit(_ span: RawSpan, within allowed: [UInt64]?, _ body: (UInt16) -> Void) -> Bool {
        guard let allowed else { return visit(span, body) }
        guard span.byteCount == bitmapByteCount, span.byte(at: 0) == Form.bitmap.rawValue else {
            return visit(span) { number in
                if allowed[Int(number >> 6)] >> UInt64(number & 63) & 1 == 1 { body(number) }
            }
        }
        for index in 0..<wordCount where allowed[index] != 0 {
            var word = span.uint64(at: 3 + 8 * index) & allowed[index]
            while word != 0 {
                body(UInt16(index << 6 | word.trailingZeroBitCount))
                word &= word - 1
            }
        }
        return true
    }

    /// Sets the bits of a stored chunk in the 1024 words from `position` on; bits set already stay.
    ///
    /// - Returns: false if the bytes are no chunk.
    static func fill(_ span: RawSpan, into words: inout [UInt64], at position: Int) -> Bool {
        guard count(span) != nil, let form = Form(rawValue: span.byte(at: 0)) else { return false }
        switch form {
        case .list:
            fill(list: span, into: &words, at: position)
        case .bitmap:
            for index in 0..<wordCount { words[position + index] |= span.uint64(at: 3 + 8 * index) }
        case .runs:
            for offset in stride(from: 3, to: span.byteCount, by: 4) {
                let (start, last) = (span.uint16(at: offset), span.uint16(at: offset + 2))
                guard start <= last else { return false }
                setBits(Int(start)...Int(last), of: &words, at: position)
            }
        }
        return true
    }

    /// Sets bits byte by byte: the next number of a list is seldom in the same one, and so does not wait for what was stored before it.
    private static func fill(list span: RawSpan, into words: inout [UInt64], at position: Int) {
        precondition(position >= 0 && position + wordCount <= words.count, "no page at word \(position)")
        var page = words.mutableSpan
        var bytes = unsafe page.mutableBytes
        for offset in stride(from: 1, to: span.byteCount, by: 2) {
            // Safety: the loop ends before the odd number of bytes does; a page has 8,192 bytes, and the upper 13 bits are below that.
            let number = unsafe UInt16(
                littleEndian: span.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
            let place = 8 * position + byteOffset(of: number)
            let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self) | 1 << UInt8(number & 7)
            unsafe bytes.storeBytes(of: byte, toUncheckedByteOffset: place, as: UInt8.self)
        }
    }

    /// Which byte of a page of words holds the bit of a number.
    private static func byteOffset(of number: UInt16) -> Int {
        #if _endian(little)
            Int(number >> 3)
        #else
            Int(number >> 3) ^ 7
        #endif
    }

    /// Makes a stored chunk the 1,024 words from `position` on, whatever they were.
    ///
    /// - Returns: false if the bytes are no chunk.
    static func copy(_ span: RawSpan, into words: inout [UInt64], at position: Int) -> Bool {
        guard span.byteCount == bitmapByteCount, span.byte(at: 0) == Form.bitmap.rawValue else {
            for index in position..<position + wordCount { words[index] = 0 }
            return fill(span, into: &words, at: position)
        }
        for index in 0..<wordCount { words[position + index] = span.uint64(at: 3 + 8 * index) }
        return true
    }

    private static func setBits(_ range: ClosedRange<Int>, of words: inout [UInt64], at position: Int) {
        let (first, last) = (range.lowerBound >> 6, range.upperBound >> 6)
        let head = UInt64.max << UInt64(range.lowerBound & 63)
        let tail = UInt64.max >> UInt64(63 - range.upperBound & 63)
        guard first < last else {
            words[position + first] |= head & tail
            return
        }
        words[position + first] |= head
        for index in first + 1..<last { words[position + index] = .max }
        words[position + last] |= tail
    }

    /// Whether a stored chunk has `number`.
    static func contains(_ span: RawSpan, _ number: UInt16) -> Bool {
        guard count(span) != nil, let form = Form(rawValue: span.byte(at: 0)) else { return false }
        switch form {
        case .bitmap:
            return span.uint64(at: 3 + 8 * Int(number >> 6)) >> UInt64(number & 63) & 1 == 1
        case .list, .runs:
            let (head, step) = form == .list ? (1, 2) : (3, 4)
            // The last entry that begins at or before `number`.
            var (low, high) = (0, (span.byteCount - head) / step)
            while low < high {
                let middle = (low + high) / 2
                if span.uint16(at: head + step * middle) <= number { low = middle + 1 } else { high = middle }
            }
            guard low > 0 else { return false }
            let entry = head + step * (low - 1)
            return form == .list ? span.uint16(at: entry) == number : span.uint16(at: entry + 2) >= number
        }
    }
}

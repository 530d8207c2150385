// SPDX-License-Identifier: Apache-2.0

// Comparing stored blocks without making a value of them.
extension BitSlicedBlock {
    /// Visits the entries of a stored list, ascending.
    ///
    /// - Returns: whether the bytes are a list; what was visited before that was seen may be wrong.
    static func visitList(_ span: RawSpan, width: Int, _ body: (_ offset: UInt16, _ number: UInt128) -> Void) -> Bool {
        let step = 2 + width
        guard span.byteCount > step, (span.byteCount - 1) % step == 0, span.byte(at: 0) == Form.list.rawValue else {
            return false
        }
        var least = 0
        for position in stride(from: 1, to: span.byteCount, by: step) {
            let offset = span.uint16(at: position)
            guard Int(offset) >= least, Int(offset) < IndexKey.documentsPerSlicedBlock else { return false }
            least = Int(offset) + 1
            body(offset, span.bigEndianNumber(at: position + 2, width: width))
        }
        return true
    }

    /// The documents of a stored block whose numbers are in `range`, a bit for each of the 512.
    ///
    /// - Returns: nil if the bytes are no block of numbers of `width` bytes.
    /// - Complexity: for slices, O(p) words for each bound, p being the places at which values differ down to the one that decides all of them.
    static func documents(_ span: RawSpan, in range: ClosedRange<UInt128>, width: Int) -> SIMD8<UInt64>? {
        guard span.byteCount > 0, let form = Form(rawValue: span.byte(at: 0)) else { return nil }
        switch form {
        case .list:
            var found = SIMD8<UInt64>()
            let isWhole = visitList(span, width: width) { offset, number in
                if range.contains(number) { found[Int(offset >> 6)] |= 1 << UInt64(offset & 63) }
            }
            return isWhole ? found : nil
        case .slices:
            return StoredSlices(span, width: width).map { $0.documents(span, in: range) }
        }
    }
}

extension StoredSlices {
    fileprivate func documents(_ span: RawSpan, in range: ClosedRange<UInt128>) -> SIMD8<UInt64> {
        // What values could be at least and at most: most blocks of dates that came in order are decided here.
        let (least, greatest) = (common, common | mixed)
        guard least <= range.upperBound, range.lowerBound <= greatest else { return SIMD8() }
        var found = present
        if least < range.lowerBound { found &= ~compare(span, found, to: range.lowerBound).below }
        if range.upperBound < greatest {
            let (below, equal) = compare(span, found, to: range.upperBound)
            found = below | equal
        }
        return found
    }

    /// Which of `candidates`, who all have a value, have one below `bound`, and which have just that.
    ///
    /// - Complexity: O(p) words, p being the places at which values differ down to the one that decides all candidates.
    func compare(
        _ span: RawSpan, _ candidates: SIMD8<UInt64>, to bound: UInt128
    ) -> (below: SIMD8<UInt64>, equal: SIMD8<UInt64>) {
        // Below the highest place at which all values agree, but not with the bound, nothing matters any more.
        let disagreeing = (common ^ bound) & ~mixed
        let deciding: UInt128 = disagreeing == 0 ? 0 : 1 << UInt128(127 - disagreeing.leadingZeroBitCount)
        var undecided = candidates
        var below = SIMD8<UInt64>()
        var rest = mixed
        var position = start
        while rest > deciding {
            let place: UInt128 = 1 << UInt128(127 - rest.leadingZeroBitCount)
            let slice = span.words(at: position) ^ flip
            if bound & place == 0 {
                undecided &= ~slice
            } else {
                below |= undecided & ~slice
                undecided &= slice
            }
            if undecided.isZero { return (below, undecided) }
            rest ^= place
            position += 8 * BitSlicedBlock.wordCount
        }
        if deciding == 0 { return (below, undecided) }
        return (common & deciding == 0 ? below | undecided : below, SIMD8())
    }

    /// The `count` least of `candidates`, who all have a value and are at least so many.
    ///
    /// - Returns: fewer than `count` documents; all those that have the least number of the rest, which make up for what is missing; that number.
    /// - Complexity: O(p) words, p being the places at which values differ.
    func least(
        _ count: Int, _ span: RawSpan, of candidates: SIMD8<UInt64>
    ) -> (below: SIMD8<UInt64>, equal: SIMD8<UInt64>, number: UInt128) {
        var below = SIMD8<UInt64>()
        var equal = candidates
        var number = common
        var missing = count
        var rest = mixed
        var position = start
        while rest != 0 {
            let place: UInt128 = 1 << UInt128(127 - rest.leadingZeroBitCount)
            let slice = span.words(at: position) ^ flip
            let zeros = equal & ~slice
            let zeroCount = zeros.bitCount
            if zeroCount >= missing {
                equal = zeros
            } else {
                below |= zeros
                missing -= zeroCount
                equal &= slice
                number |= place
            }
            rest ^= place
            position += 8 * BitSlicedBlock.wordCount
        }
        return (below, equal, number)
    }

    /// The number of a document that has one.
    func number(_ span: RawSpan, at offset: UInt16) -> UInt128 {
        var number = common
        var rest = mixed
        var position = start + 8 * Int(offset >> 6)
        while rest != 0 {
            let place: UInt128 = 1 << UInt128(127 - rest.leadingZeroBitCount)
            let word = span.uint64(at: position) ^ flip
            if word >> UInt64(offset & 63) & 1 == 1 { number |= place }
            rest ^= place
            position += 8 * BitSlicedBlock.wordCount
        }
        return number
    }
}

extension SIMD8<UInt64> {
    var isZero: Bool {
        let four = lowHalf | highHalf
        let two = four.lowHalf | four.highHalf
        return (two[0] | two[1]) == 0
    }

    var bitCount: Int {
        var count = 0
        for index in indices { count += self[index].nonzeroBitCount }
        return count
    }

    /// The places of the bits that are set, ascending.
    func forEachBit(_ body: (UInt16) -> Void) {
        for index in indices {
            var word = self[index]
            while word != 0 {
                body(UInt16(index << 6 | word.trailingZeroBitCount))
                word &= word - 1
            }
        }
    }
}

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
        if least < range.lowerBound { found &= documents(span, from: range.lowerBound, isUpper: false) }
        if range.upperBound < greatest { found &= documents(span, from: range.upperBound, isUpper: true) }
        return found
    }

    /// The documents at least as great as `bound`, or for an upper one at most.
    private func documents(_ span: RawSpan, from bound: UInt128, isUpper: Bool) -> SIMD8<UInt64> {
        // Below the highest place at which all values agree, but not with the bound, nothing matters any more.
        let disagreeing = (common ^ bound) & ~mixed
        let deciding: UInt128 = disagreeing == 0 ? 0 : 1 << UInt128(127 - disagreeing.leadingZeroBitCount)
        var undecided = present
        var decided = SIMD8<UInt64>()
        var rest = mixed
        var position = start
        while rest > deciding {
            let place: UInt128 = 1 << UInt128(127 - rest.leadingZeroBitCount)
            let slice = span.words(at: position)
            if bound & place == 0 {
                if !isUpper { decided |= undecided & slice }
                undecided &= ~slice
            } else {
                if isUpper { decided |= undecided & ~slice }
                undecided &= slice
            }
            if Self.isZero(undecided) { return decided }
            rest ^= place
            position += 8 * BitSlicedBlock.wordCount
        }
        let isGreater = common & deciding != 0
        return deciding == 0 || isGreater != isUpper ? decided | undecided : decided
    }

    private static func isZero(_ words: SIMD8<UInt64>) -> Bool {
        let four = words.lowHalf | words.highHalf
        let two = four.lowHalf | four.highHalf
        return two[0] | two[1] == 0
    }
}

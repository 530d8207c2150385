// SPDX-License-Identifier: Apache-2.0

/// Finds the documents of a block whose terms can reach a score together, 128 documents at a time.
///
/// What a term can add is rounded up to 1/256 of the score, and the numbers of all terms of a document are added in bit slices (O'Neil and Quass,
/// 1997): slice i holds bit i of the sums of 64 documents a word, so that a term is added to all of them by a few operations on words.
/// A document whose sum comes to 256 may reach the score; no other can.
struct KeywordBounds {
    private static let sliceCount = 8
    /// What reaches the score by itself.
    private static let whole = 1 << sliceCount

    /// What a term that is in the block adds to a document.
    private struct Share {
        var column: Int
        /// Where it is there once, and where it is there more than once.
        var once: Int
        var repeatedly: Int
        var isRepeated: Bool
    }

    private var shares: [Share] = []
    /// For each share, for each slice, all bits set where the number of `once` has a one there; then the same of `repeatedly`.
    private var masks: [UInt64] = []

    /// Takes documents out of a block that cannot reach a score.
    ///
    /// - Parameters:
    ///   - words: 1,024 words, of which those of the block are changed.
    ///   - gains: what each column can add at most: where its term is there once, and where more than once.
    ///   - score: above 0.
    /// - Returns: whether one is left.
    /// - Complexity: O(terms in the block) for 128 documents of which one is in `words`.
    mutating func keep(
        _ words: inout [UInt64], block: Int, of columns: KeywordColumns, gains: [KeywordGain], reaching score: Double
    ) -> Bool {
        shares.removeAll(keepingCapacity: true)
        masks.removeAll(keepingCapacity: true)
        var most = 0
        for (column, gain) in gains.enumerated() where columns.blocks[column] >> UInt32(block) & 1 == 1 {
            let frequency = columns.greatest[column * KeywordColumns.blocksPerChunk + block]
            let isRepeated = columns.repeatedBlocks[column] >> UInt32(block) & 1 == 1
            let share = Share(
                column: column, once: Self.share(gain.most(frequency: 1), of: score),
                repeatedly: Self.share(gain.most(frequency: Double(frequency)), of: score), isRepeated: isRepeated)
            if share.repeatedly == 0 { continue }
            most += share.repeatedly
            shares.append(share)
            for number in [share.once, share.repeatedly] {
                for slice in 0..<Self.sliceCount { masks.append(number >> slice & 1 == 1 ? .max : 0) }
            }
        }
        let range = block * KeywordColumns.wordsPerBlock..<(block + 1) * KeywordColumns.wordsPerBlock
        guard most >= Self.whole else {
            for word in range { words[word] = 0 }
            return false
        }
        var all: UInt64 = 0
        for word in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            let before = SIMD2(words[word], words[word + 1])
            if before == .zero { continue }
            let kept = before & reached(at: word, of: columns)
            words[word] = kept.x
            words[word + 1] = kept.y
            all |= kept.x | kept.y
        }
        return all != 0
    }

    /// Rounded up.
    private static func share(_ gain: Double, of score: Double) -> Int {
        gain <= 0 ? 0 : Int(min(Double(whole), (gain / score * Double(whole)).rounded(.up)))
    }

    /// The documents of two words whose sums come to the whole.
    @inline(__always)
    private func reached(at word: Int, of columns: KeywordColumns) -> SIMD2<UInt64> {
        var sums = Slices()
        var reached = SIMD2<UInt64>.zero
        for (index, share) in shares.enumerated() {
            let position = share.column * IndexKey.wordsPerChunk + word
            let present = SIMD2(columns.present[position], columns.present[position + 1])
            if present == .zero { continue }
            var repeated = SIMD2<UInt64>.zero
            if share.isRepeated {
                repeated = present & SIMD2(columns.repeated[position], columns.repeated[position + 1])
            }
            let once = present & ~repeated
            if share.once == Self.whole { reached |= once }
            if share.repeatedly == Self.whole { reached |= repeated }
            reached |= sums.add(once, repeated, masks.span, at: index * 2 * Self.sliceCount)
        }
        return reached
    }

    /// The sums of 128 documents, the lowest bits first.
    private struct Slices {
        private var slice0 = SIMD2<UInt64>.zero
        private var slice1 = SIMD2<UInt64>.zero
        private var slice2 = SIMD2<UInt64>.zero
        private var slice3 = SIMD2<UInt64>.zero
        private var slice4 = SIMD2<UInt64>.zero
        private var slice5 = SIMD2<UInt64>.zero
        private var slice6 = SIMD2<UInt64>.zero
        private var slice7 = SIMD2<UInt64>.zero

        /// Adds one number where `once` has bits, another where `repeated` has.
        ///
        /// - Parameter start: where the masks of the two numbers are.
        /// - Returns: what is carried out of the highest slice.
        @inline(__always)
        mutating func add(
            _ once: SIMD2<UInt64>, _ repeated: SIMD2<UInt64>, _ masks: Span<UInt64>, at start: Int
        ) -> SIMD2<UInt64> {
            var carry = SIMD2<UInt64>.zero
            @inline(__always) func add(_ slice: inout SIMD2<UInt64>, _ number: Int) {
                let bits =
                    once & SIMD2(repeating: masks[start + number])
                    | repeated & SIMD2(repeating: masks[start + KeywordBounds.sliceCount + number])
                let half = slice ^ bits
                let next = slice & bits | carry & half
                slice = half ^ carry
                carry = next
            }
            add(&slice0, 0)
            add(&slice1, 1)
            add(&slice2, 2)
            add(&slice3, 3)
            add(&slice4, 4)
            add(&slice5, 5)
            add(&slice6, 6)
            add(&slice7, 7)
            return carry
        }
    }
}

/// What a term can add to the score of a field at most.
struct KeywordGain {
    let weight: Double
    /// k1 · (1 − b)
    let lengthFreePart: Double
    /// k1 · b / avg
    let lengthFactor: Double

    /// weight · tf / (tf + k1 · (1 − b) + k1 · b · len / avg), for a text of no other words: no text with the term so often is shorter, and
    /// none in which it is less often adds more.
    func most(frequency: Double) -> Double {
        max(0, weight) * frequency / (frequency * (1 + lengthFactor) + lengthFreePart)
    }

    /// Whatever the frequency.
    var most: Double { max(0, weight) / (1 + lengthFactor) }
}

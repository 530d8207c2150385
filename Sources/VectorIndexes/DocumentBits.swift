// SPDX-License-Identifier: Apache-2.0

import DataModel

/// A set of documents as a dense row of bits, made for being asked millions of times a second.
package struct DocumentBits: Sendable, Equatable {
    /// Bit `d % 64` of word `d / 64` stands for document `d`; what lies beyond the last word is not in the set.
    package private(set) var words: [UInt64]
    /// How many bits are set.
    package private(set) var count: Int

    package init() {
        words = []
        count = 0
    }

    /// - Complexity: O(words).
    package init(words: [UInt64]) {
        self.words = words
        count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// - Complexity: O(1), and no copy.
    /// - Parameter count: how many bits of `words` are set; the caller has counted them.
    package init(words: [UInt64], count: Int) {
        assert(count == words.reduce(0) { $0 + $1.nonzeroBitCount }, "\(count) is not the number of set bits")
        self.words = words
        self.count = count
    }

    package init(_ documents: some Sequence<DocumentID>) {
        self.init()
        for document in documents { insert(document) }
    }

    package func contains(_ document: DocumentID) -> Bool {
        let word = Int(document.number >> 6)
        return word < words.count && words[word] >> UInt64(document.number & 63) & 1 == 1
    }

    /// The lowest document of the set that is `start` or higher.
    ///
    /// - Complexity: O(words between them).
    package func first(from start: DocumentID) -> DocumentID? {
        var index = Int(start.number >> 6)
        guard index < words.count else { return nil }
        var word = words[index] & (.max << UInt64(start.number & 63))
        while word == 0 {
            index += 1
            guard index < words.count else { return nil }
            word = words[index]
        }
        return DocumentID(UInt32(index << 6 + word.trailingZeroBitCount))
    }

    package mutating func insert(_ document: DocumentID) {
        let word = Int(document.number >> 6)
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word + 1 - words.count)) }
        let bit: UInt64 = 1 << UInt64(document.number & 63)
        if words[word] & bit == 0 {
            words[word] |= bit
            count += 1
        }
    }

    /// Calls `body` with every document of the set, in ascending order.
    package func forEach(_ body: (DocumentID) throws -> Void) rethrows {
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                try body(DocumentID(UInt32(index << 6 + rest.trailingZeroBitCount)))
                rest &= rest - 1
            }
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left.words, right.words).allSatisfy { $0 == $1 }
    }
}

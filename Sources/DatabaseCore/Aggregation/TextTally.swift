// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

/// How often each text occurs. Texts are equal when their bytes are.
struct TextTally: Sendable {
    private var dictionary = TextDictionary()
    /// By code.
    private var counts: [Int] = []
    private(set) var count = 0
    /// How often the codes of a block occur, to be used again.
    private var countsInBlock: [Int] = []

    mutating func add(_ text: String, count: Int = 1) { add(dictionary.code(of: text), count) }

    /// Adds the texts that some documents have in a block; each different one of the block is looked up once.
    mutating func add(_ block: ColumnBuffer, of documents: UInt128) {
        block.count(documents, into: &countsInBlock)
        let (bytes, starts) = (block.textBytes, block.textStarts)
        let texts = bytes.span
        for code in countsInBlock.indices where countsInBlock[code] > 0 {
            add(dictionary.code(of: texts.extracting(starts[code]..<starts[code + 1])), countsInBlock[code])
        }
    }

    private mutating func add(_ code: Int, _ count: Int) {
        if code == counts.count { counts.append(0) }
        counts[code] += count
        self.count += count
    }

    mutating func merge(_ other: TextTally) {
        for code in other.counts.indices { add(other.dictionary.text(code), count: other.counts[code]) }
    }

    /// The most frequent first; equally frequent ones in byte order.
    ///
    /// - Parameter limit: negative for all.
    func top(_ limit: Int) -> [TextAggregate.Occurrence] {
        counts.indices.first(limit < 0 ? counts.count : limit) { left, right in
            counts[left] != counts[right] ? counts[left] > counts[right] : dictionary.precedes(left, right)
        }.map { TextAggregate.Occurrence(value: dictionary.text($0), count: counts[$0]) }
    }
}

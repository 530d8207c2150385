// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// The postings of some terms in one chunk of 65,536 documents, a column of bits a term, by *blocks* of 2,048 documents.
///
/// The memory is used again for the next chunk and for the next search: `blocks` and `repeatedBlocks` say what of it belongs to the chunk that
/// was read last, and nothing else is looked at.
struct KeywordColumns {
    static let blocksPerChunk = IndexKey.documentsPerChunk / IndexKey.documentsPerSmallChunk
    static let wordsPerBlock = IndexKey.documentsPerSmallChunk / 64

    /// Documents that have the term, 1,024 words a column, where the column has `blocks`.
    private(set) var present: [UInt64] = []
    /// Documents for which a frequency is stored, since they have the term at least twice: 1,024 words a column, blocks of `repeatedBlocks`.
    private(set) var repeated: [UInt64] = []
    /// Where in `frequencies` the first document of a word of `repeated` is, if it has one; the others follow.
    private(set) var ranks: [UInt32] = []
    private(set) var frequencies: [UInt32] = []
    /// The greatest frequency of a column in each of its 32 blocks; 1 where none is stored.
    private(set) var greatest: [UInt32] = []
    /// The blocks, as bits, that have a document with the term.
    private(set) var blocks: [UInt32] = []
    /// Those of them whose frequencies were read, and that have some.
    private(set) var repeatedBlocks: [UInt32] = []
    private var frequencyCount = 0

    /// Makes room for so many columns, all empty.
    mutating func clear(columns count: Int) {
        let wordCount = count * IndexKey.wordsPerChunk
        if present.count < wordCount {
            present = [UInt64](repeating: 0, count: wordCount)
            repeated = present
            ranks = [UInt32](repeating: 0, count: wordCount)
        }
        for _ in blocks.count..<max(count, blocks.count) {
            blocks.append(0)
            repeatedBlocks.append(0)
        }
        for column in 0..<count {
            blocks[column] = 0
            repeatedBlocks[column] = 0
        }
        if greatest.count < count * Self.blocksPerChunk {
            greatest = [UInt32](repeating: 1, count: count * Self.blocksPerChunk)
        }
        frequencyCount = 0
    }

    /// How much memory it keeps.
    var byteCount: Int { 8 * (present.count + repeated.count) + 4 * (ranks.count + frequencies.count + greatest.count) }

    /// Reads the documents of a chunk that have a term.
    mutating func readPostings(
        of term: KeywordPlan.Term, _ property: PropertyID, chunk: UInt16, into column: Int,
        from reader: KeywordReader<some OrderedReading>
    ) throws {
        guard term.chunks.contains(chunk) else { return }
        let key = IndexKey.chunk(IndexKey.prefix(.term, property, term.token.bytes), chunk)
        try reader.store.withValue(for: key) { value in
            guard let value else { return }
            try reader.meter.count(WorkMeter.lookUp + value.byteCount)
            let start = column * IndexKey.wordsPerChunk
            guard PostingChunk.copy(value, into: &present, at: start) else {
                throw IndexDamage.malformedEntry(key: key)
            }
            for block in 0..<Self.blocksPerChunk {
                var bits: UInt64 = 0
                for word in 0..<Self.wordsPerBlock { bits |= present[start + block * Self.wordsPerBlock + word] }
                if bits != 0 { blocks[column] |= 1 << UInt32(block) }
                greatest[column * Self.blocksPerChunk + block] = 1
            }
        }
    }

    /// Reads the frequencies of the term whose postings were read, in some blocks; others count as 1 until then.
    mutating func readFrequencies(
        of term: KeywordPlan.Term, _ property: PropertyID, chunk: UInt16, blocks wanted: UInt32, into column: Int,
        from reader: KeywordReader<some OrderedReading>
    ) throws {
        let wanted = wanted & blocks[column]
        if wanted == 0 { return }
        let prefix = IndexKey.prefix(.frequency, property, term.token.bytes)
        try reader.forEachRow(prefix, chunk: chunk, blocks: wanted) { block, key, row in
            guard add(row, block: block, column: column) else { throw IndexDamage.malformedEntry(key: key()) }
        }
    }

    /// - Returns: whether the bytes are a chunk of frequencies.
    private mutating func add(_ row: RawSpan, block: Int, column: Int) -> Bool {
        guard let width = TokenCountChunk.width(of: row), (row.byteCount - 1) % (2 + width) == 0 else { return false }
        let end = frequencyCount + (row.byteCount - 1) / (2 + width)
        if frequencies.count < end { frequencies += [UInt32](repeating: 0, count: end) }
        let start = column * IndexKey.wordsPerChunk + block * Self.wordsPerBlock
        guard
            let greatest = Self.decode(
                row, width: width, &repeated, &ranks, at: start, &frequencies, rank: frequencyCount)
        else { return false }
        frequencyCount = end
        self.greatest[column * Self.blocksPerChunk + block] = greatest
        repeatedBlocks[column] |= 1 << UInt32(block)
        return true
    }

    /// - Returns: the greatest frequency; nil if the bytes are no chunk of frequencies.
    private static func decode(
        _ row: RawSpan, width: Int, _ repeated: inout [UInt64], _ ranks: inout [UInt32], at start: Int,
        _ frequencies: inout [UInt32], rank: Int
    ) -> UInt32? {
        var repeated = repeated.mutableSpan
        var ranks = ranks.mutableSpan
        var frequencies = frequencies.mutableSpan
        for word in start..<start + wordsPerBlock { repeated[word] = 0 }
        var (least, word, bits, greatest, rank) = (0, -1, UInt64(0), UInt32(1), rank)
        for position in stride(from: 1, to: row.byteCount, by: 2 + width) {
            let offset = Int(row.uint16(at: position))
            guard offset >= least, offset < IndexKey.documentsPerSmallChunk else { return nil }
            least = offset + 1
            if offset >> 6 != word {
                if word >= 0 { repeated[start + word] = bits }
                word = offset >> 6
                bits = 0
                ranks[start + word] = UInt32(rank)
            }
            bits |= 1 << UInt64(offset & 63)
            let frequency = TokenCountChunk.number(row, at: position + 2, width: width)
            greatest = max(greatest, frequency)
            frequencies[rank] = frequency
            rank += 1
        }
        if word >= 0 { repeated[start + word] = bits }
        return greatest
    }
}

// Sets of documents, in the 32 words of a block.
extension KeywordColumns {
    private func has(_ block: Int, _ column: Int) -> Bool { blocks[column] >> UInt32(block) & 1 == 1 }

    /// Adds the documents of a block that have one of the terms.
    func addUnion(of columns: Range<Int>, block: Int, to words: inout [UInt64]) {
        let start = block * Self.wordsPerBlock
        for column in columns where has(block, column) {
            let position = column * IndexKey.wordsPerChunk
            for word in start..<start + Self.wordsPerBlock { words[word] |= present[position + word] }
        }
    }

    /// Adds the documents of a block that have all of the terms.
    func addIntersection(of columns: Range<Int>, block: Int, to words: inout [UInt64]) {
        guard columns.allSatisfy({ has(block, $0) }) else { return }
        let start = block * Self.wordsPerBlock
        for word in start..<start + Self.wordsPerBlock {
            var bits = UInt64.max
            for column in columns { bits &= present[column * IndexKey.wordsPerChunk + word] }
            words[word] |= bits
        }
    }

    /// Takes out the documents of a block that have none of the terms.
    func keepUnion(of columns: [Int], block: Int, in words: inout [UInt64]) {
        let start = block * Self.wordsPerBlock
        for word in start..<start + Self.wordsPerBlock {
            var bits: UInt64 = 0
            for column in columns where has(block, column) { bits |= present[column * IndexKey.wordsPerChunk + word] }
            words[word] &= bits
        }
    }

    /// Whether one of `words` has one of the terms, in a block.
    func union(of columns: Range<Int>, meets words: [UInt64], block: Int) -> Bool {
        let start = block * Self.wordsPerBlock
        for column in columns where has(block, column) {
            let position = column * IndexKey.wordsPerChunk
            for word in start..<start + Self.wordsPerBlock where words[word] & present[position + word] != 0 {
                return true
            }
        }
        return false
    }

    /// How often a document has a term: 0 without it.
    ///
    /// - Parameters:
    ///   - block: one of those that the column has.
    ///   - word: of the 1,024 of the chunk.
    @inline(__always)
    func frequency(_ column: Int, block: Int, word: Int, bit: UInt64) -> UInt32 {
        let position = column * IndexKey.wordsPerChunk + word
        if present[position] >> bit & 1 == 0 { return 0 }
        guard repeatedBlocks[column] >> UInt32(block) & 1 == 1 else { return 1 }
        let bits = repeated[position]
        if bits >> bit & 1 == 0 { return 1 }
        return frequencies[Int(ranks[position]) + (bits & (1 << bit - 1)).nonzeroBitCount]
    }
}

/// The numbers of the bits that are set, ascending.
struct SetBits: Sequence, IteratorProtocol {
    private var bits: UInt32

    init(_ bits: UInt32) { self.bits = bits }

    mutating func next() -> Int? {
        if bits == 0 { return nil }
        defer { bits &= bits - 1 }
        return bits.trailingZeroBitCount
    }
}

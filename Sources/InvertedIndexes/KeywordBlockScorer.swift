// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Scores those documents of one chunk of 65,536 after the other that can still be among the best.
///
/// After Block-Max WAND (Ding and Suel, 2011), with bits in place of cursors, and maxima that are found as the chunk is read: a block of 2,048
/// documents whose terms cannot reach the needed score together is passed over, and of the others those documents are scored whose own terms can
/// (`KeywordBounds`). Before a score is known that is needed, the documents with the highest bounds are scored. Scores are exact and
/// added up in the order of the exhaustive search, `KeywordScorer`.
struct KeywordBlockScorer<Store: OrderedReading> {
    /// With more columns than that, one for each token of a field, they take too much memory.
    private static var mostColumns: Int { 96 }
    /// Bounds are compared with scores that were rounded to float32 once a field.
    private static var slack: Double { 1 + 1e-5 }
    /// Where there are so few postings in a chunk, scoring them all costs less than columns of bits.
    private static var fewPostings: Int { 4_096 }
    /// So few documents are scored without a look at what they can reach.
    private static var fewDocuments: Int { 256 }

    private struct Field {
        let property: PropertyID
        let columns: Range<Int>
        let minimumMatches: Int
        let lengthFreePart: Double
        let lengthFactor: Double
    }

    private let reader: KeywordReader<Store>
    private let fields: [Field]
    /// The term of each column, in the order of fields and their terms.
    private let terms: [KeywordPlan.Term]
    private let gains: [KeywordGain]
    /// For `andAcross`: the columns of each token.
    private let columnsAcross: [[Int]]
    /// The columns of the field that is being scored that have documents in the block.
    private var active: [Int] = []

    /// - Returns: `nil` for a query of very many terms, and of terms so rare that it does not pay.
    ///
    /// - Parameter isForced: for tests, which have few documents.
    init?(plan: KeywordPlan, reader: KeywordReader<Store>, isForced: Bool = false) {
        guard plan.fields.reduce(0, { $0 + $1.terms.count }) <= Self.mostColumns,
            isForced || plan.postingCount > Self.fewPostings * plan.chunks.count
        else { return nil }
        var fields: [Field] = []
        var terms: [KeywordPlan.Term] = []
        var gains: [KeywordGain] = []
        for field in plan.fields {
            fields.append(
                Field(
                    property: field.property, columns: terms.count..<terms.count + field.terms.count,
                    minimumMatches: field.minimumMatches, lengthFreePart: field.lengthFreePart,
                    lengthFactor: field.lengthFactor))
            terms += field.terms
            gains += field.terms.map {
                KeywordGain(
                    weight: $0.weight, lengthFreePart: field.lengthFreePart, lengthFactor: field.lengthFactor)
            }
        }
        columnsAcross = plan.termsAcross.map { across in
            across.compactMap { property, term in
                guard let field = fields.first(where: { $0.property == property }) else { return nil }
                return field.columns.first { terms[$0].tokenNumber == term.tokenNumber }
            }
        }
        self.reader = reader
        self.fields = fields
        self.terms = terms
        self.gains = gains
    }

    /// Offers the documents of one chunk that match and may be among the best. After an error the scratch must not be used again.
    mutating func score(
        chunk: UInt16, filter: DocumentSet?, into best: inout BestDocuments, with scratch: inout KeywordScratch
    ) throws {
        try reader.meter.count(IndexKey.wordsPerChunk)
        scratch.columns.clear(columns: terms.count)
        for field in fields {
            for column in field.columns {
                try scratch.columns.readPostings(
                    of: terms[column], field.property, chunk: chunk, into: column, from: reader)
            }
        }
        var blocks = matching(filter.map { $0.words(ofChunk: chunk) }, &scratch)
        if let needed = best.neededScore.map(Double.init), needed > 0 {
            // Before their frequencies are read.
            for block in SetBits(blocks)
            where bound(ofBlock: block, of: scratch.columns, whateverTheFrequencies: true) < needed {
                blocks &= ~(1 << UInt32(block))
            }
        }
        if blocks == 0 { return }
        for field in fields {
            for column in field.columns {
                try scratch.columns.readFrequencies(
                    of: terms[column], field.property, chunk: chunk, blocks: blocks, into: column, from: reader)
            }
        }
        if best.neededScore == nil { try scoreFirst(chunk, blocks, into: &best, &scratch) }
        try choose(blocks, reaching: best.neededScore, &scratch)
        try scoreCandidates(chunk, into: &best, &scratch)
    }

    // MARK: Choosing

    /// Puts into `scratch.left` what has the tokens that the query asks for.
    ///
    /// - Returns: the blocks that have such documents.
    private func matching(_ allowed: [UInt64]?, _ scratch: inout KeywordScratch) -> UInt32 {
        var blocks: UInt32 = 0
        for block in 0..<KeywordColumns.blocksPerChunk {
            let start = block * KeywordColumns.wordsPerBlock
            let range = start..<start + KeywordColumns.wordsPerBlock
            for word in range { scratch.left[word] = 0 }
            for field in fields {
                if field.minimumMatches == field.columns.count, field.columns.count > 1 {
                    scratch.columns.addIntersection(of: field.columns, block: block, to: &scratch.left)
                } else if field.minimumMatches <= field.columns.count {
                    scratch.columns.addUnion(of: field.columns, block: block, to: &scratch.left)
                }
            }
            for columns in columnsAcross { scratch.columns.keepUnion(of: columns, block: block, in: &scratch.left) }
            var all: UInt64 = 0
            if let allowed {
                for word in range { scratch.left[word] &= allowed[word] }
            }
            for word in range { all |= scratch.left[word] }
            if all != 0 { blocks |= 1 << UInt32(block) }
        }
        return blocks
    }

    /// What a document can score in which all terms of a block come together.
    private func bound(ofBlock block: Int, of columns: KeywordColumns, whateverTheFrequencies: Bool) -> Double {
        var sum = 0.0
        for (column, gain) in gains.enumerated() where columns.blocks[column] >> UInt32(block) & 1 == 1 {
            let frequency = columns.greatest[column * KeywordColumns.blocksPerChunk + block]
            sum += whateverTheFrequencies ? gain.most : gain.most(frequency: Double(frequency))
        }
        return sum * Self.slack
    }

    /// Chooses the documents left that may reach a score as candidates.
    ///
    /// - Returns: how many.
    @discardableResult
    private func choose(_ blocks: UInt32, reaching score: Float?, _ scratch: inout KeywordScratch) throws -> Int {
        try reader.meter.count(blocks.nonzeroBitCount * KeywordColumns.wordsPerBlock * terms.count * 4)
        scratch.candidates = scratch.left
        if let score, score > 0 {
            let needed = Double(score) / Self.slack
            for block in 0..<KeywordColumns.blocksPerChunk {
                if blocks >> UInt32(block) & 1 == 1 {
                    _ = scratch.bounds.keep(
                        &scratch.candidates, block: block, of: scratch.columns, gains: gains, reaching: needed)
                } else {
                    for word in 0..<KeywordColumns.wordsPerBlock {
                        scratch.candidates[block * KeywordColumns.wordsPerBlock + word] = 0
                    }
                }
            }
        }
        return scratch.candidates.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Scores the documents with the highest bounds, so that a score is known that the others have to reach; all if there are few.
    private mutating func scoreFirst(
        _ chunk: UInt16, _ blocks: UInt32, into best: inout BestDocuments, _ scratch: inout KeywordScratch
    ) throws {
        if scratch.left.reduce(0, { $0 + $1.nonzeroBitCount }) <= max(Self.fewDocuments, 4 * best.limit) { return }
        var most = 0.0
        for block in SetBits(blocks) {
            most = max(most, bound(ofBlock: block, of: scratch.columns, whateverTheFrequencies: false))
        }
        for share in [0.8, 0.65, 0.5, 0.4, 0.3, 0.2] where most > 0 {
            if try choose(blocks, reaching: Float(most * share), &scratch) < 2 * best.limit { continue }
            for word in scratch.left.indices { scratch.left[word] &= ~scratch.candidates[word] }
            return try scoreCandidates(chunk, into: &best, &scratch)
        }
    }

    // MARK: Scoring

    private mutating func scoreCandidates(
        _ chunk: UInt16, into best: inout BestDocuments, _ scratch: inout KeywordScratch
    ) throws {
        scratch.clearFound()
        for field in fields { try score(field, chunk, &scratch) }
        scratch.offerFound(of: chunk, to: &best)
    }

    /// Adds the scores of one field to those of the candidates.
    private mutating func score(_ field: Field, _ chunk: UInt16, _ scratch: inout KeywordScratch) throws {
        var wanted: UInt32 = 0
        for block in 0..<KeywordColumns.blocksPerChunk
        where scratch.columns.union(of: field.columns, meets: scratch.candidates, block: block) {
            wanted |= 1 << UInt32(block)
        }
        if wanted == 0 { return }
        var missing = wanted
        try reader.forEachRow(IndexKey.prefix(.tokenCount, field.property), chunk: chunk, blocks: wanted) {
            block, key, row in
            guard let width = TokenCountChunk.width(of: row),
                (row.byteCount - 1) / width <= IndexKey.documentsPerSmallChunk
            else { throw IndexDamage.malformedEntry(key: key()) }
            missing &= ~(1 << UInt32(block))
            try score(block, of: field, row, width: width, &scratch)
        }
        // Documents that have a term but no tokens are damage, which is not found here.
        for block in SetBits(missing) { try score(block, of: field, nil, width: 1, &scratch) }
    }

    /// - Parameters:
    ///   - row: token counts as they are stored, so many bytes each; nil if there are none.
    private mutating func score(
        _ block: Int, of field: Field, _ row: RawSpan?, width: Int, _ scratch: inout KeywordScratch
    ) throws {
        active.removeAll(keepingCapacity: true)
        for column in field.columns where scratch.columns.blocks[column] >> UInt32(block) & 1 == 1 {
            active.append(column)
        }
        let start = block * KeywordColumns.wordsPerBlock
        var documentCount = 0
        for word in start..<start + KeywordColumns.wordsPerBlock where scratch.candidates[word] != 0 {
            var bits: UInt64 = 0
            for column in active { bits |= scratch.columns.present[column * IndexKey.wordsPerChunk + word] }
            bits &= scratch.candidates[word]
            while bits != 0 {
                let bit = UInt64(bits.trailingZeroBitCount)
                bits &= bits - 1
                documentCount += 1
                var count: UInt32 = 0
                let position = 1 + width * ((word - start) << 6 | Int(bit))
                if let row, position + width <= row.byteCount {
                    count = TokenCountChunk.number(row, at: position, width: width)
                }
                let saturation = field.lengthFreePart + field.lengthFactor * Double(count)
                var (sum, matches) = (0.0, 0)
                for column in active {
                    let frequency = Double(scratch.columns.frequency(column, block: block, word: word, bit: bit))
                    if frequency == 0 { continue }
                    sum += terms[column].weight * frequency / (frequency + saturation)
                    matches += 1
                }
                if matches >= field.minimumMatches {
                    scratch.scores[word << 6 | Int(bit)] += Float(sum)
                    scratch.found[word] |= 1 << bit
                }
            }
        }
        try reader.meter.count(16 * documentCount * active.count)
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Scores all documents of one chunk of 65,536 after the other, a term at a time: for rare terms and for queries of very many, and what
/// `KeywordBlockScorer` is held against.
struct KeywordScorer<Store: OrderedReading> {
    /// So many postings are held at once, 6 bytes each, before their documents' token counts are read.
    private static var mostPostings: Int { 1 << 18 }

    private let plan: KeywordPlan
    private let reader: KeywordReader<Store>
    private let meter: WorkMeter

    init(plan: KeywordPlan, reader: KeywordReader<Store>) {
        self.plan = plan
        self.reader = reader
        meter = reader.meter
    }

    /// Offers the documents of one chunk that match. After an error the scratch must not be used again.
    func score(
        chunk: UInt16, filter: DocumentSet?, into best: inout BestDocuments, with scratch: inout KeywordScratch
    ) throws {
        try meter.count(IndexKey.documentsPerChunk / 8)
        var allowed = filter.map { $0.words(ofChunk: chunk) }
        if let words = allowed, !words.contains(where: { $0 != 0 }) { return }
        if !plan.termsAcross.isEmpty { allowed = try documentsWithAllTokens(chunk, within: allowed) }
        try score(chunk, allowed, into: &best, &scratch)
    }

    private func score(
        _ chunk: UInt16, _ allowed: [UInt64]?, into best: inout BestDocuments, _ scratch: inout KeywordScratch
    ) throws {
        if let allowed, !allowed.contains(where: { $0 != 0 }) { return }
        scratch.clearFound()
        for field in plan.fields {
            for number in try scoreField(field, chunk, allowed, &scratch) {
                let index = Int(number)
                if Int(scratch.matches[index]) >= field.minimumMatches {
                    scratch.scores[index] += Float(scratch.fieldScores[index])
                    scratch.found[index >> 6] |= 1 << UInt64(index & 63)
                }
                scratch.fieldScores[index] = 0
                scratch.matches[index] = 0
            }
        }
        scratch.offerFound(of: chunk, to: &best)
    }

    /// What one term has in a chunk.
    private struct Postings {
        let weight: Double
        /// Ascending.
        let documents: [UInt16]
        /// Of each of them.
        let frequencies: [UInt32]

        /// Where those of a block of 2,048 documents are.
        func range(ofBlock block: Int) -> Range<Int> {
            firstIndex(fromBlock: block)..<firstIndex(fromBlock: block + 1)
        }

        private func firstIndex(fromBlock block: Int) -> Int {
            var (low, high) = (0, documents.count)
            while low < high {
                let middle = (low + high) / 2
                let isBefore = Int(documents[middle]) < block * IndexKey.documentsPerSmallChunk
                if isBefore { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// - Returns: the documents that got a score.
    private func scoreField(
        _ field: KeywordPlan.Field, _ chunk: UInt16, _ allowed: [UInt64]?, _ scratch: inout KeywordScratch
    ) throws -> [UInt16] {
        var touched: [UInt16] = []
        var terms: [Postings] = []
        var count = 0
        for term in field.terms {
            try meter.count(16)
            guard term.chunks.contains(chunk) else { continue }
            let (documents, frequencies) = try reader.postings(of: term, field.property, chunk, allowed)
            terms.append(Postings(weight: term.weight, documents: documents, frequencies: frequencies))
            count += documents.count
            if count < Self.mostPostings { continue }
            try score(terms, of: field, chunk, &touched, &scratch)
            terms.removeAll()
            count = 0
        }
        try score(terms, of: field, chunk, &touched, &scratch)
        return touched
    }

    private func score(
        _ terms: [Postings], of field: KeywordPlan.Field, _ chunk: UInt16, _ touched: inout [UInt16],
        _ scratch: inout KeywordScratch
    ) throws {
        var blocks: UInt32 = 0
        for term in terms {
            for number in term.documents { blocks |= 1 << UInt32(Int(number) / IndexKey.documentsPerSmallChunk) }
        }
        var missing = blocks
        try reader.forEachRow(IndexKey.prefix(.tokenCount, field.property), chunk: chunk, blocks: blocks) {
            block, key, row in
            guard let counts = StoredTokenCounts(row) else { throw IndexDamage.malformedEntry(key: key()) }
            missing &= ~(1 << UInt32(block))
            Self.score(block, of: field, terms, counts, &touched, &scratch)
        }
        // Documents that have a term but no tokens are damage, which is not found here.
        for block in SetBits(missing) { Self.score(block, of: field, terms, StoredTokenCounts(), &touched, &scratch) }
    }

    private static func score(
        _ block: Int, of field: KeywordPlan.Field, _ terms: [Postings], _ counts: StoredTokenCounts,
        _ touched: inout [UInt16], _ scratch: inout KeywordScratch
    ) {
        for term in terms {
            for position in term.range(ofBlock: block) {
                let number = term.documents[position]
                let (index, frequency) = (Int(number), Double(term.frequencies[position]))
                let length = Double(counts[index % IndexKey.documentsPerSmallChunk])
                let saturation = field.lengthFreePart + field.lengthFactor * length
                scratch.fieldScores[index] += term.weight * frequency / (frequency + saturation)
                if scratch.matches[index] == 0 { touched.append(number) }
                scratch.matches[index] += 1
            }
        }
    }

    /// The documents of a chunk that have every token in some field.
    private func documentsWithAllTokens(_ chunk: UInt16, within allowed: [UInt64]?) throws -> [UInt64] {
        var result = allowed ?? [UInt64](repeating: .max, count: IndexKey.wordsPerChunk)
        for terms in plan.termsAcross {
            var words = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
            for (property, term) in terms where term.chunks.contains(chunk) {
                try reader.add(to: &words, at: 0, documentsOf: term, property, chunk)
            }
            for index in result.indices { result[index] &= words[index] }
            try meter.count(8 * words.count)
        }
        return result
    }
}

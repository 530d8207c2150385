// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Scores all documents of one chunk of 65,536 after the other, a term at a time: for queries of very many terms, and what
/// `KeywordBlockScorer` is held against.
struct KeywordScorer<Store: OrderedReading> {
    private let plan: KeywordPlan
    private let reader: KeywordReader<Store>
    private let meter: WorkMeter

    /// Scores of one field, by lower half of the document number; 0 outside of a call.
    private var fieldScores = [Double](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Different tokens of one field; 0 outside of a call.
    private var matches = [UInt32](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Sums over fields; 0 outside of a call.
    private var scores = [Float](repeating: 0, count: IndexKey.documentsPerChunk)

    init(plan: KeywordPlan, reader: KeywordReader<Store>) {
        self.plan = plan
        self.reader = reader
        meter = reader.meter
    }

    /// Offers the documents of one chunk that match. After an error the scorer must not be used again.
    mutating func score(chunk: UInt16, filter: DocumentSet?, into best: inout BestDocuments) throws {
        try meter.count(IndexKey.documentsPerChunk / 8)
        var allowed = filter.map { $0.words(ofChunk: chunk) }
        if let words = allowed, !words.contains(where: { $0 != 0 }) { return }
        if !plan.termsAcross.isEmpty { allowed = try documentsWithAllTokens(chunk, within: allowed) }
        try score(chunk, allowed, into: &best)
    }

    private mutating func score(_ chunk: UInt16, _ allowed: [UInt64]?, into best: inout BestDocuments) throws {
        if let allowed, !allowed.contains(where: { $0 != 0 }) { return }
        // As bits, so that they come in ascending order whatever the order of fields, and what is kept of equal scores does not hang on it.
        var found = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
        for field in plan.fields {
            let touched = try scoreField(field, chunk, allowed)
            for number in touched {
                let index = Int(number)
                if Int(matches[index]) >= field.minimumMatches {
                    scores[index] += Float(fieldScores[index])
                    found[index >> 6] |= 1 << UInt64(index & 63)
                }
                fieldScores[index] = 0
                matches[index] = 0
            }
        }
        for (position, bits) in found.enumerated() where bits != 0 {
            var bits = bits
            while bits != 0 {
                let index = position << 6 | bits.trailingZeroBitCount
                bits &= bits - 1
                best.offer(DocumentID(UInt32(chunk) << 16 | UInt32(index)), scores[index])
                scores[index] = 0
            }
        }
    }

    /// - Returns: the documents that got a score.
    private mutating func scoreField(
        _ field: KeywordPlan.Field, _ chunk: UInt16, _ allowed: [UInt64]?
    ) throws -> [UInt16] {
        var touched: [UInt16] = []
        var lengths = TokenCounts(property: field.property, chunk: chunk)
        for term in field.terms {
            try meter.count(16)
            guard term.chunks.contains(chunk) else { continue }
            let documents = try reader.documents(of: term, field.property, chunk, allowed)
            try meter.count(16 * documents.count)
            let frequencies = try reader.frequencies(of: term, field.property, chunk)
            var next = 0
            for number in documents {
                while next < frequencies.count, frequencies[next].number < number { next += 1 }
                let isRepeated = next < frequencies.count && frequencies[next].number == number
                let frequency = isRepeated ? Double(frequencies[next].frequency) : 1
                let length = Double(try lengths.count(of: number, in: reader.store))
                let index = Int(number)
                let saturation = field.lengthFreePart + field.lengthFactor * length
                fieldScores[index] += term.weight * frequency / (frequency + saturation)
                if matches[index] == 0 { touched.append(number) }
                matches[index] += 1
            }
        }
        return touched
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

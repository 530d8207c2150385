// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// Scores the documents of one stretch of 65,536 after the other, a term at a time.
struct KeywordScorer<Store: OrderedReading> {
    private let plan: KeywordPlan
    private let store: Store

    /// Scores of one field, by lower half of the document number; 0 outside of a call.
    private var fieldScores = [Double](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Different tokens of one field; 0 outside of a call.
    private var matches = [UInt16](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Sums over fields; 0 outside of a call.
    private var scores = [Float](repeating: 0, count: IndexKey.documentsPerChunk)
    /// Whether a field qualified; false outside of a call.
    private var isFound = [Bool](repeating: false, count: IndexKey.documentsPerChunk)

    init(plan: KeywordPlan, store: Store) {
        self.plan = plan
        self.store = store
    }

    /// Offers the documents of one chunk that match.
    mutating func score(chunk: UInt16, filter: DocumentSet?, into best: inout BestDocuments) throws {
        var allowed = filter.map { $0.words(ofChunk: chunk) }
        if let words = allowed, !words.contains(where: { $0 != 0 }) { return }
        if plan.minimumMatchesAcross > 0 { allowed = try documentsWithAllTokens(chunk, within: allowed) }
        var found: [UInt16] = []
        for field in plan.fields {
            let touched = try scoreField(field, chunk, allowed)
            for number in touched {
                let index = Int(number)
                if Int(matches[index]) >= field.minimumMatches {
                    scores[index] += Float(fieldScores[index])
                    if !isFound[index] {
                        isFound[index] = true
                        found.append(number)
                    }
                }
                fieldScores[index] = 0
                matches[index] = 0
            }
        }
        // Ascending, so that what is kept of equal scores does not hang on the order of fields.
        for number in found.sorted() {
            best.offer(DocumentID(UInt32(chunk) << 16 | UInt32(number)), scores[Int(number)])
            scores[Int(number)] = 0
            isFound[Int(number)] = false
        }
    }

    /// - Returns: the documents that got a score.
    private mutating func scoreField(
        _ field: KeywordPlan.Field, _ chunk: UInt16, _ allowed: [UInt64]?
    ) throws -> [UInt16] {
        var touched: [UInt16] = []
        var lengths = TokenCounts(property: field.property, chunk: chunk)
        for term in field.terms where term.chunks.contains(chunk) {
            let documents = try documents(of: term, field.property, chunk, allowed)
            let frequencies = try frequencies(of: term, field.property, chunk)
            var next = 0
            for number in documents {
                while next < frequencies.count, frequencies[next].number < number { next += 1 }
                let isRepeated = next < frequencies.count && frequencies[next].number == number
                let frequency = isRepeated ? Double(frequencies[next].frequency) : 1
                let length = Double(try lengths.count(of: number, in: store))
                let index = Int(number)
                let saturation = field.lengthFreePart + field.lengthFactor * length
                fieldScores[index] += term.weight * frequency / (frequency + saturation)
                if matches[index] == 0 { touched.append(number) }
                // More than 65,535 different tokens count as that many.
                matches[index] += matches[index] == .max ? 0 : 1
            }
        }
        return touched
    }

    private func documents(
        of term: KeywordPlan.Term, _ property: PropertyID, _ chunk: UInt16, _ allowed: [UInt64]?
    ) throws -> [UInt16] {
        let key = IndexKey.chunk(IndexKey.prefix(.term, property, term.bytes), chunk)
        return try store.withValue(for: key) { span in
            guard let span else { return [] }
            var numbers: [UInt16] = []
            numbers.reserveCapacity(PostingChunk.count(span) ?? 0)
            let isWhole = PostingChunk.visit(span) { number in
                if let allowed, allowed[Int(number >> 6)] >> UInt64(number & 63) & 1 == 0 { return }
                numbers.append(number)
            }
            guard isWhole else { throw IndexDamage.malformedEntry(key: key) }
            return numbers
        }
    }

    /// Where the term is more than once, ascending.
    private func frequencies(
        of term: KeywordPlan.Term, _ property: PropertyID, _ chunk: UInt16
    ) throws -> [(number: UInt16, frequency: UInt32)] {
        let prefix = IndexKey.prefix(.frequency, property, term.bytes)
        let chunks = UInt32(IndexKey.documentsPerChunk / IndexKey.documentsPerSmallChunk)
        let first = UInt32(chunk) * chunks
        var result: [(number: UInt16, frequency: UInt32)] = []
        try store.scan(prefix: prefix, from: IndexKey.smallChunk(prefix, first)) { key, value in
            guard key.byteCount == prefix.count + 3, let entries = FrequencyChunk(value)?.entries else {
                throw IndexDamage.malformedEntry(key: key.bytes)
            }
            let small = UInt32(key.byte(at: prefix.count)) << 16 | UInt32(key.lastUInt16)
            guard small < first + chunks else { return false }
            let start = UInt16((small - first) * UInt32(IndexKey.documentsPerSmallChunk))
            for entry in entries { result.append((start + entry.offset, entry.frequency)) }
            return true
        }
        return result
    }

    /// The documents of a chunk that have every token in some field.
    private func documentsWithAllTokens(_ chunk: UInt16, within allowed: [UInt64]?) throws -> [UInt64] {
        var result = allowed ?? [UInt64](repeating: .max, count: 1024)
        for position in 0..<plan.minimumMatchesAcross {
            var words = [UInt64](repeating: 0, count: 1024)
            for field in plan.fields {
                for term in field.terms where term.position == position && term.chunks.contains(chunk) {
                    for number in try documents(of: term, field.property, chunk, nil) {
                        words[Int(number >> 6)] |= 1 << UInt64(number & 63)
                    }
                }
            }
            for index in result.indices { result[index] &= words[index] }
        }
        return result
    }

    /// For each token that the document has, from the first field that has it.
    func explanation(of document: DocumentID) throws -> [TermExplanation] {
        let (chunk, number) = (UInt16(document.number >> 16), UInt16(document.number & 0xFFFF))
        var explained: Set<[UInt8]> = []
        var result: [TermExplanation] = []
        for field in plan.fields {
            var lengths = TokenCounts(property: field.property, chunk: chunk)
            for term in field.terms where term.chunks.contains(chunk) && !explained.contains(term.token) {
                guard try documents(of: term, field.property, chunk, nil).contains(number) else { continue }
                let frequency = try frequencies(of: term, field.property, chunk).first { $0.number == number }?
                    .frequency
                explained.insert(term.token)
                result.append(
                    TermExplanation(
                        token: String(decoding: term.token, as: UTF8.self), frequency: Int(frequency ?? 1),
                        propertyLength: Int(try lengths.count(of: number, in: store))))
            }
        }
        return result
    }
}

/// Token counts of one field in one stretch of 65,536 documents, read when first asked for.
private struct TokenCounts {
    let property: PropertyID
    let chunk: UInt16
    private var chunks: [TokenCountChunk?]

    init(property: PropertyID, chunk: UInt16) {
        self.property = property
        self.chunk = chunk
        chunks = Array(repeating: nil, count: IndexKey.documentsPerChunk / IndexKey.documentsPerSmallChunk)
    }

    mutating func count(of number: UInt16, in store: some OrderedReading) throws -> UInt32 {
        let (index, offset) = Int(number).quotientAndRemainder(dividingBy: IndexKey.documentsPerSmallChunk)
        if chunks[index] == nil { chunks[index] = try read(index, store) }
        return chunks[index]?[offset] ?? 0
    }

    private func read(_ index: Int, _ store: some OrderedReading) throws -> TokenCountChunk {
        let key = IndexKey.smallChunk(
            IndexKey.prefix(.tokenCount, property), UInt32(Int(chunk) * chunks.count + index))
        return try store.withValue(for: key) { span in
            guard let span else { return TokenCountChunk() }
            guard let counts = TokenCountChunk(span) else { throw IndexDamage.malformedEntry(key: key) }
            return counts
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import DataModel
import Foundation

extension InvertedIndexSchema {
    /// The `limit` best documents by BM25, best first; equal scores by object id.
    ///
    /// score(document) = Σ over fields of boost · Σ over query tokens t of dup(t) · idf(t) · tf / (tf + k1 · (1 − b + b · len / avg)), where
    /// idf(t) = ln(1 + (N − n + 0.5) / (n + 0.5)). n is taken over all fields of one tokenization: the integer mean of the document counts
    /// of those that have the token. Summed in float64 within a field, in float32 over fields.
    /// A group of more than 16,384 documents with one score is in order of insertion instead.
    ///
    /// - Parameters:
    ///   - filter: only these documents; changes no score.
    ///   - explain: fill in `KeywordMatch.explanation`.
    /// - Throws: `KeywordSearchError`, `IndexDamage`, `CancellationError`, and what `store` and `ids` throw.
    /// - Complexity: O(postings of the tokens); 65,536 documents at a time in some 1.5 MB, and 8 bytes for each document kept.
    package func search(
        _ query: KeywordQuery, filter: DocumentSet?, limit: Int, explain: Bool = false, ids: some IDLookup,
        in store: some OrderedReading
    ) throws -> [KeywordMatch] {
        guard !query.text.isEmpty else { throw KeywordSearchError.emptyQuery }
        guard limit > 0 else { return [] }
        let plan = try KeywordPlan(query, schema: self, store: store)
        var best = BestDocuments(limit: limit)
        var scorer = KeywordScorer(plan: plan, store: store)
        for chunk in plan.chunks {
            try Task.checkCancellation()
            try scorer.score(chunk: chunk, filter: filter, into: &best)
        }
        return try best.ranked(ids: ids).map { document, score in
            KeywordMatch(
                document: document, score: score, explanation: explain ? try scorer.explanation(of: document) : [])
        }
    }
}

/// What is known of a search before documents are looked at.
struct KeywordPlan {
    /// One token of the query in one field.
    struct Term {
        let token: [UInt8]
        let bytes: [UInt8]
        /// boost · dup · idf.
        let weight: Double
        /// The stretches of 65,536 documents that have it.
        let chunks: Set<UInt16>
        /// Position among the different tokens of its tokenization.
        let position: Int
    }

    struct Field {
        let property: PropertyID
        let terms: [Term]
        /// How many different tokens a document must have in this field.
        let minimumMatches: Int
        /// k1 · (1 − b)
        let lengthFreePart: Double
        /// k1 · b / avg
        let lengthFactor: Double
    }

    private(set) var fields: [Field] = []
    /// How many different tokens a document must have over all fields; 0 if that does not matter.
    private(set) var minimumMatchesAcross = 0

    /// Ascending.
    var chunks: [UInt16] { Set(fields.flatMap { $0.terms.flatMap(\.chunks) }).sorted() }

    init(_ query: KeywordQuery, schema: InvertedIndexSchema, store: some OrderedReading) throws {
        let fields = try Self.uniqueFields(of: query, schema)
        let tokenizations = fields.map(\.property.tokenization)
        if query.matching == .andAcross, Set(tokenizations).count > 1 {
            throw KeywordSearchError.differentTokenizations
        }
        let documentCount = Double(try store.documentCount())
        for tokenization in tokenizations.enumerated().filter({ tokenizations.firstIndex(of: $1) == $0 }).map(\.element)
        {
            let tokens = Tokenizer(tokenization).queryTokens(of: query.text, without: schema.settings.stopWords)
            var repeats: [[UInt8]: Int] = [:]
            var distinct: [[UInt8]] = []
            for token in tokens.map({ Array($0.utf8) }) {
                if repeats.updateValue(repeats[token, default: 0] + 1, forKey: token) == nil { distinct.append(token) }
            }
            guard !distinct.isEmpty else { continue }
            let members = fields.filter { $0.property.tokenization == tokenization }
            let postings = try Self.postings(of: distinct, in: members.map(\.property.id), store)
            let weights = distinct.enumerated().map { position, token in
                let counts = postings.map { $0[position].count }.filter { $0 > 0 }
                let count = counts.isEmpty ? 0 : Double(counts.reduce(0, +) / counts.count)
                let inverse = log(1 + (max(documentCount, count) - count + 0.5) / (count + 0.5))
                return Double(repeats[token, default: 1]) * inverse
            }
            for (member, found) in zip(members, postings) {
                let terms = distinct.indices.filter { found[$0].count > 0 }.map { position in
                    Term(
                        token: distinct[position], bytes: TextTerm(distinct[position]).bytes,
                        weight: Double(member.boost) * weights[position], chunks: found[position].chunks,
                        position: position)
                }
                try append(member.property, terms, Self.minimum(query.matching, distinct.count), schema.settings, store)
            }
            if query.matching == .andAcross { minimumMatchesAcross = distinct.count }
        }
    }

    private static func uniqueFields(
        of query: KeywordQuery, _ schema: InvertedIndexSchema
    ) throws -> [(property: IndexedProperty, boost: Float)] {
        var fields: [(property: IndexedProperty, boost: Float)] = []
        for field in query.fields {
            guard let property = schema.propertiesByID[field.property], property.isKeywordSearchable else {
                throw KeywordSearchError.notSearchable(property: "\(field.property.number)")
            }
            if let earlier = fields.firstIndex(where: { $0.property.id == property.id }) {
                fields[earlier].boost = field.boost
            } else {
                fields.append((property, field.boost))
            }
        }
        return fields
    }

    private static func minimum(_ matching: KeywordQuery.Operator, _ distinctTokens: Int) -> Int {
        switch matching {
        case .or(let minimumMatches): max(1, minimumMatches)
        case .and: distinctTokens
        case .andAcross: 1
        }
    }

    /// For each property and token: how many documents, and in which chunks.
    private static func postings(
        of tokens: [[UInt8]], in properties: [PropertyID], _ store: some OrderedReading
    ) throws -> [[(count: Int, chunks: Set<UInt16>)]] {
        try properties.map { property in
            try tokens.map { token in
                let prefix = IndexKey.prefix(.term, property, TextTerm(token).bytes)
                var (count, chunks) = (0, Set<UInt16>())
                try store.scan(prefix: prefix, from: prefix) { key, value in
                    guard let size = PostingChunk.count(value), key.byteCount == prefix.count + 2 else {
                        throw IndexDamage.malformedEntry(key: key.bytes)
                    }
                    count += size
                    chunks.insert(key.lastUInt16)
                    return true
                }
                return (count, chunks)
            }
        }
    }

    private mutating func append(
        _ property: IndexedProperty, _ terms: [Term], _ minimumMatches: Int, _ settings: InvertedIndexSettings,
        _ store: some OrderedReading
    ) throws {
        guard !terms.isEmpty, terms.count >= minimumMatches else { return }
        let average = try store.textStatistics(of: property.id).averageLength
        let (k1, b) = (Double(settings.bm25K1), Double(settings.bm25B))
        fields.append(
            Field(
                property: property.id, terms: terms, minimumMatches: minimumMatches, lengthFreePart: k1 * (1 - b),
                lengthFactor: average > 0 ? k1 * b / average : 0))
    }
}

// SPDX-License-Identifier: Apache-2.0

internal import DataModel
import Foundation

/// What is known of a keyword search before documents are looked at.
struct KeywordPlan {
    /// One token of the query in one field.
    struct Term {
        let token: TextTerm
        /// boost · dup · idf.
        let weight: Double
        /// How many documents have it.
        let documentCount: Int
        /// The chunks of 65,536 documents that have it.
        let chunks: Set<UInt16>
        /// Index among the different tokens of its analyzer.
        let position: Int
        /// Equal for equal tokens of all analyzers.
        let tokenNumber: Int
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

    /// A token of the query.
    private struct Token {
        let term: TextTerm
        let number: Int
        /// How often it is in the query.
        var count = 1
    }

    /// How a property cuts the query.
    private struct Analyzer: Equatable {
        var tokenizer: Tokenizer
        var stopWords: StopWords
    }

    /// The searched properties of one analyzer.
    private struct Group {
        var analyzer: Analyzer
        var members: [(property: IndexedProperty, boost: Float)] = []
    }

    private(set) var fields: [Field] = []
    /// For `andAcross`: for each different token of the query, its terms in all fields; else empty.
    private(set) var termsAcross: [[(property: PropertyID, term: Term)]] = []

    /// How many postings all terms have.
    var postingCount: Int {
        fields.reduce(0) { $0 + $1.terms.reduce(0) { $0 + $1.documentCount } }
    }

    /// Ascending.
    var chunks: [UInt16] {
        var chunks: Set<UInt16> = []
        for field in fields {
            for term in field.terms { chunks.formUnion(term.chunks) }
        }
        return chunks.sorted()
    }

    /// - Throws: `KeywordSearchError`, `IndexDamage`, `CancellationError`, and what `store` throws.
    /// - Complexity: O(different tokens · fields) look-ups, which `limits` bounds.
    init(
        _ query: KeywordQuery, schema: InvertedIndexSchema, store: some OrderedReading, limits: QueryLimits,
        meter: WorkMeter
    ) throws {
        guard query.text.utf8.count <= limits.maximumTextBytes else {
            throw KeywordSearchError.textTooLong(limit: limits.maximumTextBytes)
        }
        let groups = try Self.groups(of: query, schema, meter)
        if query.matching == .andAcross, groups.count > 1 { throw KeywordSearchError.differentTokenizations }
        let documentCount = Double(try store.documentCount())
        var lookUps = 0
        var tokenNumbers: [[UInt8]: Int] = [:]
        for group in groups {
            let tokens = try Self.distinctTokens(of: query.text, group.analyzer, &tokenNumbers, meter)
            if tokens.isEmpty { continue }
            // Bounded by the length of the text and by the numbers that properties have.
            lookUps += tokens.count * group.members.count
            guard lookUps <= limits.maximumTerms else {
                throw KeywordSearchError.tooManyTerms(limit: limits.maximumTerms)
            }
            let minimum = Self.minimum(query.matching, tokens.count)
            for (member, terms) in zip(
                group.members, try Self.terms(tokens, group.members, documentCount, store, meter))
            {
                guard !terms.isEmpty, terms.count >= minimum else { continue }
                fields.append(try Self.field(member.property.id, terms, minimum, schema.settings, store))
            }
            if query.matching == .andAcross { collectTermsAcross(tokens.count) }
        }
    }

    /// The fields by analyzer, in the order of the query; a property named twice has its last boost.
    private static func groups(
        of query: KeywordQuery, _ schema: InvertedIndexSchema, _ meter: WorkMeter
    ) throws -> [Group] {
        var boosts: [PropertyID: Float] = [:]
        var order: [IndexedProperty] = []
        for field in query.fields {
            try meter.count()
            guard let property = schema.propertiesByID[field.property], property.isKeywordSearchable else {
                throw KeywordSearchError.notSearchable(property: "\(field.property.number)")
            }
            if boosts.updateValue(field.boost, forKey: property.id) == nil { order.append(property) }
        }
        var groups: [Group] = []
        for property in order {
            let boost = (boosts[property.id] ?? 1).clamped(to: RankingBounds.boost, otherwise: 0)
            let analyzer = Analyzer(
                tokenizer: property.tokenizer, stopWords: property.stopWords ?? schema.settings.stopWords)
            let index = groups.firstIndex { $0.analyzer == analyzer } ?? groups.count
            if index == groups.count { groups.append(Group(analyzer: analyzer)) }
            groups[index].members.append((property, boost))
        }
        return groups
    }

    /// The different tokens of the query in order.
    ///
    /// - Parameter numbers: of the tokens met so far, to be continued.
    private static func distinctTokens(
        of text: String, _ analyzer: Analyzer, _ numbers: inout [[UInt8]: Int], _ meter: WorkMeter
    ) throws -> [Token] {
        var indices: [[UInt8]: Int] = [:]
        var distinct: [Token] = []
        for token in analyzer.tokenizer.queryTokenBytes(of: text, without: analyzer.stopWords) {
            try meter.count(WorkMeter.lookUp + token.count)
            if let index = indices[token] {
                distinct[index].count += 1
            } else {
                indices[token] = distinct.count
                let number = numbers[token] ?? numbers.count
                numbers[token] = number
                distinct.append(Token(term: TextTerm(token), number: number))
            }
        }
        return distinct
    }

    private static func minimum(_ matching: KeywordQuery.Operator, _ distinctTokens: Int) -> Int {
        switch matching {
        case .or(let minimumMatches): max(1, minimumMatches)
        case .and: distinctTokens
        case .andAcross: 1
        }
    }

    /// For each member of a group its terms that some document has, with their weights.
    private static func terms(
        _ tokens: [Token], _ members: [(property: IndexedProperty, boost: Float)],
        _ documentCount: Double, _ store: some OrderedReading, _ meter: WorkMeter
    ) throws -> [[Term]] {
        var terms = [[Term]](repeating: [], count: members.count)
        for (position, token) in tokens.enumerated() {
            let found = try members.map { try postings(of: token.term, in: $0.property.id, store, meter) }
            let counts = found.map(\.count).filter { $0 > 0 }
            if counts.isEmpty { continue }
            let count = Double(counts.reduce(0, +) / counts.count)
            let inverse = log(1 + (max(documentCount, count) - count + 0.5) / (count + 0.5))
            for (index, member) in members.enumerated() where found[index].count > 0 {
                terms[index].append(
                    Term(
                        token: token.term, weight: Double(member.boost) * (Double(token.count) * inverse),
                        documentCount: found[index].count, chunks: found[index].chunks, position: position,
                        tokenNumber: token.number))
            }
        }
        return terms
    }

    /// How many documents have a token in a property, and in which chunks they are.
    private static func postings(
        of token: TextTerm, in property: PropertyID, _ store: some OrderedReading, _ meter: WorkMeter
    ) throws -> (count: Int, chunks: Set<UInt16>) {
        let prefix = IndexKey.prefix(.term, property, token.bytes)
        var (count, chunks) = (0, Set<UInt16>())
        try meter.count()
        try store.scan(prefix: prefix, from: prefix) { key, value in
            try meter.count()
            guard let size = PostingChunk.count(value), key.byteCount == prefix.count + 2 else {
                throw IndexDamage.malformedEntry(key: key.bytes)
            }
            count += size
            chunks.insert(key.lastUInt16)
            return true
        }
        return (count, chunks)
    }

    private static func field(
        _ property: PropertyID, _ terms: [Term], _ minimumMatches: Int, _ settings: InvertedIndexSettings,
        _ store: some OrderedReading
    ) throws -> Field {
        let average = try store.textStatistics(of: property).averageLength
        // Collections from before these bounds may have any number.
        let k1 = Double(settings.bm25K1).clamped(to: RankingBounds.k1, otherwise: 1.2)
        let b = Double(settings.bm25B).clamped(to: RankingBounds.b, otherwise: 0.75)
        return Field(
            property: property, terms: terms, minimumMatches: minimumMatches, lengthFreePart: k1 * (1 - b),
            lengthFactor: average > 0 ? k1 * b / average : 0)
    }

    private mutating func collectTermsAcross(_ tokenCount: Int) {
        termsAcross = Array(repeating: [], count: tokenCount)
        for field in fields {
            for term in field.terms { termsAcross[term.position].append((field.property, term)) }
        }
    }
}

extension FloatingPoint {
    /// The nearest number of `range`; `otherwise` for NaN.
    fileprivate func clamped(to range: ClosedRange<Self>, otherwise: Self) -> Self {
        isNaN ? otherwise : min(max(self, range.lowerBound), range.upperBound)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Rules out documents of a chunk that cannot be among the best any more, by what each token can add at most.
///
/// After MaxScore (Turtle and Flood, 1995), with sets of documents in place of cursors: a token without which the score that is needed
/// cannot be reached is *required*, so only documents that have it are looked at; where none is, tokens that cannot reach it together are
/// passed over. What is left is held, document by document, to the sum of what the tokens that it has can add. Scores stay exact, since
/// documents that stay are scored like any other.
struct KeywordPruning<Store: OrderedReading> {
    /// With more tokens bounds cost more than they save.
    private static var mostTokens: Int { 32 }
    private static var mostPairs: Int { 96 }
    /// Bounds are compared with scores that were rounded to float32 once a field.
    private static var slack: Double { 1 + 1e-5 }

    /// One token in one field.
    fileprivate struct Pair {
        let field: Int
        let term: KeywordPlan.Term
    }

    private let plan: KeywordPlan
    private let reader: KeywordReader<Store>
    /// By token, the same token of several tokenizations together.
    private let tokens: [[Pair]]

    /// - Returns: `nil` where pruning does not pay: one token or very many.
    init?(plan: KeywordPlan, reader: KeywordReader<Store>) {
        var pairs: [Int: [Pair]] = [:]
        for (index, field) in plan.fields.enumerated() {
            for term in field.terms { pairs[term.tokenNumber, default: []].append(Pair(field: index, term: term)) }
        }
        let count = pairs.values.reduce(0) { $0 + $1.count }
        guard (2...Self.mostTokens).contains(pairs.count), count <= Self.mostPairs else { return nil }
        self.plan = plan
        self.reader = reader
        tokens = pairs.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The documents of a chunk that may reach `score`.
    ///
    /// - Parameters:
    ///   - allowed: 1,024 words of which bits are looked at; nil allows all.
    ///   - score: what the last of the best documents has so far. Documents with exactly this score stay in.
    /// - Returns: 1,024 words; nil where nothing is gained.
    /// - Complexity: O(tokens² · fields) for the bounds, and the postings of the chunk.
    func candidates(in chunk: UInt16, within allowed: [UInt64]?, reaching score: Float) throws -> [UInt64]? {
        let present = tokens.map { pairs in pairs.filter { $0.term.chunks.contains(chunk) } }.filter { !$0.isEmpty }
        if present.count < 2 { return nil }
        let needed = Double(score)
        let required = present.indices.filter { index in
            bound(of: present.indices.lazy.filter { $0 != index }.map { present[$0] }) < needed
        }
        let postings = try ChunkPostings(present.flatMap { $0 }, of: plan, in: chunk, reader)
        var candidates: [UInt64]
        if required.isEmpty {
            candidates = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
            for pairs in essentialTokens(of: present, reaching: needed) { postings.add(pairs, to: &candidates) }
        } else {
            candidates = [UInt64](repeating: .max, count: IndexKey.wordsPerChunk)
            for index in required {
                var words = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
                postings.add(present[index], to: &words)
                for position in candidates.indices { candidates[position] &= words[position] }
            }
        }
        for position in candidates.indices {
            candidates[position] |= postings.repeated[position]
            if let allowed { candidates[position] &= allowed[position] }
        }
        try reader.meter.count(candidates.reduce(0) { $0 + $1.nonzeroBitCount } * postings.pairs.count)
        postings.keep(&candidates, reaching: needed / Self.slack)
        return candidates
    }

    /// Those without which `needed` cannot be reached: the tokens that add least are left out as long as they cannot reach it together.
    private func essentialTokens(of present: [[Pair]], reaching needed: Double) -> [[Pair]] {
        let ascending = present.map { (pairs: $0, bound: bound(of: CollectionOfOne($0))) }.sorted {
            $0.bound < $1.bound
        }
        var passedOver = 0
        while passedOver < ascending.count,
            bound(of: ascending[...passedOver].lazy.map(\.pairs)) < needed
        {
            passedOver += 1
        }
        return ascending[passedOver...].map(\.pairs)
    }

    /// What a document that has some of these tokens, each at most once in a field, can score.
    ///
    /// A field with n of them has at least n tokens, so its score is at most Σ weights / (1 + k1 · (1 − b) + k1 · b · n / avg).
    private func bound(of tokens: some Sequence<[Pair]>) -> Double {
        var weights = [[Double]](repeating: [], count: plan.fields.count)
        for pair in tokens.joined() where pair.term.weight > 0 { weights[pair.field].append(pair.term.weight) }
        var total = 0.0
        for (field, weights) in zip(plan.fields, weights) {
            var best = 0.0
            var sum = 0.0
            for (index, weight) in weights.sorted(by: >).enumerated() {
                sum += weight
                best = max(best, sum * field.greatestShare(tokenCount: index + 1))
            }
            total += best
        }
        return total * Self.slack
    }
}

extension KeywordPlan.Field {
    /// The most of its weight that a token adds that is there once, in a text of at least so many tokens.
    fileprivate func greatestShare(tokenCount: Int) -> Double {
        1 / (1 + lengthFreePart + lengthFactor * Double(tokenCount))
    }
}

/// The documents of a chunk by token and field, as bits.
private struct ChunkPostings<Store: OrderedReading> {
    typealias Pair = KeywordPruning<Store>.Pair

    /// By field, and ascending in it.
    let pairs: [Pair]
    /// 1,024 words a pair.
    private let words: [UInt64]
    /// The documents that have some token more than once in a field.
    let repeated: [UInt64]
    /// Of each field with pairs: where they are, and the share that a token adds in a text of 0, 1, … of them.
    private let fields: [(pairs: Range<Int>, shares: [Double])]

    init(_ pairs: [Pair], of plan: KeywordPlan, in chunk: UInt16, _ reader: KeywordReader<Store>) throws {
        let pairs = pairs.sorted { ($0.field, $0.term.tokenNumber) < ($1.field, $1.term.tokenNumber) }
        self.pairs = pairs
        var words = [UInt64](repeating: 0, count: pairs.count * IndexKey.wordsPerChunk)
        var repeated = [UInt64](repeating: 0, count: IndexKey.wordsPerChunk)
        for (index, pair) in pairs.enumerated() {
            let property = plan.fields[pair.field].property
            try reader.add(
                to: &words, at: index * IndexKey.wordsPerChunk, documentsOf: pair.term, property, chunk)
            try reader.forEachFrequency(of: pair.term, property, chunk) { number, _ in
                repeated[Int(number >> 6)] |= 1 << UInt64(number & 63)
            }
        }
        self.words = words
        self.repeated = repeated
        var fields: [(pairs: Range<Int>, shares: [Double])] = []
        var start = 0
        while start < pairs.count {
            let field = pairs[start].field
            let end = pairs[start...].firstIndex { $0.field != field } ?? pairs.count
            fields.append((start..<end, (0...end - start).map { plan.fields[field].greatestShare(tokenCount: $0) }))
            start = end
        }
        self.fields = fields
    }

    /// Adds the documents that have a token in some field.
    func add(_ token: [Pair], to target: inout [UInt64]) {
        for pair in token {
            guard
                let index = pairs.firstIndex(where: {
                    $0.field == pair.field && $0.term.tokenNumber == pair.term.tokenNumber
                })
            else { continue }
            let start = index * IndexKey.wordsPerChunk
            for position in target.indices { target[position] |= words[start + position] }
        }
    }

    /// Takes out the documents whose tokens cannot reach `needed` together.
    func keep(_ candidates: inout [UInt64], reaching needed: Double) {
        let weights = pairs.map { max(0, $0.term.weight) }
        var column = [UInt64](repeating: 0, count: pairs.count)
        for position in candidates.indices where candidates[position] != 0 {
            for index in column.indices { column[index] = words[index * IndexKey.wordsPerChunk + position] }
            var word = candidates[position]
            while word != 0 {
                let bit = UInt64(word.trailingZeroBitCount)
                word &= word - 1
                let isRepeated = repeated[position] >> bit & 1 == 1
                var bound = 0.0
                for field in fields {
                    var (sum, count) = (0.0, 0)
                    for index in field.pairs where column[index] >> bit & 1 == 1 {
                        sum += weights[index]
                        count += 1
                    }
                    // However often a token is there, it adds less than its weight.
                    bound += isRepeated ? sum : sum * field.shares[count]
                }
                if bound < needed { candidates[position] &= ~(1 << bit) }
            }
        }
    }
}

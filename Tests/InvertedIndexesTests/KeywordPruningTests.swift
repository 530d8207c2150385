// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import InvertedIndexes

@Suite struct KeywordPruningTests {
    private static let words = [
        "red", "blue", "car", "bike", "tree", "lake", "hill", "moon", "rain", "snow", "wind", "zinc",
    ]

    /// 1,500 documents over three stretches of 65,536: frequent and rare words, some of them repeated.
    private static func shard(_ random: inout SplitMix64, longestText: Int) throws -> Shard {
        var shard = Shard(["t": .text(1), "s": .text(2)])
        var batch = PostingBatch()
        for index in 0..<1_500 {
            var values: [String: PropertyValue] = [:]
            for name in ["t", "s"] {
                let count = Int.random(in: 1...longestText, using: &random)
                let text = (0..<count).map { _ in
                    // The first words are the most frequent.
                    let bound = Int.random(in: 1...words.count, using: &random)
                    return words[Int.random(in: 0..<bound, using: &random)]
                }
                values[name] = .text(text.joined(separator: " "))
            }
            shard.put(UInt32(index / 500 * 65_536 + index % 500 * 61), values, in: &batch)
        }
        try batch.flush(into: shard.store)
        return shard
    }

    private static func query(_ random: inout SplitMix64) -> String {
        (0..<Int.random(in: 1...5, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
            .joined(separator: " ")
    }

    @Test(arguments: [3, 8, 40])
    func `a pruned search finds what an exhaustive one finds`(longestText: Int) throws {
        var random = SplitMix64(seed: UInt64(longestText))
        let shard = try Self.shard(&random, longestText: longestText)
        let fields: [[String]] = [["t"], ["t", "s"], ["t^3", "s^0.5"], ["t^-1", "s^2"]]
        let operators: [KeywordQuery.Operator] = [.or(minimumMatches: 1), .or(minimumMatches: 2), .and, .andAcross]
        for round in 0..<24 {
            let query = Self.query(&random)
            let names = fields[round % fields.count]
            let matching = operators[round / 4 % operators.count]
            let filter: DocumentSet? =
                round % 3 == 0
                ? DocumentSet(shard.documents.keys.filter { $0.number % 7 < 3 }.sorted()) : nil
            for limit in [1, 3, 20] {
                let pruned = try shard.search(query, in: names, matching: matching, filter: filter, limit: limit)
                let all = try shard.search(
                    query, in: names, matching: matching, filter: filter, limit: limit, mode: .exhaustive)
                #expect(pruned == all, "'\(query)' in \(names), \(matching), \(limit)")
            }
        }
    }

    /// Which documents of a shard a search for the words has to score once `score` has been found.
    private func candidates(_ shard: Shard, _ text: String, reaching score: Float) throws -> [Int] {
        let query = KeywordQuery(text: text, fields: try shard.schema.keywordFields(named: ["t"]))
        let meter = WorkMeter(.never)
        let plan = try KeywordPlan(query, schema: shard.schema, store: shard.store, limits: QueryLimits(), meter: meter)
        let reader = KeywordReader(store: shard.store, meter: meter)
        let field = plan.fields[0]
        var columns = KeywordColumns()
        columns.clear(columns: field.terms.count)
        for (column, term) in field.terms.enumerated() {
            try columns.readPostings(of: term, field.property, chunk: 0, into: column, from: reader)
            try columns.readFrequencies(of: term, field.property, chunk: 0, blocks: .max, into: column, from: reader)
        }
        let gains = field.terms.map {
            KeywordGain(weight: $0.weight, lengthFreePart: field.lengthFreePart, lengthFactor: field.lengthFactor)
        }
        var words = [UInt64](repeating: .max, count: IndexKey.wordsPerChunk)
        var bounds = KeywordBounds()
        let isOneLeft = bounds.keep(&words, block: 0, of: columns, gains: gains, reaching: Double(score))
        #expect(isOneLeft == words[..<KeywordColumns.wordsPerBlock].contains { $0 != 0 })
        return (0..<IndexKey.documentsPerSmallChunk).filter { words[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 }
    }

    @Test func `documents without a word that is needed are passed over, unless they repeat another`() throws {
        var texts = ["red blue", "red green", "blue green", "red red red red", "green"]
        // So many others that the two words weigh something.
        texts += (0..<140).map { "word\($0) other" }
        let shard = try Shard(["t": .text(1)], values: texts.map { ["t": .text($0)] })
        let matches = try shard.search("red blue", in: ["t"])
        #expect(matches.prefix(2).map(\.document) == [DocumentID(0), DocumentID(3)])
        #expect(try candidates(shard, "red blue", reaching: matches[0].score) == [0])
        #expect(try candidates(shard, "red blue", reaching: matches[1].score) == [0, 3])
        #expect(try candidates(shard, "red blue", reaching: 0.001) == [0, 1, 2, 3])
        #expect(try candidates(shard, "red blue", reaching: 100) == [])
    }

    @Test func `words that cannot reach the score together are not looked for`() throws {
        var texts = ["rare", "often", "often x", "rare often"]
        texts += (0..<40).map { "often word\($0) word" }
        let shard = try Shard(["t": .text(1)], values: texts.map { ["t": .text($0)] })
        let lone = try #require(shard.search("often", in: ["t"], limit: 1).first)
        #expect(try candidates(shard, "rare often", reaching: lone.score * 1.2) == [0, 3])
    }

    @Test func `frequencies of any width and rows without tokens count as they are stored`() throws {
        var shard = Shard(["t": .text(1)])
        for number in 0..<400 as Range<UInt32> {
            let count = number % 200 == 0 ? 70_000 : number % 20 == 0 ? 300 : Int(number % 5)
            try shard.put(
                number * 131, ["t": .text(String(repeating: "red ", count: count) + "blue tree\(number % 3)")])
        }
        for query in ["red", "red blue", "tree1 red", "blue tree0 tree1"] {
            for limit in [1, 10, 350] {
                #expect(
                    try shard.search(query, limit: limit) == shard.search(query, limit: limit, mode: .exhaustive),
                    "'\(query)', \(limit)")
            }
        }
        for key in shard.store.entries.keys where key[0] == EntryKind.tokenCount.rawValue {
            try shard.store.removeValue(for: key)
        }
        #expect(try shard.search("red blue", limit: 400) == shard.search("red blue", limit: 400, mode: .exhaustive))
    }

    @Test(arguments: [EntryKind.term, .frequency, .tokenCount])
    func `a row that cannot be read is told`(kind: EntryKind) throws {
        let texts = (0..<2_000).map { "red red blue\($0 % 7)" }
        let shard = try Shard(["t": .text(1)], values: texts.map { ["t": .text($0)] })
        for key in shard.store.entries.keys where key[0] == kind.rawValue { try shard.store.put([9], for: key) }
        #expect(throws: IndexDamage.self) { try shard.search("red blue1", limit: 3) }
        #expect(throws: IndexDamage.self) { try shard.search("red blue1", limit: 3, mode: .exhaustive) }
    }

    @Test func `equal scores are in order of their ids, in whichever order documents were offered`() throws {
        struct IDs: IDLookup {
            func targets(in collection: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets {
                TargetList()
            }
            func document(of id: ObjectID) throws -> DocumentID? { nil }
            func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws {}
            /// The later the document, the smaller the id.
            func id(of document: DocumentID) throws -> ObjectID? { ObjectID(high: 0, low: ~UInt64(document.number)) }
        }
        var random = SplitMix64(seed: 5)
        for limit in [1, 3, 7] {
            var offers = (0..<60 as Range<UInt32>).map { (DocumentID($0), Float($0 * 7 % 5)) }
            var expected = offers.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 > $1.0 }.prefix(limit).map(\.0)
            for _ in 0..<20 {
                offers.shuffle(using: &random)
                var best = BestDocuments(limit: limit)
                for (document, score) in offers { best.offer(document, score) }
                #expect(try best.ranked(ids: IDs(), meter: WorkMeter(.never)).map(\.document) == expected)
            }
            // More equal ones than are ordered by id: the first that came in.
            var best = BestDocuments(limit: limit)
            let many = (0..<UInt32(BestDocuments.maximumTies) + 10).map { DocumentID($0) }.shuffled(using: &random)
            for document in many { best.offer(document, 1) }
            expected = (0..<UInt32(limit)).map { DocumentID($0) }
            #expect(try best.ranked(ids: IDs(), meter: WorkMeter(.never)).map(\.document) == expected)
        }
    }
}

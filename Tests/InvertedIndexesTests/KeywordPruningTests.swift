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
        for round in 0..<60 {
            let query = Self.query(&random)
            let names = fields[round % fields.count]
            let matching = operators[round / 4 % operators.count]
            let filter: DocumentSet? =
                round % 3 == 0
                ? DocumentSet(shard.documents.keys.filter { $0.number % 7 < 3 }.sorted()) : nil
            for limit in [1, 3, 20] {
                let pruned = try shard.search(query, in: names, matching: matching, filter: filter, limit: limit)
                let all = try shard.search(
                    query, in: names, matching: matching, filter: filter, limit: limit, isExhaustive: true)
                #expect(pruned == all, "'\(query)' in \(names), \(matching), \(limit)")
            }
        }
    }

    /// What a search for the words has to look at once `score` has been found.
    private func candidates(_ shard: Shard, _ text: String, reaching score: Float) throws -> [Int]? {
        let query = KeywordQuery(text: text, fields: try shard.schema.keywordFields(named: ["t"]))
        let meter = WorkMeter(.never)
        let plan = try KeywordPlan(
            query, schema: shard.schema, store: shard.store, limits: QueryLimits(), meter: meter)
        let reader = KeywordReader(store: shard.store, meter: meter)
        let pruning = try #require(KeywordPruning(plan: plan, reader: reader))
        guard let words = try pruning.candidates(in: 0, within: nil, reaching: score) else { return nil }
        return (0..<64).filter { words[0] >> UInt64($0) & 1 == 1 }
    }

    @Test func `documents without a word that is needed are passed over, unless they repeat another`() throws {
        var texts = ["red blue", "red green", "blue green", "red red red", "green"]
        // So many others that the two words weigh something.
        texts += (0..<40).map { "word\($0) other" }
        let shard = try Shard(["t": .text(1)], values: texts.map { ["t": .text($0)] })
        let best = try #require(shard.search("red blue", in: ["t"], limit: 1).first)
        #expect(best.document == DocumentID(0))
        #expect(try candidates(shard, "red blue", reaching: best.score) == [0, 3])
        #expect(try candidates(shard, "red blue", reaching: 0.001) == [0, 1, 2, 3])
    }

    @Test func `words that cannot reach the score together are not looked for`() throws {
        var texts = ["rare", "often", "often x", "rare often"]
        texts += (0..<40).map { "often word\($0) word" }
        let shard = try Shard(["t": .text(1)], values: texts.map { ["t": .text($0)] })
        let lone = try #require(shard.search("often", in: ["t"], limit: 1).first)
        #expect(try candidates(shard, "rare often", reaching: lone.score * 1.2) == [0, 3])
    }
}

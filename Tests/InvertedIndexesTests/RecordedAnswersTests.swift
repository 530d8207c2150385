// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import InvertedIndexes
import Testing

@Suite(
    .enabled(
        if: Recording.isAvailable,
        "set NEEDLETAIL_TEST_DATA to the folder that holds differential/cases.jsonl and golden.jsonl"))
struct RecordedAnswersTests {
    /// Answers that ours differ from on purpose: on types without terms, the real server's `IsNull` finds nothing, true or false.
    /// And one whose number, -5.075089300547832e-07, Foundation's JSON reader gets wrong in the last place.
    private static func isDifferentOnPurpose(_ name: String) -> Bool {
        ["bytes IsNull", "place IsNull", "phone IsNull", "0124 real ContainsNone"].contains { name.hasSuffix($0) }
    }

    private let world: RecordedWorld
    private let cases: [(name: String, query: RecordedQuery, answer: [String: Any])]

    init() throws {
        let lines = try Recording.lines("cases.jsonl")
        world = try RecordedWorld(lines)
        var answers: [String: [String: Any]] = [:]
        for line in try Recording.lines("golden.jsonl") {
            if let name = line["name"] as? String { answers[name] = line["body"] as? [String: Any] }
        }
        cases = lines.compactMap { line in
            guard let name = line["name"] as? String, let text = line["graphql"] as? String, let answer = answers[name],
                let query = RecordedQuery(text)
            else { return nil }
            return (name, query, answer)
        }
    }

    /// What the server found; nil if it answered with an error.
    private func found(_ answer: [String: Any], _ collection: String) -> [[String: Any]]? {
        let get = (answer["data"] as? [String: Any])?["Get"] as? [String: Any]
        return (get?[collection] as? [[String: Any]])?.compactMap { $0["_additional"] as? [String: Any] }
    }

    @Test func `filters find what the real server found`() throws {
        var compared = 0
        for (name, query, answer) in cases where name.hasPrefix("where/") || name.hasPrefix("where-odd/") {
            guard let filter = query.arguments["where"].flatMap({ RecordedQuery.filter($0) }) else { continue }
            guard query.arguments.count == 1, answer["data"] != nil, !Self.isDifferentOnPurpose(name) else { continue }
            let ours = try? world.documents(filter, of: query.collection).compactMap {
                world.id(of: $0, in: query.collection)?.description
            }
            let theirs = found(answer, query.collection)?.compactMap { $0["id"] as? String }
            #expect(
                ours.map { Set($0) } == theirs.map { Set($0) }, "\(name) \(query.arguments) \(answer["errors"] ?? "")")
            compared += 1
        }
        #expect(compared > 300)
    }

    @Test func `keyword search ranks and scores as the real server did`() throws {
        var compared = 0
        for (name, query, answer) in cases where name.hasPrefix("bm25/") {
            guard let bm25 = query.arguments["bm25"] as? [String: Any], let theirs = found(answer, query.collection),
                let shard = world.shards[query.collection], !Self.isDifferentOnPurpose(name)
            else { continue }
            let fields = try shard.schema.keywordFields(named: bm25["properties"] as? [String] ?? [])
            let filter = try query.arguments["where"].flatMap { RecordedQuery.filter($0) }.map {
                try world.documents($0, of: query.collection)
            }
            let limit = (query.arguments["limit"] as? Int64).map { Int($0) } ?? 100
            let offset = (query.arguments["offset"] as? Int64).map { Int($0) } ?? 0
            let matches = try shard.schema.search(
                KeywordQuery(text: bm25["query"] as? String ?? "", fields: fields, matching: matching(bm25)),
                filter: filter, limit: offset + limit, ids: shard.ids, in: shard.store
            ).dropFirst(offset)
            let scores = theirs.compactMap { ($0["score"] as? String).flatMap { Float($0) } }
            let ids = theirs.compactMap { $0["id"] as? String }
            let ourIDs = matches.compactMap { world.id(of: $0.document, in: query.collection)?.description }
            #expect(matches.count == theirs.count, "\(name)")
            let areClose = zip(matches, scores).allSatisfy { abs($0.score - $1) <= 2e-5 * max(1, abs($1)) }
            #expect(areClose, "\(name) \(query.arguments) \(matches.map(\.score).prefix(5)) \(scores.prefix(5))")
            // Scores that differ in the last digit only may change places.
            let isSameOrder = zip(zip(ourIDs, ids), zip(matches, scores)).allSatisfy { pair, score in
                pair.0 == pair.1 || scores.filter { abs($0 - score.1) <= 2e-5 * max(1, abs($0)) }.count > 1
            }
            #expect(isSameOrder, "\(name)")
            compared += 1
        }
        #expect(compared > 60)
    }

    private func matching(_ bm25: [String: Any]) -> KeywordQuery.Operator {
        let value = bm25["searchOperator"] as? [String: Any]
        let minimum = (value?["minimumOrTokensMatch"] as? Int64).map { Int($0) } ?? 1
        return switch value?["operator"] as? String {
        case "And": .and
        case "AndCross": .andAcross
        default: .or(minimumMatches: minimum)
        }
    }

    @Test func `the entries of every recorded collection agree with its documents`() throws {
        for shard in world.shards.values {
            #expect(try shard.findings() == [])
            #expect(try shard.freshEntries() == shard.store.entries)
        }
    }
}

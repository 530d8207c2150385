// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Synchronization
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct RecallCheckTests {
    private func articles(_ count: Int, index: VectorIndexDefinition) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        var definition = CollectionDefinition.articles()
        definition.vectors[0].index = index
        _ = try await fixture.database.createCollection(definition)
        var generator = SplitMix64(seed: 5)
        let inputs = (0..<count).map { number in
            let vector = (0..<16).map { _ in Float.random(in: -1...1, using: &generator) }
            return ObjectInput.article(UInt64(number), "a", year: number, vector: vector)
        }
        #expect(await fixture.database.upsert(inputs).allSatisfy { (try? $0.get()) != nil })
        return fixture
    }

    private func run(_ fixture: DatabaseFixture, queries: Int) throws -> (reports: [String], findings: [String]) {
        var reports: [String] = []
        let check = RecallCheck(environment: fixture.database.environment, queryCount: queries)
        let findings = try check.run(report: { reports.append($0) }, progress: { _ in })
        return (reports, findings)
    }

    @Test func `a good index is reported with its recall and is no finding`() async throws {
        let fixture = try await articles(1_500, index: .init(metric: .cosine))
        let (reports, findings) = try run(fixture, queries: 20)
        #expect(findings.isEmpty)
        #expect(reports.count == 1)
        let shard = try #require(fixture.database.shards().first?.name)
        #expect(
            reports.first?.hasPrefix("collection Article, shard \(shard): recall@10 1.0000 over 20 queries, ") == true)
        #expect(reports.first?.hasSuffix(" ms a query, 1500 vectors, ef 100") == true)
        await fixture.close()
    }

    @Test func `a poor index is a finding that says what to do`() async throws {
        let poor = VectorIndexDefinition(metric: .l2Squared, maxConnections: 4, efConstruction: 4, ef: 1)
        let fixture = try await articles(2_500, index: poor)
        let (reports, findings) = try run(fixture, queries: 20)
        #expect(reports.count == 1)
        #expect(findings.count == 1)
        #expect(findings.first?.contains("raise 'ef'") == true)
        await fixture.close()
    }

    @Test func `a flat index says so, and one vector alone is not asked for others`() async throws {
        let flat = try await articles(30, index: .init(kind: .flat))
        #expect(try run(flat, queries: 100).reports.first?.contains("over 30 queries") == true)
        #expect(try run(flat, queries: 100).reports.first?.hasSuffix("30 vectors, flat") == true)
        await flat.close()
        let single = try await articles(1, index: .init())
        #expect(try run(single, queries: 100).reports.isEmpty)
        await single.close()
    }

    @Test func `the same vectors are drawn each time`() async throws {
        let poor = VectorIndexDefinition(metric: .l2Squared, maxConnections: 4, efConstruction: 4, ef: 1)
        let fixture = try await articles(800, index: poor)
        fixture.database.maintenance.stop()
        fixture.database.collectionTable.all[0].shards.all[0].allIndexes[0].index?.linkNext(maximum: .max)
        try await fixture.reopen()
        let recalls = try (0..<2).map { _ in
            try run(fixture, queries: 10).reports.map { $0.split(separator: " over ").first }
        }
        #expect(recalls[0] == recalls[1])
        await fixture.close()
    }
}

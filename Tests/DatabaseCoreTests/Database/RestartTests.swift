// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import JSON
import ObjectStorage
import Testing
import VectorIndexes

@testable import DatabaseCore

/// What searches find after a start, whatever the last snapshot of the index holds.
@Suite struct RestartTests {
    /// Different for each number, near for near ones.
    private func vector(_ number: Int) -> [Float] {
        let angle = Float(number) / 400
        return [1, Float(Foundation.cos(Double(angle))), Float(Foundation.sin(Double(angle)))]
    }

    private func article(_ number: Int, as vector: [Float]? = nil) -> ObjectInput {
        .article(UInt64(number), "number \(number)", year: number, vector: vector ?? self.vector(number))
    }

    /// 400 articles, all of them in the snapshot that a clean stop leaves.
    private func filled() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        _ = await fixture.database.upsert((0..<400).map { article($0) })
        while fixture.database.shards().contains(where: { $0.unlinkedCount > 0 }) { await Task.yield() }
        try await fixture.reopen()
        return fixture
    }

    private func nearest(_ vector: [Float], _ fixture: DatabaseFixture, limit: Int = 3) async throws -> [ObjectID] {
        try await fixture.database.hits(of: .near(vector, in: "Article", limit: limit)).map(\.object.id)
    }

    /// What is wrong with the snapshot of the only index, as the loading says.
    private func problem(_ fixture: DatabaseFixture) throws -> String? {
        let shard = try #require(fixture.database.collectionTable["Article"]).shards.all[0]
        let index = ShardVectorIndex(
            vector: VectorID(0), shard: shard.address, configuration: .init(metric: .l2Squared))
        return try fixture.database.environment.read { try index.load(dimensions: 3, in: $0) }
    }

    @Test func `changes since the last snapshot are there after a crash`() async throws {
        let fixture = try await filled()
        _ = await fixture.database.upsert((100..<150).map { article($0, as: vector($0 + 1_000)) })
        for number in 200..<250 as Range<UInt64> {
            _ = try await fixture.database.delete(.number(number), in: "Article", tenant: nil)
        }
        _ = await fixture.database.upsert((400..<420).map { article($0) })
        let crashed = try DatabaseFixture(afterCrashOf: fixture)
        #expect(crashed.database.shards().map(\.objectCount) == [370])
        #expect(try problem(crashed) == nil)
        #expect(try await nearest(vector(1_120), crashed, limit: 1) == [.number(120)])
        #expect(try await nearest(vector(410), crashed, limit: 1) == [.number(410)])
        #expect(try await nearest(vector(300), crashed, limit: 1) == [.number(300)])
        let all = try await nearest(vector(225), crashed, limit: 400)
        #expect(Set(all).count == 370)
        #expect(Set(all).isDisjoint(with: (200..<250).map { .number(UInt64($0)) }))
        await crashed.close()
        await fixture.close()
    }

    @Test func `a damaged snapshot is named, and the index is built again`() async throws {
        let fixture = try await filled()
        let damaged = try DatabaseFixture(afterCrashOf: fixture) { file in
            var bytes = try Data(contentsOf: file)
            // The head of a segment of codes; the byte is in its rows.
            let head = try #require(bytes.firstRange(of: Data("NVIX".utf8) + Data([1, 0, 2, 0])))
            bytes[head.lowerBound + 40] ^= 1
            try bytes.write(to: file)
        }
        #expect(try problem(damaged)?.contains("codes 0") == true)
        #expect(try await nearest(vector(300), damaged, limit: 1) == [.number(300)])
        #expect(try await nearest(vector(0), damaged, limit: 400).count == 400)
        await damaged.close()
        await fixture.close()
    }
}

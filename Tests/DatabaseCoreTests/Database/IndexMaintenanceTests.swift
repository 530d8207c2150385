// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Observability
import RandomNumbers
import Synchronization
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct IndexMaintenanceTests {
    /// Articles with random vectors of 16 dimensions.
    private func articles(_ count: Int, seed: UInt64) -> [ObjectInput] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { number in
            let vector = (0..<16).map { _ in Float.random(in: -1...1, using: &generator) }
            return .article(UInt64(number), "red", year: number, vector: vector)
        }
    }

    /// Asks again and again, for a minute at most.
    private func holds(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<6_000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test func `what is to be repaired is repaired though another thread has linked the last vectors`() async throws {
        let fixture = try DatabaseFixture(maintenanceThreads: 4)
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        for round in 0..<12 {
            _ = await fixture.database.upsert(articles(1_000, seed: UInt64(round)))
            let index = try #require(fixture.database.collectionTable.all[0].shards.all[0].allIndexes[0].index)
            // Nothing wakes the threads any more.
            let isSettled = try await holds { index.unlinkedCount == 0 && index.tombstoneCount <= 100 }
            #expect(isSettled, "round \(round): \(index.tombstoneCount) tombstones, tail \(index.unlinkedCount)")
            if !isSettled { break }
        }
        await fixture.close()
    }

    @Test func `many tombstones are a reason for repair also while vectors wait for their links`() throws {
        let shard = Shard(
            address: ShardAddress(CollectionID(1), ShardID(0)), name: "s", definition: .numbered)
        let index = shard.allIndexes[0]
        for number in 0..<400 { try index.stage([Float(number), 1], of: DocumentID(UInt32(number))) }
        index.index?.linkNext(maximum: .max)
        for number in 0..<110 { index.remove(DocumentID(UInt32(number))) }
        #expect(index.needsRepair)
        try index.stage([0.5, 1], of: DocumentID(1_000))
        #expect(!index.needsRepair)
        for number in 110..<200 { index.remove(DocumentID(UInt32(number))) }
        #expect(index.needsRepair)
    }

    @Test(.timeLimit(.minutes(1))) func `a writer that waits for room is let through when its collection is dropped`()
        async throws
    {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        let collection = fixture.database.collectionTable.all[0]
        let shard = Shard(
            address: ShardAddress(collection.id, ShardID(9)), name: "s", definition: .numbered, tailLimit: 2)
        collection.shards.add(shard)
        for number in 0..<3 { try shard.allIndexes[0].stage([Float(number), 1], of: DocumentID(UInt32(number))) }
        let writer = Task { await shard.waitForRoom() }
        try await fixture.database.deleteCollection(named: "Article")
        await writer.value
        await fixture.close()
    }

    @Test func `a snapshot that a stop or a drop ends is no reason for a warning, one that fails is`() async throws {
        let fixture = try DatabaseFixture()
        let paper = Mutex("")
        let sink = LogSink { lines in paper.withLock { $0 += String(decoding: lines, as: UTF8.self) } }
        let logger = Logger(level: .trace, sink: sink)
        let maintenance = IndexMaintenance(
            queue: fixture.database.queue, recall: fixture.database.recall,
            logger: logger, threadCount: 1)
        // Of a collection that is not there any more.
        let shard = Shard(
            address: ShardAddress(CollectionID(9), ShardID(0)), name: "s", definition: .numbered)
        let index = shard.allIndexes[0]
        for number in 0..<3 { try index.stage([Float(number), 1], of: DocumentID(UInt32(number))) }
        index.index?.linkNext(maximum: .max)
        maintenance.save(index, isCancelled: { true })
        logger.flush()
        #expect(paper.withLock { $0 } == "")
        #expect(index.hasUnsavedChanges)
        maintenance.save(index, isCancelled: { false })
        logger.flush()
        #expect(paper.withLock { $0 } == "")
        await fixture.close()
        maintenance.save(index, isCancelled: { false })
        logger.flush()
        #expect(paper.withLock { $0 }.contains("could not be saved"))
    }
}

extension CollectionDefinition {
    /// Objects without properties, whose vector has its number.
    fileprivate static var numbered: Self {
        var definition = CollectionDefinition.articles(metric: .l2Squared)
        definition.properties = []
        definition.vectors[0].id = VectorID(0)
        return definition
    }
}

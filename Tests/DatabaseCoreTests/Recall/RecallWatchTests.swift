// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import JSON
import ObjectStorage
import Observability
import RandomNumbers
import Synchronization
import Testing
import VectorIndexes

@testable import DatabaseCore

/// Samples are answered by the tests themselves, step by step: the database's own worker is stopped.
@Suite struct RecallWatchTests {
    /// Articles with random vectors, linked, in a database without workers.
    private func articles(
        _ count: Int, dimensions: Int = 16, index: VectorIndexDefinition = .init(metric: .l2Squared)
    ) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture { $0.recallSampleShare = 1 }
        fixture.database.maintenance.stop()
        var definition = CollectionDefinition.articles()
        definition.vectors[0].index = index
        _ = try await fixture.database.createCollection(definition)
        var generator = SplitMix64(seed: 5)
        for start in stride(from: 0, to: count, by: 1_000) {
            let inputs = (start..<min(start + 1_000, count)).map { number in
                let vector = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
                return ObjectInput.article(
                    UInt64(number), number % 4 == 0 ? "red" : "blue", year: number, vector: vector)
            }
            let results = await fixture.database.upsert(inputs)
            #expect(results.allSatisfy { (try? $0.get()) != nil })
        }
        shardIndex(in: fixture).index?.linkNext(maximum: .max)
        return fixture
    }

    private func shardIndex(in fixture: DatabaseFixture) -> ShardVectorIndex {
        fixture.database.collectionTable.all[0].shards.all[0].allIndexes[0]
    }

    /// Sends searches from random points, `limit` neighbors each.
    private func search(_ fixture: DatabaseFixture, times: Int, limit: Int = 10, dimensions: Int = 16) async throws {
        var generator = SplitMix64(seed: 6)
        for _ in 0..<times {
            let vector = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
            _ = try await fixture.database.hits(of: .near(vector, in: "Article", limit: limit))
        }
    }

    /// Answers all that waits.
    private func finish(_ watch: RecallWatch) { while watch.advance(isCancelled: { false }) != .rest {} }

    @Test func `sampled searches of a good index show a recall of 1`() async throws {
        let fixture = try await articles(1_500)
        try await search(fixture, times: 5)
        finish(fixture.database.recall)
        let figures = shardIndex(in: fixture).recall.figures
        #expect((figures.sampleCount, figures.expectedCount, figures.foundCount) == (5, 50, 50))
        #expect(figures.meanRecall == 1)
        await fixture.close()
    }

    @Test func `sampled searches of a poor index show a recall below 1`() async throws {
        let poor = VectorIndexDefinition(metric: .l2Squared, maxConnections: 4, efConstruction: 4, ef: 1)
        let fixture = try await articles(2_500, index: poor)
        try await search(fixture, times: 8)
        finish(fixture.database.recall)
        let figures = shardIndex(in: fixture).recall.figures
        #expect((figures.sampleCount, figures.expectedCount) == (8, 80))
        let mean = try #require(figures.meanRecall)
        #expect(mean < 0.9)
        #expect(abs(mean - Double(figures.foundCount) / 80) < 1e-9)
        await fixture.close()
    }

    @Test func `a filtered search is compared among the documents that its filter allows`() async throws {
        let fixture = try await articles(400)
        var query = Query.near([Float](repeating: 0, count: 16), in: "Article", limit: 200)
        query.filter = .condition(.init(path: .property("title"), comparison: .equal, value: .text("red")))
        #expect(try await fixture.database.hits(of: query).count == 100)
        finish(fixture.database.recall)
        let figures = shardIndex(in: fixture).recall.figures
        #expect((figures.sampleCount, figures.expectedCount, figures.foundCount) == (1, 100, 100))
        await fixture.close()
    }

    @Test func `listings, keyword searches and searches with a threshold are no samples`() async throws {
        let fixture = try await articles(10)
        var query = Query(collection: "Article")
        _ = try await fixture.database.hits(of: query)
        query.search = .keyword(KeywordSearch(query: "red"))
        _ = try await fixture.database.hits(of: query)
        query.search = .vector(
            VectorSearch(origin: .vector([Float](repeating: 0, count: 16)), threshold: .distance(100)))
        _ = try await fixture.database.hits(of: query)
        #expect(fixture.database.recall.sampler.waitingCount == 0)
        query.search = .vector(VectorSearch(origin: .object(.number(1))))
        _ = try await fixture.database.hits(of: query)
        #expect(fixture.database.recall.sampler.waitingCount == 1)
        await fixture.close()
    }

    @Test func `a sample waits while searches are running`() async throws {
        let fixture = try await articles(10)
        try await search(fixture, times: 1)
        let watch = fixture.database.recall
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        watch.load.begin()
        #expect(watch.advance(isCancelled: { false }) == .wait(RecallWatch.pause))
        watch.load.end()
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        #expect(shardIndex(in: fixture).recall.figures.sampleCount == 1)
        await fixture.close()
    }

    @Test func `documents removed and added between two pieces are judged as the last one sees them`() async throws {
        // A piece is 8,192 rows.
        let fixture = try await articles(8_300, dimensions: 2)
        let database = fixture.database
        _ = try await database.hits(of: .near([0, 0], in: "Article", limit: 10))
        let nearest = try await database.hits(of: .near([0, 0], in: "Article", limit: 4)).map(\.object.id)
        _ = database.recall.sampler.next()
        try await search(fixture, times: 1, dimensions: 2)
        while database.recall.sampler.next() != nil {}
        _ = try await database.hits(of: .near([0, 0], in: "Article", limit: 10))
        let watch = database.recall
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        // The searches before it count as traffic.
        #expect(watch.advance(isCancelled: { false }) == .wait(RecallWatch.pause))
        for id in nearest.prefix(3) { _ = try await database.delete(id, in: "Article", tenant: nil) }
        _ = try await database.insert(.article(9_999, "new", year: 1, vector: [0, 0]))
        finish(watch)
        let figures = shardIndex(in: fixture).recall.figures
        #expect((figures.sampleCount, figures.expectedCount, figures.foundCount) == (1, 10, 10))
        await fixture.close()
    }

    @Test func `a sample of a dropped collection is thrown away`() async throws {
        let fixture = try await articles(10)
        try await search(fixture, times: 2)
        let index = shardIndex(in: fixture)
        let watch = fixture.database.recall
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        try await fixture.database.deleteCollection(named: "Article")
        finish(watch)
        #expect(index.recall.figures.sampleCount == 0)
        await fixture.close()
    }

    @Test func `a low recall is warned about once, with what to do`() async throws {
        let paper = Mutex("")
        let sink = LogSink { lines in paper.withLock { $0 += String(decoding: lines, as: UTF8.self) } }
        let poor = VectorIndexDefinition(metric: .l2Squared, maxConnections: 4, efConstruction: 4, ef: 1)
        let fixture = try await articles(2_500, index: poor)
        let database = fixture.database
        let logger = Logger(level: .warning, sink: sink)
        let watch = RecallWatch(
            environment: database.environment, collections: database.collectionTable, logger: logger,
            limits: .init(share: 1, waitingCount: 50, countPerMinute: 50), clock: { .zero })
        var generator = SplitMix64(seed: 7)
        for _ in 0..<30 {
            let vector = (0..<16).map { _ in Float.random(in: -1...1, using: &generator) }
            #expect(
                watch.sampler.offer(
                    RecallSample(index: shardIndex(in: fixture), query: vector, count: 10, allowed: nil)))
        }
        finish(watch)
        logger.flush()
        let lines = paper.withLock { $0 }.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("raise 'ef'") == true)
        #expect(lines.first?.contains("\"collection\":\"Article\"") == true)
        await fixture.close()
    }

    @Test func `a sample is followed by a rest of ten times what it took`() async throws {
        let fixture = try await articles(10)
        let database = fixture.database
        let time = Mutex(Duration.zero)
        // Every look at the clock is a second later than the one before.
        let watch = RecallWatch(
            environment: database.environment, collections: database.collectionTable, logger: Logger(level: .error),
            limits: .init(share: 1),
            clock: {
                time.withLock { time in
                    time += .seconds(1)
                    return time
                }
            })
        let sample = RecallSample(
            index: shardIndex(in: fixture), query: [Float](repeating: 0, count: 16), count: 1, allowed: nil)
        #expect(watch.sampler.offer(sample))
        #expect(watch.sampler.offer(sample))
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        #expect(watch.advance(isCancelled: { false }) == .wait(.seconds(9)))
        time.withLock { $0 += .seconds(9) }
        #expect(watch.advance(isCancelled: { false }) == .goOn)
        await fixture.close()
    }

    @Test func `the metrics name objects, indexes and recall by class, shard and vector`() async throws {
        let fixture = try await articles(300)
        try await search(fixture, times: 2)
        finish(fixture.database.recall)
        _ = try await fixture.database.delete(.number(3), in: "Article", tenant: nil)
        let metrics = Metrics()
        try fixture.database.report(to: metrics)
        let shard = try #require(fixture.database.shards().first?.name)
        let lines = metrics.exposition.split(separator: "\n").map(String.init)
        let labels = "{class_name=\"Article\",shard_name=\"\(shard)\",target_vector=\"\"}"
        #expect(lines.contains("object_count{class_name=\"Article\",shard_name=\"\(shard)\"} 299"))
        for line in [
            "vector_index_size\(labels) 299", "vector_index_tombstones\(labels) 1",
            "needletail_vector_index_unlinked\(labels) 0", "needletail_recall_samples_total\(labels) 2",
            "needletail_recall_expected_neighbors_total\(labels) 20",
            "needletail_recall_found_neighbors_total\(labels) 20", "needletail_recall\(labels) 1",
        ] { #expect(lines.contains(line), "\(line) is missing") }
        await fixture.close()
    }
}

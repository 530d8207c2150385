// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Dispatch
import Execution
import JSON
import Jobs
import RandomNumbers
import Testing
import VectorIndexes

@testable import CollectionInsights

struct RecallTests {
    private static let target = InsightsTarget(collection: "Things")

    /// A database with vectors around some centers, all of them linked, and what measures it.
    private func withClusters(
        _ count: Int = 4_000, kind: VectorIndexDefinition.Kind = .hnsw,
        _ body: (InsightsFixture, Insights) async throws -> Void
    ) async throws {
        let fixture = try InsightsFixture()
        let insights = Insights(database: fixture.database, recall: fixture.database, pool: fixture.pool)
        do {
            try await fill(fixture, count, kind)
            try await body(fixture, insights)
        } catch {
            await insights.close()
            await fixture.close()
            throw error
        }
        await insights.close()
        await fixture.close()
    }

    private func fill(_ fixture: InsightsFixture, _ count: Int, _ kind: VectorIndexDefinition.Kind) async throws {
        // Few links, so that searches with a small ef miss something.
        var index = VectorIndexDefinition(kind: kind, metric: .l2Squared, maxConnections: 4, efConstruction: 16)
        index.isSkipped = false
        let definition = CollectionDefinition(
            name: "Things", vectors: [VectorDefinition(name: nil, vectorizer: .none, index: index)])
        _ = try await fixture.database.createCollection(definition)
        var generator = SplitMix64(seed: 3)
        func random(_ scale: Float) -> [Float] {
            (0..<32).map { _ in Float.random(in: -scale...scale, using: &generator) }
        }
        let centers = (0..<40).map { _ in random(1) }
        let inputs = (0..<count).map { number in
            var input = ObjectInput(collection: "Things", id: fixture.id(number), properties: [:])
            input.vector = zip(centers[number % centers.count], random(0.4)).map { $0 + $1 }
            return input
        }
        for result in await fixture.database.upsert(inputs) { _ = try result.get() }
        while fixture.database.shards().contains(where: { $0.unlinkedCount > 0 }) { await Task.yield() }
    }

    private func measured(_ insights: Insights, _ request: RecallRequest) async throws -> RecallCurve {
        let job = try await insights.recall(request, refresh: false)
        await job.waitUntilEnded()
        #expect(job.status.state == .succeeded && job.status.report.done == job.status.report.total)
        return try #require(job.status.report.curve)
    }

    @Test func `recall rises with ef, and so does time`() async throws {
        try await withClusters { _, insights in
            let request = RecallRequest(target: Self.target, efs: [60, 20, 30, 4_000], queryCount: 100)
            let curve = try await measured(insights, request)
            #expect(curve.queryCount == 100 && curve.vectorCount == 4_000 && curve.dimensions == 32)
            #expect(curve.currentEf == 100 && curve.kind == "hnsw" && curve.metric == "l2-squared")
            #expect(curve.points.map(\.ef) == [20, 30, 60, 4_000])
            let recalls = curve.points.map(\.recall)
            #expect(recalls[0] < recalls[2] && recalls[2] < recalls[3], "\(recalls)")
            #expect(recalls[3] > 0.99 && curve.points.map(\.isScan) == [false, false, false, true])
            for point in curve.points {
                #expect(point.median > .zero && point.median <= point.percentile99 && point.queriesPerSecond > 0)
            }
            #expect(curve.exactTime > .zero)
        }
    }

    @Test func `what is live stays as it is, and equal requests find the same job`() async throws {
        try await withClusters(1_000) { fixture, insights in
            let before = fixture.database.collection(named: "Things")
            let request = RecallRequest(target: Self.target, efs: [16, 32], queryCount: 20)
            let first = try await measured(insights, request)
            let again = try await insights.recall(request, refresh: false)
            #expect(!again.isRunning && again.status.report.curve?.points.map(\.recall) == first.points.map(\.recall))
            let anew = try await insights.recall(request, refresh: true)
            await anew.waitUntilEnded()
            // The same queries are drawn each time.
            #expect(anew !== again && anew.status.report.curve?.points.map(\.recall) == first.points.map(\.recall))
            #expect(fixture.database.collection(named: "Things") == before)
        }
    }

    @Test func `an index without links has no curve`() async throws {
        try await withClusters(600, kind: .flat) { _, insights in
            let curve = try await measured(insights, RecallRequest(target: Self.target, queryCount: 10))
            #expect(curve.points.isEmpty && curve.currentEf == nil && curve.kind == "flat" && curve.exactTime > .zero)
        }
    }

    @Test func `without two vectors there is nothing to measure`() async throws {
        for count in [0, 1] {
            try await withClusters(count) { _, insights in
                let job = try await insights.recall(RecallRequest(target: Self.target), refresh: false)
                await job.waitUntilEnded()
                #expect(job.status.state == .failed(InsightsError.tooFewVectors(collection: "Things").message))
            }
        }
    }

    @Test func `a measurement is cancelled`() async throws {
        try await withClusters { fixture, _ in
            // Its only thread is held until the measurement, which waits for it, is not wanted any more.
            let pool = ComputePool(threadCount: 1, name: "held")
            let isFree = DispatchSemaphore(value: 0)
            let holding = Task(executorPreference: pool) { isFree.wait() }
            let insights = Insights(database: fixture.database, recall: fixture.database, pool: pool)
            let request = RecallRequest(target: Self.target)
            #expect(await insights.cancelRecall(request) == false)
            let job = try await insights.recall(request, refresh: false)
            job.cancel()
            isFree.signal()
            await job.waitUntilEnded()
            await holding.value
            #expect(job.status.state == .cancelled && job.status.report.curve == nil)
            await insights.close()
        }
    }

    @Test func `a class and a vector have to be there`() async throws {
        try await withClusters(2) { _, insights in
            for target in [
                InsightsTarget(collection: "Nothing"), InsightsTarget(collection: "Things", vector: "x"),
                InsightsTarget(collection: "Things", tenant: "t"),
            ] {
                await #expect(throws: InsightsError.self) {
                    try await insights.recall(RecallRequest(target: target), refresh: false)
                }
            }
        }
    }
}

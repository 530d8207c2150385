// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Synchronization
import Testing
import VectorKernels

@testable import VectorIndexes

/// A count that grows in one task and is read in others.
private final class Counter: Sendable {
    private let value: Atomic<Int>
    init(_ start: Int) { value = Atomic(start) }
    var count: Int { value.load(ordering: .acquiring) }
    func set(_ count: Int) { value.store(count, ordering: .releasing) }
}

/// Indexes of so few vectors that they have no links, and those that become large.
@Suite struct SmallIndexTests {
    @Test(arguments: VectorMetric.allCases, [3, 64, 600])
    func `answer exactly without links`(metric: VectorMetric, dimensions: Int) throws {
        let vectors = clustered(VectorIndex.smallLimit, dimensions: dimensions, seed: 1)
        let fixture = try Fixture(.init(metric: metric), vectors: vectors, isLinked: false)
        #expect(fixture.index.unlinkedCount == 0)
        let even = DocumentBits(fixture.table.documents.filter { $0.number % 2 == 0 })
        for count in [1, 10, 300] {
            for allowed in [nil, even, DocumentBits()] {
                let found = try fixture.nearest(count, to: vectors[7], ef: 1, allowed: allowed)
                let truth = fixture.table.nearest(count, to: vectors[7], metric: metric, allowed: allowed)
                #expect(found.map(\.distance) == truth.map(\.distance))
            }
        }
        #expect(fixture.index.linkNext(maximum: .max) == 0)
        #expect(fixture.index.repair() == 0)
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test(arguments: [(VectorMetric.cosine, 64, 128), (.cosine, 2048, 2400), (.manhattan, 64, 256)])
    func `take little more memory than their codes`(metric: VectorMetric, dimensions: Int, bytes: Int) throws {
        let fixture = try Fixture(.init(metric: metric), vectors: clustered(20, dimensions: dimensions, seed: 2))
        // Segments are half empty at worst.
        #expect(fixture.index.memoryInBytes <= 2 * 20 * bytes + 6000)
        #expect(fixture.index.store.mappedSegmentCount == 0)
    }

    @Test func `use the slots of removed documents again`() throws {
        let fixture = try Fixture(.init(), vectors: clustered(20, dimensions: 8, seed: 3))
        for round in 1...50 {
            for document in fixture.table.documents { fixture.remove(document) }
            #expect(try fixture.nearest(5, to: [1, 0, 0, 0, 0, 0, 0, 0]).isEmpty)
            for (number, vector) in clustered(20, dimensions: 8, seed: UInt64(round)).enumerated() {
                try fixture.add(document(round * 100 + number), vector)
            }
            #expect(fixture.index.checkInvariants() == [])
        }
        #expect(fixture.index.tombstoneCount == 0)
        #expect(fixture.index.store.count == 20)
    }

    @Test func `have no links up to a threshold of their own, and get them with one more vector`() throws {
        let vectors = clustered(601, dimensions: 8, seed: 6)
        let configuration = VectorIndexConfiguration(graphThreshold: 600)
        let fixture = try Fixture(configuration, vectors: Array(vectors.prefix(600)), isLinked: false)
        #expect(fixture.index.unlinkedCount == 0)
        #expect(fixture.index.linkNext(maximum: .max) == 0)
        #expect(try fixture.nearest(5, to: vectors[9]) == fixture.table.nearest(5, to: vectors[9], metric: .cosine))
        try fixture.add(document(9_000), vectors[600])
        #expect(fixture.index.unlinkedCount == 601)
        #expect(fixture.index.linkNext(maximum: .max) == 601)
        #expect(try fixture.nearest(1, to: vectors[600]).first?.document == document(9_000))
        var segments = SegmentTable()
        try fixture.index.writeSnapshot(to: &segments, isCancelled: { false })
        let loaded = try #require(try VectorIndex(reading: segments, configuration: configuration))
        #expect(loaded.liveCount == 601)
        #expect(fixture.index.checkInvariants() == [])
    }

    @Test func `write snapshots of nothing, and are filled again`() throws {
        let vectors = clustered(20, dimensions: 8, seed: 4)
        let fixture = try Fixture(.init(), vectors: vectors)
        var segments = SegmentTable()
        try fixture.index.writeSnapshot(to: &segments, isCancelled: { false })
        let loaded = try #require(try VectorIndex(reading: segments, configuration: .init()))
        #expect(loaded.dimensions == 8)
        #expect(loaded.documents() == DocumentBits())
        try loaded.append(fixture.table.documents, from: fixture.table)
        let again = Fixture(index: loaded, table: fixture.table)
        #expect(try again.nearest(20, to: vectors[3]) == fixture.nearest(20, to: vectors[3]))
    }

    /// One after the other, as the searches of a process that share their contexts.
    @Test func `do not disturb others of other dimensions and metrics`() throws {
        let fixtures = try [3, 2000, 64, 600, 1, 129].flatMap { dimensions in
            try [VectorMetric.cosine, .l2Squared, .hamming].map { metric in
                let vectors = clustered(40, dimensions: dimensions, seed: UInt64(dimensions))
                return try Fixture(.init(metric: metric), vectors: vectors)
            }
        }
        for number in 0..<40 {
            for fixture in fixtures {
                let query = try #require(fixture.table[document(number * 3)])
                let truth = fixture.table.nearest(5, to: query, metric: fixture.index.configuration.metric)
                #expect(try fixture.nearest(5, to: query).map(\.distance) == truth.map(\.distance))
            }
        }
    }

    @Test(arguments: [16, 600])
    func `grow large while searches and links go on`(dimensions: Int) async throws {
        let vectors = clustered(3 * VectorIndex.smallLimit, dimensions: dimensions, seed: 5)
        let fixture = try Fixture(.init(), vectors: Array(vectors.prefix(1)))
        let index = fixture.index
        let table = fixture.table
        let appended = Counter(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for (number, vector) in vectors.enumerated().dropFirst() {
                    table[document(number * 3)] = vector
                    try index.append(document: document(number * 3), vector: vector.span)
                    appended.set(number + 1)
                    if number % 16 == 0 { await Task.yield() }
                }
            }
            group.addTask {
                while appended.count < vectors.count || index.unlinkedCount > 0 {
                    if index.linkNext(maximum: 5) == 0 { await Task.yield() }
                }
            }
            for seed in 0..<2 as Range<UInt64> {
                group.addTask {
                    var generator = SplitMix64(seed: seed)
                    while appended.count < vectors.count {
                        let number = Int.random(in: 0..<appended.count, using: &generator)
                        let found = try Fixture(index: index, table: table).nearest(1, to: vectors[number])
                        #expect(found.first?.distance ?? 1 < 1e-5)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(index.store.hasGraph)
        #expect(index.unlinkedCount == 0)
        #expect(index.checkInvariants() == [])
        #expect(index.store.unreachable() == [])
        #expect(try fixture.recall(queries: Array(vectors.prefix(50))) >= 0.99)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import VectorIndexes

private let configurations: [VectorIndexConfiguration] = [
    .init(metric: .cosine, maxConnections: 8, efConstruction: 40),
    .init(metric: .manhattan, maxConnections: 8, efConstruction: 40),
    .init(kind: .flat, metric: .l2Squared),
]

private func snapshot(_ index: VectorIndex) throws -> SegmentTable {
    var segments = SegmentTable()
    try index.writeSnapshot(to: &segments, isCancelled: { false })
    return segments
}

@Suite struct SnapshotTests {
    @Test(arguments: configurations, [6, 520])
    func `give back the same index`(configuration: VectorIndexConfiguration, dimensions: Int) throws {
        let vectors = clustered(1100, dimensions: dimensions, seed: 30)
        let fixture = try Fixture(configuration, vectors: vectors)
        for number in 0..<100 { fixture.remove(document(number * 3)) }
        let segments = try snapshot(fixture.index)
        #expect(segments.names.last == SegmentName(.header, 0))
        let loaded = try #require(try VectorIndex(reading: segments, configuration: configuration))
        #expect(loaded.checkInvariants() == [])
        #expect(loaded.documents() == fixture.index.documents())
        #expect(loaded.liveCount == 1000)
        #expect(loaded.tombstoneCount == fixture.index.tombstoneCount)
        #expect(loaded.unlinkedCount == 0)
        let copy = Fixture(index: loaded, table: fixture.table)
        for query in vectors.prefix(120).suffix(30) {
            #expect(try copy.nearest(10, to: query) == fixture.nearest(10, to: query))
        }
        // It goes on living.
        loaded.repair()
        for (number, vector) in vectors.prefix(100).enumerated() { try copy.add(document(50_000 + number), vector) }
        loaded.linkNext(maximum: .max)
        #expect(loaded.checkInvariants() == [])
        #expect(try copy.recall(queries: Array(vectors.prefix(20))) >= 0.97)
    }

    @Test func `leave out the tail`() throws {
        let vectors = clustered(700, dimensions: 6, seed: 31)
        let fixture = try Fixture(configurations[0], vectors: vectors, isLinked: false)
        fixture.index.linkNext(maximum: 600)
        let loaded = try #require(
            try VectorIndex(reading: try snapshot(fixture.index), configuration: configurations[0]))
        #expect(loaded.liveCount == 600)
        #expect(loaded.checkInvariants() == [])
        let copy = Fixture(index: loaded, table: fixture.table)
        for number in 600..<700 { try copy.add(document(number * 3), vectors[number]) }
        #expect(loaded.documents() == fixture.index.documents())
        #expect(try copy.recall(queries: Array(vectors.suffix(20))) >= 0.99)
    }

    @Test func `of an empty index load`() throws {
        for configuration in configurations {
            let index = try VectorIndex(dimensions: 3, configuration: configuration, seed: 1)
            let loaded = try #require(try VectorIndex(reading: try snapshot(index), configuration: configuration))
            #expect(loaded.liveCount == 0)
            #expect(loaded.dimensions == 3)
        }
    }

    @Test func `that are not there, or made for another configuration, are none`() throws {
        #expect(try VectorIndex(reading: SegmentTable(), configuration: configurations[0]) == nil)
        let fixture = try Fixture(configurations[0], vectors: [[1, 2]])
        let segments = try snapshot(fixture.index)
        for other in [configurations[1], configurations[2], .init(metric: .cosine, maxConnections: 9)] {
            #expect(try VectorIndex(reading: segments, configuration: other) == nil)
        }
    }

    @Test func `with one wrong bit anywhere are refused by the name of the segment`() throws {
        let vectors = clustered(VectorIndex.smallLimit + 1, dimensions: 520, seed: 31)
        let segments = try snapshot(try Fixture(configurations[0], vectors: vectors).index)
        #expect(Set(segments.names.map(\.kind)) == Set(SegmentName.Kind.allCases))
        var generator = SplitMix64(seed: 2)
        for name in segments.names {
            let size = segments.segments[name]?.count ?? 0
            for position in [0, 5, 6, 8, 12, 16, 20, 24, 28, 31, size - 1]
                + (0..<10).map({ _ in Int.random(in: 0..<size, using: &generator) })
            {
                var damaged = segments
                damaged.segments[name]?[position] ^= 0x10
                #expect {
                    try VectorIndex(reading: damaged, configuration: configurations[0])
                } throws: { error in
                    if case VectorIndexError.damagedSegment(name, _) = error { true } else { false }
                }
            }
            var shorter = segments
            shorter.segments[name]?.removeLast(7)
            #expect(throws: VectorIndexError.self) {
                try VectorIndex(reading: shorter, configuration: configurations[0])
            }
            var missing = segments
            missing.segments[name] = nil
            if name.kind == .header {
                #expect(try VectorIndex(reading: missing, configuration: configurations[0]) == nil)
            } else {
                #expect(throws: VectorIndexError.damagedSegment(name, reason: "it is missing")) {
                    try VectorIndex(reading: missing, configuration: configurations[0])
                }
            }
        }
    }

    @Test func `of many rows come in segments of a limited size`() throws {
        let fixture = try Fixture(.init(kind: .flat), vectors: clustered(5000, dimensions: 1100, seed: 2))
        let segments = try snapshot(fixture.index)
        #expect(segments.segments.values.allSatisfy { $0.count <= SegmentSize.limitInBytes })
        #expect(segments.names.count { $0.kind == .codes } > 0)
        let loaded = try #require(try VectorIndex(reading: segments, configuration: .init(kind: .flat)))
        #expect(loaded.documents() == fixture.index.documents())
    }

    @Test func `whose head claims more rows than there are numbers for is damaged`() throws {
        let name = SegmentName(.codes, 0)
        let frame = SegmentFrame(name: name, firstRow: 0, rowCount: Int(UInt32.max), stride: Int(UInt32.max))
        let bytes = frame.framing([1, 2, 3, 4])
        #expect(throws: VectorIndexError.self) {
            try unsafe SegmentFrame(readingHeadOf: bytes.span.bytes, named: name)
        }
    }

    @Test func `can be cancelled`() throws {
        let fixture = try Fixture(configurations[0], vectors: [[1, 2]])
        var segments = SegmentTable()
        #expect(throws: VectorIndexError.cancelled) {
            try fixture.index.writeSnapshot(to: &segments, isCancelled: { true })
        }
        #expect(try VectorIndex(reading: segments, configuration: configurations[0]) == nil)
        // And tried again.
        #expect(try VectorIndex(reading: try snapshot(fixture.index), configuration: configurations[0]) != nil)
    }
}

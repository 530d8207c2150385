// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import VectorIndexes

private let small = VectorIndexConfiguration(maxConnections: 16, efConstruction: 64)

@Suite struct SearchTests {
    @Test(arguments: VectorMetric.allCases, [8, 100, 600])
    func `finds at least 98 in 100 of the true nearest by every metric`(metric: VectorMetric, dimensions: Int) throws {
        var configuration = small
        configuration.metric = metric
        var vectors = clustered(dimensions == 600 ? 1200 : 2000, dimensions: dimensions, seed: 5)
        // Hamming counts equal slots: give it some.
        if metric == .hamming { vectors = vectors.map { $0.map { ($0 * 2).rounded() } } }
        let fixture = try Fixture(configuration, vectors: vectors)
        #expect(fixture.index.unlinkedCount == 0)
        #expect(fixture.index.checkInvariants() == [])
        let queries = clustered(30, dimensions: dimensions, seed: 5).map { $0.map { $0 * 1.05 } }
        #expect(try fixture.recall(queries: queries) >= 0.98)
    }

    @Test(arguments: VectorIndexConfiguration.Kind.allCases, VectorMetric.allCases)
    func `gives exact distances in ascending order`(
        kind: VectorIndexConfiguration.Kind, metric: VectorMetric
    ) throws {
        let vectors = clustered(300, dimensions: 70, seed: 8)
        let fixture = try Fixture(VectorIndexConfiguration(kind: kind, metric: metric), vectors: vectors)
        let query = clustered(1, dimensions: 70, seed: 9)[0]
        let found = try fixture.nearest(20, to: query)
        #expect(found == fixture.table.nearest(20, to: query, metric: metric))
    }

    @Test func `an empty index answers with nothing`() throws {
        for kind in VectorIndexConfiguration.Kind.allCases {
            let index = try VectorIndex(dimensions: 2, configuration: .init(kind: kind), seed: 1)
            let fixture = Fixture(index: index, table: VectorTable())
            #expect(try fixture.nearest(5, to: [1, 2]).isEmpty)
            #expect(index.checkInvariants() == [])
        }
    }

    @Test func `one document is found, and none when none is wanted`() throws {
        let fixture = try Fixture(small, vectors: [[1, 2]])
        #expect(try fixture.nearest(5, to: [1, 2]) == [Neighbor(document: document(0), distance: 0)])
        #expect(try fixture.nearest(0, to: [1, 2]).isEmpty)
    }

    @Test func `the zero vector is 1 away from everything by cosine`() throws {
        let fixture = try Fixture(small, vectors: [[0, 0], [1, 0]])
        #expect(try fixture.nearest(2, to: [1, 0]).map(\.distance) == [0, 1])
        #expect(try fixture.nearest(2, to: [0, 0]).map(\.distance) == [1, 1])
    }

    @Test func `equal distances come in the order of documents`() throws {
        let fixture = try Fixture(small, vectors: Array(repeating: [1, 1, 1], count: 50))
        #expect(try fixture.nearest(50, to: [2, 2, 2]).map(\.document) == (0..<50).map { document($0 * 3) })
    }

    @Test func `ten thousand neighbors are found`() throws {
        let vectors = clustered(11_000, dimensions: 4, seed: 3)
        let fixture = try Fixture(VectorIndexConfiguration(maxConnections: 8, efConstruction: 32), vectors: vectors)
        let found = try fixture.nearest(10_000, to: vectors[0])
        #expect(found.count == 10_000)
        #expect(try fixture.recall(10_000, queries: [vectors[0]]) >= 0.99)
    }

    @Test func `a wrong number of dimensions is refused`() throws {
        let fixture = try Fixture(small, vectors: [[1, 2]])
        #expect(throws: VectorIndexError.dimensionMismatch(expected: 2, received: 3)) {
            try fixture.nearest(1, to: [1, 2, 3])
        }
        #expect(throws: VectorIndexError.dimensionMismatch(expected: 2, received: 1)) {
            try fixture.add(document(9), [1])
        }
        #expect(throws: VectorIndexError.dimensionsOutOfRange(received: 0, maximum: 65_535)) {
            try VectorIndex(dimensions: 0, configuration: small, seed: 1)
        }
        #expect(throws: VectorIndexError.dimensionsOutOfRange(received: 65_536, maximum: 65_535)) {
            try VectorIndex(dimensions: 65_536, configuration: .init(kind: .flat), seed: 1)
        }
    }

    @Test func `the largest number of dimensions works`() throws {
        let vectors = clustered(3, dimensions: 65_535, seed: 4)
        let fixture = try Fixture(small, vectors: vectors)
        #expect(try fixture.nearest(1, to: vectors[2]).map(\.document) == [document(6)])
    }

    @Test func `numbers that are not finite crash nothing`() throws {
        for metric in VectorMetric.allCases {
            var configuration = small
            configuration.metric = metric
            let values: [Float] = [.nan, .infinity, -.infinity, 3e38, .leastNonzeroMagnitude, 0, 1]
            let fixture = try Fixture(configuration, vectors: values.map { [$0, 1, $0] })
            for value in values { #expect(try fixture.nearest(7, to: [value, value, 1]).count == 7) }
        }
    }

    @Test func `a cancelled search throws`() throws {
        let fixture = try Fixture(small, vectors: clustered(3000, dimensions: 8, seed: 1))
        let query = [Float](repeating: 1, count: 8)
        #expect(throws: VectorIndexError.cancelled) {
            try fixture.index.nearest(
                10, to: query.span, ef: nil, allowed: nil, vectors: fixture.table, isCancelled: { true })
        }
    }

    @Test func `what the reader cannot see leaves its slot to others`() throws {
        let vectors = clustered(3000, dimensions: 16, seed: 2)
        let fixture = try Fixture(small, vectors: vectors)
        for neighbor in try fixture.nearest(300, to: vectors[5]) { fixture.table[neighbor.document] = nil }
        let found = try fixture.nearest(10, to: vectors[5])
        #expect(found.count == 10)
        #expect(found.allSatisfy { fixture.table[$0.document] != nil })
    }
}

@Suite struct ScanTests {
    @Test(arguments: VectorIndexConfiguration.Kind.allCases, [VectorMetric.cosine, .dot, .l2Squared])
    func `of everything, in a flat index or an unlinked tail, find the true nearest`(
        kind: VectorIndexConfiguration.Kind, metric: VectorMetric
    ) throws {
        let configuration = VectorIndexConfiguration(kind: kind, metric: metric)
        let fixture = try Fixture(
            configuration, vectors: embedded(3000, dimensions: 520, seed: 3), isLinked: false)
        let queries = embedded(20, dimensions: 520, seed: 4)
        #expect(try fixture.recall(queries: queries) >= 0.995)
        #expect(try fixture.recall(300, queries: Array(queries.prefix(3))) >= 0.99)
    }
}

@Suite struct EqualVectorTests {
    @Test(arguments: [24, 520])
    func `are all found, however many, and hide no others`(dimensions: Int) throws {
        let others = embedded(600, dimensions: dimensions, intrinsic: 12, seed: 5)
        let equal = Array(repeating: embedded(1, dimensions: dimensions, intrinsic: 12, seed: 6)[0], count: 900)
        var generator = SplitMix64(seed: 3)
        let fixture = try Fixture(small, vectors: (others + equal).shuffled(using: &generator))
        #expect(fixture.index.checkInvariants() == [])
        let queries = embedded(20, dimensions: dimensions, intrinsic: 12, seed: 7)
        // Few enough for a walk.
        #expect(try fixture.recall(queries: queries, ef: 20) >= 0.95)
        let found = try fixture.nearest(900, to: equal[0])
        #expect(found.count == 900)
        #expect(found.allSatisfy { $0.distance < 1e-6 })
    }
}

@Suite struct DistanceLimitTests {
    @Test(arguments: VectorIndexConfiguration.Kind.allCases)
    func `give all within, and no more than asked for`(kind: VectorIndexConfiguration.Kind) throws {
        let fixture = try Fixture(
            VectorIndexConfiguration(kind: kind, metric: .l2Squared), vectors: (0..<2000).map { [Float($0), 0] })
        let query: [Float] = [0, 0]
        func within(_ distance: Float, maximum: Int) throws -> [Float] {
            try fixture.index.within(
                distance: distance, maximum: maximum, of: query.span, allowed: nil, vectors: fixture.table,
                isCancelled: { false }
            ).map(\.distance)
        }
        #expect(try within(-1, maximum: 10).isEmpty)
        #expect(try within(0, maximum: 10) == [0])
        #expect(try within(9, maximum: 10) == [0, 1, 4, 9])
        #expect(try within(9, maximum: 2) == [0, 1])
        #expect(try within(250_000, maximum: 10_000).count == 501)
        #expect(try within(.greatestFiniteMagnitude, maximum: 10_000).count == 2000)
        #expect(try within(9, maximum: 0).isEmpty)
    }
}

@Suite struct DynamicEfTests {
    @Test func `follows the limit between its bounds`() {
        var configuration = VectorIndexConfiguration()
        #expect(configuration.effectiveEf(limit: 1) == 100)
        #expect(configuration.effectiveEf(limit: 13) == 104)
        #expect(configuration.effectiveEf(limit: 100) == 500)
        #expect(configuration.effectiveEf(limit: 10_000) == 10_000)
        #expect(configuration.effectiveEf(limit: .max) == .max)
        configuration.ef = 64
        #expect(configuration.effectiveEf(limit: 10) == 64)
        #expect(configuration.effectiveEf(limit: 65) == 65)
    }

    @Test func `changes with the configuration, the metric does not`() throws {
        let index = try VectorIndex(dimensions: 2, configuration: small, seed: 1)
        index.reconfigure(VectorIndexConfiguration(metric: .dot, ef: 77, flatSearchCutoff: 5))
        #expect(index.configuration.ef == 77)
        #expect(index.configuration.flatSearchCutoff == 5)
        #expect(index.configuration.metric == .cosine)
    }
}

@Suite struct FilterTests {
    @Test(arguments: [0.0001, 0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 1.0], [0, 40_000])
    func `of every selectivity keep the recall`(share: Double, cutoff: Int) throws {
        var configuration = small
        configuration.flatSearchCutoff = cutoff
        let vectors = clustered(4000, dimensions: 24, seed: 6)
        let fixture = try Fixture(configuration, vectors: vectors)
        var generator = SplitMix64(seed: 1)
        let allowed = DocumentBits(
            fixture.table.documents.filter { _ in Double.random(in: 0..<1, using: &generator) < share }
                + [document(9000)])
        let queries = clustered(20, dimensions: 24, seed: 6).map { $0.map { $0 * 1.1 } }
        #expect(try fixture.recall(queries: queries, allowed: allowed) >= 0.99)
    }

    @Test func `that allow only the far half keep the recall`() throws {
        var configuration = small
        configuration.flatSearchCutoff = 0
        let vectors = clustered(4000, dimensions: 24, seed: 6)
        let fixture = try Fixture(configuration, vectors: vectors)
        for query in clustered(5, dimensions: 24, seed: 60) {
            let far = fixture.table.nearest(4000, to: query, metric: .cosine).suffix(2000).map(\.document)
            #expect(try fixture.recall(queries: [query], allowed: DocumentBits(far)) >= 0.99)
        }
    }

    @Test(arguments: [VectorMetric.cosine, .dot, .l2Squared])
    func `keep the recall in many dimensions, also where only the far half is allowed`(metric: VectorMetric) throws {
        var configuration = small
        configuration.metric = metric
        let fixture = try Fixture(configuration, vectors: embedded(3000, dimensions: 520, seed: 16))
        for count in [30, 1500, 2900] {
            let recalls = try embedded(6, dimensions: 520, seed: 61).map { query in
                let far = fixture.table.nearest(3000, to: query, metric: metric).suffix(count).map(\.document)
                return try fixture.recall(queries: [query], allowed: DocumentBits(far))
            }
            #expect(recalls.reduce(0, +) / 6 >= 0.99, "\(count) allowed")
        }
    }

    @Test func `find the nearest where thousands are equally far but for less than codes can tell`() throws {
        var configuration = small
        configuration.flatSearchCutoff = 0
        let queries = clustered(12, dimensions: 128, clusters: 1, seed: 61)
        let vectors = clustered(4000, dimensions: 128, clusters: 40, seed: 6).enumerated().map { number, vector in
            queries.enumerated().reduce(vector) { vector, query in
                // Nearly at a right angle, and farther from it by a millionth a vector.
                let step = Float((number * (query.offset + 7)) % 4001) * 1e-6
                let along = product(vector, query.element) / product(query.element, query.element) - step
                return zip(vector, query.element).map { $0 - along * $1 }
            }
        }
        let fixture = try Fixture(configuration, vectors: vectors)
        let recalls = try queries.map { query in
            let far = fixture.table.nearest(4000, to: query, metric: .cosine).suffix(2000).map(\.document)
            return try fixture.recall(queries: [query], allowed: DocumentBits(far))
        }
        #expect(recalls.reduce(0, +) / Double(recalls.count) >= 0.99, "\(recalls)")
    }

    @Test func `that allow nothing, or unknown documents, find nothing`() throws {
        let fixture = try Fixture(small, vectors: clustered(500, dimensions: 4, seed: 6))
        #expect(try fixture.nearest(5, to: [1, 1, 1, 1], allowed: DocumentBits()).isEmpty)
        #expect(
            try fixture.nearest(5, to: [1, 1, 1, 1], allowed: DocumentBits([document(1), document(99_999)])).isEmpty)
    }
}

private func product(_ left: [Float], _ right: [Float]) -> Float { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }

// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing
import VectorKernels

@testable import VectorIndexes

/// Whether walks come to every document: after all were replaced, and among many equal vectors.
@Suite struct ReachTests {
    @Test func `documents that have replaced others are found by their own vectors`() throws {
        let fixture = try Fixture(.init(), vectors: embedded(2000, dimensions: 600, seed: 1))
        let vectors = embedded(2000, dimensions: 600, seed: 2)
        var generator = SplitMix64(seed: 4)
        for (number, old) in fixture.table.documents.shuffled(using: &generator).enumerated() {
            // The new vector comes first, as it does ahead of its commit.
            try fixture.add(document(10_000 + number), vectors[number])
            fixture.remove(old)
            if number % 200 == 199 {
                fixture.index.linkNext(maximum: .max)
                if fixture.index.tombstoneCount > 200 { fixture.index.repair() }
            }
        }
        #expect(fixture.index.checkInvariants() == [])
        let lost = try vectors.enumerated().count { number, vector in
            try !fixture.nearest(3, to: vector).contains { $0.document == document(10_000 + number) }
        }
        #expect(lost == 0)
    }

    @Test(arguments: [VectorMetric.cosine, VectorMetric.l2Squared])
    func `many equal vectors hide neither themselves nor others`(metric: VectorMetric) throws {
        let others = clustered(1000, dimensions: 32, seed: 3)
        let equal = Array(repeating: others[0], count: 1500)
        var generator = SplitMix64(seed: 4)
        let fixture = try Fixture(.init(metric: metric), vectors: (others + equal).shuffled(using: &generator))
        let same = try fixture.nearest(1501, to: others[0])
        #expect(same.allSatisfy { $0.distance <= 1e-6 })
        let recall = try fixture.recall(queries: Array(others[1..<100]))
        #expect(fixture.index.checkInvariants() == [])
        #expect(recall > 0.98)
    }

    /// More of them than a walk keeps, and more vectors than are scanned rather.
    @Test(arguments: [(VectorMetric.cosine, 128), (.l2Squared, 128), (.cosine, 600)])
    func `walks find others beside many equal vectors`(metric: VectorMetric, dimensions: Int) throws {
        let others = clustered(2000, dimensions: dimensions, seed: 5)
        let equal = Array(repeating: others[0], count: 3000)
        var generator = SplitMix64(seed: 6)
        let fixture = try Fixture(.init(metric: metric), vectors: (others + equal).shuffled(using: &generator))
        // Those in whose midst the equal ones lie, and any others.
        let around = fixture.table.nearest(3101, to: others[0], metric: metric).suffix(100)
        let queries = around.compactMap { fixture.table[$0.document] } + others[1...50]
        let recall = try fixture.recall(queries: queries)
        #expect(fixture.index.checkInvariants() == [])
        #expect(recall > 0.99)
    }

    @Test func `links lead to every one of many equal vectors`() throws {
        let others = clustered(500, dimensions: 64, seed: 7)
        let equal = Array(repeating: others[0], count: 2000)
        var generator = SplitMix64(seed: 8)
        let fixture = try Fixture(.init(), vectors: (others + equal).shuffled(using: &generator))
        #expect(fixture.index.store.unreachable() == [])
    }

    /// Vectors whose distances are as small as what rounding makes of them, or what their codes leave of them.
    @Test(arguments: NearlyEqual.allCases, [VectorMetric.cosine, .l2Squared])
    func `links lead to every one of many nearly equal vectors`(kind: NearlyEqual, metric: VectorMetric) throws {
        let vectors = kind.vectors(3000)
        let fixture = try Fixture(.init(metric: metric), vectors: vectors)
        #expect(fixture.index.store.unreachable() == [])
        #expect(fixture.index.checkInvariants() == [])
        for number in stride(from: 0, to: vectors.count, by: 500) {
            let found = try fixture.nearest(10, to: vectors[number])
            let truth = fixture.table.nearest(10, to: vectors[number], metric: metric)
            let size = metric == .cosine ? 1 : vectors[number].reduce(0) { $0 + $1 * $1 }
            #expect((found.last?.distance ?? .infinity) - (truth.last?.distance ?? 0) <= 1e-5 * size)
        }
        for document in fixture.table.documents.filter({ $0.number % 4 == 0 }) { fixture.remove(document) }
        #expect(fixture.index.repair() == 750)
        #expect(fixture.index.store.unreachable() == [])
        #expect(fixture.index.checkInvariants() == [])
    }

    /// Ties come last among what repair selects, whatever their distances.
    @Test(arguments: [2, 8, 24])
    func `repair among many equal vectors links nothing twice`(dimensions: Int) throws {
        var generator = SplitMix64(seed: 12)
        let others = (0..<100).map { _ in (0..<dimensions).map { _ in Float.random(in: 0...2, using: &generator) } }
        let equal = Array(repeating: [Float](repeating: 1, count: dimensions), count: 500)
        let vectors = (others + equal).shuffled(using: &generator)
        let fixture = try Fixture(.init(metric: .l2Squared), vectors: vectors)
        let leaving = fixture.table.documents.filter { fixture.table[$0] == equal[0] }.shuffled(using: &generator)
        for document in leaving.prefix(450) { fixture.remove(document) }
        #expect(fixture.index.repair() == 450)
        #expect(fixture.index.checkInvariants() == [])
        #expect(try fixture.recall(queries: others) == 1)
    }
}

/// Ways of vectors to be nearly equal.
enum NearlyEqual: CaseIterable {
    /// (i, 1, 1, 1), as with a counter among small numbers.
    case counted
    /// One direction, many lengths.
    case collinear
    /// A time in seconds beside random numbers that are small next to it.
    case timed
    /// One vector and a little noise.
    case noisy
    /// The same in so many dimensions that codes have two planes.
    case longNoisy

    func vectors(_ count: Int) -> [[Float]] {
        var generator = SplitMix64(seed: 13)
        func noise(_ dimensions: Int, _ size: Float) -> [Float] {
            (0..<dimensions).map { _ in Float.random(in: -size...size, using: &generator) }
        }
        let base = noise(self == .longNoisy ? 600 : 32, 1)
        return (0..<count).map { number in
            switch self {
            case .counted: [Float(number), 1, 1, 1]
            case .collinear: base.map { $0 * (1 + Float(number) * 1e-3) }
            case .timed: [1.7e9 + Float(number) * 128] + noise(31, 1)
            case .noisy, .longNoisy: zip(base, noise(base.count, 1e-5)).map { $0 + $1 }
            }
        }
    }
}

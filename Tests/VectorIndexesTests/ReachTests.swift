// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import VectorIndexes

/// Whether walks come to every document: after all were replaced, and among many equal vectors.
@Suite struct ReachTests {
    @Test func `documents that have replaced others are found by their own vectors`() throws {
        let fixture = try Fixture(.init(), vectors: embedded(2000, dimensions: 600, seed: 1))
        let vectors = embedded(2000, dimensions: 600, seed: 2)
        var generator = SplitMix(state: 4)
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
        var generator = SplitMix(state: 4)
        let fixture = try Fixture(.init(metric: metric), vectors: (others + equal).shuffled(using: &generator))
        let same = try fixture.nearest(1501, to: others[0])
        #expect(same.allSatisfy { $0.distance <= 1e-6 })
        let recall = try fixture.recall(queries: Array(others[1..<100]))
        #expect(fixture.index.checkInvariants() == [])
        #expect(recall > 0.98)
    }
}

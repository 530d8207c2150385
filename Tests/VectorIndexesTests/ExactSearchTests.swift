// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import VectorIndexes

@Suite struct ExactSearchTests {
    @Test(arguments: VectorMetric.allCases) func `it keeps the nearest of all it is shown`(metric: VectorMetric) {
        let vectors = clustered(300, dimensions: 33, seed: 7)
        let table = VectorTable(
            Dictionary(uniqueKeysWithValues: vectors.enumerated().map { (document($0.offset), $0.element) }))
        let query = vectors[5]
        for count in [1, 10, 299, 300, 301] {
            var search = ExactSearch(count, nearestTo: query.span, metric: metric)
            for (number, vector) in vectors.enumerated().reversed() { search.visit(document(number), vector.span) }
            #expect(search.neighbors == table.nearest(count, to: query, metric: metric))
        }
    }

    @Test func `equal distances are kept by document, in whatever order they come`() {
        let query: [Float] = [0]
        let vector: [Float] = [1]
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            var search = ExactSearch(2, nearestTo: query.span, metric: .l2Squared)
            for number in order { search.visit(document(number), vector.span) }
            #expect(search.neighbors.map(\.document) == [document(0), document(1)])
        }
    }

    @Test func `its distances are those of an index's answer`() throws {
        let fixture = try Fixture(.init(metric: .cosine), vectors: clustered(200, dimensions: 600, seed: 3))
        let query = clustered(1, dimensions: 600, seed: 4)[0]
        var search = ExactSearch(10, nearestTo: query.span, metric: .cosine)
        for document in fixture.table.documents {
            _ = try fixture.table.withVector(of: document) { search.visit(document, $0) }
        }
        #expect(try fixture.index.nearest(10, to: query.span, vectors: fixture.table) == search.neighbors)
    }
}

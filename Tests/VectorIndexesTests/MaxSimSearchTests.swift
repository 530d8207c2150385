// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing
import VectorKernels

@testable import VectorIndexes

@Suite struct MaxSimSearchTests {
    /// −Σ over the query's rows of the greatest dot product, in doubles.
    private func distance(_ query: MultiVector, _ rows: MultiVector) -> Double {
        -query.rows.reduce(0) { sum, row in
            sum + (rows.rows.map { ReferenceKernels.dot(row.span, $0.span) }.max() ?? 0)
        }
    }

    private func random(_ count: Int, _ dimensions: Int, _ generator: inout SplitMix64) -> MultiVector {
        MultiVector(
            dimensions: dimensions,
            elements: (0..<count * dimensions).map { _ in Float.random(in: -1...1, using: &generator) })
    }

    private func neighbors(
        _ count: Int, _ query: MultiVector, _ rows: [MultiVector], maximumDistance: Float? = nil
    ) throws -> [Neighbor] {
        var search = MaxSimSearch(count, nearestTo: query, maximumDistance: maximumDistance)
        for (number, rows) in rows.enumerated() { try search.visit(document(number), rows.elements.span) {} }
        return search.neighbors
    }

    @Test func `distances are the negated sum of best matches, not normalized`() throws {
        // The answers of Weaviate 1.39 to these objects.
        let objects = [[[1, 0], [0, 1]], [[0.5, 0.5], [0.1, 0.2], [0.3, 0.9]], [[-1, 0.25]]].map {
            MultiVector(rows: $0 as [[Float]])
        }
        let rows = try objects.map { try #require($0) }
        let two = try neighbors(3, rows[0], rows)
        #expect(two.map(\.document) == [document(0), document(1), document(2)])
        #expect(two.map(\.distance) == [-2, -1.4, 0.75])
        let one = try neighbors(3, MultiVector(dimensions: 2, elements: [1, 0]), rows)
        #expect(one.map(\.distance) == [-1, -0.5, 1])
    }

    @Test(arguments: [1, 2, 15, 16, 17, 33, 40])
    func `it keeps the nearest of all it is shown, for any number of query rows`(queryCount: Int) throws {
        var generator = SplitMix64(seed: UInt64(queryCount))
        for dimensions in [1, 3, 16, 31, 128, 600] {
            let query = random(queryCount, dimensions, &generator)
            let rows = (0..<40).map { _ in random(Int.random(in: 1...20, using: &generator), dimensions, &generator) }
            let expected = rows.enumerated().map { (document($0.offset), distance(query, $0.element)) }
                .sorted { $0.1 < $1.1 }
            for count in [1, 7, 40, 41] {
                let found = try neighbors(count, query, rows)
                #expect(found.map(\.document) == expected.prefix(count).map(\.0))
                for (neighbor, known) in zip(found, expected) {
                    #expect(
                        abs(Double(neighbor.distance) - known.1) < 1e-4 * Double(dimensions * queryCount).squareRoot())
                }
            }
        }
    }

    @Test func `what is farther than the bound is not kept`() throws {
        let rows = try [[[1, 0]], [[0, 1]], [[-1, 0]]].map { try #require(MultiVector(rows: $0 as [[Float]])) }
        let query = MultiVector(dimensions: 2, elements: [1, 0])
        #expect(try neighbors(3, query, rows, maximumDistance: 0).map(\.distance) == [-1, 0])
        #expect(try neighbors(3, query, rows, maximumDistance: -2) == [])
    }

    @Test func `equal distances are kept by document, in whatever order they come`() throws {
        let query = MultiVector(dimensions: 1, elements: [1])
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            var search = MaxSimSearch(2, nearestTo: query)
            for number in order { try search.visit(document(number), query.elements.span) {} }
            #expect(search.neighbors.map(\.document) == [document(0), document(1)])
        }
    }

    @Test func `sums beyond float32 stay finite`() throws {
        let far = MultiVector(dimensions: 2, elements: [3e38, 3e38, -3e38, 3e38])
        let near = MultiVector(dimensions: 2, elements: [-3e38, -3e38])
        for query in [far, near] {
            for neighbor in try neighbors(2, query, [far, near]) { #expect(neighbor.distance.isFinite) }
        }
    }

    @Test func `a comparison of very many rows ends when nobody waits for it`() {
        struct Enough: Error {}
        let query = MultiVector(dimensions: 64, elements: [Float](repeating: 1, count: 64 * 1_000))
        var search = MaxSimSearch(1, nearestTo: query)
        var looks = 0
        #expect(throws: Enough.self) {
            try search.visit(document(0), query.elements.span) {
                looks += 1
                if looks == 3 { throw Enough() }
            }
        }
        #expect(looks == 3 && search.neighbors.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 10, 100]) func `a heap keeps the nearest`(count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        var heap = NearestHeap(count: count)
        let all = (0..<200).map { number in
            Neighbor(document: document(number), distance: Float(Int.random(in: 0..<20, using: &generator)))
        }
        for neighbor in all.shuffled(using: &generator) { heap.push(neighbor) }
        let sorted = all.sorted { ($0.distance, $0.document) < ($1.distance, $1.document) }
        #expect(heap.sorted == Array(sorted.prefix(count)))
    }
}

// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import Layouts

struct PrincipalComponentsTests {
    /// Rows that differ along three of many directions, by 10, 3 and 1, around a mean far away.
    private func rows(_ count: Int, dimensions: Int = 40) -> VectorTable {
        var generator = SplitMix64(seed: 1)
        var numbers: [Float] = []
        for _ in 0..<count {
            var row = [Float](repeating: 100, count: dimensions)
            row[3] += Float.random(in: -10...10, using: &generator)
            row[7] += Float.random(in: -3...3, using: &generator)
            row[20] += Float.random(in: -1...1, using: &generator)
            numbers += row
        }
        return VectorTable(numbers, dimensions: dimensions)
    }

    @Test func `the components are the directions in which rows differ, the most important first`() async throws {
        let components = try await PrincipalComponents(of: rows(600), wanted: 3)
        #expect(components.count == 3)
        for (number, direction) in [3, 7, 20].enumerated() {
            let found = components.directions[number * 40..<(number + 1) * 40]
            #expect(found[found.startIndex + direction] > 0.98)
        }
        #expect(components.mean.allSatisfy { abs($0 - 100) < 1 })
    }

    @Test func `equal rows give equal components`() async throws {
        let first = try await PrincipalComponents(of: rows(1_000), wanted: 10)
        let second = try await PrincipalComponents(of: rows(1_000), wanted: 10)
        #expect(first.directions == second.directions)
    }

    @Test func `coordinates keep the distances of rows that lie in the span`() async throws {
        let table = rows(300)
        let components = try await PrincipalComponents(of: table, wanted: 3)
        let coordinates = try await components.coordinates(of: table)
        #expect(coordinates.count == 900)
        let (a, b) = (table.rows(0..<1), table.rows(1..<2))
        let far = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let near = (0..<3).reduce(Float(0)) { sum, axis in
            let difference = coordinates[axis] - coordinates[3 + axis]
            return sum + difference * difference
        }
        #expect(abs(far - near) < 0.01 * far)
    }

    @Test(arguments: [1, 2, 3, 100]) func `rows that are all equal have coordinates of zero`(count: Int) async throws {
        let table = VectorTable([Float](repeating: 0.25, count: count * 16), dimensions: 16)
        let components = try await PrincipalComponents(of: table)
        let coordinates = try await components.coordinates(of: table)
        #expect(coordinates.count == count * components.count)
        #expect(coordinates.allSatisfy { abs($0) < 1e-5 })
    }

    @Test func `eigenvectors of a small matrix are those worked out by hand`() {
        let found = SymmetricEigenvectors([2, 1, 1, 2], size: 2)
        #expect(abs(found.values[0] - 3) < 1e-12 && abs(found.values[1] - 1) < 1e-12)
        #expect(found.vectors[0].allSatisfy { abs($0 - 0.5.squareRoot()) < 1e-12 })
        #expect(SymmetricEigenvectors([7], size: 1).values == [7])
    }
}

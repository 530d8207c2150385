// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Testing

@testable import CollectionInsights

struct MapRunTests {
    /// Two heaps of objects that lie far apart, one after the other.
    private func heaps(_ fixture: InsightsFixture, _ count: Int) async throws {
        try await fixture.createClass()
        for number in 0..<count {
            let side: [Float] = number < count / 2 ? [1, 0, 0] : [0, 1, 0]
            let vector = [side[0], side[1], Float(number % 10) / 50]
            try await fixture.add(number, vector, #"{"kind": "\#(number < count / 2 ? "left" : "right")"}"#)
        }
    }

    private func map(_ fixture: InsightsFixture, sample: Int, points: Int = 100_000) async throws -> CollectionMap {
        let run = MapRun(
            database: fixture.database, target: InsightsTarget(collection: "Things"), sampleLimit: sample,
            pointLimit: points)
        return try await Task(executorPreference: fixture.pool) { try await run.run { _ in } }.value
    }

    /// How many points have one of their own heap for their nearest neighbor.
    private func separated(_ map: CollectionMap, _ fixture: InsightsFixture, _ count: Int) -> Int {
        map.ids.indices.count { index in
            let nearest = map.ids.indices.filter { $0 != index }.min {
                distance(map, index, $0) < distance(map, index, $1)
            }
            guard let nearest else { return false }
            let border = fixture.id(count / 2)
            return (map.ids[nearest] < border) == (map.ids[index] < border)
        }
    }

    private func distance(_ map: CollectionMap, _ left: Int, _ right: Int) -> Float {
        let x = map.positions[2 * left] - map.positions[2 * right]
        let y = map.positions[2 * left + 1] - map.positions[2 * right + 1]
        return x * x + y * y
    }

    private func with(_ body: (InsightsFixture) async throws -> Void) async throws {
        let fixture = try InsightsFixture()
        do { try await body(fixture) } catch {
            await fixture.close()
            throw error
        }
        await fixture.close()
    }

    @Test func `heaps are apart on the map, and the map is the same every time`() async throws {
        try await with { fixture in
            try await heaps(fixture, 80)
            try await fixture.add(1_000, nil)
            let first = try await map(fixture, sample: 1_000)
            #expect(first.ids == (0..<80).map { fixture.id($0) })
            #expect(first.laidOutCount == 80 && first.vectorCount == 80 && first.dimensions == 3)
            #expect(first.positions.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(separated(first, fixture, 80) == 80)
            let second = try await map(fixture, sample: 1_000)
            #expect(first.positions == second.positions)
        }
    }

    @Test func `what is beyond the sample lies among its neighbors`() async throws {
        try await with { fixture in
            try await heaps(fixture, 120)
            let map = try await map(fixture, sample: 40)
            #expect(map.ids.count == 120 && map.laidOutCount == 40)
            #expect(separated(map, fixture, 120) > 114)
        }
    }

    @Test func `a map has no more points than may be`() async throws {
        try await with { fixture in
            try await heaps(fixture, 60)
            let map = try await map(fixture, sample: 20, points: 30)
            #expect(map.ids.count == 30 && map.vectorCount == 60 && map.positions.count == 60)
            #expect(map.ids == map.ids.sorted())
        }
    }

    @Test(arguments: [1, 2, 3]) func `a few objects have a map`(count: Int) async throws {
        try await with { fixture in
            try await heaps(fixture, count)
            let map = try await map(fixture, sample: 100)
            #expect(map.ids.count == count && map.positions.count == 2 * count)
        }
    }

    @Test func `the choice of objects is theirs alone`() {
        let ids = (0..<500).map { ObjectID(high: 1, low: $0) }
        let chosen = Set(MapRun.chosen(ids, atMost: 100))
        #expect(chosen.count == 100)
        let fewer = Set(MapRun.chosen(ids.filter { $0.low % 5 != 0 }, atMost: 100))
        // Those that stay in the collection stay in the sample.
        #expect(chosen.filter { $0.low % 5 != 0 }.isSubset(of: fewer))
    }

    @Test func `colors are what the objects hold now, and nothing for what is gone`() async throws {
        try await with { fixture in
            try await heaps(fixture, 4)
            let map = try await map(fixture, sample: 100)
            _ = try await fixture.database.delete(fixture.id(1), in: "Things", tenant: nil)
            let colors = try MapColors(of: map, property: "kind", in: fixture.database)
            #expect(colors.values.map { $0 == nil } == [false, true, false, false])
            #expect(MapColors.label(of: colors.values[0] ?? nil) == "left")
            #expect(MapColors.label(of: colors.values[3] ?? nil) == "right")
        }
    }
}

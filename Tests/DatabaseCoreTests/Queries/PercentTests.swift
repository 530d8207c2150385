// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import RandomNumbers
import Testing
import VectorIndexes

@testable import DatabaseCore

struct PercentTests {
    private static func vectors(_ count: Int, seed: UInt64 = 7) -> [[Float]] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in (0..<8).map { _ in Float.random(in: -1...1, using: &generator) } }
    }

    @Test(arguments: [VectorMetric.cosine, .l2Squared, .manhattan, .dot])
    func `what is equal is 100 per cent, and what is as far as random pairs is 0`(metric: VectorMetric) throws {
        let scale = try #require(PercentScale(of: Self.vectors(200), metric: metric))
        #expect(scale.percent(of: scale.equality) == 100)
        #expect(scale.percent(of: scale.random) == 0)
        #expect(scale.equality < scale.random)
    }

    @Test func `per cents never rise with the distance and stay between 0 and 100`() throws {
        let scale = try #require(PercentScale(of: Self.vectors(200), metric: .cosine))
        let percents = stride(from: Float(-0.5), through: 2.5, by: 0.01).map(scale.percent)
        #expect(zip(percents, percents.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(percents.first == 100 && percents.last == 0)
    }

    @Test func `the scale is the median of all pairs, about`() throws {
        let vectors = Self.vectors(300)
        let scale = try #require(PercentScale(of: vectors, metric: .l2Squared))
        var all: [Float] = []
        for (index, vector) in vectors.enumerated() {
            let exact = ExactDistance(metric: .l2Squared, query: vector.span)
            for other in vectors[(index + 1)...] { all.append(exact.distance(to: other.span)) }
        }
        all.sort()
        let rank = all.count { $0 < scale.random }
        #expect((0.4...0.6).contains(Double(rank) / Double(all.count)))
    }

    @Test func `where all vectors are equal, what is equal is 100 and all else 0`() throws {
        let scale = try #require(PercentScale(of: [[1, 0], [1, 0], [1, 0]], metric: .l2Squared))
        #expect(scale.percent(of: 0) == 100)
        #expect(scale.percent(of: 0.1) == 0)
        #expect(PercentScale(of: [[1, 0]], metric: .cosine) == nil)
    }

    @Test func `hits have per cents where they are asked for`() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        let vectors = Self.vectors(100)
        _ = await fixture.database.upsert(
            vectors.enumerated().map { ObjectInput(collection: "Article", id: .number(UInt64($0 + 1)), vector: $1) })
        var query = Query(collection: "Article")
        query.search = .vector(VectorSearch(origin: .vector(vectors[3])))
        query.limit = 100
        #expect(try await fixture.database.hits(of: query).allSatisfy { $0.percent == nil })
        query.selection.needsPercent = true
        let percents = try await fixture.database.hits(of: query).map { try #require($0.percent) }
        #expect(percents.first == 100)
        #expect(percents.last == 0)
        #expect(zip(percents, percents.dropFirst()).allSatisfy { $0 >= $1 })
        await fixture.close()
    }

    @Test func `the scale follows the collection in the background`() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        func put(_ scale: Float) async {
            _ = await fixture.database.upsert(
                Self.vectors(100).enumerated().map {
                    ObjectInput(collection: "Article", id: .number(UInt64($0 + 1)), vector: $1.map { $0 * scale })
                })
        }
        var query = Query(collection: "Article")
        query.search = .vector(VectorSearch(origin: .vector([0, 0, 0, 0, 0, 0, 0, 1])))
        query.limit = 1
        query.selection.needsPercent = true
        await put(1)
        let before = try #require(try await fixture.database.hits(of: query).first?.percent)
        #expect(before > 0)
        // Now the nearest is farther away than random pairs were.
        await put(1_000)
        while try await fixture.database.hits(of: query).first?.percent == 0 { await Task.yield() }
        await fixture.close()
    }
}

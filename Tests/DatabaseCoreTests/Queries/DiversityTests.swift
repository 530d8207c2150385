// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct DiversityTests {
    private static func fixture(
        _ vectors: [[Float]?], metric: VectorMetric = .l2Squared, titles: [String] = []
    ) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: metric))
        for (number, vector) in vectors.enumerated() {
            let title = titles.isEmpty ? "x" : titles[number]
            _ = try await fixture.database.insert(.article(UInt64(number), title, year: number, vector: vector))
        }
        return fixture
    }

    private static func query(
        _ vector: [Float], limit: Int, _ count: Int, balance: Double = 0.5
    ) -> Query {
        var search = VectorSearch(origin: .vector(vector))
        search.diversity = .init(count: count, balance: balance)
        var query = Query(collection: "Article")
        query.search = .vector(search)
        query.limit = limit
        return query
    }

    private static func numbers(_ fixture: DatabaseFixture, _ query: Query) async throws -> [UInt64] {
        try await fixture.database.hits(of: query).map(\.object.id.low)
    }

    // At 0, 1, 3 and −2; squared distances from 0.5 are 0.25, 0.25, 6.25 and 6.25.
    private static let line: [[Float]] = [[0], [1], [3], [-2]]

    @Test(
        arguments: [
            // By distance alone.
            (1, [0, 1, 2]),
            // After 0: 1 has (1 − 0.25) / 2, 2 has (9 − 6.25) / 2, 3 has (4 − 6.25) / 2. Then 1 has (1 − 0.25) / 2, 3 has (4 − 6.25) / 2.
            (0.5, [0, 2, 1]),
            // After 0: 1, 9 and 4 away. Then 1 is 1 away from 0, and 3 is 4 away from it.
            (0, [0, 2, 3]),
        ] as [(Double, [UInt64])])
    func `what is selected is near to the query and far from what was selected before`(
        balance: Double, expected: [UInt64]
    ) async throws {
        let fixture = try await Self.fixture(Self.line)
        #expect(try await Self.numbers(fixture, Self.query([0.5], limit: 4, 3, balance: balance)) == expected)
        await fixture.close()
    }

    @Test func `hits keep their distances`() async throws {
        let fixture = try await Self.fixture(Self.line)
        let hits = try await fixture.database.hits(of: Self.query([0.5], limit: 4, 3))
        #expect(hits.map(\.distance) == [0.25, 6.25, 0.25])
        #expect(hits.allSatisfy { $0.score == nil })
        await fixture.close()
    }

    @Test func `only the window is selected from`() async throws {
        let fixture = try await Self.fixture(Self.line)
        #expect(try await Self.numbers(fixture, Self.query([0.5], limit: 2, 2, balance: 0)) == [0, 1])
        var second = Self.query([0.5], limit: 2, 1, balance: 0)
        second.offset = 2
        #expect(try await Self.numbers(fixture, second) == [2])
        await fixture.close()
    }

    @Test func `fewer than wanted are all selected`() async throws {
        let fixture = try await Self.fixture([[0], [1]])
        #expect(try await Self.numbers(fixture, Self.query([0], limit: 9, 5)) == [0, 1])
        await fixture.close()
    }

    /// Counts of trail, running, shoe, alpine, waterproof, jacket, database, vector, search, index, coffee, roast in 13 short texts. Weaviate
    /// 1.39.0 selected as this test expects for the same directions, by cosine; published with a client for it.
    private static let counts: [[Float]] = [
        [3, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], [3, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [3, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], [3, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0],
        [0, 0, 0, 0, 0, 0, 2, 0, 1, 2, 0, 0], [0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3],
    ]

    @Test(
        arguments: [
            (13, 0, [1, 8, 10, 13, 12]), (13, 1, [1, 2, 3, 4, 5]), (5, 0, [1, 5, 2, 3, 4]),
        ] as [(Int, Double, [UInt64])])
    func `the selection is that of the original server`(
        limit: Int, balance: Double, expected: [UInt64]
    ) async throws {
        let fixture = try await Self.fixture(Self.counts, metric: .cosine)
        let query: [Float] = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(
            try await Self.numbers(fixture, Self.query(query, limit: limit, 5, balance: balance)).map { $0 + 1 }
                == expected)
        await fixture.close()
    }

    @Test func `after a boost its scores say what is relevant`() async throws {
        let fixture = try await Self.fixture(Self.line)
        var query = Self.query([0.5], limit: 4, 3, balance: 1)
        var boost = Query.Boost([.init(.number(property: "year", .none))])
        boost.weight = 1
        query.boost = boost
        #expect(try await Self.numbers(fixture, query) == [3, 2, 1])
        await fixture.close()
    }

    @Test func `of a hybrid search what has no vector comes last`() async throws {
        let fixture = try await Self.fixture([[0], [1], nil, [9]], titles: ["red", "red", "red", "blue"])
        var search = HybridSearch(query: "red")
        search.origin = .vector([0])
        search.alpha = 0.5
        search.diversity = .init(count: 3, balance: 0)
        var query = Query(collection: "Article")
        query.search = .hybrid(search)
        query.limit = 4
        #expect(try await Self.numbers(fixture, query) == [0, 3, 1])
        search.diversity = .init(count: 4, balance: 0)
        query.search = .hybrid(search)
        #expect(try await Self.numbers(fixture, query) == [0, 3, 1, 2])
        await fixture.close()
    }

    // MARK: Mistakes

    private static func problem(
        of query: Query, in definition: CollectionDefinition = .articles()
    ) -> InvalidQuery.DiversityProblem? {
        var definition = definition
        for index in definition.properties.indices { definition.properties[index].id = PropertyID(UInt16(index)) }
        for index in definition.vectors.indices { definition.vectors[index].id = VectorID(UInt16(index)) }
        do {
            _ = try QueryPlan(query, definition: definition, settings: DatabaseSettings(), others: { _ in nil })
            return nil
        } catch DatabaseError.invalidQuery(.diversity(let problem)) {
            return problem
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test func `at least one hit is selected and no more than the window holds`() {
        #expect(Self.problem(of: Self.query([1], limit: 5, 5)) == nil)
        #expect(Self.problem(of: Self.query([1], limit: 5, 0)) == .noCount)
        #expect(Self.problem(of: Self.query([1], limit: 5, 9)) == .countBeyondLimit(9, limit: 5))
    }

    @Test func `the balance is between 0 and 1`() {
        #expect(Self.problem(of: Self.query([1], limit: 5, 5, balance: 1)) == nil)
        #expect(Self.problem(of: Self.query([1], limit: 5, 5, balance: 1.25)) == .balanceOutOfRange(1.25))
        #expect(Self.problem(of: Self.query([1], limit: 5, 5, balance: -0.25)) == .balanceOutOfRange(-0.25))
    }

    @Test func `at most 1000 candidates are compared with each other`() {
        #expect(Self.problem(of: Self.query([1], limit: 1_000, 5)) == nil)
        #expect(
            Self.problem(of: Self.query([1], limit: 1_001, 5)) == .tooManyCandidates(1_001, limit: 1_000))
    }

    @Test func `hits are selected by one vector that is no multi-vector`() {
        var multi = VectorDefinition(name: "rows", vectorizer: .none, index: .init())
        multi.index.quantization["multivector"] = .object(JSONObject([("enabled", .boolean(true))]))
        let definition = CollectionDefinition(
            name: "Article", vectors: [VectorDefinition(name: "a", vectorizer: .none, index: .init()), multi])
        func query(_ targets: [String], _ origin: VectorSearch.Origin) -> Query {
            var query = Self.query([], limit: 5, 2)
            var search = VectorSearch(origin: origin)
            search.targetVectors = targets
            search.diversity = .init(count: 2)
            query.search = .vector(search)
            return query
        }
        #expect(Self.problem(of: query(["a"], .vector([1])), in: definition) == nil)
        #expect(Self.problem(of: query(["a", "a"], .vector([1])), in: definition) == .severalTargets(2))
        #expect(
            Self.problem(of: query(["rows"], .object(.number(1))), in: definition) == .multiVector(target: "rows"))
    }

    @Test func `a hybrid search by words alone has no vector to select by`() {
        var search = HybridSearch(query: "x")
        search.alpha = 0
        search.diversity = .init(count: 2)
        var query = Query(collection: "Article")
        query.search = .hybrid(search)
        #expect(Self.problem(of: query) == .withoutVector)
    }
}

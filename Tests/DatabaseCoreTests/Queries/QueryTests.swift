// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import Testing
import VectorIndexes

@Suite struct QueryTests {
    /// Articles 0 to 29, each a step further from [0] by l2-squared, every third one without a year.
    private func articles() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles(metric: .l2Squared))
        let results = await fixture.database.upsert(
            (UInt64(0)..<30).map { number in
                var input = ObjectInput.article(
                    number, number % 2 == 0 ? "even red" : "odd", year: 100 - Int(number), vector: [Float(number)])
                if number % 3 == 0 { input.properties?["year"] = .null }
                return input
            })
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        return fixture
    }

    private func numbers(_ query: Query, _ fixture: DatabaseFixture) async throws -> [UInt64] {
        try await fixture.database.hits(of: query).map(\.object.id.low)
    }

    private func query(_ change: (inout Query) -> Void) -> Query {
        var query = Query(collection: "Article")
        change(&query)
        return query
    }

    @Test func `a listing comes in order of ids, a window of it`() async throws {
        let fixture = try await articles()
        let found = try await numbers(query { ($0.offset, $0.limit) = (3, 4) }, fixture)
        #expect(found == [3, 4, 5, 6])
        await fixture.close()
    }

    @Test func `a cursor goes on behind its object`() async throws {
        let fixture = try await articles()
        let found = try await numbers(query { ($0.after, $0.limit) = (.behind(.number(27)), 10) }, fixture)
        #expect(found == [28, 29])
        await fixture.close()
    }

    @Test func `a filtered listing is sorted before it is cut, missing values last when descending`() async throws {
        let fixture = try await articles()
        let found = try await numbers(
            query {
                $0.filter = .condition(.init(path: .property("title"), comparison: .equal, value: .text("red")))
                $0.sort = [SortKey(field: .property("year"), isDescending: true)]
                $0.limit = 3
            }, fixture)
        #expect(found == [2, 4, 8])
        let last = try await numbers(
            query {
                $0.sort = [SortKey(field: .property("year"))]
                $0.limit = 2
            }, fixture)
        #expect(last == [0, 3])
        await fixture.close()
    }

    @Test func `a threshold without a limit lets all within it through`() async throws {
        let fixture = try await articles()
        let found = try await numbers(
            query { $0.search = .vector(VectorSearch(origin: .vector([0]), threshold: .distance(400))) }, fixture)
        #expect(found == Array(0...20))
        await fixture.close()
    }

    @Test func `a filtered vector search finds the nearest of what is allowed`() async throws {
        let fixture = try await articles()
        let found = try await numbers(
            query {
                $0.filter = .condition(.init(path: .property("title"), comparison: .equal, value: .text("odd")))
                $0.search = .vector(VectorSearch(origin: .vector([10])))
                $0.limit = 2
            }, fixture)
        #expect(Set(found) == [9, 11])
        await fixture.close()
    }

    @Test func `nearObject finds the object itself first`() async throws {
        let fixture = try await articles()
        let found = try await numbers(
            query {
                $0.search = .vector(VectorSearch(origin: .object(.number(5))))
                $0.limit = 1
            }, fixture)
        #expect(found == [5])
        await fixture.close()
    }

    @Test func `a keyword search ranks by BM25 and shows the score`() async throws {
        let fixture = try await articles()
        let hits = try await fixture.database.hits(
            of: query {
                $0.search = .keyword(KeywordSearch(query: "red"))
                $0.limit = 20
            })
        #expect(hits.count == 15)
        #expect(hits.allSatisfy { ($0.score ?? 0) > 0 })
        await fixture.close()
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func `a search vector that is not finite is refused, with its place`(value: Float) async throws {
        let fixture = try await articles()
        let refused = query { $0.search = .vector(VectorSearch(origin: .vector([value]), threshold: nil)) }
        guard case .notFinite(.vector, let found, index: 0)? = await fixture.problem(of: refused) else {
            Issue.record("\(value) was not refused")
            return
        }
        #expect(found == value || found.isNaN && value.isNaN)
        await fixture.close()
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], [0, 0.5, 1])
    func `a hybrid search's vector that is not finite is refused, with its place`(
        value: Float, alpha: Double
    ) async throws {
        let fixture = try await articles()
        var search = HybridSearch(query: "red")
        search.origin = .vector([value])
        search.alpha = alpha
        let refused = query { $0.search = .hybrid(search) }
        guard case .notFinite(.hybrid, let found, index: 0)? = await fixture.problem(of: refused) else {
            Issue.record("\(value) was not refused")
            return
        }
        #expect(found == value || found.isNaN && value.isNaN)
        await fixture.close()
    }

    @Test func `a search whose task is cancelled ends, and says so`() async throws {
        let fixture = try await articles()
        let database = fixture.database
        let refused = query { $0.search = .keyword(KeywordSearch(query: "red")) }
        let search = Task { () async throws -> Int in
            while !Task.isCancelled { await Task.yield() }
            return try await database.hits(of: refused).count
        }
        search.cancel()
        let error = await #expect(throws: DatabaseError.self) { try await search.value }
        guard case .cancelled? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await fixture.close()
    }

    @Test func `hybrid with alpha 0 needs no vector, with more it does`() async throws {
        let fixture = try await articles()
        var search = HybridSearch(query: "red")
        search.alpha = 0
        #expect(try await numbers(query { $0.search = .hybrid(search) }, fixture).count == 10)
        search.alpha = 0.5
        let refused = query { $0.search = .hybrid(search) }
        await #expect(throws: DatabaseError.self) { try await fixture.database.hits(of: refused) }
        await fixture.close()
    }

    @Test func `a window beyond the maximum is refused`() async throws {
        let fixture = try DatabaseFixture { $0.maximumResults = 100 }
        _ = try await fixture.database.createCollection(.articles())
        let refused = query { ($0.offset, $0.limit) = (1, 100) }
        await #expect(throws: DatabaseError.self) { try await fixture.database.hits(of: refused) }
        await fixture.close()
    }

    @Test func `a query vector of another length is refused`() async throws {
        let fixture = try await articles()
        #expect(
            await fixture.problem(of: .near([1, 2], in: "Article", limit: 1))
                == .dimensionMismatch(query: 2, stored: 1))
        await fixture.close()
    }

    @Test func `deleting by filter deletes what matches, and a dry run nothing`() async throws {
        let fixture = try await articles()
        let filter = Filter.condition(.init(path: .property("title"), comparison: .equal, value: .text("odd")))
        let trial = try await fixture.database.deleteObjects(
            matching: filter, in: "Article", tenant: nil, isDryRun: true)
        #expect(trial.matches == 15)
        #expect(try await fixture.database.count(in: "Article", tenant: nil, filter: nil) == 30)
        _ = try await fixture.database.deleteObjects(matching: filter, in: "Article", tenant: nil, isDryRun: false)
        #expect(try await fixture.database.count(in: "Article", tenant: nil, filter: nil) == 15)
        await fixture.close()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

@Suite struct PropertyIndexTests {
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    init() throws { fixture = try DatabaseFixture() }

    private func fill() async throws {
        _ = try await database.createCollection(.articles())
        let results = await database.upsert((0..<20).map { .article($0, "red red fox \($0)", year: Int($0)) })
        #expect(results.allSatisfy { (try? $0.get()) != nil })
    }

    private func count(_ property: String, _ value: FilterValue) async throws -> Int {
        try await database.count(
            in: "Article", tenant: nil,
            filter: .condition(FilterCondition(path: .property(property), comparison: .equal, value: value)))
    }

    private func keywordHits() async throws -> Int {
        var query = Query(collection: "Article")
        query.search = .keyword(KeywordSearch(query: "red"))
        return try await database.hits(of: query).count
    }

    private func findings() throws -> [String] {
        try DatabaseCheck(environment: database.environment).run { _ in }
    }

    @Test func `filters still find what is no longer searchable`() async throws {
        try await fill()
        try await database.deleteIndex(.searchable, of: "title", in: "Article")
        #expect(database.collection(named: "Article")?.property(named: "title")?.isSearchable == false)
        #expect(try await count("title", .text("red")) == 20)
        #expect(try await keywordHits() == 0)
        #expect(try await database.delete(.number(3), in: "Article", tenant: nil))
        #expect(try await count("title", .text("red")) == 19)
        #expect(try findings() == [])
        await fixture.close()
    }

    @Test func `keyword search still finds what is no longer filterable`() async throws {
        try await fill()
        try await database.deleteIndex(.filterable, of: "Title", in: "Article")
        #expect(try await keywordHits() == 10)
        #expect(try findings() == [])
        await fixture.close()
    }

    @Test func `a property without any index has no entries and cannot be filtered by`() async throws {
        try await fill()
        for index in PropertyIndex.allCases {
            try await database.deleteIndex(index, of: "title", in: "Article")
            try await database.deleteIndex(index, of: "year", in: "Article")
        }
        await #expect(throws: DatabaseError.self) { try await count("year", .int(3)) }
        _ = try await database.insert(.article(30, "red again", year: 3))
        #expect(try await database.delete(.number(3), in: "Article", tenant: nil))
        #expect(try findings() == [])
        try await fixture.reopen()
        #expect(database.collection(named: "Article")?.property(named: "year")?.isFilterable == false)
        await fixture.close()
    }

    @Test func `an index of a property that is not there cannot be deleted`() async throws {
        _ = try await database.createCollection(.articles())
        await #expect(throws: DatabaseError.self) {
            try await database.deleteIndex(.filterable, of: "nothing", in: "Article")
        }
        await #expect(throws: DatabaseError.self) {
            try await database.deleteIndex(.filterable, of: "title", in: "Nothing")
        }
        await fixture.close()
    }
}

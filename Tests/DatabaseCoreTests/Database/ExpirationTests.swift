// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Synchronization
import Testing

@testable import DatabaseCore

@Suite struct ExpirationTests {
    /// A clock that stands still until it is moved.
    private final class Clock: Sendable {
        private let milliseconds = Mutex<Int64>(1_600_000_000_000)

        var now: Int64 { milliseconds.withLock { $0 } }
        func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1_000 } }
    }

    private let clock = Clock()
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    init() throws {
        let clock = clock
        fixture = try DatabaseFixture(clock: { clock.now })
    }

    private func create(
        deleteOn: String, seconds: Int, isMultiTenant: Bool = false, indexesTimes: Bool = true
    ) async throws {
        var definition = CollectionDefinition.articles()
        definition.properties.append(PropertyDefinition(name: "until", type: .scalar(.date)))
        definition.properties.append(PropertyDefinition(name: "from", type: .scalar(.date), isFilterable: false))
        definition.invertedIndex.indexTimestamps = indexesTimes
        definition.multiTenancy.isEnabled = isMultiTenant
        var ttl = ObjectTTLDefinition()
        (ttl.isEnabled, ttl.deleteOn, ttl.seconds) = (true, deleteOn, seconds)
        definition.objectTTL = ttl
        _ = try await database.createCollection(definition)
    }

    private func ids(_ tenant: String? = nil) async throws -> [UInt64] {
        var query = Query(collection: "Article")
        query.tenant = tenant
        return try await database.hits(of: query).map(\.object.id.low)
    }

    @Test func `objects expire so many seconds after their creation, whatever happens to them`() async throws {
        try await create(deleteOn: "_creationTimeUnix", seconds: 100)
        _ = try await database.insert(.article(1, "old", year: 1, vector: [1, 2]))
        clock.advance(seconds: 60)
        _ = try await database.insert(.article(2, "new", year: 2, vector: [2, 1]))
        try await database.merge(
            ObjectInput(collection: "Article", id: .number(1), properties: JSONObject([("title", .string("x"))])))
        clock.advance(seconds: 39)
        #expect(await database.deleteExpiredObjects() == 0)
        clock.advance(seconds: 1)
        #expect(await database.deleteExpiredObjects() == 1)
        #expect(try await ids() == [2])
        #expect(try await database.hits(of: .near([1, 2], in: "Article", limit: 5)).map(\.object.id.low) == [2])
        #expect(try DatabaseCheck(environment: database.environment).run { _ in } == [])
    }

    @Test func `a change keeps an object that expires after its last one`() async throws {
        try await create(deleteOn: "_lastUpdateTimeUnix", seconds: 100)
        for number in 1...2 as ClosedRange<UInt64> { _ = try await database.insert(.article(number, "x", year: 1)) }
        clock.advance(seconds: 99)
        try await database.merge(
            ObjectInput(collection: "Article", id: .number(1), properties: JSONObject([("title", .string("y"))])))
        clock.advance(seconds: 50)
        #expect(await database.deleteExpiredObjects() == 1)
        #expect(try await ids() == [1])
    }

    @Test func `what is written after it was found to have expired stays`() async throws {
        _ = try await database.createCollection(.articles())
        let found = clock.now
        _ = try await database.insert(.article(1, "x", year: 1))
        let collection = try database.requireCollection("Article")
        let shard = try collection.shard(for: nil)
        func expire(_ time: Int64) async throws {
            let lease = try await database.lease(shard, of: collection)
            _ = try await database.submit(
                database.change(.expire([.number(1)], unchangedSince: time), collection, lease))
        }
        try await expire(found)
        #expect(try await ids() == [1])
        try await expire(found + 1)
        #expect(try await ids() == [])
    }

    @Test func `a date of the object itself counts, before or after it`() async throws {
        try await create(deleteOn: " until ", seconds: -10)
        // It is 2020-09-13T12:26:40Z.
        for (number, date) in [
            (1, "2020-09-13T12:26:50Z"), (2, "2020-09-13T12:26:51Z"), (3, "2020-09-13T12:26:52Z"),
        ] as [(UInt64, String)] {
            var object = ObjectInput.article(number, "x", year: 1)
            object.properties?["until"] = .string(date)
            _ = try await database.insert(object)
        }
        _ = try await database.insert(.article(4, "never", year: 1))
        clock.advance(seconds: 1)
        #expect(await database.deleteExpiredObjects() == 2)
        #expect(try await ids() == [3, 4])
    }

    @Test func `more objects than fit in a commit expire together, in each tenant that is in use`() async throws {
        try await create(deleteOn: "_creationTimeUnix", seconds: 60, isMultiTenant: true)
        try await database.createTenants([Tenant(name: "a"), Tenant(name: "b")], in: "Article")
        let objects = (0..<1_500 as Range<UInt64>).map { number in
            var object = ObjectInput.article(number, "x", year: 1)
            object.tenant = number % 1_200 == 0 ? "b" : "a"
            return object
        }
        _ = await database.upsert(objects)
        try await database.updateTenants([Tenant(name: "b", status: .inactive)], of: "Article")
        clock.advance(seconds: 61)
        #expect(await database.deleteExpiredObjects() == 1_498)
        #expect(try await ids("a") == [])
        try await database.updateTenants([Tenant(name: "b", status: .active)], of: "Article")
        #expect(try await ids("b") == [0, 1_200])
    }

    @Test func `definitions that cannot work are refused, and survive a restart otherwise`() async throws {
        for (deleteOn, seconds, indexesTimes) in [
            ("", 100, true), ("_creationTimeUnix", 59, true), ("_lastUpdateTimeUnix", 100, false),
            ("nothing", 100, true), ("title", 100, true), ("from", 100, true),
        ] {
            await #expect(throws: DatabaseError.self, "\(deleteOn)") {
                try await create(deleteOn: deleteOn, seconds: seconds, indexesTimes: indexesTimes)
            }
        }
        try await create(deleteOn: "until", seconds: 0, indexesTimes: false)
        let before = database.collection(named: "Article")
        try await fixture.reopen()
        #expect(database.collection(named: "Article") == before)
        #expect(before?.objectTTL?.deleteOn == "until")
    }

    @Test func `what has expired is hidden from queries where the collection wants it`() async throws {
        try await create(deleteOn: "_creationTimeUnix", seconds: 60)
        var definition = try #require(database.collection(named: "Article"))
        definition.objectTTL?.filtersExpired = true
        _ = try await database.updateCollection(definition)
        _ = try await database.insert(.article(5, "red", year: 1, vector: [1, 2]))
        clock.advance(seconds: 30)
        for number in [4, 3] as [UInt64] {
            _ = try await database.insert(.article(number, "red", year: 1, vector: [1, 3]))
        }
        #expect(try await ids() == [3, 4, 5])
        clock.advance(seconds: 30)
        #expect(try await ids() == [3, 4])
        var query = Query(collection: "Article")
        query.after = .start
        #expect(try await database.hits(of: query).map(\.object.id.low) == [3, 4])
        query.after = nil
        query.sort = [SortKey(field: .property("year"))]
        #expect(try await database.hits(of: query).map(\.object.id.low) == [3, 4])
        query.sort = []
        query.search = .keyword(KeywordSearch(query: "red"))
        #expect(try await database.hits(of: query).map(\.object.id.low) == [3, 4])
        #expect(
            try await database.hits(of: .near([1, 2], in: "Article", limit: 5)).map(\.object.id.low).sorted() == [3, 4])
        let red = Filter.condition(.init(path: .property("title"), comparison: .equal, value: .text("red")))
        #expect(try await database.count(in: "Article", tenant: nil, filter: red) == 2)
        #expect(try await database.count(in: "Article", tenant: nil, filter: nil) == 2)
        #expect(await database.deleteExpiredObjects() == 1)
        #expect(try await ids() == [3, 4])
    }

    @Test func `expiry is switched off by an update without it`() async throws {
        try await create(deleteOn: "_creationTimeUnix", seconds: 60)
        _ = try await database.insert(.article(1, "x", year: 1))
        var definition = try #require(database.collection(named: "Article"))
        definition.objectTTL = nil
        _ = try await database.updateCollection(definition)
        clock.advance(seconds: 100)
        #expect(await database.deleteExpiredObjects() == 0)
    }
}

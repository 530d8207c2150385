// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import Testing

@Suite struct ShardStatusTests {
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    init() throws { fixture = try DatabaseFixture() }

    private func isReadOnly(_ error: (any Error)?) -> Bool {
        guard case .readOnlyShard(let collection, let shard)? = error as? DatabaseError else { return false }
        return collection == "Article" && shard == database.shards().first?.name
    }

    @Test func `a read-only shard refuses every kind of write and answers reads`() async throws {
        _ = try await database.createCollection(.articles())
        _ = try await database.insert(.article(1, "one", year: 1))
        let shard = try #require(database.shards().first?.name)
        try database.setReadOnly(true, shard: shard, of: "Article")
        #expect(database.shards().map(\.isReadOnly) == [true])

        let filter = Filter.condition(FilterCondition(path: .property("year"), comparison: .equal, value: .int(1)))
        let writes: [@Sendable () async throws -> Void] = [
            { [database] in _ = try await database.insert(.article(2, "two", year: 2)) },
            { [database] in _ = try await database.replace(.article(1, "new", year: 2)) },
            { [database] in try await database.merge(.article(1, "new", year: 2)) },
            { [database] in _ = try await database.delete(.number(1), in: "Article", tenant: nil) },
        ]
        for write in writes {
            let error = await #expect(throws: DatabaseError.self) { try await write() }
            #expect(isReadOnly(error))
        }
        let batch = await database.upsert([.article(3, "three", year: 3), .article(4, "four", year: 4)])
        for result in batch {
            let error = #expect(throws: DatabaseError.self) { try result.get() }
            #expect(isReadOnly(error))
        }
        let report = try await database.deleteObjects(
            matching: filter, in: "Article", tenant: nil, isDryRun: false)
        #expect(report.items.count == 1)
        guard case .readOnlyShard(collection: "Article", _)? = report.items.first?.error else {
            Issue.record("\(report.items)")
            return
        }
        #expect(try await database.count(in: "Article", tenant: nil, filter: filter) == 1)
        await fixture.close()
    }

    @Test func `a shard takes writes again when it is ready, and after every start`() async throws {
        _ = try await database.createCollection(.articles())
        let shard = try #require(database.shards().first?.name)
        try database.setReadOnly(true, shard: shard, of: "Article")
        try database.setReadOnly(false, shard: shard, of: "Article")
        _ = try await database.insert(.article(1, "one", year: 1))
        try database.setReadOnly(true, shard: shard, of: "Article")
        try await fixture.reopen()
        #expect(database.shards().map(\.isReadOnly) == [false])
        _ = try await database.insert(.article(2, "two", year: 2))
        await fixture.close()
    }

    @Test func `the status of a shard that is not there cannot be changed`() async throws {
        _ = try await database.createCollection(.articles())
        #expect(throws: DatabaseError.self) { try database.setReadOnly(true, shard: "nowhere", of: "Article") }
        #expect(throws: DatabaseError.self) { try database.setReadOnly(true, shard: "nowhere", of: "Nothing") }
        await fixture.close()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Testing
import VectorIndexes

@testable import DatabaseCore

/// Shards of tenants: made, filled, loaded when they are used, unloaded.
@Suite struct ShardTests {
    private func tenants(
        _ names: [String], _ change: (inout DatabaseSettings) -> Void = { _ in }
    ) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture(change)
        var definition = CollectionDefinition.articles(metric: .l2Squared)
        definition.multiTenancy.isEnabled = true
        _ = try await fixture.database.createCollection(definition)
        try await fixture.database.createTenants(names.map { Tenant(name: $0) }, in: "Article")
        return fixture
    }

    private func article(_ number: UInt64, of tenant: String?, _ vector: [Float]? = nil) -> ObjectInput {
        var object = ObjectInput.article(number, "of \(tenant ?? "nobody")", year: 1, vector: vector)
        object.tenant = tenant
        return object
    }

    private func near(_ vector: [Float], of tenant: String, limit: Int = 10) -> Query {
        var query = Query.near(vector, in: "Article", limit: limit)
        query.tenant = tenant
        return query
    }

    private func shard(_ name: String, _ fixture: DatabaseFixture) throws -> Shard {
        try #require(fixture.database.collectionTable["Article"]?.shards[name])
    }

    @Test func `objects of tenants are kept apart, and each is found in its shard`() async throws {
        let fixture = try await tenants(["a", "b"])
        let database = fixture.database
        let results = await database.upsert([
            article(1, of: "a", [1, 0]), article(1, of: "b", [0, 1]), article(2, of: "c", [1, 1]),
            article(3, of: nil, [1, 1]), article(2, of: "a", [2, 0]),
        ])
        #expect(
            results.map { (try? $0.get())?.properties["title"] } == [
                .text("of a"), .text("of b"), nil, nil, .text("of a"),
            ])
        #expect(try await database.hits(of: near([1, 0], of: "a")).map(\.object.id) == [.number(1), .number(2)])
        #expect(try await database.hits(of: near([1, 0], of: "b")).map(\.object.id) == [.number(1)])
        #expect(try await database.count(in: "Article", tenant: "b", filter: nil) == 1)
        await fixture.close()
    }

    @Test func `a batch over many shards is one group of the writer`() async throws {
        let names = (0..<200).map { "tenant\($0)" }
        let fixture = try await tenants(names)
        let before = fixture.database.queue.statistics
        let results = await fixture.database.upsert(names.enumerated().map { article(1, of: $1, [Float($0), 1]) })
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        await fixture.close()
        #expect(fixture.database.queue.statistics.groups == before.groups + 1)
        #expect(fixture.database.queue.statistics.changes == before.changes + 200)
    }

    @Test func `making shards that are there changes nothing, and only a collection with tenants gets any`()
        async throws
    {
        let fixture = try await tenants(["a"])
        let shard = try shard("a", fixture)
        try await fixture.database.createTenants([Tenant(name: "a"), Tenant(name: "b")], in: "Article")
        #expect(try self.shard("a", fixture) === shard)
        #expect(fixture.database.shards().map(\.name) == ["a", "b"])
        var other = CollectionDefinition.articles()
        other.name = "Other"
        _ = try await fixture.database.createCollection(other)
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.createTenants([Tenant(name: "a")], in: "Other")
        }
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.createTenants([Tenant(name: "a")], in: "Nothing")
        }
        await fixture.close()
    }

    @Test func `a shard is loaded by its first search or write, not by reading its objects`() async throws {
        let fixture = try await tenants(["a", "b", "c"]) { $0.loadsShardsAtStart = false }
        _ = await fixture.database.upsert(["a", "b", "c"].map { article(1, of: $0, [1, 0]) })
        try await fixture.reopen()
        let database = fixture.database
        func loaded() throws -> [Bool] { try ["a", "b", "c"].map { try shard($0, fixture).isLoaded } }
        #expect(try database.object(.number(1), in: "Article", tenant: "a", selection: .init()) != nil)
        #expect(database.shards().map(\.objectCount) == [1, 1, 1])
        #expect(try loaded() == [false, false, false])
        #expect(try await database.hits(of: near([1, 0], of: "a")).map(\.object.id) == [.number(1)])
        _ = try await database.insert(article(2, of: "b", [2, 0]))
        #expect(try loaded() == [true, true, false])
        #expect(try await database.hits(of: near([1, 0], of: "b")).map(\.object.id) == [.number(1), .number(2)])
        // The dimensions are known again, too.
        await #expect(throws: DatabaseError.self) { try await database.insert(article(3, of: "c", [1, 2, 3])) }
        await fixture.close()
    }

    @Test func `shards are loaded at the start where that is wanted`() async throws {
        let names = (0..<100).map { "tenant\($0)" }
        let fixture = try await tenants(names)
        _ = await fixture.database.upsert(names.map { article(1, of: $0, [1, 0]) })
        try await fixture.reopen()
        for name in names { #expect(try shard(name, fixture).isLoaded) }
        #expect(try await fixture.database.hits(of: near([1, 0], of: "tenant77")).count == 1)
        await fixture.close()
    }

    @Test func `many who want a cold shard at one time all find everything`() async throws {
        let fixture = try await tenants(["a"]) { $0.loadsShardsAtStart = false }
        _ = await fixture.database.upsert((0..<300).map { article($0, of: "a", [Float($0), 1]) })
        try await fixture.reopen()
        let database = fixture.database
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<16 as Range<UInt64> {
                group.addTask {
                    if number % 4 == 0 { _ = try await database.insert(article(1_000 + number, of: "a", [-1, 1])) }
                    return try await database.hits(of: near([0, 1], of: "a", limit: 1_000)).count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.allSatisfy { (300...304).contains($0) })
        #expect(try await database.hits(of: near([0, 1], of: "a", limit: 1_000)).count == 304)
        await fixture.close()
    }

    @Test func `an unloaded shard takes no memory for its indexes, and its next user finds all that was written`()
        async throws
    {
        let fixture = try await tenants(["a"])
        let database = fixture.database
        _ = await database.upsert((0..<400).map { article($0, of: "a", [Float($0), 1]) })
        await database.unload(try shard("a", fixture))
        #expect(try !shard("a", fixture).isLoaded)
        #expect(try shard("a", fixture).allIndexes.isEmpty)
        await database.unload(try shard("a", fixture))
        _ = try await database.insert(article(400, of: "a", [400, 1]))
        let ids = try await database.hits(of: near([0, 1], of: "a", limit: 1_000)).map(\.object.id)
        #expect(ids == (0...400).map { .number($0) })
        await fixture.close()
    }

    @Test(.timeLimit(.minutes(1))) func `a shard is unloaded when its last user has left`() async throws {
        let fixture = try await tenants(["a"])
        let database = fixture.database
        _ = try await database.insert(article(1, of: "a", [1, 0]))
        let shard = try shard("a", fixture)
        var plan: QueryPlan? = try await database.plan(near([1, 0], of: "a"))
        let unloading = Task { await database.unload(shard) }
        // Whoever comes now is let in, or loads it again.
        let late = Task { try await database.hits(of: near([1, 0], of: "a")).count }
        #expect(
            try plan.map { plan in try database.read { view throws(DatabaseError) in try view.hits(of: plan) } }?.count
                == 1)
        plan = nil
        await unloading.value
        #expect(try await late.value == 1)
        #expect(try await database.hits(of: near([1, 0], of: "a")).count == 1)
        #expect(shard.isLoaded)
        await fixture.close()
    }

    @Test func `a changed definition reaches shards that are loaded later`() async throws {
        let fixture = try await tenants(["a"]) { $0.loadsShardsAtStart = false }
        _ = try await fixture.database.insert(article(1, of: "a", [1, 0]))
        try await fixture.reopen()
        var definition = try #require(fixture.database.collection(named: "Article"))
        definition.vectors[0].index.ef = 77
        _ = try await fixture.database.updateCollection(definition)
        _ = try await fixture.database.hits(of: near([1, 0], of: "a"))
        #expect(try shard("a", fixture).allIndexes[0].index?.configuration.ef == 77)
        await fixture.close()
    }
}

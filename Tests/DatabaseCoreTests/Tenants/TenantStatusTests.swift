// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Testing

@testable import DatabaseCore

/// Tenants in use and not in use, and those that come into use or into being by being asked for.
@Suite struct TenantStatusTests {
    @Test func `whatever asks for an inactive tenant is refused`() async throws {
        let fixture = try await TenantFixture.make([.inactive("a")])
        let database = fixture.database
        for access in TenantAccess.all {
            #expect(await tenantFault { try await access.run(database, "a") } == "not active: a", "\(access.name)")
        }
        await fixture.close()
    }

    @Test func `a deactivated tenant leaves memory, and has all its objects when it is active again`() async throws {
        let fixture = try await TenantFixture.make([.active("a"), .active("b")])
        let database = fixture.database
        _ = await database.upsert((0..<300).map { .article($0, of: "a", [Float($0), 0]) })
        #expect(database.shard(of: "a")?.isLoaded == true)
        try await database.updateTenants([.inactive("a")], of: "Article")
        #expect(database.shard(of: "a")?.isLoaded == false)
        #expect(try database.tenants(of: "Article") == [.inactive("a"), .active("b")])
        #expect(database.shards(of: "Article").map(\.objectCount) == [300, 0])
        try await database.updateTenants([.active("a"), .inactive("b")], of: "Article")
        #expect(try await database.hits(of: .near([7, 0], of: "a", limit: 1)).map(\.object.id) == [.number(7)])
        #expect(try await database.ids(of: "a").count == 300)
        await fixture.close()
    }

    @Test func `an inactive tenant is inactive after a crash, and is not loaded at the start`() async throws {
        let fixture = try await TenantFixture.make([.active("a"), .active("b")])
        _ = await fixture.database.upsert(["a", "b"].map { .article(1, of: $0, [1, 0]) })
        try await fixture.database.updateTenants([.inactive("a")], of: "Article")
        let crashed = try DatabaseFixture(afterCrashOf: fixture)
        #expect(try crashed.database.tenants(of: "Article") == [.inactive("a"), .active("b")])
        #expect(crashed.database.shards(of: nil).map(\.isLoaded) == [false, true])
        try await crashed.database.updateTenants([.active("a")], of: "Article")
        #expect(try await crashed.database.hits(of: .near([1, 0], of: "a")).count == 1)
        #expect(try crashed.database.environment.checkInvariants().findings.isEmpty)
        await crashed.close()
        await fixture.close()
    }

    @Test func `a change of many tenants happens to all of them or to none`() async throws {
        let fixture = try await TenantFixture.make([.active("a"), .active("b")])
        let fault = await tenantFault {
            try await fixture.database.updateTenants([.inactive("a"), .inactive("c"), .inactive("b")], of: "Article")
        }
        #expect(fault == "not found: c")
        #expect(try fixture.database.tenants(of: "Article") == [.active("a"), .active("b")])
        await fixture.close()
    }

    @Test(.timeLimit(.minutes(1))) func `deactivation waits for searches under way, and lets no new ones in`()
        async throws
    {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        _ = try await database.insert(.article(1, of: "a", [1, 0]))
        var plan: QueryPlan? = try await database.plan(.near([1, 0], of: "a"))
        let deactivation = Task { try await database.updateTenants([.inactive("a")], of: "Article") }
        while try database.tenant(named: "a", of: "Article") == .active("a") { await Task.yield() }
        #expect(await tenantFault { _ = try await database.plan(.near([1, 0], of: "a")) } == "not active: a")
        // The one that was there before finds everything.
        let count = try plan.map { plan in
            try database.read { view throws(DatabaseError) in try view.hits(of: plan).count }
        }
        #expect(count == 1)
        plan = nil
        try await deactivation.value
        #expect(database.shard(of: "a")?.isLoaded == false)
        await fixture.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a tenant that is activated again while it waits for its users is open at once`()
        async throws
    {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        _ = try await database.insert(.article(1, of: "a", [1, 0]))
        let plan = try await database.plan(.near([1, 0], of: "a"))
        let deactivation = Task { try await database.updateTenants([.inactive("a")], of: "Article") }
        while try database.tenant(named: "a", of: "Article") == .active("a") { await Task.yield() }
        try await database.updateTenants([.active("a")], of: "Article")
        // Although the first one has not left.
        #expect(try await database.hits(of: .near([1, 0], of: "a")).count == 1)
        withExtendedLifetime(plan) {}
        try await deactivation.value
        #expect(try await database.hits(of: .near([1, 0], of: "a")).count == 1)
        #expect(try database.tenant(named: "a", of: "Article") == .active("a"))
        await fixture.close()
    }

    @Test func `whoever looked the tenant up before it was deactivated neither gets in nor loads it`() async throws {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        let collection = try #require(database.collectionTable["Article"])
        let shard = try collection.shard(for: "a")
        try await database.updateTenants([.inactive("a")], of: "Article")
        #expect(await tenantFault { _ = try await database.lease(shard, of: collection) } == "not active: a")
        #expect(!shard.isLoaded)
        try await database.updateTenants([.active("a")], of: "Article")
        _ = try await database.lease(shard, of: collection)
        #expect(shard.isLoaded)
        await fixture.close()
    }

    @Test(.timeLimit(.minutes(1))) func `tenants that come and go under searches and writes lose nothing`() async throws
    {
        let fixture = try await TenantFixture.make([.active("a"), .active("b")])
        let database = fixture.database
        let stored = await withTaskGroup(of: [ObjectID].self) { group in
            for worker in 0..<4 as Range<UInt64> {
                group.addTask {
                    var stored: [ObjectID] = []
                    for step in 0..<50 as Range<UInt64> {
                        let tenant = step % 2 == 0 ? "a" : "b"
                        if worker == 0 {
                            let status: Tenant.Status = step % 4 < 2 ? .inactive : .active
                            try? await database.updateTenants([Tenant(name: tenant, status: status)], of: "Article")
                        } else if worker == 1 {
                            _ = try? await database.hits(of: .near([1, 0], of: tenant))
                        } else {
                            let number = worker * 1_000 + step
                            let object = ObjectInput.article(number, of: tenant, [Float(number), 0])
                            if (try? await database.insert(object)) != nil { stored.append(.number(number)) }
                        }
                    }
                    return stored
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        try await database.updateTenants([.active("a"), .active("b")], of: "Article")
        var found: [ObjectID] = []
        for tenant in ["a", "b"] {
            found += try await database.hits(of: .near([0, 0], of: tenant, limit: 1_000)).map(\.object.id)
        }
        #expect(found.sorted() == stored.sorted())
        await fixture.close()
    }

    // MARK: By being asked for

    @Test(arguments: TenantAccess.all.indices)
    func `with auto-activation whatever asks for an inactive tenant activates it for good`(index: Int) async throws {
        let fixture = try await TenantFixture.make([.active("a")], autoActivation: true)
        _ = try await fixture.database.insert(.article(1, of: "a", [1, 0]))
        try await fixture.database.updateTenants([.inactive("a")], of: "Article")
        try await TenantAccess.all[index].run(fixture.database, "a")
        #expect(try fixture.database.tenant(named: "a", of: "Article") == .active("a"))
        try await fixture.reopen()
        #expect(try fixture.database.tenant(named: "a", of: "Article") == .active("a"))
        await fixture.close()
    }

    @Test(arguments: TenantAccess.insertions.indices)
    func `with auto-creation an object brings its tenant along`(index: Int) async throws {
        let fixture = try await TenantFixture.make(autoCreation: true)
        try await TenantAccess.insertions[index].run(fixture.database, "a")
        #expect(try fixture.database.tenants(of: "Article") == [.active("a")])
        #expect(try await fixture.database.ids(of: "a").count == 1)
        await fixture.close()
    }

    @Test func `nothing but new objects creates tenants`() async throws {
        let fixture = try await TenantFixture.make(autoCreation: true, autoActivation: true)
        for access in TenantAccess.reads + TenantAccess.changes {
            #expect(
                await tenantFault { try await access.run(fixture.database, "a") } == "not found: a", "\(access.name)")
        }
        #expect(try fixture.database.tenants(of: "Article").isEmpty)
        await fixture.close()
    }

    @Test func `a batch creates and activates all its tenants in one change each`() async throws {
        let fixture = try await TenantFixture.make(
            (0..<50).map { .inactive("old\($0)") }, autoCreation: true, autoActivation: true)
        try await fixture.reopen()
        let database = fixture.database
        let objects: [ObjectInput] = (0..<50).flatMap { number in
            [.article(1, of: "new\(number)"), .article(1, of: "old\(number)")]
        }
        let results = await database.upsert(objects + [.article(1, of: "a b"), .article(1, of: nil)])
        let faults = results.compactMap { result -> String? in
            if case .failure(let error) = result { error.tenantFault } else { nil }
        }
        #expect(faults == ["invalid", "missing"])
        #expect(try database.tenants(of: "Article").allSatisfy { $0.status == .active })
        #expect(try database.tenants(of: "Article").count == 100)
        await fixture.close()
        #expect(database.queue.statistics.changes == 2 + 100)
    }

    @Test func `what tenants do by themselves can be changed later`() async throws {
        let fixture = try await TenantFixture.make([.inactive("a")])
        let database = fixture.database
        var definition = try #require(database.collection(named: "Article"))
        definition.multiTenancy.autoTenantCreation = true
        definition.multiTenancy.autoTenantActivation = true
        _ = try await database.updateCollection(definition)
        _ = try await database.insert(.article(1, of: "a"))
        _ = try await database.insert(.article(1, of: "b"))
        #expect(try database.tenants(of: "Article") == [.active("a"), .active("b")])
        definition.multiTenancy = .init()
        await #expect(throws: DatabaseError.self) { try await database.updateCollection(definition) }
        await fixture.close()
    }
}

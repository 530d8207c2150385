// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Testing

@testable import DatabaseCore

/// Tenants: which there are, their names, and that they go.
@Suite struct TenantTests {
    @Test func `tenants are listed in the order of their creation, and are there after a restart`() async throws {
        let fixture = try await TenantFixture.make([.active("b"), .inactive("a")])
        try await fixture.database.createTenants([.active("c")], in: "Article")
        let expected: [Tenant] = [.active("b"), .inactive("a"), .active("c")]
        #expect(try fixture.database.tenants(of: "Article") == expected)
        try await fixture.reopen()
        #expect(try fixture.database.tenants(of: "Article") == expected)
        #expect(try fixture.database.tenant(named: "a", of: "Article") == .inactive("a"))
        #expect(try fixture.database.tenant(named: "d", of: "Article") == nil)
        #expect(try fixture.database.environment.checkInvariants().findings.isEmpty)
        await fixture.close()
    }

    @Test func `ten thousand tenants are one change of the writer`() async throws {
        let fixture = try await TenantFixture.make()
        try await fixture.reopen()
        try await fixture.database.createTenants((0..<10_000).map { .active("tenant\($0)") }, in: "Article")
        #expect(try fixture.database.tenants(of: "Article").count == 10_000)
        await fixture.close()
        #expect(fixture.database.queue.statistics.changes == 1)
    }

    @Test func `creating a tenant that is there changes neither it nor its status`() async throws {
        let fixture = try await TenantFixture.make([.active("a")])
        let shard = fixture.database.shard(of: "a")
        try await fixture.database.createTenants([.inactive("a"), .active("b")], in: "Article")
        #expect(fixture.database.shard(of: "a") === shard)
        #expect(try fixture.database.tenants(of: "Article") == [.active("a"), .active("b")])
        await fixture.close()
    }

    @Test(arguments: ["", "a b", "ä", "a.b", "a/b", "a\u{0}", String(repeating: "x", count: 65)])
    func `a name that is not allowed is refused, and nothing is created`(name: String) async throws {
        let fixture = try await TenantFixture.make()
        let fault = await tenantFault {
            try await fixture.database.createTenants([.active("good"), .active(name)], in: "Article")
        }
        #expect(fault == "invalid")
        #expect(try fixture.database.tenants(of: "Article").isEmpty)
        await fixture.close()
    }

    @Test(arguments: ["a", "A-b_9", String(repeating: "x", count: 64)])
    func `letters, digits, hyphens and underscores make a name`(name: String) throws {
        try TenantRules.check([name])
    }

    @Test func `a list that names a tenant twice, or changes too many, is refused`() async throws {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        #expect(
            await tenantFault { try await database.createTenants([.active("b"), .active("b")], in: "Article") }
                == "invalid")
        let many = (0..<101).map { Tenant.inactive("tenant\($0)") }
        #expect(await tenantFault { try await database.updateTenants(many, of: "Article") } == "invalid")
        #expect(
            await tenantFault { try await database.updateTenants(Array(many.prefix(100)), of: "Article") }
                == "not found: tenant0")
        await fixture.close()
    }

    @Test func `only a collection with tenants has any`() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles())
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.createTenants([.active("a")], in: "Article")
        }
        #expect(throws: DatabaseError.self) { try fixture.database.tenants(of: "Article") }
        #expect(throws: DatabaseError.self) { try fixture.database.tenants(of: "Nothing") }
        #expect(await tenantFault { _ = try await fixture.database.insert(.article(1, of: "a")) } == "not expected")
        #expect(await tenantFault { _ = try await fixture.database.ids(of: "a") } == "not expected")
        await fixture.close()
    }

    @Test func `every access to a collection with tenants names one that is there`() async throws {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        for (tenant, fault) in [(nil, "missing"), ("b", "not found: b")] as [(String?, String)] {
            for access in TenantAccess.all {
                #expect(await tenantFault { try await access.run(database, tenant) } == fault, "\(access.name)")
            }
        }
        await fixture.close()
    }

    @Test func `an answer names the tenant of each object`() async throws {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        #expect(try await database.insert(.article(1, of: "a", [1, 0])).tenant == "a")
        #expect(try await database.hits(of: .near([1, 0], of: "a")).map(\.object.tenant) == ["a"])
        #expect(
            try database.object(.number(1), in: "Article", tenant: "a", selection: .init())?.tenant == "a")
        await fixture.close()
    }

    @Test func `a deleted tenant takes its objects along, and its name is free for an empty one`() async throws {
        let fixture = try await TenantFixture.make([.active("a"), .active("b")])
        let database = fixture.database
        _ = await database.upsert(["a", "b"].flatMap { name in (0..<50).map { .article($0, of: name, [1, 0]) } })
        try await database.deleteTenants(named: ["a", "nobody", "a"], of: "Article")
        #expect(try database.tenants(of: "Article") == [.active("b")])
        #expect(await tenantFault { _ = try await database.ids(of: "a") } == "not found: a")
        try await database.createTenants([.active("a")], in: "Article")
        #expect(try await database.ids(of: "a").isEmpty)
        #expect(try await database.hits(of: .near([1, 0], of: "a")).isEmpty)
        #expect(try await database.ids(of: "b").count == 50)
        try await database.purgeDropped()
        let report = try database.environment.checkInvariants()
        #expect(report.findings.isEmpty && report.objectCount == 50)
        await fixture.close()
    }

    @Test func `deleting an inactive tenant leaves nothing of it`() async throws {
        let fixture = try await TenantFixture.make([.inactive("a")])
        try await fixture.database.deleteTenants(named: ["a"], of: "Article")
        try await fixture.database.createTenants([.active("a")], in: "Article")
        try await fixture.database.purgeDropped()
        #expect(try fixture.database.environment.checkInvariants().findings.isEmpty)
        try await fixture.reopen()
        #expect(try fixture.database.tenants(of: "Article") == [.active("a")])
        await fixture.close()
    }

    @Test func `an index of a property is dropped in all tenants, many of them in one commit`() async throws {
        let names = (0..<100).map { "tenant\($0)" }
        let fixture = try await TenantFixture.make(names.map { .active($0) })
        _ = await fixture.database.upsert(names.map { .article(1, of: $0) })
        try await fixture.reopen()
        let database = fixture.database
        for index in PropertyIndex.allCases { try await database.deleteIndex(index, of: "title", in: "Article") }
        #expect(try DatabaseCheck(environment: database.environment).run { _ in }.isEmpty)
        await fixture.close()
        #expect(database.queue.statistics.groups < 20)
    }

    @Test func `references of a batch lead to objects of the same tenant`() async throws {
        let fixture = try await TenantFixture.make([.active("a"), .active("b")])
        let database = fixture.database
        _ = try await database.addProperty(
            PropertyDefinition(name: "related", type: .reference(["Article"])), to: "Article")
        _ = await database.upsert([.article(1, of: "a"), .article(2, of: "a"), .article(3, of: "b")])
        func addition(to target: UInt64, from tenant: String?) -> ReferenceAddition {
            ReferenceAddition(
                source: ReferenceSource(
                    collection: "Article", id: .number(1), property: "related", tenant: tenant),
                target: Beacon(collection: "Article", id: .number(target)))
        }
        let results = await database.addReferences([
            addition(to: 2, from: "a"), addition(to: 3, from: "a"), addition(to: 2, from: nil),
            addition(to: 2, from: "c"),
        ])
        let faults = results.map { result -> String? in
            if case .failure(let error) = result { error.tenantFault ?? error.message } else { nil }
        }
        #expect(faults == [nil, "there is no object \(ObjectID.number(3)) to refer to", "missing", "not found: c"])
        await fixture.close()
    }

    @Test func `a write that comes after the deletion of its tenant is refused`() async throws {
        let fixture = try await TenantFixture.make([.active("a")])
        let database = fixture.database
        _ = try await database.insert(.article(1, of: "a", [1, 0]))
        let collection = try #require(database.collectionTable["Article"])
        let lease = try await database.lease(try #require(database.shard(of: "a")), of: collection)
        try await database.deleteTenants(named: ["a"], of: "Article")
        let fault = await tenantFault {
            _ = try await database.submit(database.change(.delete([.number(1)]), collection, lease))
        }
        #expect(fault == "not found: a")
        await fixture.close()
    }

    @Test func `objects of a batch go each to its own tenant, and one without fails alone`() async throws {
        let fixture = try await TenantFixture.make([.active("a"), .active("b"), .inactive("cold")])
        let results = await fixture.database.upsert([
            .article(1, of: "a", [1, 0]), .article(1, of: "b", [0, 1]), .article(2, of: "nobody"),
            .article(3, of: nil), .article(4, of: "cold"), .article(2, of: "a", [2, 0]),
        ])
        let faults = results.map { result -> String? in
            if case .failure(let error) = result { error.tenantFault } else { nil }
        }
        #expect(faults == [nil, nil, "not found: nobody", "missing", "not active: cold", nil])
        #expect(try await fixture.database.ids(of: "a") == [.number(1), .number(2)])
        #expect(try await fixture.database.ids(of: "b") == [.number(1)])
        await fixture.close()
    }
}

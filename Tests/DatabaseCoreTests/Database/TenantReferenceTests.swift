// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

@Suite struct TenantReferenceTests {
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    /// Collections Writer and Note have the tenants `a` and `b`, Topic has none. Writer 1 is in `a`, writer 2 in `b`; note 11 is in
    /// both; topic 21.
    init() async throws {
        fixture = try DatabaseFixture()
        try await create(
            "Writer", [PropertyDefinition(name: "name", type: .scalar(.text), tokenization: .word)],
            isMultiTenant: true)
        try await create(
            "Topic", [PropertyDefinition(name: "by", type: .reference(["Writer"]))], isMultiTenant: false)
        try await create(
            "Note",
            [
                PropertyDefinition(name: "by", type: .reference(["Writer"])),
                PropertyDefinition(name: "about", type: .reference(["Topic"])),
            ], isMultiTenant: true)
        try await insert("Writer", 1, "a", [("name", .string("ann"))])
        try await insert("Writer", 2, "b", [("name", .string("bob"))])
        for tenant in ["a", "b"] { try await insert("Note", 11, tenant) }
        try await insert("Topic", 21, nil)
    }

    private func create(_ name: String, _ properties: [PropertyDefinition], isMultiTenant: Bool) async throws {
        var definition = CollectionDefinition(
            name: name, properties: properties, vectors: [VectorDefinition(vectorizer: .none, index: .init())])
        definition.multiTenancy.isEnabled = isMultiTenant
        _ = try await database.createCollection(definition)
        if isMultiTenant { try await database.createTenants([Tenant(name: "a"), Tenant(name: "b")], in: name) }
    }

    private func insert(
        _ collection: String, _ number: UInt64, _ tenant: String?, _ properties: [(String, JSONValue)] = []
    ) async throws {
        _ = try await database.insert(
            ObjectInput(
                collection: collection, id: .number(number), tenant: tenant, properties: JSONObject(properties)))
    }

    private func source(_ tenant: String?, _ property: String = "by") -> ReferenceSource {
        ReferenceSource(collection: "Note", id: .number(11), property: property, tenant: tenant)
    }

    private func writer(_ number: UInt64) -> Beacon { Beacon(collection: "Writer", id: .number(number)) }

    private func notes(by name: String, _ tenant: String) async throws -> Int {
        var query = Query(collection: "Note")
        query.tenant = tenant
        query.filter = .condition(
            FilterCondition(
                path: .through(property: "by", collection: "Writer", rest: .property("name")), comparison: .equal,
                value: .text(name)))
        return try await database.hits(of: query).count
    }

    private func problem(_ body: () async throws -> Void) async -> InvalidReference? {
        do {
            try await body()
            return nil
        } catch {
            guard case .invalidReference(let problem)? = error as? DatabaseError else { return nil }
            return problem
        }
    }

    @Test func `references lead to objects of the same tenant, and filters follow them there`() async throws {
        try await database.changeReferences(of: source("a"), .add(writer(1)))
        #expect(try await notes(by: "ann", "a") == 1)
        #expect(try await notes(by: "ann", "b") == 0)
        let foreign = await problem { try await database.changeReferences(of: source("a"), .add(writer(2))) }
        #expect(foreign == .missingTarget(.number(2)))
    }

    @Test func `a batch refuses what leads to another tenant, too`() async throws {
        let results = await database.addReferences([
            ReferenceAddition(source: source("a"), target: writer(1)),
            ReferenceAddition(source: source("b"), target: writer(1)),
            ReferenceAddition(source: source("b"), target: writer(2)),
            ReferenceAddition(source: source(nil), target: writer(1)),
        ])
        #expect(results.map { if case .success = $0 { true } else { false } } == [true, false, true, false])
        #expect(try await notes(by: "bob", "b") == 1)
    }

    @Test func `objects of a tenant may refer to what has none, and not the other way round`() async throws {
        let topic = Beacon(collection: "Topic", id: .number(21))
        try await database.changeReferences(of: source("b", "about"), .add(topic))
        let backwards = ReferenceSource(collection: "Topic", id: .number(21), property: "by")
        let refused = await problem { try await database.changeReferences(of: backwards, .add(writer(1))) }
        #expect(refused == .tenantsOnlyAtTarget(collection: "Writer"))
    }
}

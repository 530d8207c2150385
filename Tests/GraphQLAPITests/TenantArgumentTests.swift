// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import JSON
import Testing

@testable import GraphQLAPI

/// The argument `tenant`.
@Suite struct TenantArgumentTests {
    private func database() async throws -> MemoryDatabase {
        let database = MemoryDatabase([Fixture.thing, Fixture.author])
        var house = CollectionDefinition(
            name: "House",
            properties: [
                PropertyDefinition(name: "num", type: .scalar(.int)),
                PropertyDefinition(name: "door", type: .reference(["Door"])),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
        house.multiTenancy.isEnabled = true
        database.keep(house)
        var door = CollectionDefinition(name: "Door", properties: [PropertyDefinition(name: "n", type: .scalar(.int))])
        door.multiTenancy.isEnabled = true
        database.keep(door)
        let tenants = [Tenant(name: "east"), Tenant(name: "west"), Tenant(name: "cold", status: .inactive)]
        try await database.createTenants(tenants, in: "House")
        for (number, tenant) in [(1, "east"), (2, "west")] {
            _ = try await database.insert(
                ObjectInput(
                    collection: "House", id: ObjectID(high: 3, low: UInt64(number)), tenant: tenant,
                    properties: ["num": .number(.init(number))]))
        }
        return database
    }

    @Test func `a query finds the objects of its tenant`() async throws {
        let answer = try await database().answer(#"{ Get { House(tenant: "west") { num } } }"#)
        #expect(answer == #"{"data":{"Get":{"House":[{"num":2}]}}}"#)
    }

    @Test func `an aggregate counts the objects of its tenant`() async throws {
        let answer = try await database().answer(#"{ Aggregate { House(tenant: "east") { meta { count } } } }"#)
        #expect(answer == #"{"data":{"Aggregate":{"House":[{"meta":{"count":1}}]}}}"#)
    }

    @Test(arguments: [
        ("", "class House has multi-tenancy enabled, but request was without tenant"),
        (#"tenant: "" "#, "class House has multi-tenancy enabled, but request was without tenant"),
        (#"tenant: "nobody" "#, #"tenant not found: "nobody""#), (#"tenant: "cold" "#, "tenant not active: 'cold'"),
    ])
    func `what is wrong with the tenant is said after the search that wanted it`(
        argument: String, reason: String
    ) async throws {
        let database = try await database()
        let searches = [
            ("limit: 1", "explorer: list class: search: object search at index house: "),
            (
                "nearVector: {vector: [1, 2]}",
                "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vector search: object vector search at "
                    + "index house: "
            ),
        ]
        for (search, prefix) in searches {
            let messages = try await database.messages("{ Get { House(\(argument)\(search)) { num } } }")
            #expect(messages == [prefix + reason])
        }
        let arguments = argument.isEmpty ? "" : "(\(argument))"
        let aggregate = try await database.messages("{ Aggregate { House\(arguments) { meta { count } } } }")
        #expect(aggregate == [reason])
    }

    @Test func `a class without tenants has no such argument`() async throws {
        let messages = try await database().messages(#"{ Get { Author(tenant: "east") { name } } }"#)
        #expect(messages == [#"Unknown argument "tenant" on field "Author" of type "GetObjectsObj"."#])
    }

    @Test func `a reference into a class that does not have the tenant leads nowhere`() async throws {
        let database = try await database()
        let beacon = Beacon(host: "localhost", collection: "Door", id: ObjectID(high: 4, low: 4))
        let object = DatabaseObject(
            collection: "House", id: ObjectID(high: 3, low: 3), tenant: "east", creationTime: 1, updateTime: 1,
            properties: ["door": .references([beacon])])
        database.answer("House", with: .success([Hit(object: object)]))
        let answer = try await database.answer(#"{ Get { House(tenant: "east") { door { ... on Door { n } } } } }"#)
        #expect(answer == #"{"data":{"Get":{"House":[{"door":null}]}}}"#)
    }
}

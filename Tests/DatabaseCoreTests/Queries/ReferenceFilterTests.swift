// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

/// Filters whose paths go through references, answered from the indexes of all the collections on the way.
@Suite struct ReferenceFilterTests {
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    /// Cities 1 and 2 lie in countries 101 and 102; person 11 lives in city 1, 12 in 2, 13 in both, 14 in none.
    init() async throws {
        fixture = try DatabaseFixture()
        try await create("Country", [PropertyDefinition(name: "name", type: .scalar(.text), tokenization: .word)])
        try await create(
            "City",
            [
                PropertyDefinition(name: "size", type: .scalar(.int)),
                PropertyDefinition(name: "inCountry", type: .reference(["Country"])),
            ])
        try await create("Person", [PropertyDefinition(name: "livesIn", type: .reference(["City", "Country"]))])
        try await put("Country", 101, [("name", .string("Atlantis"))])
        try await put("Country", 102, [("name", .string("Utopia"))])
        try await put("City", 1, [("size", .number(JSONNumber(10))), ("inCountry", beacons(("Country", 101)))])
        try await put("City", 2, [("size", .number(JSONNumber(20))), ("inCountry", beacons(("Country", 102)))])
        try await put("Person", 11, [("livesIn", beacons(("City", 1)))])
        try await put("Person", 12, [("livesIn", beacons(("City", 2)))])
        try await put("Person", 13, [("livesIn", beacons(("City", 1), ("City", 2)))])
        try await put("Person", 14, [])
    }

    private func create(_ name: String, _ properties: [PropertyDefinition]) async throws {
        _ = try await database.createCollection(
            CollectionDefinition(
                name: name, properties: properties, vectors: [VectorDefinition(vectorizer: .none, index: .init())]))
    }

    private func put(_ collection: String, _ number: UInt64, _ properties: [(String, JSONValue)]) async throws {
        _ = try await database.insert(
            ObjectInput(collection: collection, id: .number(number), properties: JSONObject(properties)))
    }

    private func beacons(_ targets: (String, UInt64)...) -> JSONValue {
        .array(
            targets.map { name, number in
                .object(["beacon": .string("weaviate://localhost/\(name)/\(ObjectID.number(number))")])
            })
    }

    private func people(_ rest: FilterPath, _ comparison: FilterComparison, _ value: FilterValue) async throws
        -> [UInt64]
    {
        try await people(
            .condition(
                FilterCondition(
                    path: .through(property: "livesIn", collection: "City", rest: rest), comparison: comparison,
                    value: value)))
    }

    private func people(_ filter: Filter) async throws -> [UInt64] {
        var query = Query(collection: "Person")
        query.filter = filter
        return try await database.hits(of: query).map(\.object.id.low)
    }

    @Test func `a condition on the target finds those who refer to it`() async throws {
        #expect(try await people(.property("size"), .equal, .int(10)) == [11, 13])
        #expect(try await people(.property("size"), .greaterThan, .int(5)) == [11, 12, 13])
        #expect(try await people(.id, .equal, .text(ObjectID.number(2).description)) == [12, 13])
    }

    @Test func `NotEqual wants a target that differs, and ContainsNone none that is equal`() async throws {
        #expect(try await people(.property("size"), .notEqual, .int(10)) == [12, 13])
        #expect(try await people(.property("size"), .containsNone, .ints([10])) == [12, 14])
    }

    @Test func `paths go through several references, and count them`() async throws {
        let country = FilterPath.through(property: "inCountry", collection: "Country", rest: .property("name"))
        #expect(try await people(country, .equal, .text("utopia")) == [12, 13])
        #expect(try await people(.property("inCountry"), .equal, .int(1)) == [11, 12, 13])
        #expect(
            try await people(
                .not(
                    .condition(
                        FilterCondition(path: .property("livesIn"), comparison: .greaterThan, value: .int(0)))))
                == [14])
    }

    @Test func `a target that is gone is found no more, and what was written a moment ago is`() async throws {
        _ = try await database.delete(.number(1), in: "City", tenant: nil)
        #expect(try await people(.property("size"), .equal, .int(10)) == [])
        try await put("City", 1, [("size", .number(JSONNumber(30)))])
        #expect(try await people(.property("size"), .equal, .int(30)) == [11, 13])
    }

    @Test func `names and types are checked against the collection at the end of the path`() async throws {
        await #expect(throws: DatabaseError.self) { try await people(.property("size"), .equal, .text("x")) }
        await #expect(throws: DatabaseError.self) { try await people(.property("height"), .equal, .int(1)) }
        await #expect(throws: DatabaseError.self) {
            try await people(
                .condition(
                    FilterCondition(
                        path: .through(property: "livesIn", collection: "Nowhere", rest: .id), comparison: .equal,
                        value: .text("x"))))
        }
    }

    @Test func `a collection that was dropped since the plan was made has no targets`() async throws {
        var query = Query(collection: "Person")
        query.filter = .condition(
            FilterCondition(
                path: .through(property: "livesIn", collection: "City", rest: .property("size")),
                comparison: .greaterThan, value: .int(0)))
        let plan = try await database.plan(query)
        try await database.deleteCollection(named: "City")
        #expect(try database.read { view throws(DatabaseError) in try view.hits(of: plan) }.isEmpty)
    }

    @Test func `objects are deleted by what they refer to`() async throws {
        let filter = Filter.condition(
            FilterCondition(
                path: .through(property: "livesIn", collection: "City", rest: .property("size")), comparison: .equal,
                value: .int(20)))
        let report = try await database.deleteObjects(matching: filter, in: "Person", tenant: nil, isDryRun: false)
        #expect(report.items.map(\.id.low) == [12, 13])
        #expect(
            try await people(
                .not(
                    .condition(
                        FilterCondition(path: .property("livesIn"), comparison: .greaterThan, value: .int(0)))))
                == [14])
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

@Suite struct ReferenceTests {
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    /// Authors 1 and 2; books 11 and 12, whose `by` leads to authors; `image` is a blob, and a book's vector is made of it.
    init() async throws {
        fixture = try DatabaseFixture()
        _ = try await database.createCollection(
            CollectionDefinition(
                name: "Author", properties: [], vectors: [VectorDefinition(vectorizer: .none, index: .init())]))
        _ = try await database.createCollection(
            CollectionDefinition(
                name: "Book",
                properties: [
                    PropertyDefinition(name: "image", type: .scalar(.blob), isFilterable: false),
                    PropertyDefinition(name: "by", type: .reference(["Author"])),
                    PropertyDefinition(name: "of", type: .reference(["Author", "Book"])),
                ], vectors: [VectorDefinition(vectorizer: .image(fields: ["image"]), index: .init())]))
        for number in 1...2 as ClosedRange<UInt64> {
            _ = try await database.insert(ObjectInput(collection: "Author", id: .number(number)))
        }
        for number in 11...12 as ClosedRange<UInt64> {
            _ = try await database.insert(
                ObjectInput(
                    collection: "Book", id: .number(number), properties: JSONObject([("image", .string("AQIDBA=="))])))
        }
    }

    private func author(_ number: UInt64) -> Beacon { Beacon(collection: "Author", id: .number(number)) }

    private func source(_ number: UInt64, _ property: String = "by") -> ReferenceSource {
        ReferenceSource(collection: "Book", id: .number(number), property: property)
    }

    private func book(_ number: UInt64) throws -> DatabaseObject {
        try #require(
            try database.object(
                .number(number), in: "Book", tenant: nil, selection: Query.Selection(includesVectors: true)))
    }

    private func books(referringTo number: UInt64) async throws -> [UInt64] {
        var query = Query(collection: "Book")
        query.filter = .condition(
            FilterCondition(
                path: .through(property: "by", collection: "Author", rest: .id), comparison: .equal,
                value: .text(ObjectID.number(number).description)))
        return try await database.hits(of: query).map(\.object.id.low)
    }

    @Test func `a reference changes the object and its index entries, and neither its vector nor its picture`()
        async throws
    {
        let before = try book(11)
        try await database.changeReferences(of: source(11), .add(author(1)))
        let after = try book(11)
        #expect(after.properties["by"] == .references([author(1)]))
        #expect(after.properties["image"] == before.properties["image"])
        #expect(after.vector == before.vector)
        #expect(after.updateTime >= before.updateTime)
        #expect(after.creationTime == before.creationTime)
        #expect(try await books(referringTo: 1) == [11])
        try await database.changeReferences(of: source(11), .replace([author(2)]))
        #expect(try await books(referringTo: 1) == [])
        #expect(try await books(referringTo: 2) == [11])
        #expect(try DatabaseCheck(environment: database.environment).run { _ in } == [])
    }

    @Test func `all references to one object are removed together; none is no change`() async throws {
        try await database.changeReferences(of: source(11), .replace([author(1), author(2), author(1)]))
        try await database.changeReferences(of: source(11), .remove(author(1)))
        let once = try book(11)
        #expect(once.properties["by"] == .references([author(2)]))
        try await database.changeReferences(of: source(11), .remove(author(1)))
        #expect(try book(11) == once)
    }

    @Test func `references survive a restart`() async throws {
        try await database.changeReferences(of: source(11), .add(author(1)))
        try await fixture.reopen()
        #expect(try book(11).properties["by"] == .references([author(1)]))
        #expect(try await books(referringTo: 1) == [11])
    }

    @Test func `a reference to what is not there is refused, by itself and in an object`() async throws {
        await #expect {
            try await database.changeReferences(of: source(11), .add(author(9)))
        } throws: { error in
            guard case .invalidReference(.missingTarget(.number(9)))? = error as? DatabaseError else { return false }
            return true
        }
        let beacon = JSONValue.array([
            .object(["beacon": .string("weaviate://localhost/Author/\(ObjectID.number(9))")])
        ])
        let object = ObjectInput(collection: "Book", id: .number(13), properties: JSONObject([("by", beacon)]))
        await #expect {
            _ = try await database.insert(object)
        } throws: { error in
            (error as? DatabaseError)?.message
                == "invalid object: invalid cref: 'cref' Book:by: no object with id \(ObjectID.number(9)) found"
        }
        var patch = object
        patch.id = .number(11)
        await #expect(throws: DatabaseError.self) { try await database.merge(patch) }
        #expect(try book(11).properties["by"] == nil)
    }

    @Test func `a merge adds its references to those that are there, and null removes all`() async throws {
        func merge(_ value: JSONValue) async throws {
            try await database.merge(
                ObjectInput(collection: "Book", id: .number(11), properties: JSONObject([("by", value)])))
        }
        func beacons(_ numbers: UInt64...) -> JSONValue {
            .array(
                numbers.map {
                    .object(["beacon": .string("weaviate://localhost/Author/\(ObjectID.number($0))")])
                })
        }
        try await merge(beacons())
        #expect(try book(11).properties["by"] == nil)
        try await merge(beacons(1))
        try await merge(beacons(1, 2))
        #expect(try book(11).properties["by"] == .references([author(1), author(1), author(2)]))
        #expect(try await books(referringTo: 2) == [11])
        try await merge(.null)
        #expect(try book(11).properties["by"] == nil)
        #expect(try await books(referringTo: 2) == [])
    }

    @Test func `a target that is deleted leaves its references behind`() async throws {
        try await database.changeReferences(of: source(11), .add(author(1)))
        _ = try await database.delete(.number(1), in: "Author", tenant: nil)
        #expect(try book(11).properties["by"] == .references([author(1)]))
        #expect(try await books(referringTo: 1) == [])
        try await database.deleteCollection(named: "Author")
        #expect(try book(11).properties["by"] == .references([author(1)]))
    }

    @Test func `a beacon without a class leads to any of the classes that the property names`() async throws {
        try await database.changeReferences(of: source(11, "of"), .add(Beacon(collection: nil, id: .number(12))))
        #expect(try book(11).properties["of"] == .references([Beacon(collection: nil, id: .number(12))]))
        await #expect(throws: DatabaseError.self) {
            try await database.changeReferences(of: source(11, "of"), .add(Beacon(collection: nil, id: .number(9))))
        }
    }

    @Test func `a batch adds to many objects in the order given, and its bad items fail alone`() async throws {
        let additions: [(UInt64, String, UInt64)] = [
            (11, "by", 1), (12, "by", 1), (11, "by", 2), (11, "nothing", 1), (99, "by", 1), (12, "image", 1),
            (12, "by", 9),
        ]
        let results = await database.addReferences(
            additions.map { ReferenceAddition(source: source($0.0, $0.1), target: author($0.2)) })
        #expect(
            results.map { if case .success = $0 { true } else { false } } == [
                true, true, true, false, false, false, true,
            ])
        #expect(try book(11).properties["by"] == .references([author(1), author(2)]))
        // Batches do not ask whether a target is there.
        #expect(try book(12).properties["by"] == .references([author(1), author(9)]))
        #expect(try await books(referringTo: 1) == [11, 12])
    }

    @Test func `thousands of references of one object rewrite it once`() async throws {
        let additions = (0..<5_000 as Range<UInt64>).map {
            ReferenceAddition(source: source(11), target: author(100 + $0))
        }
        let results = await database.addReferences(additions)
        #expect(results.allSatisfy { if case .success = $0 { true } else { false } })
        guard case .references(let beacons)? = try book(11).properties["by"] else {
            Issue.record("no references were stored")
            return
        }
        #expect(beacons.map(\.id) == additions.map(\.target.id))
        #expect(try await books(referringTo: 5_099) == [])
    }

    @Test func `a read-only shard refuses changes of references`() async throws {
        let shard = try #require(database.shards().first { $0.collection == "Book" })
        try database.setReadOnly(true, shard: shard.name, of: "Book")
        let results = await database.addReferences([ReferenceAddition(source: source(11), target: author(1))])
        #expect(results.allSatisfy { if case .failure(.readOnlyShard) = $0 { true } else { false } })
    }
}

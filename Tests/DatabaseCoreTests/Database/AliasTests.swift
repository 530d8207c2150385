// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore

@Suite struct AliasTests {
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    /// Articles 1 in collection Article and 2 in Other; the alias News stands for Article.
    init() async throws {
        fixture = try DatabaseFixture()
        _ = try await database.createCollection(.articles())
        var other = CollectionDefinition.articles()
        other.name = "Other"
        _ = try await database.createCollection(other)
        _ = try await database.insert(.article(1, "old", year: 1))
        var input = ObjectInput.article(2, "new", year: 2)
        input.collection = "Other"
        _ = try await database.insert(input)
        try await database.createAlias(CollectionAlias(name: "News", collection: "Article"))
    }

    private func titles(in collection: String) async throws -> [PropertyValue?] {
        try await database.hits(of: Query(collection: collection)).map { $0.object.properties["title"] }
    }

    private func problem(_ body: () async throws -> Void) async -> AliasProblem? {
        do {
            try await body()
            return nil
        } catch {
            guard case .alias(let problem)? = error as? DatabaseError else { return nil }
            return problem
        }
    }

    @Test func `an alias stands for its collection in queries, writes and changes of its definition`() async throws {
        #expect(try await titles(in: "News") == [.text("old")])
        var input = ObjectInput.article(3, "third", year: 3)
        input.collection = "News"
        #expect(try await database.insert(input).collection == "Article")
        #expect(try await database.delete(.number(1), in: "News", tenant: nil))
        #expect(try await titles(in: "Article") == [.text("third")])
        _ = try await database.addProperty(
            PropertyDefinition(name: "more", type: .scalar(.int)), to: "News")
        #expect(database.collection(named: "Article")?.property(named: "more") != nil)
        #expect(database.collection(named: "News")?.name == "Article")
        #expect(database.collections().map(\.name) == ["Article", "Other"])
    }

    @Test func `auto-schema extends the collection behind an alias instead of creating one`() async throws {
        var input = ObjectInput.article(4, "x", year: 1)
        input.collection = "News"
        input.properties?["extra"] = .string("y")
        let results = await database.upsert([input])
        #expect(throws: Never.self) { try results[0].get() }
        #expect(database.collections().map(\.name) == ["Article", "Other"])
        #expect(database.collection(named: "Article")?.property(named: "extra") != nil)
    }

    @Test func `an alias is switched to another collection in one step, and the next query follows`() async throws {
        let before = database.schemaGeneration
        try await database.updateAlias(CollectionAlias(name: "News", collection: "Other"))
        #expect(database.schemaGeneration != before)
        #expect(try await titles(in: "News") == [.text("new")])
        try await database.deleteAlias(named: "News")
        await #expect(throws: DatabaseError.self) { try await titles(in: "News") }
        #expect(database.aliases().isEmpty)
    }

    @Test func `aliases survive a restart`() async throws {
        try await fixture.reopen()
        #expect(database.aliases() == [CollectionAlias(name: "News", collection: "Article")])
        #expect(try await titles(in: "News") == [.text("old")])
        #expect(try DatabaseCheck(environment: database.environment).run { _ in } == [])
    }

    @Test func `an alias outlives its collection and stands for the next of that name`() async throws {
        try await database.deleteCollection(named: "News")
        #expect(database.collection(named: "Article") != nil, "an alias is no name to delete a collection by")
        try await database.deleteCollection(named: "Article")
        #expect(database.aliases() == [CollectionAlias(name: "News", collection: "Article")])
        #expect(database.collection(named: "News") == nil)
        _ = try await database.createCollection(.articles())
        #expect(database.collection(named: "News")?.name == "Article")
    }

    @Test func `names are collections' or aliases', never both`() async throws {
        func create(_ name: String, _ collection: String) async -> AliasProblem? {
            await problem { try await database.createAlias(CollectionAlias(name: name, collection: collection)) }
        }
        #expect(await create("Other", "Article") == .nameOfCollection("Other"))
        #expect(await create("News", "Other") == .exists("News"))
        #expect(await create("Nobody", "Nowhere") == .unknownCollection("Nowhere"))
        #expect(await create("Second", "News") == .unknownCollection("News"), "an alias of an alias")
        #expect(await create("1st", "Article") == .invalidName("1st"))
        let missing = CollectionAlias(name: "Missing", collection: "Other")
        #expect(await problem { try await database.updateAlias(missing) } == .notFound("Missing"))
        #expect(await problem { try await database.deleteAlias(named: "Missing") } == .notFound("Missing"))
        var taken = CollectionDefinition.articles()
        taken.name = "News"
        await #expect {
            _ = try await database.createCollection(taken)
        } throws: { error in
            if case .collectionExists("News")? = error as? DatabaseError { true } else { false }
        }
    }
}

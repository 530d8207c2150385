// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import Testing

@Suite struct WriteTests {
    @Test func `an inserted object is there for the very next read and the very next search`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        _ = try await database.insert(.article(1, "The quick fox", year: 2001, vector: [1, 0, 0]))
        let object = try database.object(
            .number(1), in: "Article", tenant: nil, selection: .init(includesVectors: true))
        #expect(object?.properties == ["title": .text("The quick fox"), "year": .int(2001)])
        #expect(object?.vector == [1, 0, 0])
        let hits = try await database.hits(of: .near([1, 0, 0], in: "Article", limit: 5))
        #expect(hits.map(\.object.id) == [.number(1)])
        await fixture.close()
    }

    @Test func `an id that is taken is refused, and the object stays what it was`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        _ = try await database.insert(.article(1, "first", year: 2001))
        await #expect(throws: DatabaseError.self) { try await database.insert(.article(1, "second", year: 2002)) }
        let object = try database.object(.number(1), in: "Article", tenant: nil, selection: .init())
        #expect(object?.properties["title"] == .text("first"))
        await fixture.close()
    }

    @Test func `a bad object of a batch fails alone`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        var bad = ObjectInput.article(2, "bad", year: 0)
        bad.properties?["year"] = .string("not a year")
        let results = await database.upsert([.article(1, "one", year: 1), bad, .article(3, "three", year: 3)])
        #expect(results.map { (try? $0.get())?.id } == [.number(1), nil, .number(3)])
        #expect(try await database.count(in: "Article", tenant: nil, filter: nil) == 2)
        await fixture.close()
    }

    @Test func `objects that allow no class to be made are told why, not that there is none`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        let results = await database.upsert([
            ObjectInput(collection: "Fresh", properties: ["id": .string("a")]),
            ObjectInput(collection: "Fresh", properties: ["a b": .string("c")]),
        ])
        let messages = results.map { result in
            if case .failure(let error) = result { error.message } else { "" }
        }
        #expect(messages[0].contains("'id' is a reserved property name"))
        #expect(messages[1].contains("'a b' is not a valid property name"))
        #expect(database.collections().isEmpty)
        await fixture.close()
    }

    @Test func `a vector of another length fails its object alone and leaves nothing of it`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        let results = await database.upsert([
            .article(1, "one", year: 1, vector: [1, 0, 0]), .article(2, "two", year: 2, vector: [1, 0]),
            .article(3, "three", year: 3, vector: [0, 1, 0]),
        ])
        #expect(results.map { (try? $0.get())?.id } == [.number(1), nil, .number(3)])
        let hits = try await database.hits(of: .near([1, 0, 0], in: "Article", limit: 9))
        #expect(hits.map(\.object.id) == [.number(1), .number(3)])
        await fixture.close()
    }

    @Test func `an object written twice in one batch is there once, as it was written last`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        _ = await database.upsert([
            .article(1, "one", year: 1, vector: [1, 0]), .article(1, "again", year: 2, vector: [0, 1]),
        ])
        #expect(try await database.count(in: "Article", tenant: nil, filter: nil) == 1)
        let hits = try await database.hits(of: .near([1, 0], in: "Article", limit: 9))
        #expect(hits.map(\.object.properties["title"]) == [.text("again")])
        await fixture.close()
    }

    @Test func `a new vector takes the old one out of searches`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        _ = try await database.insert(.article(1, "one", year: 1, vector: [1, 0]))
        _ = try await database.insert(.article(2, "two", year: 2, vector: [0, 1]))
        _ = try await database.replace(.article(1, "one", year: 1, vector: [-1, 0]))
        let hits = try await database.hits(of: .near([1, 0], in: "Article", limit: 9))
        #expect(hits.map(\.object.id) == [.number(2), .number(1)])
        await fixture.close()
    }

    @Test func `a deleted object is gone from reads, searches, filters and counts`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        _ = try await database.insert(.article(1, "one", year: 7, vector: [1, 0]))
        #expect(try await database.delete(.number(1), in: "Article", tenant: nil))
        #expect(try await !database.delete(.number(1), in: "Article", tenant: nil))
        #expect(try database.object(.number(1), in: "Article", tenant: nil, selection: .init()) == nil)
        #expect(try await database.hits(of: .near([1, 0], in: "Article", limit: 9)).isEmpty)
        let filter = Filter.condition(.init(path: .property("year"), comparison: .equal, value: .int(7)))
        #expect(try await database.count(in: "Article", tenant: nil, filter: filter) == 0)
        #expect(try await database.count(in: "Article", tenant: nil, filter: nil) == 0)
        await fixture.close()
    }

    @Test func `a merge changes what it names, removes what it nulls, and keeps the rest`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        let created = try await database.insert(.article(1, "one", year: 7, vector: [1, 0]))
        var patch = ObjectInput(
            collection: "Article", id: .number(1), properties: JSONObject([("title", .string("new"))]))
        patch.properties?["year"] = .null
        try await database.merge(patch)
        let object = try database.object(
            .number(1), in: "Article", tenant: nil, selection: .init(includesVectors: true))
        #expect(object?.properties == ["title": .text("new")])
        #expect(object?.vector == [1, 0])
        #expect(object?.creationTime == created.creationTime)
        await fixture.close()
    }

    @Test func `everything is there again after a restart`() async throws {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.articles())
        _ = await fixture.database.upsert(
            (0..<300).map { number in
                .article(number, "number \(number)", year: Int(number), vector: [Float(number), 1, 0])
            })
        _ = try await fixture.database.delete(.number(7), in: "Article", tenant: nil)
        try await fixture.reopen()
        let database = fixture.database
        #expect(try await database.count(in: "Article", tenant: nil, filter: nil) == 299)
        let hits = try await database.hits(of: .near([0, 1, 0], in: "Article", limit: 1))
        #expect(hits.map(\.object.id) == [.number(0)])
        #expect(try database.object(.number(7), in: "Article", tenant: nil, selection: .init()) == nil)
        await fixture.close()
    }

    @Test func `an unknown class and its properties are made from the first object`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.insert(.article(1, "one", year: 7))
        let types = database.collection(named: "Article")?.properties.map(\.type)
        #expect(types == [.scalar(.text), .scalar(.number)])
        await fixture.close()
    }

    @Test func `an unknown class is refused where auto-schema is off`() async throws {
        let fixture = try DatabaseFixture { $0.hasAutoSchema = false }
        await #expect(throws: DatabaseError.self) { try await fixture.database.insert(.article(1, "one", year: 7)) }
        #expect(fixture.database.collections().isEmpty)
        await fixture.close()
    }

    @Test func `many writers at once lose nothing`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in UInt64(0)..<200 {
                group.addTask {
                    _ = try await database.insert(
                        .article(number, "number \(number)", year: Int(number), vector: [Float(number), 1]))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.count(in: "Article", tenant: nil, filter: nil) == 200)
        await fixture.close()
    }
}

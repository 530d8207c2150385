// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct GroupingTests {
    /// Objects 0 to 5 in a row; words red, blue, red, none, blue, green; tags [a b], [b], [], none, [c], [a].
    private func fixture() async throws -> DatabaseFixture {
        let words = ["red", "blue", "red", nil, "blue", "green"]
        let tags: [[String]?] = [["a", "b"], ["b"], [], nil, ["c"], ["a"]]
        return try await .measured(
            zip(words, tags).enumerated().map { number, pair in
                var object = JSONObject([("num", .number(JSONNumber(number)))])
                if let word = pair.0 { object["word"] = .string(word) }
                if let tags = pair.1 { object["tags"] = .array(JSONArray(tags.map { .string($0) })) }
                return object
            })
    }

    private func groups(
        _ fixture: DatabaseFixture, by property: String, groups: Int = 10, objects: Int = 10,
        search: Query.Search = .vector(VectorSearch(origin: .vector([0])))
    ) async throws -> [String] {
        var query = Query(collection: "Measured")
        query.search = search
        query.limit = 10
        query.groupBy = .init(property: property, groups: groups, objectsPerGroup: objects)
        return try await fixture.database.hits(of: query).map { hit in
            let group = try #require(hit.group)
            let value = if case .text(let text)? = group.value { text } else { "-" }
            return "\(group.number) \(value) \(group.hits.map { "\($0.object.id.low)" }.joined(separator: ","))"
                + " \(group.minimumDistance)...\(group.maximumDistance)"
        }
    }

    @Test func `hits are grouped in the order of the first of each group`() async throws {
        let fixture = try await fixture()
        #expect(
            try await groups(fixture, by: "word") == [
                "0 red 0,2 0.0...4.0", "1 blue 1,4 1.0...16.0", "2 - 3 9.0...9.0", "3 green 5 25.0...25.0",
            ])
        await fixture.close()
    }

    @Test func `a list puts its object into a group for each element`() async throws {
        let fixture = try await fixture()
        #expect(
            try await groups(fixture, by: "tags") == [
                "0 a 0,5 0.0...25.0", "1 b 0,1 0.0...1.0", "2 - 2,3 4.0...9.0", "3 c 4 16.0...16.0",
            ])
        await fixture.close()
    }

    @Test func `groups and the hits in each are as many as were asked for`() async throws {
        let fixture = try await fixture()
        #expect(
            try await groups(fixture, by: "word", groups: 2, objects: 1) == ["0 red 0 0.0...0.0", "1 blue 1 1.0...1.0"])
        #expect(try await groups(fixture, by: "word", groups: 0).isEmpty)
        #expect(try await groups(fixture, by: "word", objects: 0).isEmpty)
        #expect(try await groups(fixture, by: "word", groups: -1, objects: -1).isEmpty)
        await fixture.close()
    }

    @Test func `searches by words leave out what has no value, and know no distance`() async throws {
        let fixture = try await fixture()
        #expect(
            try await groups(fixture, by: "tags", search: .keyword(KeywordSearch(query: "red blue green"))).sorted()
                == [
                    "0 a 5,0 0.0...0.0", "1 b 0,1 0.0...0.0", "2 c 4 0.0...0.0",
                ].sorted())
        await fixture.close()
    }

    @Test func `the hit that stands for a group shows no properties, those in it do`() async throws {
        let fixture = try await fixture()
        var query = Query(collection: "Measured")
        query.search = .vector(VectorSearch(origin: .vector([0])))
        query.groupBy = .init(property: "word", groups: 1, objectsPerGroup: 2)
        let hit = try #require(try await fixture.database.hits(of: query).first)
        #expect(hit.object.properties.isEmpty)
        #expect(hit.group?.hits.map { $0.object.properties["num"] } == [.int(0), .int(2)])
        await fixture.close()
    }

    @Test func `an unknown property is refused, in a listing it is not looked at`() async throws {
        let fixture = try await fixture()
        var query = Query(collection: "Measured")
        query.groupBy = .init(property: "no", groups: 1, objectsPerGroup: 1)
        #expect(try await fixture.database.hits(of: query).count == 6)
        query.search = .vector(VectorSearch(origin: .vector([0])))
        #expect(
            await fixture.problem(of: query) == .unknownGroupProperty(name: "no", collection: "Measured"))
        await fixture.close()
    }

    @Test func `groups with more hits than an answer may hold are refused`() async throws {
        let tags = JSONArray((0..<20_001).map { .string("\($0)") })
        let objects: [JSONObject] = (0..<5).map { _ in ["tags": .array(tags)] }
        let fixture = try await DatabaseFixture.measured(objects)
        var query = Query(collection: "Measured")
        query.search = .vector(VectorSearch(origin: .vector([0])))
        query.groupBy = .init(property: "tags", groups: .max, objectsPerGroup: .max)
        #expect(await fixture.problem(of: query) == .tooManyGroupedHits(limit: 100_000))
        query.groupBy = .init(property: "tags", groups: 20_000, objectsPerGroup: 1)
        #expect(try await fixture.database.hits(of: query).count == 20_000)
        await fixture.close()
    }

    // MARK: Merging

    /// Objects whose vectors point in two directions: 0 and 1, 2.
    private func directed() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.measured)
        for (number, vector) in [[1, 0], [0, 1], [0.1, 1]].enumerated() {
            _ = try await fixture.database.insert(
                ObjectInput(
                    collection: "Measured", id: .number(UInt64(number)),
                    properties: JSONObject([
                        ("num", .number(JSONNumber(number))), ("real", .number(JSONNumber(number))),
                        ("word", .string("w\(number)")), ("flag", .boolean(number == 2)),
                        ("tags", .array([.string("t")])),
                    ]), vector: vector.map { Float($0) }))
        }
        return fixture
    }

    private func query(_ method: Query.Merging.Method, force: Float, _ properties: Set<String>) -> Query {
        var query = Query(collection: "Measured")
        query.merging = .init(method: method, force: force)
        query.selection.properties = properties
        return query
    }

    @Test func `the closest of hits whose vectors are close stands for them`() async throws {
        let fixture = try await directed()
        let found = try await fixture.database.hits(of: query(.closest, force: 0.1, ["num"]))
        #expect(found.map(\.object.id.low) == [0, 1])
        #expect(try await fixture.database.hits(of: query(.closest, force: 0, ["num"])).count == 3)
        #expect(try await fixture.database.hits(of: query(.closest, force: 1, ["num"])).count == 1)
        await fixture.close()
    }

    @Test func `hits merge into one object with their means`() async throws {
        let fixture = try await directed()
        let found = try await fixture.database.hits(
            of: query(.merge, force: 0.1, ["num", "real", "word", "flag"]))
        #expect(
            found.last?.object.properties
                == ["num": .int(1), "real": .number(1.5), "word": .text("w1 (w2)"), "flag": .boolean(true)])
        #expect(found.map(\.isMerged) == [true, true])
        await fixture.close()
    }

    @Test func `lists do not merge`() async throws {
        let fixture = try await directed()
        #expect(
            await fixture.problem(of: query(.merge, force: 0.1, ["tags"])) == .unmergeableProperty(name: "tags"))
        await fixture.close()
    }
}

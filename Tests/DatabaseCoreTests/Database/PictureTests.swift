// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import ImageVectorizer
import JSON
import Synchronization
import Testing

@Suite struct PictureTests {
    private func collection() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.pictures)
        return fixture
    }

    private func vector(_ number: UInt64, _ fixture: DatabaseFixture) throws -> [Float]? {
        try fixture.database.object(
            .number(number), in: "Picture", tenant: nil, selection: .init(includesVectors: true))?.vector
    }

    @Test func `an object's vector is made from its picture`() async throws {
        let fixture = try await collection()
        let object = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        #expect(object.vector == [1, 2, 3, 4])
        #expect(try vector(1, fixture) == [1, 2, 3, 4])
        await fixture.close()
    }

    @Test func `the vector of several pictures is their mean`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4], back: [3, 4, 5, 6]))
        #expect(try vector(1, fixture) == [2, 3, 4, 5])
        await fixture.close()
    }

    @Test func `a damaged picture fails its object alone, naming the property`() async throws {
        let fixture = try await collection()
        let results = await fixture.database.upsert([
            .picture(1, [1, 2, 3, 4]), .picture(2, [1]), .picture(3, [4, 3, 2, 1]),
        ])
        #expect(results.map { (try? $0.get())?.id } == [.number(1), nil, .number(3)])
        guard case .failure(.vectorization(let property, _)) = results[1] else {
            Issue.record("not the error expected: \(results[1])")
            return
        }
        #expect(property == "image")
        await fixture.close()
    }

    @Test(arguments: ["AQIDBA==", "AQIDBA==\n", "AQID\nBA==", "AQID\r\nBA==\r\n"])
    func `a search reads a picture whose base64 is wrapped`(base64: String) async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        var query = Query(collection: "Picture")
        query.search = .vector(VectorSearch(origin: .image(base64: base64)))
        #expect(try await fixture.database.hits(of: query).map(\.object.id) == [.number(1)])
        await fixture.close()
    }

    @Test func `an object without a picture has no vector`() async throws {
        let fixture = try await collection()
        let input = ObjectInput(
            collection: "Picture", id: .number(1), properties: JSONObject([("title", .string("x"))]))
        _ = try await fixture.database.insert(input)
        #expect(try vector(1, fixture) == nil)
        await fixture.close()
    }

    @Test func `a merge that leaves the pictures alone keeps the vector without asking the network`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        let calls = fixture.vectorizer.calls.withLock { $0 }
        try await fixture.database.merge(
            ObjectInput(collection: "Picture", id: .number(1), properties: JSONObject([("title", .string("new"))])))
        #expect(fixture.vectorizer.calls.withLock { $0 } == calls)
        #expect(try vector(1, fixture) == [1, 2, 3, 4])
        let object = try fixture.database.object(.number(1), in: "Picture", tenant: nil, selection: .init())
        #expect(object?.properties["image"] == .blob(Blob(bytes: [1, 2, 3, 4])))
        await fixture.close()
    }

    @Test func `a merge of one picture of two makes the mean with the other again`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4], back: [3, 4, 5, 6]))
        try await fixture.database.merge(
            ObjectInput(collection: "Picture", id: .number(1), properties: JSONObject([("image", .string("BwgJCg=="))]))
        )
        #expect(try vector(1, fixture) == [5, 6, 7, 8])
        await fixture.close()
    }

    @Test func `a merge that removes the only picture removes the vector`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        try await fixture.database.merge(
            ObjectInput(collection: "Picture", id: .number(1), properties: JSONObject([("image", .null)])))
        #expect(try vector(1, fixture) == nil)
        #expect(try await fixture.database.hits(of: .near([1, 2, 3, 4], in: "Picture", limit: 5)).isEmpty)
        await fixture.close()
    }

    @Test func `replacing an object with the same picture does not ask the network`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        let calls = fixture.vectorizer.calls.withLock { $0 }
        _ = try await fixture.database.replace(.picture(1, [1, 2, 3, 4], title: "new"))
        #expect(fixture.vectorizer.calls.withLock { $0 } == calls)
        #expect(try vector(1, fixture) == [1, 2, 3, 4])
        await fixture.close()
    }

    @Test func `nearImage finds the object with the same picture first`() async throws {
        let fixture = try await collection()
        _ = await fixture.database.upsert([.picture(1, [9, 1, 1, 1]), .picture(2, [1, 9, 1, 1])])
        var query = Query(collection: "Picture")
        query.search = .vector(VectorSearch(origin: .image(base64: "AQkBAQ==")))
        query.limit = 1
        #expect(try await fixture.database.hits(of: query).map(\.object.id) == [.number(2)])
        await fixture.close()
    }

    @Test func `while the network is loaded, own vectors are stored and found, and pictures wait`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [9, 1, 1, 1]))
        let loading = LoadingVectorizer()
        try await fixture.reopen(with: loading)
        let database = fixture.database
        async let picture = database.insert(.picture(3, [1, 1, 9, 1]))
        let own = ObjectInput(collection: "Picture", id: .number(2), properties: JSONObject(), vector: [1, 9, 1, 1])
        _ = try await database.insert(own)
        try await database.merge(own)
        let near = Query.near([1, 8, 1, 1], in: "Picture", limit: 2)
        #expect(try await database.hits(of: near).map(\.object.id) == [.number(2), .number(1)])
        loading.start { ByteVectorizer() }
        #expect(try await picture.vector == [1, 1, 9, 1])
        await fixture.close()
    }

    @Test func `another network is refused for writes and searches, with both names`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(.picture(1, [1, 2, 3, 4]))
        try await fixture.reopen(network: "other")
        var query = Query(collection: "Picture")
        query.search = .vector(VectorSearch(origin: .image(base64: "AQIDBA==")))
        let refusals: [@Sendable () async throws -> Void] = [
            { [database = fixture.database, query] in _ = try await database.hits(of: query) },
            { [database = fixture.database] in _ = try await database.insert(.picture(2, [4, 3, 2, 1])) },
        ]
        for refusal in refusals {
            let error = await #expect(throws: DatabaseError.self) { try await refusal() }
            #expect(error?.message.contains("bytes") == true)
            #expect(error?.message.contains("other") == true)
        }
        await fixture.close()
    }

    @Test func `revectorization lets another network take over, and keeps everything else`() async throws {
        let fixture = try await collection()
        _ = await fixture.database.upsert((0..<150).map { .picture($0, [UInt8($0), 1, 2, 3], title: "number \($0)") })
        try await fixture.reopen(network: "other")
        let revectorization = Revectorization(database: fixture.database)
        #expect(try await revectorization.collectionsInNeed() == ["Picture"])
        let progress = try await revectorization.run(collection: "Picture") { _ in }
        #expect(progress.made == 150)
        #expect(try await revectorization.collectionsInNeed().isEmpty)
        try await fixture.reopen(network: "other")
        var query = Query(collection: "Picture")
        query.search = .vector(VectorSearch(origin: .image(base64: "BwECAw==")))
        query.limit = 1
        let hits = try await fixture.database.hits(of: query)
        #expect(hits.map(\.object.properties["title"]) == [.text("number 7")])
        #expect(hits.first?.object.properties["image"] == .blob(Blob(bytes: [7, 1, 2, 3])))
        await fixture.close()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import JSON
import ObjectStorage
import Synchronization
import Testing

@testable import DatabaseCore

@Suite struct BlobHashTests {
    /// What Weaviate 1.39 shows for `aGVsbG8=`.
    private static let hashOfHello = "333d6b3a3c1f5db6c9bdda5939b136986d170f4649172a68368d54ecb44c2ff2"

    /// `image` (blobHash), `front` (blob), `title` (text); vectors made of `fields`.
    private static func definition(fields: [String] = ["image"]) -> CollectionDefinition {
        CollectionDefinition(
            name: "Hashed",
            properties: [
                PropertyDefinition(name: "image", type: .scalar(.blobHash), isFilterable: false),
                PropertyDefinition(name: "front", type: .scalar(.blob), isFilterable: false),
                PropertyDefinition(name: "title", type: .scalar(.text), tokenization: .word),
            ],
            vectors: [VectorDefinition(vectorizer: .image(fields: fields), index: .init())])
    }

    private static func input(image: String?, title: String = "", vector: [Float]? = nil) -> ObjectInput {
        var properties = JSONObject([("title", .string(title))])
        if let image { properties["image"] = .string(image) }
        return ObjectInput(collection: "Hashed", id: .number(1), properties: properties, vector: vector)
    }

    private static func refusal(of body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let error as DatabaseError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    private func collection() async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(Self.definition())
        return fixture
    }

    private func stored(_ fixture: DatabaseFixture) throws -> (hash: String?, vector: [Float]?) {
        let object = try fixture.database.object(
            .number(1), in: "Hashed", tenant: nil, selection: .init(includesVectors: true))
        guard case .blobHash(let hash)? = object?.properties["image"] else { return (nil, object?.vector) }
        return (hash.description, object?.vector)
    }

    @Test func `a vector is made of the picture, and only the hash of its base64 stays`() async throws {
        let fixture = try await collection()
        let answer = try await fixture.database.insert(Self.input(image: "aGVsbG8="))
        #expect(answer.properties["image"] == BlobHash(Self.hashOfHello).map { .blobHash($0) })
        try await fixture.reopen()
        #expect(try stored(fixture) == (Self.hashOfHello, [104, 101, 108, 108]))
        let report = try fixture.database.environment.checkInvariants()
        #expect(report.blobCount == 0)
        #expect(report.findings == [])
        await fixture.close()
    }

    @Test func `replacing an object with the same picture, or with its hash, does not ask the network`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(Self.input(image: "aGVsbG8="))
        let calls = fixture.vectorizer.calls.withLock { $0 }
        _ = try await fixture.database.replace(Self.input(image: "aGVsbG8=", title: "again"))
        _ = try await fixture.database.replace(Self.input(image: Self.hashOfHello, title: "by its hash"))
        try await fixture.database.merge(Self.input(image: "aGVsbG8="))
        try await fixture.database.merge(Self.input(image: Self.hashOfHello.uppercased()))
        #expect(fixture.vectorizer.calls.withLock { $0 } == calls)
        #expect(try stored(fixture) == (Self.hashOfHello, [104, 101, 108, 108]))
        await fixture.close()
    }

    @Test func `another picture gives another vector and another hash`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(Self.input(image: "aGVsbG8="))
        _ = try await fixture.database.replace(Self.input(image: "AQIDBA=="))
        #expect(try stored(fixture).vector == [1, 2, 3, 4])
        try await fixture.database.merge(Self.input(image: "BAMCAQ=="))
        #expect(try stored(fixture).vector == [4, 3, 2, 1])
        // sha256 of the text BAMCAQ==, by sha256sum.
        #expect(
            try stored(fixture).hash == "6935d5fb329a1802abe7fc23aa9b5e8b6d6f84a6d6ce48d4a7ed05f7600683d8")
        await fixture.close()
    }

    @Test func `a merge of something else keeps hash and vector, and a merge that removes it removes both`()
        async throws
    {
        let fixture = try await collection()
        _ = try await fixture.database.insert(Self.input(image: "aGVsbG8="))
        try await fixture.database.merge(Self.input(image: nil, title: "new"))
        #expect(try stored(fixture) == (Self.hashOfHello, [104, 101, 108, 108]))
        try await fixture.database.merge(
            ObjectInput(collection: "Hashed", id: .number(1), properties: JSONObject([("image", .null)])))
        #expect(try stored(fixture) == (nil, nil))
        await fixture.close()
    }

    @Test func `a hash that is not the stored one needs a vector beside it`() async throws {
        let fixture = try await collection()
        let message = await Self.refusal {
            _ = try await fixture.database.insert(Self.input(image: Self.hashOfHello))
        }
        #expect(message?.contains("property 'image' is the hash of a picture") == true)
        _ = try await fixture.database.insert(Self.input(image: Self.hashOfHello, vector: [1, 2, 3, 4]))
        #expect(try stored(fixture) == (Self.hashOfHello, [1, 2, 3, 4]))
        let other = String(Self.hashOfHello.reversed())
        let merge = await Self.refusal { try await fixture.database.merge(Self.input(image: other)) }
        #expect(merge?.contains("property 'image' is the hash of a picture") == true)
        #expect(try stored(fixture) == (Self.hashOfHello, [1, 2, 3, 4]))
        await fixture.close()
    }

    @Test(arguments: ["", "aGVsbG8", "data:image/png;base64,aGVsbG8="])
    func `what is no base64 is refused as for a blob`(text: String) async throws {
        let fixture = try await collection()
        let message = await Self.refusal { _ = try await fixture.database.insert(Self.input(image: text)) }
        #expect(message?.contains("invalid blobHash property 'image' on class 'Hashed'") == true)
        await fixture.close()
    }

    @Test func `a vector of several pictures takes no hash among them`() async throws {
        let fixture = try DatabaseFixture()
        let message = await Self.refusal {
            _ = try await fixture.database.createCollection(Self.definition(fields: ["front", "image"]))
        }
        #expect(message?.contains("blobHash property cannot be combined with other vectorizable fields") == true)
        var definition = Self.definition(fields: ["front", "image"])
        definition.properties.removeFirst()
        _ = try await fixture.database.createCollection(definition)
        let added = await Self.refusal {
            _ = try await fixture.database.addProperty(
                PropertyDefinition(name: "image", type: .scalar(.blobHash)), to: "Hashed")
        }
        #expect(added?.contains("blobHash property cannot be combined with other vectorizable fields") == true)
        await fixture.close()
    }

    @Test func `vectors whose pictures are gone are not made again, and nothing changes`() async throws {
        let fixture = try await collection()
        _ = try await fixture.database.insert(Self.input(image: "aGVsbG8="))
        try await fixture.reopen(network: "other")
        let message = await Self.refusal {
            _ = try await Revectorization(database: fixture.database).run(collection: "Hashed") { _ in }
        }
        #expect(message?.contains("keeps only the hashes of the pictures in 'image'") == true)
        #expect(try stored(fixture).vector == [104, 101, 108, 108])
        await fixture.close()
    }
}

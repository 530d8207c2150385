// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import ImageVectorizer
import Testing

@testable import GraphQLAPI

/// What stands beside Weaviate's interface: parts of pictures, several of them, per cents and links.
@Suite struct PictureFieldTests {
    private func pictures(_ nearImage: String) async throws -> [WeightedPicture] {
        let database = Fixture.database()
        let messages = try await database.messages("{ Get { Author(nearImage: {\(nearImage)}) { __typename } } }")
        #expect(messages == [])
        guard case .vector(let search)? = database.queries.first?.search, case .pictures(let pictures) = search.origin
        else { throw DatabaseError.cancelled }
        return pictures
    }

    private func message(_ nearImage: String) async throws -> String? {
        try await Fixture.database().messages("{ Get { Author(nearImage: {\(nearImage)}) { __typename } } }").first
    }

    @Test func `a part of the picture can be meant`() async throws {
        let found = try await pictures(#"image: "AAAA", crop: {x: 0, y: 0.25, width: 0.5, height: 0.75}"#)
        #expect(found.first?.crop == PictureCrop(x: 0, y: 0.25, width: 0.5, height: 0.75))
    }

    @Test func `several pictures have weights, and objects stand for theirs`() async throws {
        let found = try await pictures(
            #"images: [{image: "AAAA"}, {id: "\#(Fixture.firstID)", weight: -0.5}]"#)
        #expect(found.map(\.weight) == [1, -0.5])
        guard case .base64("AAAA") = found[0].content, case .object(Fixture.firstID) = found[1].content else {
            Issue.record("not the pictures that were given")
            return
        }
    }

    @Test func `what makes no sense is refused with its place`() async throws {
        let prefix = "explorer: get class: vectorize params: "
        #expect(try await message("distance: 1") == prefix + "'nearImage.image' needs to be defined")
        #expect(
            try await message(#"image: "AAAA", crop: {x: 0.5, y: 0, width: 0.6, height: 1}"#)?
                .hasPrefix(prefix + "'nearImage.crop': x, y, width and height are shares") == true)
        #expect(
            try await message(#"images: [{image: "AAAA"}, {weight: 2}]"#)
                == prefix + "'nearImage.images[1]' needs either 'image' or 'id'")
        #expect(
            try await message(#"images: [{id: "x"}]"#) == prefix + "'nearImage.images[0].id': 'x' is not a valid uuid")
        #expect(
            try await message(#"image: "AAAA", images: [{image: "AAAA"}]"#)?.hasPrefix(
                prefix + "'nearImage.images' stands for itself") == true)
        #expect(
            try await message(#"image: "AAAA", crop: {x: 0.5}"#)?.contains("Expected \"Float!\", found null") == true)
    }

    @Test func `hits tell their per cent and where their pictures are`() async throws {
        let database = Fixture.database()
        var hit = Fixture.hit(["image": .blob(Blob(bytes: [1]))], distance: 0.25)
        hit.percent = 62.5
        database.answer("Thing", with: .success([hit, Fixture.hit()]))
        let answer = try await database.answer(
            "{ Get { Thing(nearVector: {vector: [1]}) { _additional { percent imageUrl thumbnailUrl } } } }")
        let path = "/v1/objects/Thing/\(Fixture.firstID)/image"
        #expect(
            answer
                == #"{"data":{"Get":{"Thing":[{"_additional":{"percent":62.5,"imageUrl":"\#(path)","thumbnailUrl":"\#(path)?size=256"}},"#
                + #"{"_additional":{"percent":null,"imageUrl":"\#(path)","thumbnailUrl":"\#(path)?size=256"}}]}}}"#)
        #expect(database.queries.first?.selection.needsPercent == true)
    }

    @Test func `hits of a class that names a property with addresses carry that`() async throws {
        var thing = Fixture.thing
        thing.imageURLProperty = "title"
        let database = MemoryDatabase([thing, Fixture.author], checksQueries: false)
        database.answer("Thing", with: .success([Fixture.hit(["title": .text("https://a.example/1.jpg")])]))
        let answer = try await database.answer("{ Get { Thing(limit: 1) { _additional { imageUrl } } } }")
        #expect(answer.contains(#""imageUrl":"https://a.example/1.jpg""#))
        #expect(database.queries.first?.selection.properties == ["title"])
    }

    @Test func `the grouped hits tell the same`() async throws {
        let messages = try await Fixture.database().messages(
            """
            { Get { Thing(nearVector: {vector: [1]} groupBy: {path: ["title"] groups: 2 objectsPerGroup: 2}) {
              _additional { group { hits { _additional { percent imageUrl thumbnailUrl } } } } } } }
            """)
        #expect(messages == [])
    }
}

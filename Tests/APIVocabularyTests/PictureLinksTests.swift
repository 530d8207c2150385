// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import Testing

struct PictureLinksTests {
    private func collection(_ properties: [PropertyDefinition], fields: [String]? = nil) -> CollectionDefinition {
        let vectorizer = fields.map { Vectorizer.image(fields: $0) } ?? .none
        return CollectionDefinition(
            name: "Meme", properties: properties,
            vectors: [VectorDefinition(vectorizer: vectorizer, index: VectorIndexDefinition())])
    }

    private func object(tenant: String? = nil, properties: [String: PropertyValue] = [:]) -> DatabaseObject {
        DatabaseObject(
            collection: "Meme", id: ObjectID("00000000-0000-4000-8000-000000000001")!, tenant: tenant, creationTime: 0,
            updateTime: 0, properties: properties)
    }

    private let image = PropertyDefinition(name: "image", type: .scalar(.blob))
    private let other = PropertyDefinition(name: "other", type: .scalar(.blob))
    private static let path = "/v1/objects/Meme/00000000-0000-4000-8000-000000000001/image"

    @Test func `a stored picture is linked below the server, with a thumbnail`() {
        let links = PictureLinks(origin: "", collection: collection([image]), urlProperty: nil)
        #expect(links.imageURL(of: object()) == Self.path)
        #expect(links.thumbnailURL(of: object()) == Self.path + "?size=256")
    }

    @Test func `an object that holds no picture has no links`() {
        let links = PictureLinks(
            origin: "", collection: collection([image, other], fields: ["image"]), urlProperty: nil)
        var object = object()
        for (blobs, isLinked) in [(["image"], true), (["other"], false), ([], false)] as [(Set<String>, Bool)] {
            object.blobProperties = blobs
            #expect((links.imageURL(of: object) != nil) == isLinked)
            #expect((links.thumbnailURL(of: object) != nil) == isLinked)
        }
    }

    @Test func `origin and tenant are part of the links, and what is special is escaped`() {
        let links = PictureLinks(origin: "https://p.example", collection: collection([image]), urlProperty: nil)
        #expect(links.imageURL(of: object(tenant: "a b&ü")) == "https://p.example\(Self.path)?tenant=a%20b%26%C3%BC")
        #expect(
            links.thumbnailURL(of: object(tenant: "t-1")) == "https://p.example\(Self.path)?size=256&tenant=t-1")
    }

    @Test func `where originals lie elsewhere their address is what the object says`() {
        let links = PictureLinks(origin: "", collection: collection([image]), urlProperty: "url")
        let url = "https://elsewhere.example/1.jpg"
        #expect(links.urlProperty == "url")
        #expect(links.imageURL(of: object(properties: ["url": .text(url)])) == url)
        #expect(links.imageURL(of: object()) == Self.path)
        #expect(links.thumbnailURL(of: object()) == Self.path + "?size=256")
        let without = PictureLinks(origin: "", collection: collection([]), urlProperty: "url")
        #expect(without.thumbnailURL(of: object()) == nil)
    }

    @Test func `the picture of an object is its first stored image field, else its only blob`() {
        #expect(collection([image, other], fields: ["other", "image"]).pictureProperty?.name == "other")
        #expect(collection([image]).pictureProperty?.name == "image")
        #expect(collection([image, other]).pictureProperty == nil)
        let hash = PropertyDefinition(name: "hash", type: .scalar(.blobHash))
        #expect(collection([hash], fields: ["hash"]).pictureProperty == nil)
        #expect(
            PictureLinks(origin: "", collection: collection([hash]), urlProperty: nil).imageURL(of: object()) == nil)
    }
}

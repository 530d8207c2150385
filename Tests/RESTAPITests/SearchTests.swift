// SPDX-License-Identifier: Apache-2.0

import Authentication
import DataModel
import DatabaseCore
import DatabaseTesting
import HTTPServer
import ImageVectorizer
import JSON
import Testing

@testable import RESTAPI

/// `POST /v1/search/{class}/near-image`, `near-vector` and `near-object`.
struct SearchTests {
    private let fixture = RESTFixture(origin: "https://p.example")

    private func createClass(_ more: String = "") async throws {
        try await fixture.createClass(
            "Meme",
            #"""
            {"name": "image", "dataType": ["blob"]}, {"name": "title", "dataType": ["text"]},
            {"name": "count", "dataType": ["int"]}
            """#,
            more:
                #", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}}\#(more)"#
        )
    }

    /// The last search that the database was asked for, and its pictures' bytes.
    private func search() throws -> (query: Query, search: VectorSearch, pictures: [WeightedPicture], bytes: [[UInt8]])
    {
        let query = try #require(fixture.database.queries.last)
        guard case .vector(let search)? = query.search else { throw Unexpected() }
        guard case .pictures(let pictures) = search.origin else { return (query, search, [], []) }
        let bytes = pictures.compactMap { picture -> [UInt8]? in
            if case .bytes(let bytes) = picture.content { bytes } else { nil }
        }
        return (query, search, pictures, bytes)
    }

    private struct Unexpected: Error {}

    private func hit(_ number: Int, distance: Float, picture: String? = nil) -> Hit {
        var properties: [String: PropertyValue] = ["title": .text("t\(number)"), "count": .int(Int64(number))]
        if let picture { properties["image"] = .blob(Blob(bytes: Array(picture.utf8))) }
        let object = DatabaseObject(
            collection: "Meme", id: ObjectID(id(number))!, creationTime: 1, updateTime: 1, properties: properties)
        fixture.database.keep(object)
        var hit = Hit(object: object, distance: distance, certainty: 1 - Double(distance) / 2)
        hit.percent = 50
        hit.object.properties["image"] = nil
        return hit
    }

    // MARK: - Asking

    @Test func `a picture comes as a form, as the body itself, or as base64 in JSON`() async throws {
        try await createClass()
        let target = "/v1/search/meme/near-image"
        let form = try await fixture.send(
            "POST", target, form: [.file("image", "P1"), .text("limit", "3"), .text("crop", "0, 0.5,1,0.5")])
        #expect(form.status == 200, "\(form)")
        var found = try search()
        #expect(found.bytes == [Array("P1".utf8)] && found.query.limit == 3 && found.query.collection == "Meme")
        #expect(found.pictures[0].crop == PictureCrop(x: 0, y: 0.5, width: 1, height: 0.5))
        for type in ["image/jpeg", "application/octet-stream", "image/x-other; a=b"] {
            let raw = try await fixture.response(
                to: "POST", target + "?limit=4", Array("P2".utf8), headers: [("content-type", type)])
            found = try search()
            #expect(raw.status == 200 && found.bytes == [Array("P2".utf8)] && found.query.limit == 4, "\(type)")
        }
        for text in ["UDM=", "data:image/png;base64,UDM=", "UD\\nM="] {
            let json = try await fixture.send("POST", target, #"{"image": "\#(text)", "limit": 5}"#)
            found = try search()
            #expect(json.status == 200 && found.bytes == [Array("P3".utf8)] && found.query.limit == 5, "\(json)")
        }
    }

    @Test func `several pictures come with weights and parts of their own`() async throws {
        try await createClass()
        _ = hit(7, distance: 0, picture: "P7")
        let body = #"""
            {"images": ["UDE=", {"image": "UDI=", "weight": -0.5, "crop": {"x": 0, "y": 0, "width": 0.5, "height": 1}},
             {"id": "\#(id(7))"}, {"id": "\#(id(7))", "crop": {"x": 0.5, "y": 0, "width": 0.5, "height": 1}}]}
            """#
        let answer = try await fixture.send("POST", "/v1/search/Meme/near-image", body)
        #expect(answer.status == 200, "\(answer)")
        let found = try search()
        #expect(found.pictures.map(\.weight) == [1, -0.5, 1, 1])
        #expect(found.pictures.map { $0.crop?.width } == [nil, 0.5, nil, 0.5])
        #expect(found.bytes == [Array("P1".utf8), Array("P2".utf8), Array("P7".utf8)], "of a part the picture is read")
        guard case .object(let object) = found.pictures[2].content else { throw Unexpected() }
        #expect(object.description == id(7))

        _ = try await fixture.send(
            "POST", "/v1/search/Meme/near-image",
            form: [.file("images", "P1"), .file("images", "P2"), .text("image", "UDM="), .text("weights", "1,-1, 2")])
        #expect(try search().pictures.map(\.weight) == [1, -1, 2])
    }

    @Test(arguments: [
        #"""
        {"image": "UDE=", "limit": 2, "offset": 1, "distance": 0.5, "tenant": "t", "properties": ["title", "Count"],
         "targetVector": "a", "groupBy": {"path": ["count"], "groups": 3, "objectsPerGroup": 4},
         "where": {"path": ["count"], "operator": "Equal", "valueInt": 3}}
        """#,
        "",
    ])
    func `the rest of a search is read from JSON and from forms alike`(json: String) async throws {
        let fixture = RESTFixture()
        try await fixture.createClass(
            "M",
            #"{"name": "image", "dataType": ["blob"]}, {"name": "title", "dataType": ["text"]}, {"name": "count", "dataType": ["int"]}"#,
            more: #"""
                , "multiTenancyConfig": {"enabled": true}, "vectorConfig": {"a": {"vectorIndexType": "hnsw", "vectorizer":
                {"img2vec-neural": {"imageFields": ["image"]}}}}
                """#)
        _ = try await fixture.send("POST", "/v1/schema/M/tenants", #"[{"name": "t"}]"#)
        let answer =
            if json.isEmpty {
                try await fixture.send(
                    "POST", "/v1/search/M/near-image?tenant=t",
                    form: [
                        .file("image", "P1"), .text("limit", "2"), .text("offset", "1"), .text("distance", "0.5"),
                        .text("properties", "title, Count"), .text("targetVector", "a"), .text("certainty", ""),
                        .text("groupBy", #"{"property": "count", "groups": 3, "objectsPerGroup": 4}"#),
                        .text("where", #"{"path": ["count"], "operator": "Equal", "valueInt": 3}"#),
                    ])
            } else {
                try await fixture.send("POST", "/v1/search/M/near-image", json)
            }
        #expect(answer.status == 200, "\(answer)")
        let query = try #require(fixture.database.queries.last)
        #expect(query.limit == 2 && query.offset == 1 && query.tenant == "t")
        #expect(query.groupBy == Query.GroupBy(property: "count", groups: 3, objectsPerGroup: 4))
        #expect(query.selection.properties == ["title", "count"] && query.selection.needsPercent)
        guard case .vector(let search)? = query.search, case .condition(let condition)? = query.filter else {
            throw Unexpected()
        }
        #expect(search.threshold == .distance(0.5) && search.targetVectors == ["a"] && condition.value == .int(3))
    }

    @Test func `vectors and objects are searched near to`() async throws {
        try await createClass()
        _ = try await fixture.send("POST", "/v1/search/Meme/near-vector", #"{"vector": [1, 2.5], "certainty": 0.7}"#)
        var found = try search()
        guard case .vector(let vector) = found.search.origin else { throw Unexpected() }
        #expect(vector == [1, 2.5] && found.search.threshold == .certainty(0.7) && found.query.limit == -1)
        _ = try await fixture.send("POST", "/v1/search/Meme/near-object", form: [.text("id", id(3))])
        found = try search()
        guard case .object(let object) = found.search.origin else { throw Unexpected() }
        #expect(object.description == id(3))

        try await fixture.createClass(
            "Two", "",
            more: #"""
                , "vectorConfig": {"a": {"vectorIndexType": "hnsw", "vectorizer": {"none": {}}},
                "b": {"vectorIndexType": "hnsw", "vectorizer": {"none": {}}}}
                """#)
        let two = try await fixture.send(
            "POST", "/v1/search/Two/near-vector", #"{"vectors": {"b": [1], "a": [2, 3]}}"#)
        #expect(two.status == 200, "\(two)")
        found = try search()
        guard case .vectors(let vectors) = found.search.origin else { throw Unexpected() }
        #expect(found.search.targetVectors == ["b", "a"] && vectors == [.vector([1]), .vector([2, 3])])
    }

    // MARK: - Answers

    @Test func `a hit comes with how near it is, its properties but for blobs, and where its picture is`() async throws
    {
        try await createClass()
        fixture.database.answer("Meme", with: .success([hit(1, distance: 0.25)]))
        let answer = try await fixture.send("POST", "/v1/search/Meme/near-image", #"{"image": "UDE="}"#)
        let link = "https://p.example/v1/objects/Meme/\(id(1))/image"
        let expected = try JSONValue(
            parsing: #"""
                [{"certainty": 0.875, "class": "Meme", "distance": 0.25, "id": "\#(id(1))", "imageUrl": "\#(link)", "percent": 50,
                  "properties": {"count": 1, "title": "t1"}, "thumbnailUrl": "\#(link)?size=256"}]
                """#)
        #expect(answer.body?["hits"] == expected)
        let took = answer.body?["took"]
        for name in ["decodeMs", "inferMs", "searchMs", "totalMs"] { #expect(took?[name]?.number != nil, "\(name)") }
    }

    @Test func `originals that lie elsewhere are linked where they are`() async throws {
        try await createClass(#", "imageUrlProperty": "title""#)
        fixture.database.answer("Meme", with: .success([hit(1, distance: 0.25)]))
        let answer = try await fixture.send(
            "POST", "/v1/search/Meme/near-vector", #"{"vector": [1], "properties": ["count"]}"#)
        let hit = answer.body?["hits"]?[0]
        #expect(hit?["imageUrl"] == .string("t1"), "\(answer)")
        #expect(hit?["properties"] == .object(["count": .number(JSONNumber(1))]))
        #expect(fixture.database.queries.last?.selection.properties == ["count", "title"])
    }

    @Test func `groups come with what they have in common`() async throws {
        try await createClass()
        var first = hit(1, distance: 0.25)
        first.group = HitGroup(
            number: 0, property: "count", value: .int(3), minimumDistance: 0.25, maximumDistance: 0.5,
            hits: [hit(1, distance: 0.25), hit(2, distance: 0.5)])
        fixture.database.answer("Meme", with: .success([first]))
        let answer = try await fixture.send(
            "POST", "/v1/search/Meme/near-image", #"{"image": "UDE=", "groupBy": {"property": "count"}}"#)
        let group = answer.body?["groups"]?[0]
        #expect(group?["count"]?.number == 2 && group?["value"]?.number == 3 && group?["property"]?.text == "count")
        #expect(group?["hits"]?[1]?["id"]?.text == id(2) && answer.body?["hits"] == nil)
        #expect(group?["minDistance"]?.number == 0.25 && group?["maxDistance"]?.number == 0.5)
    }

    @Test func `what is searched near to is left out when asked, and others come up`() async throws {
        try await createClass()
        let hits = [
            hit(1, distance: 0, picture: "P"), hit(2, distance: 0.1, picture: "P"), hit(3, distance: 0.2, picture: "Q"),
            hit(4, distance: 0.3), hit(5, distance: 0.4, picture: "P"), hit(6, distance: 0.5),
        ]
        fixture.database.answer("Meme", with: .success(hits))
        func ids(_ kind: String, _ body: String) async throws -> [String] {
            let answer = try await fixture.send("POST", "/v1/search/Meme/\(kind)", body)
            guard case .array(let hits)? = answer.body?["hits"] else { throw Unexpected() }
            return hits.compactMap { $0["id"]?.text }
        }
        #expect(
            try await ids("near-image", #"{"image": "UA==", "excludeSelf": true, "limit": 2}"#) == [id(3), id(4)])
        #expect(
            try await ids("near-image", #"{"image": "UA==", "excludeSelf": true, "limit": 9, "offset": 1}"#)
                == [id(4), id(6)])
        #expect(
            try await ids("near-object", #"{"id": "\#(id(3))", "excludeSelf": true}"#)
                == [id(1), id(2), id(4), id(5), id(6)])
        #expect(try await ids("near-image", #"{"image": "UA=="}"#).count == 6)
    }

    @Test func `what is left out is missing in its group, and a group of nothing else is none`() async throws {
        try await createClass()
        func group(_ number: Int, _ hits: [Hit]) -> Hit {
            var first = hits[0]
            first.group = HitGroup(
                number: number, property: "count", value: nil, minimumDistance: 0, maximumDistance: 0.5, hits: hits)
            return first
        }
        let near = hit(1, distance: 0, picture: "P")
        fixture.database.answer(
            "Meme", with: .success([group(0, [near, hit(2, distance: 0.5, picture: "Q")]), group(1, [near])]))
        let answer = try await fixture.send(
            "POST", "/v1/search/Meme/near-image",
            #"{"image": "UA==", "groupBy": {"property": "count"}, "excludeSelf": true}"#)
        guard case .array(let groups)? = answer.body?["groups"] else { throw Unexpected() }
        #expect(groups.count == 1 && groups.first?["minDistance"]?.number == 0.5)
        #expect(groups.first?["hits"]?[0]?["id"]?.text == id(2))
    }

    // MARK: - Refusals

    @Test(arguments: [
        ("near-image", "{}", 422, "there is no picture to search near to"),
        ("near-image", #"{"image": "?"}"#, 422, "image is no base64"),
        ("near-image", #"{"images": ["UDE=", "data:image/png,x"]}"#, 422, "images[1] is no base64"),
        (
            "near-image", #"{"images": [{"image": "UDE=", "id": "\#(id(1))"}]}"#, 422,
            "images[0] takes one of 'image', 'id'"
        ),
        ("near-image", #"{"images": [{"weight": 1}]}"#, 422, "images[0] takes one of"),
        ("near-image", #"{"images": [{"x": 1}]}"#, 422, "images[0] takes no 'x'"),
        ("near-image", #"{"images": [null]}"#, 422, "images[0] is null"),
        ("near-image", #"{"image": "UDE=", "weights": [1, 2]}"#, 422, "'weights' has 2 numbers for 1 pictures"),
        ("near-image", #"{"image": "UDE=", "weights": [0]}"#, 422, "all weights are 0"),
        (
            "near-image", #"{"images": [{"image": "UDE=", "weight": 1}], "weights": [1]}"#, 422,
            "weights are given in 'images' and"
        ),
        (
            "near-image", #"{"image": "UDE=", "crop": {"x": 0.5, "y": 0, "width": 0.6, "height": 1}}"#, 422,
            "a crop is x, y"
        ),
        ("near-image", #"{"image": "UDE=", "crop": {"x": 0.5}}"#, 422, "a crop is x, y"),
        ("near-image", #"{"image": "UDE=", "crop": {"z": 0.5}}"#, 422, "a crop takes no 'z'"),
        ("near-image", #"{"image": "UDE=", "limits": 3}"#, 422, "near-image takes no 'limits'; it takes image, images"),
        ("near-image", #"{"image": "UDE=", "limit": 0}"#, 422, "'limit' begins at 1"),
        ("near-image", #"{"image": "UDE=", "offset": -1}"#, 422, "'limit' begins at 1 and 'offset' at 0"),
        ("near-image", #"{"image": "UDE=", "limit": 99999999}"#, 422, "query maximum results exceeded"),
        (
            "near-image", #"{"image": "UDE=", "distance": 1, "certainty": 1}"#, 422,
            "'distance' and 'certainty' are both given"
        ),
        ("near-image", #"{"image": "UDE=", "properties": ["nope"]}"#, 422, "class 'Meme' has no property 'nope'"),
        ("near-image", #"{"image": "UDE=", "groupBy": {}}"#, 422, "'groupBy' needs a property"),
        ("near-image", #"{"image": "UDE=", "groupBy": {"path": ["a", "b"]}}"#, 422, "'groupBy' takes one property"),
        (
            "near-image", #"{"image": "UDE=", "groupBy": {"property": "a", "groups": 0}}"#, 422,
            "'groupBy' takes 'groups'"
        ),
        (
            "near-image", #"{"image": "UDE=", "where": {"operator": "Equal", "path": ["count"]}}"#, 422,
            "but no value<Type> field set"
        ),
        ("near-image", #"{"image": "UDE=", "targetVector": "nope"}"#, 422, "nope"),
        ("near-image", #"{"imageUrl": "https://example.com/x.jpg"}"#, 422, "NEEDLETAIL_FETCH_HOSTS"),
        (
            "near-image", #"{"images": [{"id": "\#(id(9))", "crop": {"x": 0, "y": 0, "width": 1, "height": 1}}]}"#, 422,
            "there is no object \(id(9))"
        ),
        ("near-image", #"{"image": "UDE=", "tenant": "t"}"#, 422, "multi-tenancy disabled"),
        ("near-image", "{", 400, "unexpected EOF"), ("near-image", "[]", 400, "cannot unmarshal array"),
        ("near-vector", #"{"image": "UDE="}"#, 422, "near-vector takes no 'image'; it takes vector"),
        ("near-vector", "{}", 422, "near-vector takes 'vector', or 'vectors'"),
        ("near-vector", #"{"vector": [1], "vectors": {"a": [1]}}"#, 422, "near-vector takes 'vector', or"),
        (
            "near-vector", #"{"vectors": {"a": [1]}, "targetVector": "a"}"#, 422,
            "'vectors' names its target vectors itself"
        ),
        ("near-vector", #"{"vector": []}"#, 422, "at least one dimension"),
        ("near-vector", #"{"vector": [[1], [1, 2]]}"#, 422, "not all of one length"),
        ("near-object", "{}", 422, "near-object takes 'id'"),
        ("near-object", #"{"id": "1"}"#, 422, "id in body must be of type uuid"),
    ])
    func `what is wrong is said precisely`(kind: String, body: String, status: Int, message: String) async throws {
        try await createClass()
        let answer = try await fixture.send("POST", "/v1/search/Meme/\(kind)", body)
        #expect(answer.status == status && answer.message?.contains(message) == true, "\(answer.message ?? "")")
    }

    @Test func `what is wrong in a form or a query is said with its name`() async throws {
        try await createClass()
        let cases: [(String, [FormPart], String)] = [
            ("", [.file("image", "P"), .text("limit", "x")], "limit in body must be of type int64: \"x\""),
            ("?distance=nan", [.file("image", "P")], "distance in query must be of type float64: \"nan\""),
            ("", [.file("image", "P"), .text("excludeSelf", "si")], "excludeSelf in body must be of type bool"),
            ("", [.file("image", "P"), .text("crop", "0,0,1")], "a crop is x, y"),
            ("", [.file("picture", "P")], "part 'picture' is a file; pictures go into parts named 'image'"),
            ("?size=3", [.file("image", "P")], "near-image takes no 'size'"),
            ("", [.text("image", "?")], "part 'image' is no base64"),
        ]
        for (query, parts, message) in cases {
            let answer = try await fixture.send("POST", "/v1/search/Meme/near-image\(query)", form: parts)
            #expect(answer.status == 422 && answer.message?.contains(message) == true, "\(answer.message ?? "")")
        }
        let unknown = try await fixture.send("POST", "/v1/search/Nope/near-image", #"{"image": "UDE="}"#)
        #expect(unknown.status == 404 && unknown.message == "there is no class 'Nope'")
        let empty = try await fixture.response(
            to: "POST", "/v1/search/Meme/near-image", headers: [("content-type", "image/png")])
        #expect(empty.status == 422)
        #expect(try await fixture.send("GET", "/v1/search/Meme/near-image").status == 405)
    }

    @Test func `searching asks for reading alone`() {
        let request = HTTPRequest(
            method: "POST", pathSegments: ["v1", "search", "Meme", "near-image"], rawPath: "/v1/search/Meme/near-image")
        #expect(fixture.handler.permission(for: request) == .read)
    }
}

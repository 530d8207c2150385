// SPDX-License-Identifier: Apache-2.0

import DatabaseTesting
import HTTPServer
import JSON
import Testing

@testable import RESTAPI

/// Objects that come as `multipart/form-data`. Pictures are good in `MemoryDatabase` if they begin with P.
struct ObjectFormTests {
    private let fixture = RESTFixture()

    private func createClass() async throws {
        try await fixture.createClass(
            "Meme",
            #"""
            {"name": "image", "dataType": ["blob"]}, {"name": "second", "dataType": ["blob"]},
            {"name": "title", "dataType": ["text"]}, {"name": "tags", "dataType": ["text[]"]},
            {"name": "count", "dataType": ["int"]}, {"name": "sizes", "dataType": ["int[]"]},
            {"name": "ratio", "dataType": ["number"]}, {"name": "seen", "dataType": ["boolean"]},
            {"name": "when", "dataType": ["date"]}, {"name": "key", "dataType": ["uuid"]},
            {"name": "place", "dataType": ["geoCoordinates"]}, {"name": "next", "dataType": ["Meme"]}
            """#,
            more: #", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}}"#)
    }

    @Test func `files become blobs, and texts what the types of their properties make of them`() async throws {
        try await createClass()
        let answer = try await fixture.send(
            "POST", "/v1/objects/meme",
            form: [
                .file("image", "P\r\n1"), .file("second", ""), .text("title", "a \"title\""), .text("id", id(1)),
                .text("tags", "one"), .text("tags", "two"), .text("count", "-12"), .text("sizes", "3"),
                .text("ratio", "1.50"), .text("seen", "true"), .text("when", "2024-05-06T07:08:09Z"),
                .text("key", id(7)), .text("place", #"{"latitude": 1.5, "longitude": 2}"#),
                .text("next", #"[{"beacon": "weaviate://localhost/Meme/\#(id(1))"}]"#), .text("Title2", "new"),
            ])
        #expect(answer.status == 422 && answer.message?.contains("'second'") == true, "an empty file is no blob")
        let good = try await fixture.send(
            "POST", "/v1/objects/meme",
            form: [
                .file("image", "P\r\n1"), .file("second", "P2"), .text("title", "a \"title\""), .text("id", id(1)),
                .text("tags", "one"), .text("tags", "two"), .text("count", "-12"), .text("sizes", "3"),
                .text("ratio", "1.50"), .text("seen", "true"), .text("when", "2024-05-06T07:08:09Z"),
                .text("key", id(7)), .text("place", #"{"latitude": 1.5, "longitude": 2}"#), .text("Title2", "new"),
            ])
        #expect(good.status == 200, "\(good)")
        let properties = try await fixture.send("GET", "/v1/objects/Meme/\(id(1))").body?["properties"]
        let expected = try JSONValue(
            parsing: #"""
                {"count": -12, "image": "UA0KMQ==", "key": "\#(id(7))", "place": {"latitude": 1.5, "longitude": 2},
                 "ratio": 1.5, "second": "UDI=", "seen": true, "sizes": [3], "tags": ["one", "two"],
                 "title": "a \"title\"", "title2": "new", "when": "2024-05-06T07:08:09Z"}
                """#)
        #expect(properties == expected)
    }

    @Test func `a part with properties, vectors and tenant is read as in JSON`() async throws {
        try await fixture.createClass(
            "Own", #"{"name": "n", "dataType": ["int[]"]}"#, more: #", "multiTenancyConfig": {"enabled": true}"#)
        _ = try await fixture.send("POST", "/v1/schema/Own/tenants", #"[{"name": "t"}]"#)
        let answer = try await fixture.send(
            "POST", "/v1/objects/Own",
            form: [
                .text("properties", #"{"title": "x"}"#), .text("vector", "[1, 2.5]"), .text("tenant", "t"),
                .text("class", "own"), .text("n", "[1, 2]", type: "application/json"), .text("id", ""),
            ])
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.body?["vector"] == .array([.number(JSONNumber(1)), .number(JSONNumber(2.5))]))
        #expect(answer.body?["properties"]?["title"] == .string("x") && answer.body?["tenant"] == .string("t"))
        #expect(answer.body?["properties"]?["n"] == .array([.number(JSONNumber(1)), .number(JSONNumber(2))]))
    }

    @Test func `an object is replaced and changed by a form`() async throws {
        try await createClass()
        let target = "/v1/objects/Meme/\(id(1))"
        let missing = try await fixture.send("PUT", target, form: [.text("id", id(1)), .text("title", "a")])
        let same = try await fixture.send("PUT", target, #"{"class": "Meme", "id": "\#(id(1))"}"#)
        #expect(missing.status == same.status && missing.message == same.message)
        _ = try await fixture.send("POST", "/v1/objects/Meme", form: [.text("id", id(1)), .text("title", "a")])
        let replaced = try await fixture.send("PUT", target, form: [.text("id", id(1)), .file("image", "P")])
        #expect(replaced.status == 200 && replaced.body?["properties"] == .object(["image": .string("UA==")]))
        #expect(try await fixture.send("PATCH", target, form: [.text("count", "3")]).status == 204)
        let stored = try await fixture.send("GET", target).body?["properties"]
        #expect(stored == .object(["count": .number(JSONNumber(3)), "image": .string("UA==")]))
    }

    @Test func `where the path names no class, the form does`() async throws {
        try await createClass()
        let parts: [FormPart] = [.text("class", "meme"), .text("id", id(1)), .file("image", "P1")]
        #expect(try await fixture.send("POST", "/v1/objects", form: parts).status == 200)
        let replaced = try await fixture.send(
            "PUT", "/v1/objects/\(id(1))", form: [.text("class", "Meme"), .text("id", id(1)), .file("image", "P2")])
        #expect(replaced.status == 200 && replaced.body?["properties"] == .object(["image": .string("UDI=")]))
        let none = try await fixture.send("POST", "/v1/objects", form: [.text("title", "a")])
        #expect(none.status == 422 && none.message == "invalid object: the given class is empty")
        let file = try await fixture.send("POST", "/v1/objects", form: [.file("image", "P")])
        #expect(file.status == 422 && file.message == "invalid object: the given class is empty")
    }

    @Test(arguments: [
        ("count", #""x""#), ("count", #"1.5"#), ("count", #"1e3"#), ("ratio", #""NaN""#), ("seen", #""yes""#),
        ("when", #""today""#),
        ("key", #""1""#), ("image", #""no base64""#), ("place", #"{"latitude": 1}"#), ("place", "[]"),
    ])
    func `what does not fit is refused in the words of the JSON form`(property: String, value: String) async throws {
        try await createClass()
        let text = value.hasPrefix("\"") ? String(value.dropFirst().dropLast()) : value
        let form = try await fixture.send("POST", "/v1/objects/Meme", form: [.text(property, text)])
        let json = try await fixture.send(
            "POST", "/v1/objects", #"{"class": "Meme", "properties": {"\#(property)": \#(value)}}"#)
        #expect(form.status == 422 && json.status == 422 && form.message == json.message, "\(form) \(json)")
    }

    @Test func `what a form alone can do wrong is said with the part`() async throws {
        try await createClass()
        let cases: [([FormPart], Int, String)] = [
            ([.file("title", "x")], 422, "property 'title' is of type text and takes no file; files go into blob"),
            ([.file("other", "x")], 422, "no such prop with name 'other' found in class 'Meme'"),
            ([.text("count", "1"), .text("count", "2")], 422, "property 'count' takes one part; the form has 2"),
            ([.text("properties", #"{"title": "a"}"#), .text("title", "b")], 422, "property 'title' is there twice"),
            ([.text("properties", "[1]")], 422, "could not recognize object's properties"),
            ([.text("properties", "{")], 400, "parsing properties body"),
            ([.text("vector", "1,2")], 400, "cannot unmarshal number into Go struct field Object.vector"),
            ([.text("place", "{")], 400, "parsing place body"),
            ([.text("id", "1")], 422, "id in body must be of type uuid"),
            ([FormPart(head: "name=title", content: [0xFF])], 400, "part 'title' is no text in UTF-8"),
            ([FormPart(head: "x=title", content: [])], 400, "part 1 has no name"),
            ([.text("class", "Other")], 422, "the class in the body is 'Other', the one in the path 'Meme'"),
        ]
        for (parts, status, message) in cases {
            let answer = try await fixture.send("POST", "/v1/objects/Meme", form: parts)
            #expect(answer.status == status && answer.message?.contains(message) == true, "\(answer)")
        }
        let unknown = try await fixture.send("POST", "/v1/objects/Nope", form: [.file("image", "P")])
        #expect(unknown.status == 422 && unknown.message?.contains("there is no class 'Nope' with a blob") == true)
        #expect(fixture.database.collection(named: "Nope") == nil)
    }

    @Test func `JSON is refused where only forms are taken, with what to do`() async throws {
        try await createClass()
        let answer = try await fixture.send("POST", "/v1/objects/Meme", #"{"class": "Meme"}"#)
        #expect(answer.status == 415 && answer.message?.contains("POST /v1/objects,") == true)
        let cut = try await fixture.response(
            to: "POST", "/v1/objects/Meme", Array("--b\r\n".utf8),
            headers: [("content-type", "multipart/form-data; boundary=b")])
        #expect(cut.status == 400 && String(decoding: cut.body, as: UTF8.self).contains("cut off in part 1"))
    }
}

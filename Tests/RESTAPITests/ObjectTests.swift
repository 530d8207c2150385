// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON
import Testing

@testable import RESTAPI

struct ObjectTests {
    private let fixture = RESTFixture()

    private func create(_ number: Int, in name: String = "C", _ properties: String = "{}", vector: String = "")
        async throws
    {
        let vector = vector.isEmpty ? "" : #", "vector": \#(vector)"#
        let answer = try await fixture.send(
            "POST", "/v1/objects",
            #"{"class": "\#(name)", "id": "\#(id(number))", "properties": \#(properties)\#(vector)}"#)
        #expect(answer.status == 200, "\(answer.message ?? "")")
    }

    @Test func `a new object is answered with its vector, a read one without`() async throws {
        let body =
            #"{"class": "c", "id": "ABCDEF00-0000-4000-8000-000000000001", "vector": [1, 0.5], "properties": {"Title": "a"}}"#
        let made = try await fixture.send("POST", "/v1/objects", body)
        let lowered = "abcdef00-0000-4000-8000-000000000001"
        #expect(made.body?["id"] == .string(lowered) && made.body?["class"] == .string("C"))
        #expect(
            made.body?["vector"] == .array([.number(JSONNumber(1)), .number(JSONNumber(literal: "0.5", value: 0.5))]))
        #expect(made.body?["vectorWeights"] == nil && made.body?["properties"]?["title"] == .string("a"))
        let read = try await fixture.send("GET", "/v1/objects/C/\(lowered)")
        #expect(read.body?["vector"] == nil && read.body?["vectorWeights"] == .null)
        let full = try await fixture.send("GET", "/v1/objects/c/\(lowered)?include=vector,classification")
        #expect(full.body?["vector"]?.count == 2)
    }

    @Test func `every kind of value comes back as it is stored`() async throws {
        let properties = #"""
            {"n":[1,0.5],"d":"2021-05-06T07:08:09+02:00","u":"00000000-0000-4000-8000-000000000077",
            "g":{"latitude":52.5,"longitude":13.4},"o":{"x":"y"},"b":true,"l":[{"k":"one"}],
            "p":{"input":"12","defaultCountry":"nl"}}
            """#
        try await create(1, properties)
        let read = try await fixture.send("GET", "/v1/objects/C/\(id(1))").body?["properties"]
        let expected = #"""
            {"b":true,"d":"2021-05-06T07:08:09+02:00","g":{"latitude":52.5,"longitude":13.4},"l":[{"k":"one"}],"n":[1,0.5],
            "o":{"x":"y"},"p":{"countryCode":31,"defaultCountry":"NL","input":"12","internationalFormatted":"+31 12",
            "national":12,"nationalFormatted":"12"},"u":"00000000-0000-4000-8000-000000000077"}
            """#
        #expect(read == (try JSONValue(parsing: expected)))
    }

    @Test func `blobs come back byte for byte`() async throws {
        try await fixture.createClass("C", #"{"name": "b", "dataType": ["blob"]}"#)
        for (number, text) in ["aGVsbG8=", "aGVsbG9=", "AAAA", "/+8="].enumerated() {
            try await create(number, #"{"b": "\#(text)"}"#)
            let read = try await fixture.send("GET", "/v1/objects/C/\(id(number))")
            #expect(read.body?["properties"]?["b"] == .string(text))
        }
    }

    @Test func `a blobHash comes back as the SHA-256 of its base64, which may be given again`() async throws {
        try await fixture.createClass(
            "C",
            #"{"name": "h", "dataType": ["blobHash"]}, {"name": "o", "dataType": ["object"], "nestedProperties": [{"name": "h", "dataType": ["blobHash"]}]}"#
        )
        let hash = "333d6b3a3c1f5db6c9bdda5939b136986d170f4649172a68368d54ecb44c2ff2"
        for (number, text) in ["aGVsbG8=", hash, hash.uppercased()].enumerated() {
            try await create(number, #"{"h": "\#(text)", "o": {"h": "\#(text)"}}"#)
            let read = try await fixture.send("GET", "/v1/objects/C/\(id(number))")
            #expect(read.body?["properties"]?["h"] == .string(hash))
            #expect(read.body?["properties"]?["o"]?["h"] == .string(hash))
        }
        let refused = try await fixture.send("POST", "/v1/objects", #"{"class": "C", "properties": {"h": "no!"}}"#)
        #expect(refused.status == 422)
    }

    @Test func `a list of blobHash is no data type`() async throws {
        let answer = try await fixture.send(
            "POST", "/v1/schema", #"{"class": "C", "properties": [{"name": "h", "dataType": ["blobHash[]"]}]}"#)
        #expect(answer.status == 422)
    }

    @Test func `a reference comes with its path, after the origin`() async throws {
        let fixture = RESTFixture(origin: "https://search.example")
        try await fixture.createClass("C", #"{"name": "r", "dataType": ["C"]}"#)
        let beacon = "weaviate://localhost/C/\(id(7))"
        let body = #"{"class": "C", "id": "\#(id(1))", "properties": {"r": [{"beacon": "\#(beacon)"}]}}"#
        let made = try await fixture.send("POST", "/v1/objects", body)
        #expect(
            made.body?["properties"]?["r"]?[0]
                == .object(["beacon": .string(beacon), "href": .string("https://search.example/v1/objects/C/\(id(7))")])
        )
        let batch = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [\#(body)]}"#)
        #expect(batch.body?[0]?["properties"]?["r"]?[0] == .object(["beacon": .string(beacon)]))
    }

    @Test func `a class that indexes times has them among the properties of the answer`() async throws {
        try await fixture.createClass("C", more: #", "invertedIndexConfig": {"indexTimestamps": true}"#)
        let made = try await fixture.send("POST", "/v1/objects", #"{"class": "C", "id": "\#(id(1))"}"#)
        #expect(made.body?["properties"]?["_creationTimeUnix"] == made.body?["creationTimeUnix"])
        #expect(try await fixture.send("GET", "/v1/objects/C/\(id(1))").body?["properties"] == .object([:]))
    }

    @Test(
        arguments: [
            (#"{"class": "C", "id": "xyz"}"#, 422, 601.0, "id in body must be of type uuid: \"xyz\""),
            ("", 422, 602, "body in body is required"),
            ("{\"class\": ", 400, 400, "parsing body body from \"\" failed, because unexpected EOF"),
            ("[1]", 400, 400, "json: cannot unmarshal array into Go value of type models.Object"),
            (#"{"class": 1}"#, 400, 400, "cannot unmarshal number into Go struct field Object.class of type string"),
            (
                #"{"class": "C", "vector": ["a"]}"#, 400, 400,
                "cannot unmarshal string into Go struct field Object.vector of type float32"
            ),
            (
                #"{"class": "C", "vector": [1e40]}"#, 400, 400,
                "cannot unmarshal number 1e40 into Go struct field Object.vector"
            ),
            (#"{"class": "C", "vector": 1}"#, 400, 400, "cannot unmarshal number into Go struct field Object.vector"),
        ])
    func `a body of another shape is refused`(body: String, status: Int, code: Double, words: String) async throws {
        let answer = try await fixture.send("POST", "/v1/objects", body)
        #expect(answer.status == status && answer.code == code)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test(arguments: notFinite, ["vector", "vectors"])
    func `a number that is not finite in a vector is refused, and nothing is changed`(
        number: (text: String, words: String), member: String
    ) async throws {
        try await create(1, vector: "[3, 4]")
        let vector = member == "vector" ? "[1, \(number.text)]" : #"{"a": [1, \#(number.text)]}"#
        for (method, path, target) in [
            ("POST", "/v1/objects", 2), ("POST", "/v1/objects/validate", 2), ("PUT", "/v1/objects/C/\(id(1))", 1),
            ("PATCH", "/v1/objects/C/\(id(1))", 1),
        ] {
            let answer = try await fixture.send(
                method, path,
                #"{"class": "C", "id": "\#(id(target))", "properties": {"t": "new"}, "\#(member)": \#(vector)}"#)
            #expect(answer.status == 400, "\(method) \(path)")
            let words = number.words.replacing("MEMBER", with: "Object.\(member)")
            #expect(answer.message?.contains(words) == true, "\(method) \(path): \(answer.message ?? "")")
        }
        #expect(try await fixture.send("GET", "/v1/objects?class=C").body?["totalResults"]?.number == 1)
        let kept = try await fixture.send("GET", "/v1/objects/C/\(id(1))?include=vector")
        #expect(kept.body?["vector"] == .array([.number(JSONNumber(3)), .number(JSONNumber(4))]))
        #expect(kept.body?["properties"] == .object([:]))
    }

    @Test(
        arguments: [
            (#"{"properties": {"a": 1}}"#, "invalid object: the given class is empty"),
            (#"{"class": "C", "properties": [1]}"#, "invalid object: could not recognize object's properties: [1]"),
            (
                #"{"class": "C", "properties": {"n": "seven"}}"#,
                "invalid object: invalid integer property 'n' on class 'C': requires an integer, the given value is 'seven'"
            ),
        ])
    func `an object that does not fit is refused`(body: String, message: String) async throws {
        try await fixture.createClass("C", #"{"name": "n", "dataType": ["int"]}"#)
        for path in ["/v1/objects", "/v1/objects/validate"] {
            let answer = try await fixture.send("POST", path, body)
            #expect(answer.status == 422 && answer.message == message)
        }
    }

    @Test func `an id that is taken is refused`() async throws {
        try await create(1)
        let answer = try await fixture.send("POST", "/v1/objects", #"{"class": "C", "id": "\#(id(1))"}"#)
        #expect(answer.status == 422 && answer.message == "id '\(id(1))' already exists")
    }

    @Test func `a vector of another length is a failure of the server, as in the original`() async throws {
        try await create(1, vector: "[1, 2, 3]")
        let short = try await fixture.send("POST", "/v1/objects", #"{"class": "C", "id": "\#(id(2))", "vector": [1]}"#)
        #expect(short.status == 500 && short.message?.contains("new node has a vector with length 1") == true)
    }

    @Test func `what is not there is answered without a body`() async throws {
        try await fixture.createClass("C")
        for (method, body) in [
            ("GET", ""), ("HEAD", ""), ("PATCH", "{}"), ("PUT", #"{"class": "C", "id": "\#(id(9))"}"#),
        ] {
            let answer = try await fixture.send(method, "/v1/objects/C/\(id(9))", body)
            #expect(answer.status == 404 && answer.body == nil && answer.contentType == nil, "\(method)")
        }
        #expect(try await fixture.send("DELETE", "/v1/objects/C/\(id(9))").status == 204)
        #expect(try await fixture.send("DELETE", "/v1/objects/\(id(9))").status == 404)
        #expect(try await fixture.send("GET", "/v1/objects/Nowhere/\(id(9))").status == 404)
        let unknown = try await fixture.send("DELETE", "/v1/objects/Nowhere/\(id(9))")
        #expect(unknown.status == 500 && unknown.message?.contains("non-existing index for Nowhere") == true)
    }

    @Test func `an id that is none is refused in every path`() async throws {
        for (method, path) in [
            ("GET", "/v1/objects/C/nope"), ("DELETE", "/v1/objects/nope"), ("PUT", "/v1/objects/C/nope"),
        ] {
            let answer = try await fixture.send(method, path, "{}")
            #expect(
                answer.status == 422 && answer.code == 601
                    && answer.message == "id in path must be of type uuid: \"nope\"")
        }
        let head = try await fixture.send("HEAD", "/v1/objects/C/nope")
        #expect(head.status == 422 && head.body == nil && head.contentType == "application/json")
    }

    @Test func `an id without dashes is one`() async throws {
        try await create(1)
        let short = id(1).replacing("-", with: "")
        #expect(try await fixture.send("HEAD", "/v1/objects/C/\(short)").status == 204)
        #expect(try await fixture.send("GET", "/v1/objects/\(short)").body?["id"] == .string(id(1)))
    }

    @Test func `a replacement needs the id in the body and the class of the path`() async throws {
        try await create(1)
        try await create(1, in: "D")
        let path = "/v1/objects/C/\(id(1))"
        let done = try await fixture.send("PUT", path, #"{"class": "C", "id": "\#(id(1))", "properties": {"a": "b"}}"#)
        #expect(done.status == 200 && done.body?["properties"]?["a"] == .string("b"))
        for body in [#"{"class": "C"}"#, #"{"class": "C", "id": "\#(id(2))"}"#] {
            let answer = try await fixture.send("PUT", path, body)
            #expect(answer.status == 422 && answer.message == "invalid update: field 'id' is immutable")
        }
        #expect(try await fixture.send("PUT", path, #"{"class": "D", "id": "\#(id(1))"}"#).status == 422)
        #expect(try await fixture.send("PUT", path, #"{"class": "Nowhere", "id": "\#(id(1))"}"#).status == 404)
    }

    @Test func `a merge may leave out id and class, and its refusals have a form of their own`() async throws {
        try await fixture.createClass("C", #"{"name": "n", "dataType": ["int"]}, {"name": "t", "dataType": ["text"]}"#)
        try await create(1, #"{"n": 1, "t": "a"}"#)
        let path = "/v1/objects/C/\(id(1))"
        #expect(try await fixture.send("PATCH", path, #"{"properties": {"n": null, "t": "b"}}"#).status == 204)
        #expect(try await fixture.send("GET", path).body?["properties"] == .object(["t": .string("b")]))
        #expect(try await fixture.send("PATCH", "/v1/objects/\(id(1))", #"{"properties": {"t": "c"}}"#).status == 204)
        let bad = try await fixture.send("PATCH", path, #"{"properties": {"n": "x"}}"#)
        #expect(
            bad.status == 422
                && bad.message
                    == "msg:bad request code:400 err:invalid integer property 'n' on class 'C': requires an integer, the given value is 'x'"
        )
    }

    @Test func `a delete without a class takes the id out of all classes`() async throws {
        try await create(1)
        try await create(1, in: "D")
        #expect(try await fixture.send("DELETE", "/v1/objects/\(id(1))").status == 204)
        #expect(try await fixture.send("HEAD", "/v1/objects/\(id(1))").status == 404)
    }

    @Test(arguments: [
        ("include=x", 400, "unrecognized property 'x' in ?include list"),
        ("include=vectors", 400, "unrecognized property 'vectors'"),
        (
            "consistency_level=SOME", 400,
            "unrecognized consistency level 'SOME', try one of the following: ['ONE', 'QUORUM', 'ALL']"
        ),
        ("consistency_level=ONE&node_name=node1", 400, "mutually exclusive"),
        ("node_name=other", 422, "no node 'other'"),
        ("tenant=t", 422, "multi-tenancy disabled"),
    ])
    func `query parameters are checked`(query: String, status: Int, words: String) async throws {
        try await create(1)
        let answer = try await fixture.send("GET", "/v1/objects/C/\(id(1))?\(query)")
        #expect(answer.status == status && answer.message?.contains(words) == true, "\(answer.message ?? "")")
        for fine in ["include=", "consistency_level=ALL", "node_name=node1"] {
            #expect(try await fixture.send("GET", "/v1/objects/C/\(id(1))?\(fine)").status == 200)
        }
    }

    // MARK: - Lists

    private func ids(_ query: String) async throws -> [String] {
        guard case .array(let objects)? = try await fixture.send("GET", "/v1/objects?\(query)").body?["objects"] else {
            return []
        }
        return objects.compactMap { $0["id"]?.text }
    }

    @Test func `a list of one class goes by id and page`() async throws {
        for number in [3, 1, 2] { try await create(number, #"{"t": "\#(9 - number)"}"#) }
        #expect(try await ids("class=c") == [id(1), id(2), id(3)])
        #expect(try await ids("class=C&limit=1&offset=1") == [id(2)])
        #expect(try await ids("class=C&limit=2&after=\(id(1))") == [id(2), id(3)])
        #expect(try await ids("class=C&after=") == [id(1), id(2), id(3)])
        #expect(try await ids("class=C&sort=t&order=asc") == [id(3), id(2), id(1)])
        let whole = try await fixture.send("GET", "/v1/objects?class=C").body
        #expect(whole?["totalResults"]?.number == 3 && whole?["deprecations"] == .array([]))
        let none = try await fixture.send("GET", "/v1/objects?class=C&limit=0").body
        #expect(none == .object(["deprecations": .array([]), "objects": .array([])]))
    }

    @Test func `a list of all classes goes by class, then id, and its page is cut from the whole`() async throws {
        for number in [2, 1] { try await create(number, in: "B") }
        for number in [4, 3] { try await create(number, in: "A") }
        #expect(try await ids("limit=10") == [id(3), id(4), id(1), id(2)])
        #expect(try await ids("limit=2&offset=1") == [id(4), id(1)])
        #expect(try await ids("offset=4").isEmpty)
        #expect(try await fixture.send("GET", "/v1/objects").body?["deprecations"] == .null)
    }

    @Test(
        arguments: [
            ("limit=abc", 422, "limit in query must be of type int64: \"abc\""),
            ("class=C&limit=-1", 422, "must not be negative"),
            ("class=C&offset=-2", 422, "must not be negative"),
            ("class=C&limit=10000&offset=1", 422, "query maximum results exceeded"),
            ("class=C&limit=9223372036854775807&offset=9223372036854775807", 422, "query maximum results exceeded"),
            (
                "class=C&offset=1&after=\(id(1))", 422,
                "msg:cursor api: invalid 'after' parameter code:400 err:offset cannot be set"
            ),
            ("class=C&after=x", 422, "after parameter 'x' is not a valid uuid: invalid UUID length: 1"),
            ("after=\(id(1))", 500, "cursor must be specific to one class"), ("class=Nowhere", 404, "not found"),
            ("class=C&sort=t&order=up", 422, "invalid order"), ("sort=t", 500, "found in the classes C"),
        ])
    func `a list that cannot be is refused`(query: String, status: Int, words: String) async throws {
        try await fixture.createClass("C")
        let answer = try await fixture.send("GET", "/v1/objects?\(query)")
        #expect(answer.status == status && answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }
}

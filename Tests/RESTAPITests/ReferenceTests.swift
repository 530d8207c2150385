// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import RESTAPI

@Suite struct ReferenceTests {
    /// Author 1, 2; article 11 without references. `authors` leads to Author, `about` to both classes.
    private func world() async throws -> RESTFixture {
        let fixture = RESTFixture()
        try await fixture.createClass("Author", #"{"name": "name", "dataType": ["text"]}"#)
        try await fixture.createClass(
            "Article",
            #"{"name": "title", "dataType": ["text"]}, {"name": "authors", "dataType": ["Author"]}, "#
                + #"{"name": "about", "dataType": ["Author", "Article"]}"#)
        for number in 1...2 {
            _ = try await fixture.send("POST", "/v1/objects", #"{"class": "Author", "id": "\#(id(number))"}"#)
        }
        _ = try await fixture.send(
            "POST", "/v1/objects", #"{"class": "Article", "id": "\#(id(11))", "properties": {"title": "x"}}"#)
        return fixture
    }

    private func path(_ number: Int = 11, _ property: String = "authors") -> String {
        "/v1/objects/Article/\(id(number))/references/\(property)"
    }

    private func beacon(_ number: Int, _ name: String? = "Author") -> String {
        #"{"beacon": "weaviate://localhost/\#(name.map { "\($0)/" } ?? "")\#(id(number))"}"#
    }

    private func references(_ fixture: RESTFixture, _ property: String = "authors") async throws -> [String]? {
        let answer = try await fixture.send("GET", "/v1/objects/Article/\(id(11))")
        guard case .array(let references)? = answer.body?["properties"]?[property] else { return nil }
        return references.compactMap { $0["beacon"]?.text }
    }

    private func full(_ numbers: Int...) -> [String] { numbers.map { "weaviate://localhost/Author/\(id($0))" } }

    @Test func `references are added one behind the other, the same one twice as well`() async throws {
        let fixture = try await world()
        for number in [1, 2, 1] {
            let answer = try await fixture.send("POST", path(), beacon(number))
            #expect(answer.status == 200)
            #expect(answer.body == nil)
        }
        #expect(try await references(fixture) == full(1, 2, 1))
    }

    @Test func `a beacon without a class gets the only one that it can lead to`() async throws {
        let fixture = try await world()
        #expect(try await fixture.send("POST", path(), beacon(1, nil)).status == 200)
        #expect(try await references(fixture) == full(1))
        #expect(try await fixture.send("DELETE", path(), beacon(1, nil)).status == 204)
        #expect(try await references(fixture) == [])
    }

    @Test func `references are replaced, and removed whether they are there or not`() async throws {
        let fixture = try await world()
        #expect(try await fixture.send("PUT", path(), "[\(beacon(1)), \(beacon(2)), \(beacon(1))]").status == 200)
        #expect(try await fixture.send("DELETE", path(), beacon(1)).status == 204)
        #expect(try await references(fixture) == full(2))
        #expect(try await fixture.send("DELETE", path(), beacon(1)).status == 204)
        #expect(try await fixture.send("PUT", path(), "[]").status == 200)
        #expect(try await references(fixture) == [])
    }

    @Test func `a change without the class finds the object by its id`() async throws {
        let fixture = try await world()
        let old = "/v1/objects/\(id(11))/references/authors"
        #expect(try await fixture.send("POST", old, beacon(1)).status == 200)
        #expect(try await fixture.send("PUT", old, "[\(beacon(2))]").status == 200)
        #expect(try await fixture.send("DELETE", old, beacon(2)).status == 204)
        let unknown = "/v1/objects/\(id(99))/references/authors"
        let answer = try await fixture.send("POST", unknown, beacon(1))
        #expect(answer.status == 422)
        #expect(answer.message == "msg:source object deprecated code:400 err:no object with id '\(id(99))'")
        #expect(try await fixture.send("DELETE", unknown, beacon(1)).status == 404)
    }

    @Test(arguments: [
        ("POST", "nosuch", 1, "validate inputs code:400 err:no such prop with name 'nosuch'"),
        ("PUT", "nosuch", 1, "bad inputs code:400 err:no such prop with name 'nosuch'"),
        ("DELETE", "title", 1, "bad inputs code:400 err:property 'title' is not a reference-type"),
        ("POST", "title", 1, "validate inputs code:400 err:property 'title' is not a reference-type"),
        (
            "POST", "authors", 96,
            "validate existence code:400 err:validate reference: no object with id \(id(96)) found"
        ),
        ("PUT", "authors", 96, "validate existence code:400 err:validate reference: no object with id \(id(96)) found"),
    ])
    func `what cannot be is refused, and changes nothing`(
        method: String, property: String, target: Int, message: String
    ) async throws {
        let fixture = try await world()
        let body = method == "PUT" ? "[\(beacon(target))]" : beacon(target)
        let answer = try await fixture.send(method, path(11, property), body)
        #expect(answer.status == 422)
        #expect(answer.message?.hasPrefix("msg:" + message) == true, "\(answer.message ?? "")")
        #expect(try await references(fixture) == nil)
    }

    @Test(arguments: [
        (#"{}"#, "msg:validate inputs code:400 err:invalid reference: invalid cref URI: %!w(<nil>)"),
        (
            #"{"beacon": "weaviate://localhost"}"#,
            "msg:validate inputs code:400 err:invalid reference: invalid cref URI: %!w(<nil>)"
        ),
        (#"{"beacon": "nonsense"}"#, "beacon in body must be of type uri: \"nonsense\""),
        (
            #"{"beacon": "weaviate://localhost/A/b/c"}"#,
            "msg:validate inputs code:400 err:invalid reference: invalid cref URI: path must be of format "
                + "'/<class>/<uuid>', but got '/A/b/c'"
        ),
        (
            #"{"beacon": "weaviate://localhost/Author/1"}"#,
            "msg:validate inputs code:400 err:invalid reference: invalid cref URI: 2nd path segment must be uuid, "
                + "but got '1'"
        ),
        (
            #"{"beacon": "weaviate://elsewhere/Author/\#(id(1))"}"#,
            "msg:validate inputs code:400 err:invalid reference: unrecognized cross-ref ref format"
        ),
    ])
    func `a beacon that is none says what is wrong with it`(body: String, message: String) async throws {
        let fixture = try await world()
        let answer = try await fixture.send("POST", path(), body)
        #expect(answer.status == 422)
        #expect(answer.message == message)
    }

    @Test func `a body of the wrong shape is refused as the original does`() async throws {
        let fixture = try await world()
        let list = try await fixture.send("DELETE", path(), "[]")
        #expect(list.status == 400)
        #expect(list.message?.hasSuffix("json: cannot unmarshal array into Go value of type models.SingleRef") == true)
        let object = try await fixture.send("PUT", path(), "{}")
        #expect(object.message?.hasSuffix("cannot unmarshal object into Go value of type models.MultipleRef") == true)
        let number = try await fixture.send("POST", path(), #"{"beacon": 5}"#)
        #expect(number.message?.contains("Go struct field SingleRef.beacon of type string") == true)
        let second = try await fixture.send("PUT", path(), #"[\#(beacon(1)), {"beacon": "x"}]"#)
        #expect(second.message == "1.beacon in body must be of type uri: \"x\"")
    }

    @Test func `an object or a class that is not there is 404 without a body`() async throws {
        let fixture = try await world()
        for target in [path(96), "/v1/objects/Nowhere/\(id(11))/references/authors"] {
            for method in ["POST", "PUT", "DELETE"] {
                let answer = try await fixture.send(method, target, method == "PUT" ? "[]" : beacon(1))
                #expect(answer.status == 404, "\(method) \(target)")
                #expect(answer.body == nil)
            }
        }
    }

    // MARK: Batches

    @Test func `a batch adds what it can, and says of the others why not`() async throws {
        let fixture = try await world()
        let from = "weaviate://localhost/Article/\(id(11))/authors"
        let to = "weaviate://localhost/Author/\(id(1))"
        let answer = try await fixture.send(
            "POST", "/v1/batch/references",
            """
            [{"from": "\(from)", "to": "\(to)"},
             {"from": "weaviate://localhost/Article/\(id(11))", "to": "\(to)"},
             {"from": "weaviate://localhost/Article/\(id(11))/nothing", "to": "\(to)"},
             {"from": "weaviate://localhost/Article/\(id(96))/authors", "to": "\(to)"},
             {"from": "weaviate://localhost/Nowhere/\(id(11))/authors", "to": "\(to)"},
             {"from": "\(from)", "to": "weaviate://localhost/\(id(96))"},
             {"from": "\(from)", "to": "weaviate://localhost/Author/5"}]
            """)
        #expect(answer.status == 200)
        #expect(
            answer.body?[0]
                == .object([
                    "from": .string(from), "result": .object(["status": .string("SUCCESS")]), "to": .string(to),
                ]))
        #expect(answer.body?[1]?["from"] == nil)
        #expect(
            (1...4).map { answer.body?[$0]?["result"]?["errors"]?["error"]?[0]?["message"]?.text } == [
                "invalid cref URI: must use long-form: path must be of format '/<className>/<uuid>/<propertyName>', but "
                    + "got '/Article/\(id(11))'",
                "ref batch: property 'nothing' not found in schema", "ref batch: object with id \(id(96)) not found",
                "source class \"Nowhere\" not found in schema",
            ])
        // The class is completed, and the target need not be there.
        #expect(answer.body?[5]?["to"]?.text == "weaviate://localhost/Author/\(id(96))")
        #expect(answer.body?[5]?["result"]?["status"]?.text == "SUCCESS")
        #expect(answer.body?[6]?["to"] == nil)
        #expect(try await references(fixture) == full(1, 96))
    }

    @Test func `a batch with nothing in it, or with what is no URI, is refused as a whole`() async throws {
        let fixture = try await world()
        let empty = try await fixture.send("POST", "/v1/batch/references", "[]")
        #expect(empty.message == "invalid params: length cannot be 0, need at least one reference for batching")
        let bad = try await fixture.send("POST", "/v1/batch/references", #"[{"from": "nonsense", "to": "/x"}]"#)
        #expect(bad.status == 422)
        #expect(bad.message == "from in body must be of type uri: \"nonsense\"")
    }
}

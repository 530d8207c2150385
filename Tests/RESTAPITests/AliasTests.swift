// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import RESTAPI

@Suite struct AliasTests {
    private func world() async throws -> RESTFixture {
        let fixture = RESTFixture()
        try await fixture.createClass("Article", #"{"name": "title", "dataType": ["text"]}"#)
        try await fixture.createClass("Other", #"{"name": "title", "dataType": ["text"]}"#)
        let answer = try await fixture.send("POST", "/v1/aliases", #"{"alias": "news", "class": "article"}"#)
        #expect(answer.status == 200)
        #expect(answer.body == .object(["alias": .string("News"), "class": .string("Article")]))
        return fixture
    }

    @Test func `aliases are shown, listed by class, switched and deleted`() async throws {
        let fixture = try await world()
        let alias = JSONValue.object(["alias": .string("News"), "class": .string("Article")])
        #expect(try await fixture.send("GET", "/v1/aliases/News").body == alias)
        #expect(try await fixture.send("GET", "/v1/aliases").body == .object(["aliases": .array([alias])]))
        #expect(
            try await fixture.send("GET", "/v1/aliases?class=Article").body == .object(["aliases": .array([alias])]))
        #expect(try await fixture.send("GET", "/v1/aliases?class=Other").body == .object(["aliases": .array([])]))
        let switched = try await fixture.send("PUT", "/v1/aliases/news", #"{"class": "Other"}"#)
        #expect(switched.body == .object(["alias": .string("News"), "class": .string("Other")]))
        #expect(try await fixture.send("DELETE", "/v1/aliases/News").status == 204)
        #expect(try await fixture.send("GET", "/v1/aliases/News").status == 404)
    }

    @Test(arguments: [
        ("POST", "", "Article", 500, "TYPE_CREATE_ALIAS: create alias: class Article already exists"),
        ("POST", "", "News", 500, "TYPE_CREATE_ALIAS: create alias: alias News already exists"),
        ("POST", "", "1x", 422, "is not a valid alias name"),
        ("PUT", "/Missing", "", 404, ""),
        ("DELETE", "/Missing", "", 404, ""),
    ])
    func `what cannot be is refused`(
        method: String, path: String, name: String, status: Int, words: String
    ) async throws {
        let fixture = try await world()
        let answer = try await fixture.send(
            method, "/v1/aliases\(path)", #"{"alias": "\#(name)", "class": "Other"}"#)
        #expect(answer.status == status)
        #expect(words.isEmpty ? answer.body == nil : answer.message?.contains(words) == true)
    }

    @Test func `an alias needs a class that is there`() async throws {
        let fixture = try await world()
        for (method, path) in [("POST", "/v1/aliases"), ("PUT", "/v1/aliases/News")] {
            let answer = try await fixture.send(method, path, #"{"alias": "Second", "class": "Nowhere"}"#)
            #expect(answer.status == 422)
            #expect(answer.message == "validation: target class \"Nowhere\" does not exist")
        }
    }

    @Test func `who writes and reads under an alias is answered under it`() async throws {
        let fixture = try await world()
        let created = try await fixture.send(
            "POST", "/v1/objects", #"{"class": "News", "id": "\#(id(1))", "properties": {"title": "x"}}"#)
        #expect(created.body?["class"]?.text == "News")
        let batch = try await fixture.send(
            "POST", "/v1/batch/objects", #"{"objects": [{"class": "News", "id": "\#(id(2))"}]}"#)
        #expect(batch.body?[0]?["class"]?.text == "News")
        #expect(try await fixture.send("GET", "/v1/objects/News/\(id(1))").body?["class"]?.text == "News")
        #expect(try await fixture.send("GET", "/v1/objects/Article/\(id(1))").body?["class"]?.text == "Article")
        let list = try await fixture.send("GET", "/v1/objects?class=News")
        #expect(list.body?["totalResults"]?.number == 2)
        #expect(list.body?["objects"]?[0]?["class"]?.text == "News")
        #expect(try await fixture.send("GET", "/v1/schema/News").body?["class"]?.text == "Article")
        // One under its alias in the path, under its name in the body.
        let body = #"{"class": "Article", "id": "\#(id(1))", "properties": {"title": "y"}}"#
        #expect(try await fixture.send("PUT", "/v1/objects/News/\(id(1))", body).status == 200)
        #expect(try await fixture.send("PATCH", "/v1/objects/News/\(id(1))", body).status == 204)
    }
}

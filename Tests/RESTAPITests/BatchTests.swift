// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON
import Testing

@testable import RESTAPI

struct BatchTests {
    private let fixture = RESTFixture()

    @Test func `an item that fails leaves the others and is shown as it was sent`() async throws {
        try await fixture.createClass("C", #"{"name": "year", "dataType": ["int"]}"#)
        let body = #"""
            {"fields": ["ALL"], "objects": [
            {"class": "C", "id": "\#(id(1))", "vector": [1, 0], "properties": {"year": 2001}},
            {"class": "C", "id": "\#(id(2))", "vector": [0, 1], "properties": {"year": "not a year"}},
            {"id": "\#(id(3))", "properties": {"year": 3}},
            {"class": "c", "properties": {"year": 4}}]}
            """#
        let answer = try await fixture.send("POST", "/v1/batch/objects", body)
        #expect(answer.status == 200 && answer.body?.count == 4)
        let (first, second, third, fourth) = (answer.body?[0], answer.body?[1], answer.body?[2], answer.body?[3])
        #expect(first?["result"] == .object(["status": .string("SUCCESS")]) && first?["deprecations"] == .null)
        #expect(first?["vector"]?.count == 2)
        #expect(
            second?["result"]?["status"] == .string("FAILED") && second?["properties"]?["year"] == .string("not a year")
        )
        #expect(
            second?["result"]?["errors"]?["error"]?[0]?["message"]
                == .string(
                    "invalid integer property 'year' on class 'C': requires an integer, the given value is 'not a year'"
                ))
        #expect(second?["vector"]?.count == 2 && second?["creationTimeUnix"]?.number == 1_700_000_000_000)
        #expect(third?["result"]?["errors"]?["error"]?[0]?["message"] == .string("the given class is empty"))
        #expect(fourth?["id"]?.text?.utf8.count == 36 && fourth?["class"] == .string("C"))
        #expect(try await fixture.send("GET", "/v1/objects?class=C").body?["totalResults"]?.number == 2)
    }

    @Test(arguments: notFinite)
    func `a number that is not finite in one vector refuses the batch, and nothing is stored`(
        number: (text: String, words: String)
    ) async throws {
        try await fixture.createClass("C")
        let answer = try await fixture.send(
            "POST", "/v1/batch/objects",
            #"""
            {"objects": [{"class": "C", "id": "\#(id(1))", "vector": [1, 2]},
            {"class": "C", "id": "\#(id(2))", "vector": [1, \#(number.text)]}]}
            """#)
        #expect(answer.status == 400)
        let words = number.words.replacing("MEMBER", with: "Object.vector")
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
        #expect(try await fixture.send("GET", "/v1/objects?class=C").body?["objects"] == .array([]))
    }

    @Test func `a batch of more objects than are stored at a time is answered whole and in order`() async throws {
        try await fixture.createClass("C", #"{"name": "n", "dataType": ["int"]}"#)
        let objects = (0..<5_000).map { #"{"class": "C", "properties": {"n": \#($0 == 4_500 ? "\"x\"" : "\($0)")}}"# }
        let body = #"{"objects": [\#(objects.joined(separator: ","))]}"#
        let answer = try await fixture.send("POST", "/v1/batch/objects", body)
        #expect(answer.status == 200 && answer.body?.count == 5_000)
        for number in [0, 4_095, 4_096, 4_999] {
            #expect(answer.body?[number]?["properties"]?["n"]?.number == Double(number))
            #expect(answer.body?[number]?["result"]?["status"] == .string("SUCCESS"))
        }
        #expect(answer.body?[4_500]?["result"]?["status"] == .string("FAILED"))
    }

    @Test func `an object whose id is taken is replaced`() async throws {
        for title in ["one", "two"] {
            let body = #"{"objects": [{"class": "C", "id": "\#(id(1))", "properties": {"t": "\#(title)"}}]}"#
            #expect(
                try await fixture.send("POST", "/v1/batch/objects", body).body?[0]?["result"]?["status"]
                    == .string("SUCCESS"))
        }
        #expect(try await fixture.send("GET", "/v1/objects/C/\(id(1))").body?["properties"]?["t"] == .string("two"))
    }

    @Test(
        arguments: [
            (#"{"objects": []}"#, 422, "invalid param 'objects': cannot be empty"), ("{}", 422, "cannot be empty"),
            ("[]", 400, "cannot unmarshal array into Go value of type batch.BatchObjectsCreateBody"),
            ("", 422, "body in body is required"),
            (#"{"objects": [{"id": "bad"}]}"#, 422, "body.objects.0.id in body must be of type uuid: \"bad\""),
            (
                #"{"objects": [{"class": "C"}, {"id": "no-uuid"}]}"#, 422,
                "body.objects.1.id in body must be of type uuid"
            ),
            (#"{"objects": 5}"#, 400, "cannot unmarshal number"),
        ])
    func `a batch of another shape is refused as a whole`(body: String, status: Int, words: String) async throws {
        let answer = try await fixture.send("POST", "/v1/batch/objects", body)
        #expect(answer.status == status && answer.message?.contains(words) == true, "\(answer.message ?? "")")
        #expect(try await fixture.send("GET", "/v1/schema").body?["classes"]?.count == 0)
    }

    // MARK: - Deletes

    private func fill() async throws {
        try await fixture.createClass("C", #"{"name": "year", "dataType": ["int"]}"#)
        let objects = (1...3).map { #"{"class": "C", "id": "\#(id($0))", "properties": {"year": \#(2000 + $0)}}"# }
        _ = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [\#(objects.joined(separator: ","))]}"#)
    }

    @Test func `a delete echoes its filter and counts what it deleted`() async throws {
        try await fill()
        let filter =
            #"{"operator": "And", "operands": [{"path": ["year"], "operator": "GreaterThan", "valueInt": 2001}]}"#
        let body = #"{"match": {"class": "C", "where": \#(filter)}}"#
        let answer = try await fixture.send("DELETE", "/v1/batch/objects", body)
        let match = #"""
            {"class": "C", "where": {"operands": [{"operands": null, "operator": "GreaterThan", "path": ["year"], "valueInt": 2001}],
            "operator": "And", "path": null}}
            """#
        #expect(answer.body?["match"] == (try JSONValue(parsing: match)))
        let results = #"{"failed": 0, "limit": 10000, "matches": 2, "objects": null, "successful": 2}"#
        #expect(answer.body?["results"] == (try JSONValue(parsing: results)))
        #expect(answer.body?["output"] == .string("minimal") && answer.body?["dryRun"] == .boolean(false))
        #expect(answer.body?["deletionTimeUnixMilli"]?.number == -62_135_596_800_000)
        #expect(try await fixture.send("GET", "/v1/objects?class=C").body?["totalResults"]?.number == 1)
    }

    @Test func `a dry run deletes nothing and names what it would delete`() async throws {
        try await fill()
        let body =
            #"{"match": {"class": "c", "where": {"path": ["id"], "operator": "ContainsAny", "valueTextArray": ["\#(id(1))"]}}, "dryRun": true, "output": "verbose"}"#
        let results = try await fixture.send("DELETE", "/v1/batch/objects", body).body?["results"]
        #expect(results?["objects"]?[0] == .object(["id": .string(id(1)), "status": .string("DRYRUN")]))
        #expect(results?["matches"]?.number == 1 && results?["successful"]?.number == 0)
        #expect(try await fixture.send("GET", "/v1/objects?class=C").body?["totalResults"]?.number == 3)
    }

    @Test(
        arguments: [
            ("{}", 422, "validate: empty match clause"), (#"{"match": {}}"#, 422, "validate: empty match.class clause"),
            (#"{"match": {"class": "C"}}"#, 422, "validate: empty match.where clause"),
            (
                #"{"match": {"class": "D", "where": {"operator": "Equal", "path": ["a"], "valueInt": 1}}}"#, 422,
                "failed to get class"
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Equal", "path": ["year"]}}}"#, 422,
                "no value<Type> field set"
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Equal", "path": [], "valueInt": 1}}}"#, 422,
                "must have at least one element"
            ),
            (#"{"match": {"class": "C", "where": {"operator": "And"}}}"#, 422, "add at least one operand"),
            (#"{"match": {"class": "C", "where": {}}}"#, 422, "unrecognized operator"),
            (
                #"{"match": {"class": "C", "where": {"operator": "Equals", "path": ["a"], "valueInt": 1}}}"#, 422,
                "match.where.operator in body should be one of [And Or Equal"
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Equal", "path": ["year"], "valueInt": "x"}}}"#, 400,
                "cannot unmarshal string into Go struct field WhereFilter.valueInt of type int64"
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Equal", "path": ["year"], "valueInt": 1}}, "dryRun": "x"}"#,
                400, "Go struct field BatchDelete.dryRun of type bool"
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Equal", "path": ["year"], "valueInt": 1}}, "output": "loud"}"#,
                500, "invalid output: \"loud\""
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Like", "path": ["year"], "valueText": "1"}}}"#, 422,
                "validate: invalid where filter: "
            ),
            (
                #"{"match": {"class": "C", "where": {"operator": "Not", "operands": [{"operator": "And"}, {"operator": "And"}]}}}"#,
                422, "operand"
            ),
        ])
    func `a delete that cannot be is refused and deletes nothing`(body: String, status: Int, words: String) async throws
    {
        try await fill()
        let answer = try await fixture.send("DELETE", "/v1/batch/objects", body)
        #expect(
            answer.status == status && answer.message?.contains(words) == true,
            "\(answer.status) \(answer.message ?? "")")
        #expect(try await fixture.send("GET", "/v1/objects?class=C").body?["totalResults"]?.number == 3)
    }

    @Test(
        arguments: [
            (
                #"[{"from": "nonsense", "to": "weaviate://localhost/A/1"}]"#, 422, 601.0,
                "from in body must be of type uri"
            ),
            (
                #"[{"from": "weaviate://localhost/A/1/b", "to": "1x:"}]"#, 422, 601,
                "to in body must be of type uri: \"1x:\""
            ),
            ("[]", 422, nil, "length cannot be 0"), ("", 422, 602, "body in body is required"),
            ("{}", 400, 400, "cannot unmarshal object"),
        ] as [(String, Int, Double?, String)])
    func `malformed references are refused in the recorded words`(
        body: String, status: Int, code: Double?, words: String
    ) async throws {
        let answer = try await fixture.send("POST", "/v1/batch/references", body)
        #expect(answer.status == status && answer.code == code)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test func `a filter that fits the schema and is not indexed is the shard's to refuse`() async throws {
        try await fixture.createClass("Plain", #"{"name": "title", "dataType": ["text"]}"#)
        func delete(_ condition: String) async throws -> RESTFixture.Answer {
            try await fixture.send(
                "DELETE", "/v1/batch/objects", #"{"match": {"class": "Plain", "where": {\#(condition)}}}"#)
        }
        let stopWords = try await delete(#""path": ["title"], "operator": "Equal", "valueText": "the""#)
        #expect(stopWords.status == 422)
        #expect(
            stopWords.message?.hasPrefix(
                "batch delete objects: cannot find objects: docIds: invalid search term, only stopwords provided")
                == true)
        let unknown = try await delete(#""path": ["nothing"], "operator": "Equal", "valueText": "x""#)
        #expect(unknown.status == 422)
        #expect(unknown.message?.hasPrefix("validate: invalid where filter: no such prop with name 'nothing'") == true)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import DatabaseTesting
import JSON
import Testing

@testable import RESTAPI

/// Multi-vectors in classes and objects, as clients send and read them.
struct MultiVectorTests {
    private let fixture = RESTFixture()

    private static let configuration =
        #""tokens":{"vectorizer":{"none":{}},"vectorIndexType":"hnsw","vectorIndexConfig":{"multivector":{"enabled":true}}}"#

    private func createClass() async throws {
        try await fixture.createClass(
            "C", #"{"name":"t","dataType":["text"]}"#,
            more: #","vectorConfig":{\#(Self.configuration),"plain":{"vectorizer":{"none":{}}}}"#)
    }

    private func object(_ vectors: String, number: Int = 1) -> String {
        #"{"class":"C","id":"\#(id(number))","properties":{"t":"x"},"vectors":\#(vectors)}"#
    }

    private func create(_ vectors: String) async throws -> RESTFixture.Answer {
        try await fixture.send("POST", "/v1/objects", object(vectors))
    }

    private func expect(_ value: JSONValue?, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(value == (try JSONValue(parsing: text)), sourceLocation: sourceLocation)
    }

    @Test func `a class shows that it has one`() async throws {
        try await createClass()
        let body = try await fixture.send("GET", "/v1/schema/C").body
        let index = body?["vectorConfig"]?["tokens"]?["vectorIndexConfig"]
        try expect(
            index?["multivector"],
            #"{"enabled":true,"aggregation":"maxSim","muvera":{"enabled":false,"ksim":4,"dprojections":16,"repetitions":10}}"#
        )
        #expect(body?["vectorConfig"]?["plain"]?["vectorIndexConfig"]?["multivector"]?["enabled"] == .boolean(false))
    }

    @Test(
        arguments: [
            (#""vectorIndexType":"hnsw","vectorIndexConfig":{"multivector":{"enabled":true}}"#, 422, "named vectors"),
            (
                #""vectorConfig":{"a":{"vectorizer":{"none":{}},"vectorIndexConfig":{"multivector":{"enabled":true,"muvera":{"enabled":true}}}}}"#,
                501, "muvera is not supported"
            ),
            (
                #""vectorConfig":{"a":{"vectorizer":{"none":{}},"vectorIndexConfig":{"multivector":{"enabled":true,"aggregation":"mean"}}}}"#,
                422, "aggregation must be"
            ),
            (
                #""vectorConfig":{"a":{"vectorizer":{"img2vec-neural":{"imageFields":["b"]}},"vectorIndexConfig":{"multivector":{"enabled":true}}}}"#,
                422, "doesn't support multi vectors"
            ),
        ] as [(String, Int, String)])
    func `what one cannot be is refused`(configuration: String, status: Int, words: String) async throws {
        let answer = try await fixture.send(
            "POST", "/v1/schema",
            #"{"class":"C","properties":[{"name":"b","dataType":["blob"]}],\#(configuration)}"#)
        #expect(answer.status == status)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test func `a dynamic index has none, and a flat one leaves the setting aside`() async throws {
        let settings = #""vectorIndexConfig":{"hnsw":{"multivector":{"enabled":true}},"multivector":{"enabled":true}}"#
        var database = fixture.database.settings
        database.hasAsyncIndexing = true
        let dynamic = try await RESTFixture(settings: database).send(
            "POST", "/v1/schema",
            #"{"class":"C","vectorConfig":{"a":{"vectorizer":{"none":{}},"vectorIndexType":"dynamic",\#(settings)}}}"#)
        #expect(dynamic.status == 422)
        #expect(dynamic.message?.contains("not supported for dynamic index") == true)
        let flat = try await fixture.send(
            "POST", "/v1/schema",
            #"{"class":"C","vectorConfig":{"a":{"vectorizer":{"none":{}},"vectorIndexType":"flat",\#(settings)}}}"#)
        #expect(flat.status == 200)
        #expect(fixture.database.collection(named: "C")?.vectors.first?.isMultiVector == false)
    }

    @Test func `it cannot be changed later`() async throws {
        try await createClass()
        let plain = Self.configuration.replacing("true", with: "false")
        let answer = try await fixture.send(
            "PUT", "/v1/schema/C",
            #"{"class":"C","properties":[{"name":"t","dataType":["text"]}],"vectorConfig":{\#(plain),"plain":{"vectorizer":{"none":{}}}}}"#
        )
        #expect(answer.status == 422)
        #expect(answer.message?.contains("multivector is immutable") == true, "\(answer.message ?? "")")
    }

    @Test func `an object is answered and read with it as it was given`() async throws {
        try await createClass()
        let made = try await create(#"{"plain":[1,0],"tokens":[[1,0],[0.5,-2]]}"#)
        #expect(made.status == 200, "\(made.message ?? "")")
        try expect(made.body?["vectors"], #"{"plain":[1,0],"tokens":[[1,0],[0.5,-2]]}"#)
        let read = try await fixture.send("GET", "/v1/objects/C/\(id(1))?include=vector")
        try expect(read.body?["vectors"], #"{"plain":[1,0],"tokens":[[1,0],[0.5,-2]]}"#)
        #expect(try await fixture.send("GET", "/v1/objects/C/\(id(1))").body?["vectors"] == nil)
    }

    @Test func `PUT and validate take it`() async throws {
        try await createClass()
        #expect(try await create(#"{"tokens":[[1,0]]}"#).status == 200)
        let put = try await fixture.send(
            "PUT", "/v1/objects/C/\(id(1))", object(#"{"tokens":[[3,4],[5,6]]}"#))
        #expect(put.status == 200)
        try expect(put.body?["vectors"], #"{"tokens":[[3,4],[5,6]]}"#)
        #expect(
            try await fixture.send("POST", "/v1/objects/validate", object(#"{"tokens":[[1,2]]}"#, number: 2)).status
                == 200)
        let wrong = try await fixture.send(
            "POST", "/v1/objects/validate", object(#"{"tokens":[1,2]}"#, number: 2))
        #expect(wrong.status == 422)
    }

    @Test func `a batch stores the good objects and shows the bad ones with what they had`() async throws {
        try await createClass()
        let objects = [#"{"tokens":[[1,0],[0,1]]}"#, #"{"tokens":[1,0]}"#, #"{"plain":[[1,0]]}"#].enumerated().map {
            object($0.element, number: $0.offset)
        }
        let answer = try await fixture.send(
            "POST", "/v1/batch/objects", #"{"objects":[\#(objects.joined(separator: ","))]}"#)
        #expect(answer.status == 200)
        let results = (0..<3).map { answer.body?[$0]?["result"] }
        #expect(results.map { $0?["status"] } == [.string("SUCCESS"), .string("FAILED"), .string("FAILED")])
        let texts = results.map { $0?["errors"]?["error"]?[0]?["message"]?.text ?? "" }
        #expect(texts[1].contains("'tokens' is a multi-vector"))
        #expect(texts[2].contains("'plain' is no multi-vector"))
        try expect(answer.body?[2]?["vectors"], #"{"plain":[[1,0]]}"#)
    }

    @Test(arguments: [
        "[[]]", "[[1],[1,2]]", "[[1,2],[]]", "[[1,2],null]",
    ])
    func `rows of different lengths refuse the object`(rows: String) async throws {
        try await createClass()
        let answer = try await create(#"{"tokens":\#(rows)}"#)
        #expect(answer.status == 422)
        #expect(
            answer.message?.contains("vector 'tokens' must be a list of vectors of one length") == true,
            "\(answer.message ?? "")")
    }

    @Test(arguments: [
        (#"[[1,"a"]]"#, "cannot unmarshal string into Go struct field Object.vectors of type float32"),
        (#"[[1],2]"#, "cannot unmarshal number into Go struct field Object.vectors of type []float32"),
        (#"[[[1]]]"#, "cannot unmarshal array into Go struct field Object.vectors of type float32"),
        (#"[1,[2]]"#, "cannot unmarshal array into Go struct field Object.vectors of type float32"),
    ])
    func `what is no list of lists of numbers is no request`(rows: String, words: String) async throws {
        try await createClass()
        let answer = try await create(#"{"tokens":\#(rows)}"#)
        #expect(answer.status == 422 || answer.status == 400)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test(arguments: ["[]", "null"]) func `an empty one counts as not given`(vector: String) async throws {
        try await createClass()
        #expect(try await create(#"{"tokens":\#(vector)}"#).status == 200)
        let read = try await fixture.send("GET", "/v1/objects/C/\(id(1))?include=vector")
        #expect(read.status == 200 && read.body?["vectors"]?["tokens"]?.count ?? 0 == 0)
    }

    @Test func `a row of too many numbers refuses the object`() async throws {
        try await createClass()
        let row = Array(repeating: "0", count: 65_536).joined(separator: ",")
        let answer = try await create(#"{"tokens":[[\#(row)]]}"#)
        #expect(answer.status == 422)
        #expect(answer.message?.contains("65536 dimensions") == true, "\(answer.message ?? "")")
    }
}

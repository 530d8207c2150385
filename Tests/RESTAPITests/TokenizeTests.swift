// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import RESTAPI

@Suite struct TokenizeTests {
    private func texts(_ value: JSONValue?) -> [String]? {
        guard case .array(let elements)? = value else { return nil }
        return elements.compactMap(\.text)
    }

    @Test(arguments: [
        ("word", "", ["the", "quick", "brown", "fox"], ["quick", "brown", "fox"]),
        ("lowercase", "", ["the", "quick,", "brown-fox"], ["the", "quick,", "brown-fox"]),
        ("whitespace", "", ["The", "Quick,", "brown-fox"], ["The", "Quick,", "brown-fox"]),
        (
            "word", #", "stopwords": {"preset": "none"}"#, ["the", "quick", "brown", "fox"],
            ["the", "quick", "brown", "fox"]
        ),
        (
            "word", #", "stopwords": {"preset": "en", "additions": ["fox"], "removals": ["the"]}"#,
            ["the", "quick", "brown", "fox"], ["the", "quick", "brown"]
        ),
        (
            "word", #", "stopwordPresets": {"animals": ["fox"]}, "analyzerConfig": {"stopwordPreset": "animals"}"#,
            ["the", "quick", "brown", "fox"], ["the", "quick", "brown"]
        ),
    ])
    func `a text is cut as it is stored and as a query`(
        tokenization: String, more: String, indexed: [String], query: [String]
    ) async throws {
        let answer = try await RESTFixture().send(
            "POST", "/v1/tokenize", #"{"text": "The Quick, brown-fox", "tokenization": "\#(tokenization)"\#(more)}"#)
        #expect(answer.status == 200)
        #expect(texts(answer.body?["indexed"]) == indexed)
        #expect(texts(answer.body?["query"]) == query)
    }

    @Test(arguments: [
        (#"{"asciiFold": true}"#, ["l", "ecole", "strasse", "oresund"]),
        (#"{"asciiFold": true, "asciiFoldIgnore": ["é"]}"#, ["l", "école", "strasse", "oresund"]),
        (#"{"asciiFold": false}"#, ["l", "école", "straße", "øresund"]),
        ("{}", ["l", "école", "straße", "øresund"]),
    ])
    func `accents are folded where that is asked for`(config: String, words: [String]) async throws {
        let answer = try await RESTFixture().send(
            "POST", "/v1/tokenize",
            #"{"text": "L'école Straße, Øresund", "tokenization": "word", "analyzerConfig": \#(config)}"#)
        #expect(answer.status == 200)
        #expect(texts(answer.body?["indexed"]) == words)
        #expect(texts(answer.body?["query"]) == words)
    }

    @Test func `a property folds accents and leaves out the words of its own list`() async throws {
        let fixture = RESTFixture()
        try await fixture.createClass(
            "C",
            #"{"name": "title", "dataType": ["text"], "textAnalyzer": {"asciiFold": true, "stopwordPreset": "fr"}}, "#
                + #"{"name": "plain", "dataType": ["text"]}"#,
            more: #", "invertedIndexConfig": {"stopwordPresets": {"fr": ["le", "la"]}}"#)
        func send(_ property: String) async throws -> RESTFixture.Answer {
            try await fixture.send(
                "POST", "/v1/schema/C/properties/\(property)/tokenize", #"{"text": "La tasse the Été"}"#)
        }
        let title = try await send("title")
        #expect(texts(title.body?["indexed"]) == ["la", "tasse", "the", "ete"])
        #expect(texts(title.body?["query"]) == ["tasse", "the", "ete"])
        #expect(texts(try await send("plain").body?["query"]) == ["la", "tasse", "été"])
    }

    @Test func `a property cuts by its own tokenization and the stop words of its class`() async throws {
        let fixture = RESTFixture()
        try await fixture.createClass(
            "C",
            #"{"name": "title", "dataType": ["text"]}, {"name": "code", "dataType": ["text"], "tokenization": "field"}, "#
                + #"{"name": "n", "dataType": ["int"]}"#,
            more: #", "invertedIndexConfig": {"stopwords": {"preset": "en", "additions": ["fox"]}}"#)
        func send(_ property: String) async throws -> RESTFixture.Answer {
            try await fixture.send(
                "POST", "/v1/schema/C/properties/\(property)/tokenize", #"{"text": "The fox runs"}"#)
        }
        #expect(texts(try await send("title").body?["query"]) == ["runs"])
        #expect(texts(try await send("Code").body?["indexed"]) == ["The fox runs"])
        let number = try await send("n")
        #expect(number.status == 422)
        #expect(number.message == "tokenization is not enabled for this property")
        #expect(try await send("nothing").status == 404)
    }

    @Test(arguments: [
        (#"{"tokenization": "word"}"#, "text in body is required"),
        (#"{"text": "x"}"#, "tokenization in body is required"),
        (#"{"text": "x", "tokenization": "words"}"#, "tokenization in body should be one of [word lowercase"),
        (#"{"text": "x", "tokenization": "gse"}"#, "unsupported tokenization strategy: gse"),
        (
            #"{"text": "x", "tokenization": "word", "stopwords": {}, "stopwordPresets": {"a": ["b"]}}"#,
            "mutually exclusive"
        ),
        (
            #"{"text": "x", "tokenization": "word", "analyzerConfig": {"asciiFoldIgnore": ["é"]}}"#,
            "asciiFoldIgnore requires asciiFold to be enabled"
        ),
        (
            #"{"text": "x", "tokenization": "word", "analyzerConfig": {"asciiFold": true, "asciiFoldIgnore": ["ab"]}}"#,
            "each asciiFoldIgnore entry must be a single character"
        ),
        (
            #"{"text": "x", "tokenization": "word", "analyzerConfig": {"stopwordPreset": "de"}}"#,
            "unknown stopword preset"
        ),
        (
            #"{"text": "x", "tokenization": "word", "stopwordPresets": {"de": []}}"#,
            "stopwordPresets.de must hold at least one word"
        ),
        (
            #"{"text": "x", "tokenization": "word", "stopwords": {"preset": "de"}}"#,
            "stopwordPreset 'de' does not exist"
        ),
    ])
    func `what cannot be asked is refused`(body: String, words: String) async throws {
        let answer = try await RESTFixture().send("POST", "/v1/tokenize", body)
        #expect(answer.status == 422)
        #expect(answer.message?.contains(words) == true, "\(answer.message ?? "")")
    }

    @Test func `a text has a limit`() async throws {
        func status(_ length: Int) async throws -> Int {
            let text = String(repeating: "x", count: length)
            return try await RESTFixture().send(
                "POST", "/v1/tokenize", #"{"text": "\#(text)", "tokenization": "word"}"#
            ).status
        }
        #expect(try await status(10_000) == 200)
        #expect(try await status(10_001) == 422)
    }

    @Test func `the only node leads itself`() async throws {
        let answer = try await RESTFixture().send("GET", "/v1/cluster/statistics")
        #expect(answer.body?["synchronized"]?.boolean == true)
        let node = answer.body?["statistics"]?[0]
        #expect(node?["name"]?.text == "node1")
        #expect(node?["status"]?.text == "HEALTHY")
        #expect(node?["raft"]?["state"]?.text == "Leader")
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

struct TextAnalyzerTests {
    private let rules = SchemaRules(settings: DatabaseSettings())

    private func collection(
        _ property: PropertyDefinition, presets: [String: [String]] = ["fr": ["le"]]
    ) -> CollectionDefinition {
        var collection = CollectionDefinition(
            name: "C", properties: [property],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
        collection.invertedIndex.stopwordPresets = presets
        return collection
    }

    private func property(
        _ type: PropertyType = .scalar(.text), _ tokenization: Tokenization? = nil, folds: Bool = false,
        kept: [String] = [], preset: String? = nil, isIndexed: Bool = true
    ) -> PropertyDefinition {
        var property = PropertyDefinition(
            completing: type, name: "t", tokenization: tokenization, isFilterable: isIndexed,
            isSearchable: isIndexed ? nil : false)
        property.textAnalyzer = TextAnalyzerDefinition(
            foldsAccents: folds, keptCharacters: kept, stopwordPreset: preset)
        return property
    }

    private func refusal(_ body: () throws -> CollectionDefinition) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? DatabaseError)?.message
        }
    }

    @Test func `an analyzer that asks for nothing is none`() {
        #expect(TextAnalyzerDefinition() == nil)
        #expect(TextAnalyzerDefinition(stopwordPreset: "") == nil)
        #expect(TextAnalyzerDefinition(foldsAccents: true) != nil)
    }

    @Test func `texts fold accents and name stop words`() throws {
        for property in [
            property(folds: true), property(.array(.text), folds: true, kept: ["é", "e\u{301}"]),
            property(preset: "fr"), property(preset: "en"), property(preset: "none"),
            property(.scalar(.text), .field, folds: true),
        ] {
            let made = try rules.created(collection(property), among: [])
            #expect(made.properties[0].textAnalyzer == property.textAnalyzer)
        }
    }

    @Test func `an analyzer that makes no sense is refused`() {
        let wrong: [(PropertyDefinition, String)] = [
            (property(.scalar(.int), folds: true), "only allowed for text and text[] data types, got 'int'"),
            (property(folds: true, isIndexed: false), "only allowed for properties with an inverted index"),
            (property(kept: ["é"]), "asciiFoldIgnore requires asciiFold to be enabled"),
            (property(folds: true, kept: ["ab"]), "must be a single character, got \"ab\""),
            (property(folds: true, kept: [""]), "must be a single character, got \"\""),
            (property(preset: "de"), "unknown stopword preset \"de\""),
            (
                property(.scalar(.text), .field, preset: "fr"),
                "only supported with tokenization \"word\", got \"field\""
            ),
        ]
        for (property, words) in wrong {
            let message = refusal { try rules.created(collection(property), among: []) }
            #expect(
                message?.hasPrefix("property 't': ") == true && message?.contains(words) == true, "\(message ?? "")")
        }
        var object = PropertyDefinition(completing: .scalar(.object), name: "o")
        object.nestedProperties = [property(preset: "de")]
        #expect(refusal { try rules.created(collection(object), among: []) }?.hasPrefix("property 'o.t': ") == true)
    }

    @Test(arguments: [
        (["": ["a"]], "empty name"), (["x": []], "stopwordPresets.x must hold at least one word"),
        (["x": ["a", " "]], "stopwordPresets.x cannot hold empty words"),
    ])
    func `lists of stop words have names and words`(presets: [String: [String]], words: String) {
        let message = refusal { try rules.created(collection(property(), presets: presets), among: []) }
        #expect(message?.contains(words) == true, "\(message ?? "")")
    }

    @Test func `the words of a list may change, and a list that is used stays`() throws {
        let made = try rules.created(collection(property(preset: "fr")), among: [])
        var changed = made
        changed.invertedIndex.stopwordPresets = ["fr": ["la"], "de": ["der"]]
        #expect(try rules.updated(made, to: changed).invertedIndex.stopwordPresets == ["fr": ["la"], "de": ["der"]])
        changed.invertedIndex.stopwordPresets = [:]
        #expect(refusal { try rules.updated(made, to: changed) }?.contains("still used by property \"t\"") == true)
    }

    @Test func `the analyzer of a property does not change`() throws {
        let made = try rules.created(collection(property(folds: true)), among: [])
        var changed = made
        changed.properties[0].textAnalyzer = nil
        #expect(refusal { try rules.updated(made, to: changed) }?.contains("cannot be updated") == true)
    }

    @Test func `a list may take the place of one that is built in`() {
        var index = InvertedIndexDefinition()
        index.stopwordPresets = ["en": ["fox"]]
        let analysis = TextAnalysis(of: "the fox", .word, stopWordsOf: index)
        #expect(analysis.query == ["the"])
        let own = TextAnalysis(
            of: "the fox", .word, analyzer: TextAnalyzerDefinition(stopwordPreset: "en"), stopWordsOf: index)
        #expect(own.query == ["the"])
    }

    @Test func `objects are found without their accents, by filters and keywords, also after a restart`() async throws {
        let fixture = try DatabaseFixture()
        var definition = collection(property(folds: true, preset: "fr"))
        definition.properties.append(PropertyDefinition(completing: .scalar(.text), name: "plain"))
        _ = try await fixture.database.createCollection(definition)
        let text = JSONValue.string("Le Café Crème")
        let object = ObjectInput(
            collection: "C", id: .number(1), properties: JSONObject([("t", text), ("plain", text)]))
        _ = await fixture.database.upsert([object])
        func count(_ property: String, _ text: String) async throws -> Int {
            try await fixture.database.count(
                in: "C", tenant: nil,
                filter: .condition(FilterCondition(path: .property(property), comparison: .equal, value: .text(text))))
        }
        for _ in 0..<2 {
            #expect(try await count("t", "le cafe creme") == 1)
            #expect(try await count("t", "CAFÉ") == 1)
            #expect(try await count("plain", "cafe") == 0)
            var query = Query(collection: "C")
            query.search = .keyword(KeywordSearch(query: "creme"))
            #expect(try await fixture.database.hits(of: query).map(\.object.id) == [.number(1)])
            try await fixture.reopen()
        }
        await fixture.close()
    }
}

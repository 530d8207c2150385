// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

struct DefinitionCodecTests {
    /// Nothing in it is as it is by default.
    private static let definition: CollectionDefinition = {
        var object = PropertyDefinition(completing: .array(.object), name: "o")
        object.nestedProperties = [PropertyDefinition(completing: .scalar(.blob), name: "b", isNested: true)]
        object.moduleConfiguration = ["m": .array([.number(JSONNumber(1)), .null])]
        var text = PropertyDefinition(
            id: PropertyID(7), name: "t", description: "quote \" and 🍎", type: .scalar(.text), tokenization: .trigram,
            isFilterable: false, isSearchable: true)
        text.hasRangeIndex = true
        text.textAnalyzer = TextAnalyzerDefinition(
            foldsAccents: true, keptCharacters: ["é"], stopwordPreset: "own")
        var definition = CollectionDefinition(
            name: "C", description: "d",
            properties: [text, object, PropertyDefinition(name: "r", type: .reference(["A", "B"]))],
            moduleConfiguration: ["generative-x": .object(["k": .string("v")])], nextPropertyNumber: 65_535,
            nextVectorNumber: 9)
        definition.showsEmptyProperties = true
        definition.vectors = [
            VectorDefinition(
                id: VectorID(8), name: "v", vectorizer: .image(fields: ["a", "b"]),
                vectorizerConfiguration: ["imageFields": .array([.string("a")])],
                index: VectorIndexDefinition(
                    kind: .flat, metric: .l2Squared, isSkipped: true, cleanupIntervalSeconds: 1, maxConnections: 5,
                    efConstruction: 6, ef: 7, dynamicEfMin: 8, dynamicEfMax: 9, dynamicEfFactor: 10,
                    vectorCacheMaxObjects: 11, flatSearchCutoff: 12, filterStrategy: "sweeping",
                    quantization: ["x": .null]))
        ]
        definition.invertedIndex.bm25K1 = 0.1
        definition.invertedIndex.bm25B = 1.0 / 3
        definition.invertedIndex.stopwordAdditions = ["x"]
        definition.invertedIndex.stopwordRemovals = []
        definition.invertedIndex.stopwordPreset = "none"
        definition.invertedIndex.stopwordPresets = ["own": ["b", "a"], "other": ["c"]]
        definition.invertedIndex.cleanupIntervalSeconds = 3
        definition.invertedIndex.indexTimestamps = true
        definition.invertedIndex.indexNullState = true
        definition.invertedIndex.indexPropertyLength = true
        definition.invertedIndex.usesBlockMaxWAND = false
        definition.multiTenancy.isEnabled = true
        definition.multiTenancy.autoTenantCreation = true
        definition.multiTenancy.autoTenantActivation = true
        definition.multiTenancy.isShown = false
        definition.replication.factor = 3
        definition.replication.asyncEnabled = true
        definition.replication.deletionStrategy = nil
        definition.sharding = nil
        return definition
    }()

    @Test func `every member comes back`() throws {
        #expect(try DefinitionCodec.decoded(DefinitionCodec.encoded(Self.definition)) == Self.definition)
    }

    @Test func `a definition of defaults comes back`() throws {
        let plain = CollectionDefinition(
            name: "C", vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
        #expect(try DefinitionCodec.decoded(DefinitionCodec.encoded(plain)) == plain)
    }

    @Test func `a dynamic index comes back with the settings of both of its parts`() throws {
        var index = VectorIndexDefinition(kind: .dynamic, metric: .dot, ef: 7)
        index.dynamic?.threshold = 300
        index.dynamic?.vectorCacheMaxObjects = 4
        index.dynamic?.quantization["bq"] = .null
        let definition = CollectionDefinition(
            name: "C", vectors: [VectorDefinition(name: "v", vectorizer: .none, index: index)])
        #expect(try DefinitionCodec.decoded(DefinitionCodec.encoded(definition)) == definition)
    }

    @Test func `a newer version is refused by its number`() throws {
        let text = String(decoding: DefinitionCodec.encoded(Self.definition), as: UTF8.self)
        let newer = text.replacing("\"version\":2", with: "\"version\":5")
        let error = #expect(throws: DatabaseError.self) { try DefinitionCodec.decoded(Array(newer.utf8)) }
        #expect(error?.message.contains("version 5") == true)
    }

    @Test func `only what older programs would misread has the newer version`() {
        func version(_ change: (inout CollectionDefinition) -> Void) -> Bool {
            var definition = CollectionDefinition(
                name: "C", properties: [PropertyDefinition(completing: .scalar(.text), name: "t")],
                vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
            change(&definition)
            return String(decoding: DefinitionCodec.encoded(definition), as: UTF8.self).hasPrefix("{\"version\":2")
        }
        #expect(!version { _ in })
        #expect(version { $0.invertedIndex.stopwordPresets = ["a": ["b"]] })
        #expect(version { $0.properties[0].textAnalyzer = TextAnalyzerDefinition(foldsAccents: true) })
        #expect(
            version {
                var object = PropertyDefinition(completing: .scalar(.object), name: "o")
                object.nestedProperties = $0.properties
                object.nestedProperties[0].textAnalyzer = TextAnalyzerDefinition(foldsAccents: true)
                $0.properties.append(object)
            })
    }

    @Test func `bytes cut off at any place are refused`() {
        let bytes = DefinitionCodec.encoded(Self.definition)
        for count in 0..<bytes.count {
            #expect(throws: DatabaseError.self) { try DefinitionCodec.decoded(Array(bytes.prefix(count))) }
        }
    }

    @Test func `a member that is missing or of another kind is named`() throws {
        guard case .object(let members) = try JSONValue(parsing: DefinitionCodec.encoded(Self.definition)) else {
            return
        }
        for name in ["name", "properties", "vectors", "invertedIndex", "replication", "nextPropertyNumber"] {
            var damaged = members
            damaged[name] = .boolean(true)
            let error = #expect(throws: DatabaseError.self) {
                try DefinitionCodec.decoded(JSONValue.object(damaged).encoded)
            }
            #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
        }
    }
}

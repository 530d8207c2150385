// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

struct SchemaRulesTests {
    private let rules = SchemaRules(settings: DatabaseSettings())

    private static let vector = VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())

    private func collection(_ name: String = "C", _ properties: [PropertyDefinition] = []) -> CollectionDefinition {
        CollectionDefinition(name: name, properties: properties, vectors: [Self.vector])
    }

    private func property(_ name: String, _ type: PropertyType = .scalar(.text)) -> PropertyDefinition {
        PropertyDefinition(completing: type, name: name)
    }

    private func refusal(_ body: () throws -> CollectionDefinition) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? DatabaseError)?.message
        }
    }

    // MARK: - New collections

    @Test func `names get their normal form and everything its number`() throws {
        let made = try rules.created(collection("article", [property("Title"), property("uRL")]), among: [])
        #expect(made.name == "Article" && made.properties.map(\.name) == ["title", "uRL"])
        #expect(
            made.properties.map(\.id.number) == [0, 1] && made.nextPropertyNumber == 2 && made.nextVectorNumber == 1)
    }

    @Test(arguments: ["", "1C", "A-B", "Ä", "A b", String(repeating: "A", count: 256)])
    func `a name that is none is refused`(name: String) {
        #expect(
            refusal { try rules.created(collection(name), among: []) }?.contains("is not a valid class name") == true)
    }

    @Test func `the longest name is taken`() throws {
        #expect(throws: Never.self) { try rules.created(collection(String(repeating: "A", count: 255)), among: []) }
    }

    @Test func `a name that is taken, also in other letter case, is refused`() {
        #expect(
            refusal { try rules.created(collection("c"), among: [collection("C")]) } == "collection C exists already")
        #expect(
            refusal { try rules.created(collection("CaT"), among: [collection("Cat")]) }
                == "collection Cat differs in letter case only")
    }

    @Test(
        arguments: [
            ("a-b", "is not a valid property name"), ("", "is not a valid property name"),
            ("id", "reserved property name"),
            ("_id", "reserved property name"), ("_additional", "reserved property name"),
            ("title_searchable", "suffix '_searchable' is reserved"),
            ("x_nullState", "suffix '_nullState' is reserved"),
            (String(repeating: "a", count: 232), "is not a valid property name"),
        ])
    func `a property name that is not allowed is refused`(name: String, words: String) {
        #expect(refusal { try rules.created(collection("C", [property(name)]), among: []) }?.contains(words) == true)
    }

    @Test func `properties that differ in letter case only are in conflict`() {
        let message = refusal { try rules.created(collection("C", [property("ab"), property("aB")]), among: []) }
        #expect(message == "class \"C\": conflict for property \"aB\": already in use or provided multiple times")
    }

    @Test func `references lead to collections that are there, or to their own`() throws {
        let own = collection("C", [property("to", .reference(["C"]))])
        #expect(throws: Never.self) { try rules.created(own, among: []) }
        let other = collection("C", [property("to", .reference(["D"]))])
        #expect(throws: Never.self) { try rules.created(other, among: [collection("D")]) }
        #expect(refusal { try rules.created(other, among: []) }?.contains("nonexistent class") == true)
    }

    @Test func `what does not fit the type of a property is refused`() {
        var tokenized = property("a", .scalar(.int))
        tokenized.tokenization = .word
        var searchable = property("a", .scalar(.int))
        searchable.isSearchable = true
        var ranged = property("a")
        ranged.hasRangeIndex = true
        var nested = property("a")
        nested.nestedProperties = [property("b")]
        for (property, words) in [
            (tokenized, "tokenization is not allowed for data type 'int'"),
            (searchable, "`indexSearchable` is allowed only"),
            (ranged, "`indexRangeFilters` is allowed only"), (nested, "nestedProperties not allowed"),
            (self.property("a", .scalar(.object)), "At least one nested property"),
        ] {
            let message = refusal { try rules.created(collection("C", [property]), among: []) }
            #expect(message?.contains(words) == true, "\(message ?? "")")
        }
    }

    @Test(arguments: [PropertyType.scalar(.geoCoordinates), .scalar(.phoneNumber), .reference(["C"])])
    func `places, telephone numbers and references are not allowed inside objects`(type: PropertyType) {
        var object = property("a", .scalar(.object))
        object.nestedProperties = [property("b", type)]
        let message = refusal { try rules.created(collection("C", [object]), among: []) }
        #expect(message?.contains("not allowed as nested property") == true)
    }

    @Test func `objects nest up to a limit`() {
        func nested(_ depth: Int) -> PropertyDefinition {
            var object = property("a", .scalar(.object))
            object.nestedProperties = [depth == 1 ? property("b") : nested(depth - 1)]
            return object
        }
        #expect(refusal { try rules.created(collection("C", [nested(32)]), among: []) } == nil)
        #expect(refusal { try rules.created(collection("C", [nested(33)]), among: []) } != nil)
    }

    @Test func `graph settings out of bounds are refused`() {
        for change: (inout VectorIndexDefinition) -> Void in [
            { $0.maxConnections = 3 }, { $0.maxConnections = 2048 }, { $0.efConstruction = 3 }, { $0.ef = 1_000_001 },
        ] {
            var definition = collection()
            change(&definition.vectors[0].index)
            #expect(refusal { try rules.created(definition, among: []) }?.contains("invalid hnsw config") == true)
        }
    }

    @Test func `vectors are unnamed or named, and numbered in order of their names`() throws {
        var definition = collection()
        definition.vectors = ["b", "a"].map { name in
            VectorDefinition(name: name, vectorizer: .none, index: VectorIndexDefinition())
        }
        let made = try rules.created(definition, among: [])
        #expect(made.vectors.map(\.name) == ["a", "b"] && made.vectors.map(\.id.number) == [0, 1])
        definition.vectors.append(Self.vector)
        #expect(refusal { try rules.created(definition, among: []) }?.contains("is forbidden") == true)
        definition.vectors = [VectorDefinition(name: "a-b", vectorizer: .none, index: VectorIndexDefinition())]
        #expect(refusal { try rules.created(definition, among: []) }?.contains("not a valid vector name") == true)
    }

    @Test func `a module that is not there is refused`() {
        var settings = DatabaseSettings()
        settings.modules = []
        var definition = collection()
        definition.vectors[0].vectorizer = .image(fields: ["image"])
        let message = refusal { try SchemaRules(settings: settings).created(definition, among: []) }
        #expect(message == "vectorizer: no module with name \"img2vec-neural\" present")
    }

    @Test func `inverted index settings out of bounds are refused`() {
        for change: (inout InvertedIndexDefinition) -> Void in [
            { $0.bm25K1 = -1 }, { $0.bm25B = 1.5 }, { $0.bm25K1 = 1e308 }, { $0.bm25K1 = 1_000_001 },
            { $0.bm25K1 = .infinity }, { $0.bm25K1 = .nan }, { $0.bm25B = .nan }, { $0.bm25B = -0.1 },
            { $0.stopwordPreset = "klingon" }, { $0.stopwordAdditions = [" "] },
            { ($0.stopwordAdditions, $0.stopwordRemovals) = (["a"], ["a"]) },
        ] {
            var definition = collection()
            change(&definition.invertedIndex)
            #expect(refusal { try rules.created(definition, among: []) } != nil)
        }
    }

    @Test func `tenancy settings without tenancy, and more replicas than nodes, are refused`() {
        var definition = collection()
        definition.multiTenancy.autoTenantCreation = true
        #expect(refusal { try rules.created(definition, among: []) }?.contains("autoTenantCreation") == true)
        definition = collection()
        definition.replication.factor = 2
        #expect(
            refusal { try rules.created(definition, among: []) }?.contains("not find enough weaviate nodes") == true)
    }

    // MARK: - Changes

    private func existing() throws -> CollectionDefinition {
        try rules.created(collection("C", [property("a")]), among: [])
    }

    @Test func `descriptions and search settings may change`() throws {
        let old = try existing()
        var wanted = old
        wanted.description = "second"
        wanted.properties[0].description = "a title"
        wanted.vectors[0].index.ef = 77
        wanted.invertedIndex.bm25K1 = 2
        wanted.invertedIndex.stopwordAdditions = ["bar"]
        #expect(try rules.updated(old, to: wanted) == wanted)
    }

    @Test func `what is immutable is named`() throws {
        let old = try existing()
        for (change, words): ((inout CollectionDefinition) -> Void, String) in [
            (
                { $0.vectors[0].vectorizer = .image(fields: []) },
                "vectorizer is immutable: attempted change from \"none\""
            ),
            (
                { $0.vectors[0].index.efConstruction = 256 },
                "efConstruction is immutable: attempted change from \"128\" to \"256\""
            ),
            (
                { $0.vectors[0].index.metric = .dot },
                "distance is immutable: attempted change from \"cosine\" to \"dot\""
            ),
            ({ $0.vectors[0].index.kind = .flat }, "vector index type is immutable"),
            ({ $0.multiTenancy.isEnabled = true }, "enabling multi-tenancy for an existing class is not supported"),
            (
                { $0.invertedIndex.indexTimestamps = true },
                "\"indexTimestamp\" setting is immutable. Value changed from \"false\" to \"true\""
            ),
            (
                { $0.properties.append(PropertyDefinition(name: "b", type: .scalar(.int))) },
                "property fields other than description"
            ),
            ({ $0.properties = [] }, "property fields other than description"),
            ({ $0.properties[0].tokenization = .field }, "property fields other than description"),
            ({ $0.sharding?.desiredCount = 2 }, "re-sharding not supported yet"),
            ({ $0.moduleConfiguration = ["img2vec-neural": .object([:])] }, "can only update generative and reranker"),
        ] {
            var wanted = old
            change(&wanted)
            let message = refusal { try rules.updated(old, to: wanted) }
            #expect(message?.contains(words) == true, "\(message ?? "nothing refused"), expected \(words)")
        }
    }

    @Test func `numbers survive an update that does not know them`() throws {
        let old = try rules.adding(property("b"), to: try existing(), among: [])
        var wanted = old
        for place in wanted.properties.indices { wanted.properties[place].id = PropertyID(0) }
        (wanted.nextPropertyNumber, wanted.nextVectorNumber) = (0, 0)
        #expect(try rules.updated(old, to: wanted) == old)
    }

    @Test func `a named vector can be added and none removed`() throws {
        var definition = collection()
        definition.vectors = [VectorDefinition(name: "b", vectorizer: .none, index: VectorIndexDefinition())]
        let old = try rules.created(definition, among: [])
        var wanted = old
        wanted.vectors.append(VectorDefinition(name: "a", vectorizer: .none, index: VectorIndexDefinition()))
        let updated = try rules.updated(old, to: wanted)
        #expect(updated.vectors.map(\.name) == ["a", "b"] && updated.vectors.map(\.id.number) == [1, 0])
        #expect(refusal { try rules.updated(updated, to: old) }?.contains("vectors cannot be removed") == true)
    }

    @Test func `the number of a property is never used twice`() throws {
        var definition = try existing()
        definition.properties = []
        let grown = try rules.adding(property("b"), to: definition, among: [])
        #expect(grown.properties.map(\.id.number) == [1] && grown.nextPropertyNumber == 2)
    }

    @Test func `as many properties as there are numbers can be added at once, and not one more`() throws {
        var definition = collection()
        definition.properties = (0..<Int(UInt16.max)).map { property("p\($0)") }
        let created = try rules.created(definition, among: [])
        #expect(created.properties.count == 65_535 && created.properties.last?.id == PropertyID(65_534))
        definition.properties.append(property("last"))
        #expect(refusal { try rules.created(definition, among: []) }?.contains("65535") == true)
    }

    @Test func `numbers run out before they repeat`() throws {
        var definition = try existing()
        definition.nextPropertyNumber = UInt16.max - 1
        let grown = try rules.adding(property("b"), to: definition, among: [])
        #expect(refusal { try rules.adding(property("c"), to: grown, among: []) }?.contains("65535") == true)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import JSON
import VectorIndexes

/// Reads what `DefinitionCodec` wrote. Everything that is missing or of another kind is damage, by name.
struct DefinitionReader {
    struct Damage: Error {
        var reason: String
    }

    private let members: JSONObject
    /// Where the members stand, e.g. `properties.`.
    private let path: String

    private init(_ value: JSONValue, at path: String) throws(Damage) {
        guard case .object(let members) = value else { throw Damage(reason: "\(path) is not an object") }
        self.members = members
        self.path = path
    }

    static func collection(_ value: JSONValue) throws(Damage) -> CollectionDefinition {
        let reader = try DefinitionReader(value, at: "definition")
        let version = try reader.int("version")
        guard (1...DefinitionCodec.version).contains(version) else {
            throw Damage(
                reason:
                    "it is of version \(version), and this program reads up to version \(DefinitionCodec.version); use a newer "
                    + "release")
        }
        var definition = CollectionDefinition(
            name: try reader.text("name"), description: try reader.optionalText("description"),
            invertedIndex: try reader.invertedIndex(), multiTenancy: try reader.multiTenancy(),
            replication: try reader.replication(), sharding: try reader.sharding(),
            moduleConfiguration: try reader.optionalObject("moduleConfiguration"),
            nextPropertyNumber: try reader.number16("nextPropertyNumber"),
            nextVectorNumber: try reader.number16("nextVectorNumber"))
        definition.objectTTL = try reader.objectTTL()
        definition.imageURLProperty = try reader.optionalText("imageURLProperty")
        definition.showsEmptyProperties = try reader.boolean("showsEmptyProperties")
        definition.properties = try reader.properties("properties")
        for element in try reader.array("vectors") {
            definition.vectors.append(try DefinitionReader(element, at: "vectors").vector())
        }
        return definition
    }

    private func properties(_ name: String) throws(Damage) -> [PropertyDefinition] {
        var properties: [PropertyDefinition] = []
        for element in try array(name) {
            properties.append(try DefinitionReader(element, at: "\(path).\(name)").property())
        }
        return properties
    }

    private func property() throws(Damage) -> PropertyDefinition {
        var tokenization: Tokenization?
        if let name = try optionalText("tokenization") {
            tokenization = try value("tokenization", Tokenization(rawValue: name))
        }
        var property = PropertyDefinition(
            id: PropertyID(try number16("id")), name: try text("name"), description: try optionalText("description"),
            type: try type(), tokenization: tokenization, isFilterable: try boolean("isFilterable"),
            isSearchable: try boolean("isSearchable"), hasRangeIndex: try boolean("hasRangeIndex"),
            nestedProperties: try properties("nestedProperties"),
            moduleConfiguration: try optionalObject("moduleConfiguration"))
        property.textAnalyzer = try textAnalyzer()
        return property
    }

    private func textAnalyzer() throws(Damage) -> TextAnalyzerDefinition? {
        guard let members = try optionalObject("textAnalyzer") else { return nil }
        let reader = try DefinitionReader(.object(members), at: "\(path).textAnalyzer")
        return TextAnalyzerDefinition(
            foldsAccents: try reader.boolean("foldsAccents"),
            keptCharacters: try reader.optionalTexts("keptCharacters") ?? [],
            stopwordPreset: try reader.optionalText("stopwordPreset"))
    }

    private func type() throws(Damage) -> PropertyType {
        if let targets = try optionalTexts("references") { return .reference(targets) }
        let name = try text("type")
        if name.hasSuffix("[]") { return .array(try value("type", ScalarType(rawValue: String(name.dropLast(2))))) }
        return .scalar(try value("type", ScalarType(rawValue: name)))
    }

    private func vector() throws(Damage) -> VectorDefinition {
        var index = VectorIndexDefinition(
            kind: try value("kind", VectorIndexDefinition.Kind(rawValue: try text("kind"))),
            metric: try value("metric", VectorMetric(rawValue: try text("metric"))),
            isSkipped: try boolean("isSkipped"),
            cleanupIntervalSeconds: try int("cleanupIntervalSeconds"), maxConnections: try int("maxConnections"),
            efConstruction: try int("efConstruction"), ef: try int("ef"), dynamicEfMin: try int("dynamicEfMin"),
            dynamicEfMax: try int("dynamicEfMax"), dynamicEfFactor: try int("dynamicEfFactor"),
            vectorCacheMaxObjects: try int("vectorCacheMaxObjects"), flatSearchCutoff: try int("flatSearchCutoff"),
            filterStrategy: try text("filterStrategy"),
            quantization: try value("quantization", try optionalObject("quantization")))
        if index.kind == .dynamic {
            let reader = try DefinitionReader(
                .object(value("dynamic", try optionalObject("dynamic"))), at: "\(path).dynamic")
            var dynamic = DynamicIndexDefinition()
            dynamic.threshold = try reader.int("threshold")
            dynamic.vectorCacheMaxObjects = try reader.int("vectorCacheMaxObjects")
            dynamic.quantization = try reader.value("quantization", try reader.optionalObject("quantization"))
            index.dynamic = dynamic
        }
        var vector = VectorDefinition(
            id: VectorID(try number16("id")), name: try optionalText("name"),
            vectorizer: try optionalTexts("imageFields").map { .image(fields: $0) } ?? .none,
            vectorizerConfiguration: try value(
                "vectorizerConfiguration", try optionalObject("vectorizerConfiguration")),
            index: index)
        vector.preprocessing = try preprocessing(of: vector)
        return vector
    }

    private func preprocessing(of vector: VectorDefinition) throws(Damage) -> [String: PicturePreprocessing] {
        guard let settings = try optionalObject("preprocessing"), case .image(let fields) = vector.vectorizer else {
            return [:]
        }
        do throws(PreprocessingSettings.Invalid) {
            return try PreprocessingSettings.preprocessing(.object(settings), fields: fields)
        } catch {
            throw Damage(reason: "\(path).\(error.message)")
        }
    }

    private func invertedIndex() throws(Damage) -> InvertedIndexDefinition {
        let reader = try DefinitionReader(try member("invertedIndex"), at: "invertedIndex")
        var index = InvertedIndexDefinition()
        index.cleanupIntervalSeconds = try reader.int("cleanupIntervalSeconds")
        index.bm25K1 = try reader.double("bm25K1")
        index.bm25B = try reader.double("bm25B")
        index.stopwordPreset = try reader.text("stopwordPreset")
        index.stopwordAdditions = try reader.optionalTexts("stopwordAdditions")
        index.stopwordRemovals = try reader.optionalTexts("stopwordRemovals")
        if let presets = try reader.optionalObject("stopwordPresets") {
            let presetReader = try DefinitionReader(.object(presets), at: "invertedIndex.stopwordPresets")
            for preset in presets.members {
                index.stopwordPresets[preset.name] = try presetReader.optionalTexts(preset.name) ?? []
            }
        }
        index.indexTimestamps = try reader.boolean("indexTimestamps")
        index.indexNullState = try reader.boolean("indexNullState")
        index.indexPropertyLength = try reader.boolean("indexPropertyLength")
        index.usesBlockMaxWAND = try reader.boolean("usesBlockMaxWAND")
        return index
    }

    private func multiTenancy() throws(Damage) -> MultiTenancyDefinition {
        let reader = try DefinitionReader(try member("multiTenancy"), at: "multiTenancy")
        var multiTenancy = MultiTenancyDefinition()
        multiTenancy.isEnabled = try reader.boolean("isEnabled")
        multiTenancy.autoTenantCreation = try reader.boolean("autoTenantCreation")
        multiTenancy.autoTenantActivation = try reader.boolean("autoTenantActivation")
        multiTenancy.isShown = try reader.boolean("isShown")
        return multiTenancy
    }

    private func replication() throws(Damage) -> ReplicationDefinition {
        let reader = try DefinitionReader(try member("replication"), at: "replication")
        var replication = ReplicationDefinition()
        replication.factor = try reader.int("factor")
        replication.asyncEnabled = try reader.boolean("asyncEnabled")
        replication.deletionStrategy = try reader.optionalText("deletionStrategy")
        return replication
    }

    private func objectTTL() throws(Damage) -> ObjectTTLDefinition? {
        guard let members = try optionalObject("objectTTL") else { return nil }
        let reader = try DefinitionReader(.object(members), at: "objectTTL")
        var ttl = ObjectTTLDefinition()
        ttl.isEnabled = try reader.boolean("isEnabled")
        ttl.seconds = try reader.int("seconds")
        ttl.deleteOn = try reader.text("deleteOn")
        ttl.filtersExpired = try reader.boolean("filtersExpired")
        return ttl
    }

    private func sharding() throws(Damage) -> ShardingDefinition? {
        let value = try member("sharding")
        if value == .null { return nil }
        let reader = try DefinitionReader(value, at: "sharding")
        var sharding = ShardingDefinition()
        sharding.virtualPerPhysical = try reader.int("virtualPerPhysical")
        sharding.desiredCount = try reader.int("desiredCount")
        sharding.desiredVirtualCount = try reader.int("desiredVirtualCount")
        return sharding
    }

    // MARK: - Members by kind

    private func member(_ name: String) throws(Damage) -> JSONValue { try value(name, members[name]) }

    private func value<Value>(_ name: String, _ value: Value?) throws(Damage) -> Value {
        guard let value else { throw Damage(reason: "\(path).\(name) is missing or unknown") }
        return value
    }

    private func text(_ name: String) throws(Damage) -> String { try value(name, try optionalText(name)) }

    private func optionalText(_ name: String) throws(Damage) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw Damage(reason: "\(path).\(name) is not a text")
        }
    }

    private func optionalTexts(_ name: String) throws(Damage) -> [String]? {
        guard let list = members[name], list != .null else { return nil }
        guard case .array(let elements) = list else { throw Damage(reason: "\(path).\(name) is not a list") }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else {
                throw Damage(reason: "\(path).\(name) holds more than texts")
            }
            texts.append(text)
        }
        return texts
    }

    private func array(_ name: String) throws(Damage) -> JSONArray {
        guard case .array(let elements) = try member(name) else {
            throw Damage(reason: "\(path).\(name) is not a list")
        }
        return elements
    }

    private func optionalObject(_ name: String) throws(Damage) -> JSONObject? {
        switch members[name] {
        case nil, .null: return nil
        case .object(let object): return object
        default: throw Damage(reason: "\(path).\(name) is not an object")
        }
    }

    private func boolean(_ name: String) throws(Damage) -> Bool {
        guard case .boolean(let boolean) = try member(name) else {
            throw Damage(reason: "\(path).\(name) is not a boolean")
        }
        return boolean
    }

    private func double(_ name: String) throws(Damage) -> Double {
        guard case .number(let number) = try member(name) else {
            throw Damage(reason: "\(path).\(name) is not a number")
        }
        return number.value
    }

    private func int(_ name: String) throws(Damage) -> Int {
        guard case .number(let number) = try member(name), let int = Int(number.literal) else {
            throw Damage(reason: "\(path).\(name) is not a whole number")
        }
        return int
    }

    private func number16(_ name: String) throws(Damage) -> UInt16 { try value(name, UInt16(exactly: try int(name))) }
}

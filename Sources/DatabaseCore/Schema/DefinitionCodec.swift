// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import VectorIndexes

/// Collection definitions as bytes for the catalog: JSON with a version (Docs/formats/collection-definition.md).
package enum DefinitionCodec {
    /// The newest version that is read and written.
    package static let version = 4

    /// The oldest version whose readers make of `definition` what it says.
    private static func version(for definition: CollectionDefinition) -> Int {
        func analyzes(_ property: PropertyDefinition) -> Bool {
            property.textAnalyzer != nil || property.nestedProperties.contains(where: analyzes)
        }
        if definition.imageURLProperty != nil || definition.vectors.contains(where: { !$0.preprocessing.isEmpty }) {
            return 4
        }
        if definition.vectors.contains(where: \.isMultiVector) { return 3 }
        let isNew = !definition.invertedIndex.stopwordPresets.isEmpty || definition.properties.contains(where: analyzes)
        return isNew ? 2 : 1
    }

    package static func encoded(_ definition: CollectionDefinition) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 2048)
        writer.beginObject()
        writer.key("version")
        writer.number(version(for: definition))
        writer.member("name", .string(definition.name))
        writer.member("description", text(definition.description))
        writer.key("properties")
        write(definition.properties, to: &writer)
        writer.member("showsEmptyProperties", .boolean(definition.showsEmptyProperties))
        writer.key("vectors")
        writer.beginArray()
        for vector in definition.vectors { write(vector, to: &writer) }
        writer.endArray()
        writer.key("invertedIndex")
        write(definition.invertedIndex, to: &writer)
        writer.key("multiTenancy")
        write(definition.multiTenancy, to: &writer)
        writer.key("replication")
        write(definition.replication, to: &writer)
        if let ttl = definition.objectTTL {
            writer.key("objectTTL")
            write(ttl, to: &writer)
        }
        if let property = definition.imageURLProperty { writer.member("imageURLProperty", .string(property)) }
        writer.key("sharding")
        write(definition.sharding, to: &writer)
        writer.member("moduleConfiguration", object(definition.moduleConfiguration))
        writer.key("nextPropertyNumber")
        writer.number(Int(definition.nextPropertyNumber))
        writer.key("nextVectorNumber")
        writer.number(Int(definition.nextVectorNumber))
        writer.endObject()
        return writer.bytes
    }

    /// - Throws: `DatabaseError.storage` for bytes that are damaged or of a newer version.
    package static func decoded(_ bytes: [UInt8]) throws(DatabaseError) -> CollectionDefinition {
        do {
            return try DefinitionReader.collection(JSONValue(parsing: bytes))
        } catch let error as DefinitionReader.Damage {
            throw .storage("the definition of a class cannot be read: \(error.reason)")
        } catch let error as JSONError {
            throw .storage("the definition of a class is damaged: \(error.message)")
        } catch {
            throw .storage("the definition of a class cannot be read")
        }
    }

    private static func write(_ properties: [PropertyDefinition], to writer: inout JSONWriter) {
        writer.beginArray()
        for property in properties {
            writer.beginObject()
            writer.key("id")
            writer.number(Int(property.id.number))
            writer.member("name", .string(property.name))
            writer.member("description", text(property.description))
            switch property.type {
            case .scalar, .array: writer.member("type", .string(TypeName.of(property.type)))
            case .reference(let targets): writer.member("references", .array(targets.map { .string($0) }))
            }
            writer.member("tokenization", text(property.tokenization?.rawValue))
            if let analyzer = property.textAnalyzer {
                writer.key("textAnalyzer")
                write(analyzer, to: &writer)
            }
            writer.member("isFilterable", .boolean(property.isFilterable))
            writer.member("isSearchable", .boolean(property.isSearchable))
            writer.member("hasRangeIndex", .boolean(property.hasRangeIndex))
            writer.key("nestedProperties")
            write(property.nestedProperties, to: &writer)
            writer.member("moduleConfiguration", object(property.moduleConfiguration))
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ analyzer: TextAnalyzerDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("foldsAccents", .boolean(analyzer.foldsAccents))
        writer.member("keptCharacters", list(analyzer.keptCharacters))
        writer.member("stopwordPreset", text(analyzer.stopwordPreset))
        writer.endObject()
    }

    private static func write(_ vector: VectorDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("id")
        writer.number(Int(vector.id.number))
        writer.member("name", text(vector.name))
        switch vector.vectorizer {
        case .none: writer.member("imageFields", .null)
        case .image(let fields): writer.member("imageFields", .array(fields.map { .string($0) }))
        }
        writer.member("vectorizerConfiguration", .object(vector.vectorizerConfiguration))
        if !vector.preprocessing.isEmpty {
            writer.member("preprocessing", .object(PreprocessingSettings.json(of: vector.preprocessing)))
        }
        let index = vector.index
        writer.member("kind", .string(index.kind.rawValue))
        writer.member("metric", .string(index.metric.rawValue))
        writer.member("isSkipped", .boolean(index.isSkipped))
        for (name, value) in [
            ("cleanupIntervalSeconds", index.cleanupIntervalSeconds), ("maxConnections", index.maxConnections),
            ("efConstruction", index.efConstruction), ("ef", index.ef), ("dynamicEfMin", index.dynamicEfMin),
            ("dynamicEfMax", index.dynamicEfMax), ("dynamicEfFactor", index.dynamicEfFactor),
            ("vectorCacheMaxObjects", index.vectorCacheMaxObjects), ("flatSearchCutoff", index.flatSearchCutoff),
        ] {
            writer.key(name)
            writer.number(value)
        }
        writer.member("filterStrategy", .string(index.filterStrategy))
        writer.member("quantization", .object(index.quantization))
        if let dynamic = index.dynamic {
            writer.key("dynamic")
            writer.beginObject()
            writer.key("threshold")
            writer.number(dynamic.threshold)
            writer.key("vectorCacheMaxObjects")
            writer.number(dynamic.vectorCacheMaxObjects)
            writer.member("quantization", .object(dynamic.quantization))
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(_ index: InvertedIndexDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("cleanupIntervalSeconds")
        writer.number(index.cleanupIntervalSeconds)
        writer.key("bm25K1")
        writer.number(index.bm25K1)
        writer.key("bm25B")
        writer.number(index.bm25B)
        writer.member("stopwordPreset", .string(index.stopwordPreset))
        writer.member("stopwordAdditions", list(index.stopwordAdditions))
        writer.member("stopwordRemovals", list(index.stopwordRemovals))
        if !index.stopwordPresets.isEmpty {
            writer.key("stopwordPresets")
            writer.beginObject()
            for (name, words) in index.stopwordPresets.sorted(by: { $0.key < $1.key }) {
                writer.member(name, list(words))
            }
            writer.endObject()
        }
        writer.member("indexTimestamps", .boolean(index.indexTimestamps))
        writer.member("indexNullState", .boolean(index.indexNullState))
        writer.member("indexPropertyLength", .boolean(index.indexPropertyLength))
        writer.member("usesBlockMaxWAND", .boolean(index.usesBlockMaxWAND))
        writer.endObject()
    }

    private static func write(_ multiTenancy: MultiTenancyDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("isEnabled", .boolean(multiTenancy.isEnabled))
        writer.member("autoTenantCreation", .boolean(multiTenancy.autoTenantCreation))
        writer.member("autoTenantActivation", .boolean(multiTenancy.autoTenantActivation))
        writer.member("isShown", .boolean(multiTenancy.isShown))
        writer.endObject()
    }

    private static func write(_ replication: ReplicationDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("factor")
        writer.number(replication.factor)
        writer.member("asyncEnabled", .boolean(replication.asyncEnabled))
        writer.member("deletionStrategy", text(replication.deletionStrategy))
        writer.endObject()
    }

    private static func write(_ ttl: ObjectTTLDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("isEnabled", .boolean(ttl.isEnabled))
        writer.key("seconds")
        writer.number(ttl.seconds)
        writer.member("deleteOn", .string(ttl.deleteOn))
        writer.member("filtersExpired", .boolean(ttl.filtersExpired))
        writer.endObject()
    }

    private static func write(_ sharding: ShardingDefinition?, to writer: inout JSONWriter) {
        guard let sharding else { return writer.null() }
        writer.beginObject()
        writer.key("virtualPerPhysical")
        writer.number(sharding.virtualPerPhysical)
        writer.key("desiredCount")
        writer.number(sharding.desiredCount)
        writer.key("desiredVirtualCount")
        writer.number(sharding.desiredVirtualCount)
        writer.endObject()
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    private static func object(_ object: JSONObject?) -> JSONValue { object.map { .object($0) } ?? .null }
    private static func list(_ list: [String]?) -> JSONValue { list.map { .array($0.map { .string($0) }) } ?? .null }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import VectorIndexes

/// Writes classes as the REST API shows them, with every default. Members stand in the order of their names.
enum ClassEncoder {
    static func write(_ definition: CollectionDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("class", .string(definition.name))
        if let description = definition.description { writer.member("description", .string(description)) }
        if let property = definition.imageURLProperty { writer.member("imageUrlProperty", .string(property)) }
        writer.key("invertedIndexConfig")
        write(definition.invertedIndex, to: &writer)
        if let modules = definition.moduleConfiguration { writer.member("moduleConfig", .object(modules)) }
        if definition.multiTenancy.isShown {
            writer.key("multiTenancyConfig")
            write(definition.multiTenancy, to: &writer)
        }
        if let ttl = definition.objectTTL {
            writer.key("objectTtlConfig")
            write(ttl, to: &writer)
        }
        writer.key("properties")
        if definition.properties.isEmpty, !definition.showsEmptyProperties {
            writer.null()
        } else {
            write(definition.properties, to: &writer)
        }
        writer.key("replicationConfig")
        write(definition.replication, to: &writer)
        writer.key("shardingConfig")
        write(definition.sharding, to: &writer)
        if definition.hasNamedVectors {
            writer.key("vectorConfig")
            writeNamedVectors(definition.vectors, to: &writer)
        }
        if let vector = definition.vector(named: nil) {
            writer.key("vectorIndexConfig")
            write(vector.index, to: &writer)
            writer.member("vectorIndexType", .string(vector.index.kind.rawValue))
            writer.member("vectorizer", .string(vector.vectorizer.moduleName))
        }
        writer.endObject()
    }

    static func write(_ property: PropertyDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        let types: [String] =
            switch property.type {
            case .scalar, .array: [TypeName.of(property.type)]
            case .reference(let targets): targets
            }
        writer.member("dataType", .array(types.map { .string($0) }))
        if let description = property.description { writer.member("description", .string(description)) }
        writer.member("indexFilterable", .boolean(property.isFilterable))
        writer.member("indexRangeFilters", .boolean(property.hasRangeIndex))
        writer.member("indexSearchable", .boolean(property.isSearchable))
        if let modules = property.moduleConfiguration { writer.member("moduleConfig", .object(modules)) }
        writer.member("name", .string(property.name))
        if !property.nestedProperties.isEmpty {
            writer.key("nestedProperties")
            write(property.nestedProperties, to: &writer)
        }
        if let analyzer = property.textAnalyzer {
            writer.key("textAnalyzer")
            write(analyzer, to: &writer)
        }
        if let tokenization = property.tokenization { writer.member("tokenization", .string(tokenization.rawValue)) }
        writer.endObject()
    }

    private static func write(_ analyzer: TextAnalyzerDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        if analyzer.foldsAccents { writer.member("asciiFold", .boolean(true)) }
        if !analyzer.keptCharacters.isEmpty { writer.member("asciiFoldIgnore", words(analyzer.keptCharacters)) }
        if let preset = analyzer.stopwordPreset { writer.member("stopwordPreset", .string(preset)) }
        writer.endObject()
    }

    private static func write(_ properties: [PropertyDefinition], to writer: inout JSONWriter) {
        writer.beginArray()
        for property in properties { write(property, to: &writer) }
        writer.endArray()
    }

    private static func write(_ index: InvertedIndexDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("bm25")
        writer.beginObject()
        writer.key("b")
        writer.number(index.bm25B)
        writer.key("k1")
        writer.number(index.bm25K1)
        writer.endObject()
        write(index.cleanupIntervalSeconds, "cleanupIntervalSeconds", to: &writer)
        if index.indexNullState { writer.member("indexNullState", .boolean(true)) }
        if index.indexPropertyLength { writer.member("indexPropertyLength", .boolean(true)) }
        if index.indexTimestamps { writer.member("indexTimestamps", .boolean(true)) }
        if !index.stopwordPresets.isEmpty {
            writer.key("stopwordPresets")
            writer.beginObject()
            for (name, list) in index.stopwordPresets.sorted(by: { $0.key < $1.key }) {
                writer.member(name, words(list))
            }
            writer.endObject()
        }
        writer.key("stopwords")
        writer.beginObject()
        writer.member("additions", words(index.stopwordAdditions))
        writer.member("preset", .string(index.stopwordPreset))
        writer.member("removals", words(index.stopwordRemovals))
        writer.endObject()
        writer.member("usingBlockMaxWAND", .boolean(index.usesBlockMaxWAND))
        writer.endObject()
    }

    private static func words(_ words: [String]?) -> JSONValue { words.map { .array($0.map { .string($0) }) } ?? .null }

    private static func write(_ multiTenancy: MultiTenancyDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("autoTenantActivation", .boolean(multiTenancy.autoTenantActivation))
        writer.member("autoTenantCreation", .boolean(multiTenancy.autoTenantCreation))
        writer.member("enabled", .boolean(multiTenancy.isEnabled))
        writer.endObject()
    }

    private static func write(_ replication: ReplicationDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("asyncEnabled", .boolean(replication.asyncEnabled))
        if let strategy = replication.deletionStrategy { writer.member("deletionStrategy", .string(strategy)) }
        write(replication.factor, "factor", to: &writer)
        writer.endObject()
    }

    private static func write(_ ttl: ObjectTTLDefinition, to writer: inout JSONWriter) {
        writer.beginObject()
        if ttl.seconds != 0 { write(ttl.seconds, "defaultTtl", to: &writer) }
        if !ttl.deleteOn.isEmpty { writer.member("deleteOn", .string(ttl.deleteOn)) }
        writer.member("enabled", .boolean(ttl.isEnabled))
        if ttl.filtersExpired { writer.member("filterExpiredObjects", .boolean(true)) }
        writer.endObject()
    }

    /// Zeroes and empty texts where tenants are the shards.
    private static func write(_ sharding: ShardingDefinition?, to writer: inout JSONWriter) {
        writer.beginObject()
        write(sharding?.desiredCount ?? 0, "actualCount", to: &writer)
        write(sharding?.desiredVirtualCount ?? 0, "actualVirtualCount", to: &writer)
        write(sharding?.desiredCount ?? 0, "desiredCount", to: &writer)
        write(sharding?.desiredVirtualCount ?? 0, "desiredVirtualCount", to: &writer)
        writer.member("function", .string(sharding == nil ? "" : "murmur3"))
        writer.member("key", .string(sharding == nil ? "" : "_id"))
        writer.member("strategy", .string(sharding == nil ? "" : "hash"))
        write(sharding?.virtualPerPhysical ?? 0, "virtualPerPhysical", to: &writer)
        writer.endObject()
    }

    // MARK: - Vectors

    private static func writeNamedVectors(_ vectors: [VectorDefinition], to writer: inout JSONWriter) {
        writer.beginObject()
        for vector in vectors {
            guard let name = vector.name else { continue }
            writer.key(name)
            writer.beginObject()
            writer.key("vectorIndexConfig")
            write(vector.index, to: &writer)
            writer.member("vectorIndexType", .string(vector.index.kind.rawValue))
            writer.member(
                "vectorizer", .object([vector.vectorizer.moduleName: .object(vector.vectorizerConfiguration)]))
            writer.endObject()
        }
        writer.endObject()
    }

    private static func write(_ index: VectorIndexDefinition, to writer: inout JSONWriter) {
        guard let dynamic = index.dynamic else {
            return writePart(
                index, hasGraph: index.kind == .hnsw, index.quantization, cache: index.vectorCacheMaxObjects,
                to: &writer)
        }
        writer.beginObject()
        writer.member("distance", .string(index.metric.rawValue))
        writer.key("flat")
        writePart(index, hasGraph: false, dynamic.quantization, cache: dynamic.vectorCacheMaxObjects, to: &writer)
        writer.key("hnsw")
        writePart(index, hasGraph: true, index.quantization, cache: index.vectorCacheMaxObjects, to: &writer)
        write(dynamic.threshold, "threshold", to: &writer)
        writer.endObject()
    }

    private static func writePart(
        _ index: VectorIndexDefinition, hasGraph: Bool, _ quantization: JSONObject, cache: Int,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("distance", .string(index.metric.rawValue))
        if hasGraph {
            write(index.cleanupIntervalSeconds, "cleanupIntervalSeconds", to: &writer)
            write(index.dynamicEfFactor, "dynamicEfFactor", to: &writer)
            write(index.dynamicEfMax, "dynamicEfMax", to: &writer)
            write(index.dynamicEfMin, "dynamicEfMin", to: &writer)
            write(index.ef, "ef", to: &writer)
            write(index.efConstruction, "efConstruction", to: &writer)
            writer.member("filterStrategy", .string(index.filterStrategy))
            write(index.flatSearchCutoff, "flatSearchCutoff", to: &writer)
            write(index.maxConnections, "maxConnections", to: &writer)
            writer.member("skip", .boolean(index.isSkipped))
        }
        for member in quantization.members { writer.member(member.name, member.value) }
        write(cache, "vectorCacheMaxObjects", to: &writer)
        writer.endObject()
    }

    private static func write(_ number: Int, _ name: String, to writer: inout JSONWriter) {
        writer.key(name)
        writer.number(number)
    }
}

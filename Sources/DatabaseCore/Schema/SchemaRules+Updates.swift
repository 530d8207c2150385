// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import VectorIndexes

extension SchemaRules {
    /// `existing` changed to `wanted`, as far as that is allowed; new named vectors are numbered.
    ///
    /// May change: descriptions, the search settings of a vector index, BM25, stop words, the cleanup interval,
    /// `autoTenant…`, when objects expire, settings of generative and reranker modules; named vectors may be added.
    ///
    /// - Throws: `DatabaseError.invalidDefinition` naming what is immutable, `.unsupported`.
    package func updated(
        _ existing: CollectionDefinition, to wanted: CollectionDefinition
    ) throws(DatabaseError) -> CollectionDefinition {
        try immutable("class name", existing.name, CollectionName.normalized(wanted.name))
        try checkMultiTenancyChange(from: existing.multiTenancy, to: wanted.multiTenancy)
        try checkReplication(wanted.replication)
        try InvertedIndexRules.check(wanted.invertedIndex)
        try checkInvertedIndexChange(from: existing.invertedIndex, to: wanted.invertedIndex)
        try checkStopwordPresets(of: existing.properties, in: wanted.invertedIndex)
        if let old = existing.sharding, let new = wanted.sharding, old != new {
            throw .invalidDefinition(
                "re-sharding not supported yet: shard count is immutable: attempted change from \"\(old.desiredCount)\" to "
                    + "\"\(new.desiredCount)\"")
        }
        var updated = existing
        updated.description = wanted.description
        updated.properties = try describedProperties(of: existing, as: wanted)
        updated.vectors = try vectors(of: existing, as: wanted, next: &updated.nextVectorNumber)
        try checkHashedPictures(of: updated)
        updated.invertedIndex = wanted.invertedIndex
        updated.multiTenancy = wanted.multiTenancy
        updated.replication = wanted.replication
        updated.objectTTL = try wanted.objectTTL?.checked(for: updated)
        updated.imageURLProperty = wanted.imageURLProperty
        try checkImageURLProperty(of: updated)
        updated.moduleConfiguration = try moduleConfiguration(of: existing, as: wanted)
        return updated
    }

    private func immutable(_ field: String, _ old: String, _ new: String) throws(DatabaseError) {
        guard old != new else { return }
        throw .invalidDefinition("\(field) is immutable: attempted change from \"\(old)\" to \"\(new.prefix(300))\"")
    }

    private func checkMultiTenancyChange(
        from old: MultiTenancyDefinition, to new: MultiTenancyDefinition
    ) throws(DatabaseError) {
        guard old.isEnabled == new.isEnabled else {
            throw .invalidDefinition(
                "\(new.isEnabled ? "enabling" : "disabling") multi-tenancy for an existing class is not supported")
        }
        try checkMultiTenancy(new)
    }

    private func checkInvertedIndexChange(
        from old: InvertedIndexDefinition, to new: InvertedIndexDefinition
    ) throws(DatabaseError) {
        let settings = [
            ("indexTimestamp", old.indexTimestamps, new.indexTimestamps),
            ("indexNullState", old.indexNullState, new.indexNullState),
            ("indexPropertyLength", old.indexPropertyLength, new.indexPropertyLength),
        ]
        for (name, was, becomes) in settings where was != becomes {
            throw .invalidDefinition(
                "\"\(name)\" setting is immutable. Value changed from \"\(was)\" to \"\(becomes)\"")
        }
    }

    /// A list of stop words stays as long as a property names it; its words may change.
    private func checkStopwordPresets(
        of properties: [PropertyDefinition], in index: InvertedIndexDefinition, path: String = ""
    ) throws(DatabaseError) {
        for property in properties {
            if let name = property.textAnalyzer?.stopwordPreset, !index.hasStopwordPreset(name) {
                throw .invalidDefinition(
                    "invertedIndexConfig.stopwordPresets: cannot remove preset \"\(name)\" because it is still used by "
                        + "property \"\(path)\(property.name)\"")
            }
            try checkStopwordPresets(of: property.nestedProperties, in: index, path: "\(path)\(property.name).")
        }
    }

    // MARK: - Properties

    /// The properties that are there, with the descriptions that are wanted.
    private func describedProperties(
        of existing: CollectionDefinition, as wanted: CollectionDefinition
    ) throws(DatabaseError) -> [PropertyDefinition] {
        let refusal = DatabaseError.invalidDefinition(
            "property fields other than description cannot be updated through updating the class. Use the add property "
                + "feature (e.g. \"POST /v1/schema/{className}/properties\") to add additional properties")
        guard existing.properties.count == wanted.properties.count else { throw refusal }
        let news = Dictionary(
            wanted.properties.map { (PropertyName.normalized($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        var described = existing.properties
        for index in described.indices {
            guard let new = news[described[index].name], isSame(described[index], as: new) else { throw refusal }
            described[index].description = new.description
        }
        return described
    }

    /// Whether nothing but descriptions, numbers and module settings differs.
    private func isSame(_ old: PropertyDefinition, as new: PropertyDefinition) -> Bool {
        old.type == new.type && old.tokenization == new.tokenization && old.textAnalyzer == new.textAnalyzer
            && old.isFilterable == new.isFilterable
            && old.isSearchable == new.isSearchable && old.hasRangeIndex == new.hasRangeIndex
            && isSame(old.nestedProperties, as: new.nestedProperties)
    }

    private func isSame(_ old: [PropertyDefinition], as new: [PropertyDefinition]) -> Bool {
        guard old.count == new.count else { return false }
        let news = Dictionary(new.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return old.allSatisfy { nested in news[nested.name].map { isSame(nested, as: $0) } ?? false }
    }

    // MARK: - Vectors

    private func vectors(
        of existing: CollectionDefinition, as wanted: CollectionDefinition, next: inout UInt16
    ) throws(DatabaseError) -> [VectorDefinition] {
        try VectorDefinitionRules(settings: settings).check(wanted.vectors)
        guard existing.vector(named: nil) != nil || wanted.vector(named: nil) == nil else {
            throw .invalidDefinition("a class with named vectors cannot get a class level vector: add a named one")
        }
        var vectors = existing.vectors
        for position in vectors.indices {
            let old = vectors[position]
            guard let new = wanted.vector(named: old.name) else {
                throw .invalidDefinition("missing config for vector \"\(old.name ?? "")\": vectors cannot be removed")
            }
            try immutable("vectorizer", old.vectorizer.moduleName, new.vectorizer.moduleName)
            if old.vectorizer != new.vectorizer || old.preprocessing != new.preprocessing, let name = old.name {
                throw .invalidDefinition("vectorizer config of vector \"\(name)\" is immutable")
            }
            try immutable("vector index type", old.index.kind.rawValue, new.index.kind.rawValue)
            try checkIndexChange(from: old.index, to: new.index)
            vectors[position].index = new.index
        }
        let added = wanted.vectors.filter { existing.vector(named: $0.name) == nil }
        vectors += try numbered(added, from: &next)
        return vectors.sorted { ($0.name ?? "") < ($1.name ?? "") }
    }

    private func checkIndexChange(
        from old: VectorIndexDefinition, to new: VectorIndexDefinition
    ) throws(DatabaseError) {
        do {
            try immutable("efConstruction", String(old.efConstruction), String(new.efConstruction))
            try immutable("maxConnections", String(old.maxConnections), String(new.maxConnections))
            try immutable(
                "cleanupIntervalSeconds", String(old.cleanupIntervalSeconds), String(new.cleanupIntervalSeconds))
            try immutable("distance", old.metric.rawValue, new.metric.rawValue)
        } catch {
            throw .invalidDefinition("validate vector index config: \(error.message)")
        }
        guard old.quantization["multivector"] == new.quantization["multivector"] else {
            throw .invalidDefinition("validate vector index config: multivector is immutable")
        }
    }

    // MARK: - Modules

    /// What is wanted, provided that only generative and reranker modules change; left out, all stays.
    private func moduleConfiguration(
        of existing: CollectionDefinition, as wanted: CollectionDefinition
    ) throws(DatabaseError) -> JSONObject? {
        guard let new = wanted.moduleConfiguration else { return existing.moduleConfiguration }
        let old = existing.moduleConfiguration ?? JSONObject()
        for name in Set(old.members.map(\.name) + new.members.map(\.name)).sorted() where old[name] != new[name] {
            guard name.hasPrefix("generative") || name.hasPrefix("reranker") else {
                throw .invalidDefinition(
                    "can only update generative and reranker module configs. Got: \(name.prefix(100))")
            }
        }
        return new
    }
}

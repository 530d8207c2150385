// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import Synchronization

/// One collection of the running database: its definition as it is now, and its shards.
final class Collection: Sendable {
    /// What changes together when the definition changes.
    ///
    /// A class, so that a query passes on one reference instead of copying every part of a definition.
    final class Snapshot: Sendable {
        let definition: CollectionDefinition
        /// How the inverted indexes see the definition.
        let invertedSchema: InvertedIndexSchema
        let propertyNames: [PropertyID: String]
        /// The properties whose values are stored apart from their objects.
        let blobProperties: Set<PropertyID>
        /// The properties that hold references, with the names of the collections that they lead to.
        let referenceTargets: [PropertyID: [String]]

        init(_ definition: CollectionDefinition) {
            self.definition = definition
            invertedSchema = InvertedIndexSchema(definition)
            propertyNames = Dictionary(uniqueKeysWithValues: definition.properties.map { ($0.id, $0.name) })
            blobProperties = Set(definition.properties.lazy.filter { $0.type == .scalar(.blob) }.map(\.id))
            var targets: [PropertyID: [String]] = [:]
            for property in definition.properties {
                if case .reference(let names) = property.type { targets[property.id] = names }
            }
            referenceTargets = targets
        }
    }

    let id: CollectionID
    /// One, or one a tenant, by its name.
    let shards: ShardTable
    private let state: Mutex<Snapshot>

    init(id: CollectionID, definition: CollectionDefinition, shards: [Shard]) {
        self.id = id
        self.shards = ShardTable(shards)
        state = Mutex(Snapshot(definition))
    }

    var snapshot: Snapshot { state.withLock { $0 } }
    var definition: CollectionDefinition { snapshot.definition }
    var name: String { snapshot.definition.name }

    /// Takes over a definition that has been stored.
    func adopt(_ definition: CollectionDefinition) {
        let new = Snapshot(definition)
        let old = state.withLock { state in
            defer { state = new }
            return state
        }
        // Most changes are properties that auto-schema adds.
        if old.definition.vectors == definition.vectors { return }
        for shard in shards.all { shard.adopt(definition) }
    }

    /// The shard that holds the objects of `tenant`, which is in use.
    ///
    /// - Throws: `DatabaseError.tenantMissing`, `.tenantNotExpected`, `.tenantNotFound`, `.tenantNotActive`.
    func shard(for tenant: String?) throws(DatabaseError) -> Shard {
        switch (snapshot.definition.multiTenancy.isEnabled, tenant) {
        case (true, nil): throw .tenantMissing(collection: name)
        case (false, _?): throw .tenantNotExpected(collection: name)
        case (true, let tenant?):
            guard let shard = shards[tenant] else { throw .tenantNotFound(tenant, collection: name) }
            guard shard.status == .active else { throw .tenantNotActive(tenant, collection: name) }
            return shard
        case (false, nil):
            guard let shard = shards.first else { throw .storage("collection \(name) has no shard") }
            return shard
        }
    }
}

extension Collection {
    /// The shard that holds what objects of `source` may refer to: that of the same tenant, if this collection has tenants.
    ///
    /// - Parameter collection: of `source`.
    /// - Returns: `nil` if there is none, or it is not in use: nothing without a tenant refers to what has one.
    func shard(referredToFrom source: Shard, of collection: Snapshot) -> Shard? {
        guard snapshot.definition.multiTenancy.isEnabled else { return shards.first }
        guard collection.definition.multiTenancy.isEnabled, let shard = shards[source.name] else { return nil }
        return shard.status == .active ? shard : nil
    }
}

extension CollectionTable {
    /// The collection of a name, aliases aside, as filters through references see it.
    func referenced(_ name: String) -> ReferencedCollection? {
        collection(named: name).map { ReferencedCollection(id: $0.id, schema: $0.snapshot.invertedSchema) }
    }
}

extension InvertedIndexSchema {
    /// What of `definition` the inverted indexes have to know.
    init(_ definition: CollectionDefinition) {
        let index = definition.invertedIndex
        let settings = InvertedIndexSettings(
            indexTimestamps: index.indexTimestamps, indexNullState: index.indexNullState,
            indexPropertyLength: index.indexPropertyLength,
            stopWords: StopWords(index), bm25K1: Float(index.bm25K1), bm25B: Float(index.bm25B))
        let properties = definition.properties.map { property in
            let indexed = IndexedProperty(
                id: property.id, type: property.type, tokenization: property.tokenization ?? .word,
                folding: property.textAnalyzer?.folding, stopWords: property.textAnalyzer?.stopWords(index),
                isFilterable: property.isFilterable, isSearchable: property.isSearchable,
                hasRangeIndex: property.hasRangeIndex)
            return (property.name, indexed)
        }
        self.init(properties: Dictionary(properties, uniquingKeysWith: { first, _ in first }), settings: settings)
    }
}

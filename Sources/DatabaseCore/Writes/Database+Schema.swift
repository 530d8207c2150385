// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import Observability

extension Database {
    private var rules: SchemaRules { SchemaRules(settings: settings) }

    package var schemaGeneration: UInt64 { collectionTable.generation }
    package func collections() -> [CollectionDefinition] { collectionTable.definitions }

    package func collection(named name: String) -> CollectionDefinition? { collectionTable[name]?.definition }

    package func createCollection(
        _ definition: CollectionDefinition
    ) async throws(DatabaseError) -> CollectionDefinition {
        let complete = try rules.created(definition, among: collectionTable.names)
        return try await submit(
            CollectionCreation(definition: complete, shardName: Self.randomShardName(), collections: collectionTable)
        ).definition
    }

    package func updateCollection(
        _ definition: CollectionDefinition
    ) async throws(DatabaseError) -> CollectionDefinition {
        let rules = rules
        return try await change(try requireCollection(definition.name)) { existing in
            try rules.updated(existing, to: definition)
        }
    }

    package func addProperty(
        _ property: PropertyDefinition, to name: String
    ) async throws(DatabaseError) -> PropertyDefinition {
        let rules = rules
        let others = collectionTable.names
        let changed = try await change(try requireCollection(name)) { existing in
            try rules.adding(property, to: existing, among: others)
        }
        guard let added = changed.properties.last else { throw .storage("the property was not added") }
        return added
    }

    package func deleteIndex(
        _ index: PropertyIndex, of property: String, in name: String
    ) async throws(DatabaseError) {
        let rules = rules
        let collection = try requireCollection(name)
        let changed = try await change(collection) { try rules.removing(index, of: property, from: $0) }
        guard let property = changed.property(named: PropertyName.normalized(property)) else { return }
        let entries: EntrySelection
        if !property.isFilterable, !property.isSearchable, !property.hasRangeIndex {
            entries = .all
        } else if index == .searchable {
            entries = .keywordSearch
        } else {
            // Filters, range filters and keyword search share one term index, which the others still need.
            return
        }
        // Only now: whatever is written after the definition has changed adds no such entries any more.
        var shards = collection.shards.all[...]
        while !shards.isEmpty {
            // Many small shards share a commit; a large one comes again until nothing is left in it.
            let step = shards.prefix(Self.shardsPerRemoval)
            shards = shards.dropFirst(step.count)
            let removals = step.map { shard in
                IndexEntryRemoval(
                    property: property.id, entries: entries, collection: collection.id, shard: shard.address,
                    collections: collectionTable)
            }
            for (shard, isDone) in zip(step, await submit(all: removals)) where try !isDone.get() {
                shards.append(shard)
            }
        }
    }

    private static let shardsPerRemoval = 64

    package func deleteCollection(named name: String) async throws(DatabaseError) {
        guard let collection = collectionTable.collection(named: name) else { return }
        try await submit(CollectionDeletion(collection: collection.id, collections: collectionTable))
        // Nobody links what belongs to a collection that was dropped; the writer tells those who waited.
        for shard in collection.shards.all { shard.drop() }
        purgeDroppedInBackground()
    }

    private func change(
        _ collection: Collection, _ body: @escaping @Sendable (CollectionDefinition) throws -> CollectionDefinition
    ) async throws(DatabaseError) -> CollectionDefinition {
        try await submit(
            DefinitionChange(
                collection: collection.id, name: collection.name, collections: collectionTable, change: body)
        )
    }

    /// Creates the collection and adds the properties that `objects`, all of one collection, need (auto-schema).
    ///
    /// - Returns: why objects cannot be stored, by their index.
    func extendSchema(
        for objects: [ObjectInput], canCreateCollection: Bool
    ) async throws(DatabaseError) -> [Int: DatabaseError] {
        guard settings.hasAutoSchema, let name = objects.first?.collection else { return [:] }
        let existing = collectionTable[name]
        if existing == nil, !canCreateCollection { throw .collectionNotFound(name) }
        let growth = SchemaGrowth(
            objects: objects, autoSchema: AutoSchema(rules: rules), others: collectionTable.names, time: now() / 1_000)
        let (wanted, refusals) = growth.definition(extending: existing?.definition)
        if existing == nil, collectionTable[name] != nil {
            // Somebody else has created it since it was looked up: what is a refusal to a creation is none to them.
            return try await extendSchema(for: objects, canCreateCollection: canCreateCollection)
        }
        guard let wanted else { return refusals }
        if let existing {
            _ = try await change(existing) { growth.definition(extending: $0).wanted ?? $0 }
        } else {
            do {
                _ = try await createCollection(wanted)
            } catch .collectionExists {
                return try await extendSchema(for: objects, canCreateCollection: false)
            }
        }
        return refusals
    }

    /// The definition that `object` would be stored under; nothing is created.
    func extendedDefinition(for object: ObjectInput) throws(DatabaseError) -> CollectionDefinition {
        let existing = collectionTable[object.collection]?.definition
        if settings.hasAutoSchema {
            do throws(DatabaseError) {
                let extended = try AutoSchema(rules: rules).definition(
                    for: object, extending: existing, among: collectionTable.names, time: now() / 1_000)
                if let extended { return extended }
            } catch {
                guard existing == nil, collectionTable[object.collection] != nil else { throw error }
                return try extendedDefinition(for: object)
            }
        }
        guard let existing else { throw .collectionNotFound(object.collection) }
        return existing
    }

    private static func randomShardName() -> String {
        let characters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        return String((0..<12).map { _ in characters[Int.random(in: 0..<characters.count)] })
    }
}

/// What a list of objects of one collection adds to its definition.
private struct SchemaGrowth: Sendable {
    let objects: [ObjectInput]
    let autoSchema: AutoSchema
    let others: CollectionNames
    let time: Int64

    /// - Returns: `nil` when nothing is missing; and why objects cannot be stored, by their index.
    func definition(
        extending existing: CollectionDefinition?
    ) -> (wanted: CollectionDefinition?, refusals: [Int: DatabaseError]) {
        var current = existing
        var hasGrown = false
        var refusals: [Int: DatabaseError] = [:]
        for (index, object) in objects.enumerated() {
            if Task.isCancelled {
                return (nil, Dictionary(uniqueKeysWithValues: objects.indices.map { ($0, .cancelled) }))
            }
            do throws(DatabaseError) {
                let grown = try autoSchema.definition(for: object, extending: current, among: others, time: time)
                if let grown {
                    current = grown
                    hasGrown = true
                }
            } catch {
                refusals[index] = error
            }
        }
        return (hasGrown ? current : nil, refusals)
    }
}

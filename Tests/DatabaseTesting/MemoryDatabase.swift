// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Synchronization

/// A database in memory for tests of the APIs, with the real schema rules, validation, and planning of queries.
///
/// It remembers the queries it was asked, and can be told what to answer. Otherwise it lists what was stored: filters know
/// `Equal` and `GreaterThan` of whole numbers and `Equal` of texts and ids, pictures are vectors when their bytes begin
/// with `P`, and searches find everything.
package final class MemoryDatabase: DatabaseOperations {
    struct Stored {
        var object: DatabaseObject
        var number: Int
    }

    struct State {
        var collections: [String: CollectionDefinition] = [:] {
            didSet { generation += 1 }
        }
        /// The names of collections.
        var aliases: [String: String] = [:] {
            didSet { generation += 1 }
        }
        var generation: UInt64 = 0
        /// By collection or tenant, as `place(_:_:)` names it.
        var objects: [String: [ObjectID: Stored]] = [:]
        /// By collection, in order of their creation.
        var tenants: [String: [Tenant]] = [:]
        var nextNumber = 0
        var readOnly: Set<String> = []
        var refusals: [String: DatabaseError] = [:]
        /// Milliseconds since 1970; each write comes one later.
        var time: Int64 = 1_600_000_000_000
        var backups: [String: BackupRecord] = [:]
        var restores: [String: BackupRecord] = [:]
        var answers: [String: Result<[Hit], DatabaseError>] = [:]
        var queries: [Query] = []
        var aggregations: [AggregationRequest] = []
        var groups: [AggregateGroup]?
        var selections: [Query.Selection] = []
        var beforeHits: (@Sendable (Query) async -> Void)?
    }

    package let settings: DatabaseSettings
    let state = Mutex(State())
    var rules: SchemaRules { SchemaRules(settings: settings) }

    /// Whether queries that do not fit their collection are refused, as the real database refuses them.
    let checksQueries: Bool

    package init(
        _ collections: [CollectionDefinition] = [], settings: DatabaseSettings = DatabaseSettings(),
        checksQueries: Bool = true
    ) {
        self.settings = settings
        self.checksQueries = checksQueries
        for collection in collections { keep(collection) }
    }

    // MARK: - What tests tell it, and ask it

    /// Everything that was planned, in order; also what was refused then.
    package var queries: [Query] { state.withLock { $0.queries } }

    /// Every aggregation that was planned, in order; also what was refused then.
    package var aggregations: [AggregationRequest] { state.withLock { $0.aggregations } }

    /// Answers aggregations with `groups`, whatever is stored.
    package func answerAggregations(with groups: [AggregateGroup]) {
        state.withLock { $0.groups = groups }
    }

    /// What was asked of each single object that was read.
    package var selections: [Query.Selection] { state.withLock { $0.selections } }

    /// Answers queries of `collection` with `result`, whatever is stored.
    package func answer(_ collection: String, with result: Result<[Hit], DatabaseError>) {
        state.withLock { $0.answers[collection] = result }
    }

    /// Refuses every write into `collection` with `error`.
    package func refuseWrites(into collection: String, with error: DatabaseError) {
        state.withLock { $0.refusals[collection] = error }
    }

    /// Has `body` run before a query is answered.
    package func beforeHits(_ body: @escaping @Sendable (Query) async -> Void) {
        state.withLock { $0.beforeHits = body }
    }

    /// Keeps a definition as it is, unchecked; where the numbers of its properties are not given, they are now.
    package func keep(_ definition: CollectionDefinition) {
        var definition = definition
        if Set(definition.properties.map(\.id)).count < definition.properties.count {
            for index in definition.properties.indices {
                definition.properties[index].id = PropertyID(UInt16(truncatingIfNeeded: index))
            }
        }
        let kept = definition
        state.withLock { $0.collections[kept.name] = kept }
    }

    /// Keeps an object as it is, unchecked.
    package func keep(_ object: DatabaseObject) {
        state.withLock { state in
            state.nextNumber += 1
            state.objects[object.collection, default: [:]][object.id] = Stored(
                object: object, number: state.nextNumber)
        }
    }
}

// MARK: - Schema

extension MemoryDatabase {
    package var schemaGeneration: UInt64 { state.withLock { $0.generation } }

    package func collections() -> [CollectionDefinition] {
        state.withLock { $0.collections.values.sorted { $0.name < $1.name } }
    }

    package func collection(named name: String) -> CollectionDefinition? {
        let name = resolved(name)
        return state.withLock { $0.collections[name] }
    }

    package func createCollection(_ definition: CollectionDefinition) async throws(DatabaseError)
        -> CollectionDefinition
    {
        let created = try rules.created(definition, among: CollectionNames(collections()))
        keep(created)
        return created
    }

    package func updateCollection(_ definition: CollectionDefinition) async throws(DatabaseError)
        -> CollectionDefinition
    {
        guard let existing = collection(named: definition.name) else { throw .collectionNotFound(definition.name) }
        let updated = try rules.updated(existing, to: definition)
        keep(updated)
        return updated
    }

    package func addProperty(
        _ property: PropertyDefinition, to collection: String
    ) async throws(DatabaseError) -> PropertyDefinition {
        guard let existing = self.collection(named: collection) else { throw .collectionNotFound(collection) }
        let extended = try rules.adding(property, to: existing, among: CollectionNames(collections()))
        keep(extended)
        return extended.properties[extended.properties.count - 1]
    }

    package func deleteIndex(
        _ index: PropertyIndex, of property: String, in collection: String
    ) async throws(DatabaseError) {
        guard let existing = self.collection(named: collection) else { throw .collectionNotFound(collection) }
        keep(try rules.removing(index, of: property, from: existing))
    }

    package func setReadOnly(_ isReadOnly: Bool, shard: String, of collection: String) throws(DatabaseError) {
        guard shard == "shard\(collection)" else { throw .shardNotFound(shard) }
        state.withLock { state in
            if isReadOnly { state.readOnly.insert(collection) } else { state.readOnly.remove(collection) }
        }
    }

    package func deleteCollection(named name: String) async throws(DatabaseError) {
        state.withLock { state in
            for tenant in state.tenants[name] ?? [] { state.objects["\(name)/\(tenant.name)"] = nil }
            state.tenants[name] = nil
            state.collections[name] = nil
            state.objects[name] = nil
        }
    }

    package func shards(of name: String?) -> [ShardStatus] {
        let (readOnly, tenants) = state.withLock { ($0.readOnly, $0.tenants) }
        return collections().filter { name == nil || $0.name == name }.flatMap { collection in
            let name = collection.name
            if collection.multiTenancy.isEnabled {
                return (tenants[name] ?? []).map { tenant in
                    ShardStatus(
                        collection: name, name: tenant.name, objectCount: objects(in: "\(name)/\(tenant.name)").count,
                        unlinkedCount: 0, isActive: tenant.status == .active)
                }
            }
            return [
                ShardStatus(
                    collection: name, name: "shard\(name)", objectCount: objects(in: name).count, unlinkedCount: 0,
                    isReadOnly: readOnly.contains(name))
            ]
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Synchronization

/// A database that answers with what a test put into it, and remembers what it was asked.
final class FakeDatabase: DatabaseOperations {
    struct State {
        var collections: [CollectionDefinition] = []
        /// By collection.
        var hits: [String: Result<[Hit], DatabaseError>] = [:]
        var objects: [ObjectID: DatabaseObject] = [:]
        var queries: [Query] = []
        var selections: [Query.Selection] = []
        var counted: [Filter?] = []
        /// What happens first when hits are asked for.
        var beforeHits: (@Sendable (Query) async -> Void)?
    }

    let state: Mutex<State>
    let settings: DatabaseSettings

    init(_ collections: [CollectionDefinition], settings: DatabaseSettings = .init()) {
        state = Mutex(State(collections: collections))
        self.settings = settings
    }

    var queries: [Query] { state.withLock { $0.queries } }

    func answer(_ collection: String, with result: Result<[Hit], DatabaseError>) {
        state.withLock { $0.hits[collection] = result }
    }

    func collections() -> [CollectionDefinition] { state.withLock { $0.collections } }

    func collection(named name: String) -> CollectionDefinition? { collections().first { $0.name == name } }

    func hits(of query: Query) async throws(DatabaseError) -> [Hit] {
        let (result, before) = state.withLock { state in
            state.queries.append(query)
            return (state.hits[query.collection] ?? .success([]), state.beforeHits)
        }
        await before?(query)
        return try result.get()
    }

    func count(in collection: String, tenant: String?, filter: Filter?) throws(DatabaseError) -> Int {
        state.withLock { $0.counted.append(filter) }
        if collection == "Tenants", tenant == nil { throw .tenantMissing(collection: collection) }
        return 7
    }

    func object(
        _ id: ObjectID, in collection: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        state.withLock { state in
            state.selections.append(selection)
            return state.objects[id].flatMap { $0.collection == collection ? $0 : nil }
        }
    }

    // MARK: Not asked for by GraphQL

    func createCollection(_ definition: CollectionDefinition) async throws(DatabaseError) -> CollectionDefinition {
        throw .unsupported("createCollection")
    }
    func updateCollection(_ definition: CollectionDefinition) async throws(DatabaseError) -> CollectionDefinition {
        throw .unsupported("updateCollection")
    }
    func addProperty(
        _ property: PropertyDefinition, to collection: String
    ) async throws(DatabaseError) -> PropertyDefinition { throw .unsupported("addProperty") }
    func deleteIndex(
        _ index: PropertyIndex, of property: String, in collection: String
    ) async throws(DatabaseError) { throw .unsupported("deleteIndex") }
    func deleteCollection(named name: String) async throws(DatabaseError) { throw .unsupported("deleteCollection") }
    func insert(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject { throw .unsupported("insert") }
    func upsert(_ objects: [ObjectInput]) async -> [Result<DatabaseObject, DatabaseError>] { [] }
    func validate(_ object: ObjectInput) async throws(DatabaseError) { throw .unsupported("validate") }
    func replace(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject { throw .unsupported("replace") }
    func merge(_ object: ObjectInput) async throws(DatabaseError) { throw .unsupported("merge") }
    func delete(_ id: ObjectID, in collection: String, tenant: String?) async throws(DatabaseError) -> Bool { false }
    func deleteObjects(
        matching filter: Filter, in collection: String, tenant: String?, isDryRun: Bool
    ) async throws(DatabaseError) -> DeletionReport { throw .unsupported("deleteObjects") }
    func shards() -> [ShardStatus] { [] }
    func setReadOnly(_ isReadOnly: Bool, shard: String, of collection: String) throws(DatabaseError) {
        throw .unsupported("setReadOnly")
    }
}

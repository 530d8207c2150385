// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What the APIs call: every operation on schema, objects and queries.
///
/// Callers run on the compute pool: reads block it for as long as they take, writes suspend until they are durable.
package protocol DatabaseOperations: SchemaOperations, TenantOperations, ObjectOperations, ReferenceOperations,
    QueryOperations, ShardOperations, BackupOperations
{
    var settings: DatabaseSettings { get }
}

/// Operations on collections and their definitions.
package protocol SchemaOperations: Sendable {
    /// Another number after every change of the definitions: what was made from them is still good while it stays. O(1).
    ///
    /// Whoever keeps both reads it before the definitions.
    var schemaGeneration: UInt64 { get }
    /// All collections, by name.
    func collections() -> [CollectionDefinition]
    /// The collection called exactly `name`, or that the alias of exactly this name stands for.
    ///
    /// All operations take an alias for the name of a collection, but those that delete one or refer to one.
    func collection(named name: String) -> CollectionDefinition?
    /// Checks `definition`, gives numbers to its properties and vectors, and stores it.
    func createCollection(_ definition: CollectionDefinition) async throws(DatabaseError) -> CollectionDefinition
    /// Replaces the definition, as far as changes are allowed.
    func updateCollection(_ definition: CollectionDefinition) async throws(DatabaseError) -> CollectionDefinition
    /// Adds a property; its number is given here.
    func addProperty(
        _ property: PropertyDefinition, to collection: String
    ) async throws(DatabaseError) -> PropertyDefinition
    /// Drops one index of a property, with what it holds; does nothing if the property has no such index.
    func deleteIndex(_ index: PropertyIndex, of property: String, in collection: String) async throws(DatabaseError)
    /// Does nothing if there is none of this name. Its aliases stay.
    func deleteCollection(named name: String) async throws(DatabaseError)
    /// All aliases, by name.
    func aliases() -> [CollectionAlias]
    /// - Throws: `DatabaseError.alias`.
    func createAlias(_ alias: CollectionAlias) async throws(DatabaseError)
    /// Lets an alias stand for another collection.
    ///
    /// - Throws: `DatabaseError.alias`.
    func updateAlias(_ alias: CollectionAlias) async throws(DatabaseError)
    /// - Throws: `DatabaseError.alias`.
    func deleteAlias(named name: String) async throws(DatabaseError)
}

/// Operations on the tenants of collections that have them.
///
/// All throw `DatabaseError.collectionNotFound` and `.multiTenancyDisabled` but `wakeTenant`.
package protocol TenantOperations: Sendable {
    /// All tenants, in order of their creation. O(n log n).
    func tenants(of collection: String) throws(DatabaseError) -> [Tenant]
    /// The tenant called exactly `name`. O(1).
    func tenant(named name: String, of collection: String) throws(DatabaseError) -> Tenant?
    /// Creates tenants; those that are there stay as they are. Up to 10,000 are created together or not at all.
    ///
    /// - Throws: `DatabaseError.invalidTenants`, before the collection is looked for.
    func createTenants(_ tenants: [Tenant], in collection: String) async throws(DatabaseError)
    /// Has tenants in use or not, all of them or none. Those that come out of use have left memory when it returns, unless
    /// they are in use again by then; searches and writes under way are waited for.
    ///
    /// - Throws: `DatabaseError.invalidTenants`, before the collection is looked for, also for more than
    ///   `TenantRules.maximumUpdates`; `.tenantNotFound`.
    func updateTenants(_ tenants: [Tenant], of collection: String) async throws(DatabaseError)
    /// Deletes tenants with their objects; does nothing for those that are not there.
    func deleteTenants(named names: [String], of collection: String) async throws(DatabaseError)
    /// Activates a tenant that is not in use, where its collection has that done by every access
    /// (`MultiTenancyDefinition.autoTenantActivation`); to be called before a view is asked for its objects. Does nothing
    /// otherwise, whatever there is or is not.
    func wakeTenant(_ tenant: String?, of collection: String) async throws(DatabaseError)
}

/// Operations that change objects, or check what would be changed.
package protocol ObjectOperations: Sendable {
    /// Stores a new object; fails if its id is taken.
    func insert(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject
    /// Stores objects, replacing those whose id is taken; one result an object, in order.
    func upsert(_ objects: [ObjectInput]) async -> [Result<DatabaseObject, DatabaseError>]
    /// Checks an object as `insert` does, and stores nothing.
    func validate(_ object: ObjectInput) async throws(DatabaseError)
    /// Replaces all properties of an object that is there.
    func replace(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject
    /// Changes the given properties; JSON `null` removes one, references are added to those that are there.
    func merge(_ object: ObjectInput) async throws(DatabaseError)
    /// Returns `false` if there was no such object.
    func delete(_ id: ObjectID, in collection: String, tenant: String?) async throws(DatabaseError) -> Bool
    /// Deletes what matches, at most the limit of `settings`.
    func deleteObjects(
        matching filter: Filter, in collection: String, tenant: String?, isDryRun: Bool
    ) async throws(DatabaseError) -> DeletionReport
}

/// Operations on the references from objects to objects.
package protocol ReferenceOperations: Sendable {
    /// Changes the references of one property of an object. A beacon without a class is completed where the property leads to
    /// one class alone.
    ///
    /// - Throws: `DatabaseError.collectionNotFound`, `.invalidReference`, also if a target is not there, `.objectNotFound`.
    func changeReferences(of source: ReferenceSource, _ edit: ReferenceEdit) async throws(DatabaseError)
    /// Adds many references in one commit, whether their targets are there or not, but for those of tenants; one result each, in
    /// order.
    func addReferences(_ additions: [ReferenceAddition]) async -> [Result<Void, DatabaseError>]
}

/// Operations that only read.
package protocol QueryOperations: Sendable {
    /// Resolves a query against its collection, and has the network make vectors of its pictures.
    ///
    /// - Throws: whatever is wrong with the query; it is said before a picture is decoded.
    func plan(_ query: Query) async throws(DatabaseError) -> QueryPlan

    /// Resolves an aggregation, as `plan` does a query.
    func plan(_ aggregation: AggregationRequest) async throws(DatabaseError) -> AggregationPlan

    /// Hands `body` a view of the database as it is now. All that `body` reads comes from this one state.
    ///
    ///     let plan = try await database.plan(query)
    ///     let names = try database.read { view in try view.hits(of: plan).map { $0.object.id } }
    ///
    /// Runs on the calling thread, which has to be one of the compute pool; keep it short, because an old view keeps the
    /// file growing.
    func read<R>(_ body: (any DatabaseView) throws(DatabaseError) -> R) throws(DatabaseError) -> R
}

extension QueryOperations {
    /// The hits of one query, when nothing else has to come from the same view.
    package func hits(of query: Query) async throws(DatabaseError) -> [Hit] {
        let plan = try await plan(query)
        return try read { view throws(DatabaseError) in try view.hits(of: plan) }
    }

    /// How many objects match, when nothing else has to come from the same view.
    package func count(
        in collection: String, tenant: String?, filter: Filter?
    ) async throws(DatabaseError) -> Int {
        var query = Query(collection: collection)
        query.tenant = tenant
        query.filter = filter
        let plan = try await plan(query)
        return try read { view throws(DatabaseError) in try view.count(of: plan) }
    }

    /// One object, when nothing else has to come from the same view.
    package func object(
        _ id: ObjectID, in collection: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        try read { view throws(DatabaseError) in
            try view.object(id, in: collection, tenant: tenant, selection: selection)
        }
    }
}

/// Operations on the parts that collections are kept in.
package protocol ShardOperations: Sendable {
    /// The shards of one collection, or of all; none of a collection that is not there.
    func shards(of collection: String?) -> [ShardStatus]
    /// Lets a shard refuse writes, or take them again. It takes them after every start.
    func setReadOnly(_ isReadOnly: Bool, shard: String, of collection: String) throws(DatabaseError)
}

extension ShardOperations {
    /// The shards of all collections.
    package func shards() -> [ShardStatus] { shards(of: nil) }
}

/// Operations that save collections in a folder and bring them back, both in the background.
///
/// All of them throw `DatabaseError.backup`.
package protocol BackupOperations: Sendable {
    /// Begins to save collections as they are now; writes go on meanwhile.
    func startBackup(_ request: BackupRequest) throws(DatabaseError) -> BackupRecord
    func backup(_ id: String) throws(DatabaseError) -> BackupRecord
    /// All backups there are, in no order. O(backups).
    func backups() throws(DatabaseError) -> [BackupRecord]
    /// Ends a backup that is being made, and waits until it has ended.
    func cancelBackup(_ id: String) throws(DatabaseError)
    /// Begins to bring collections back, all of them or none. It fails if one of them is there when it gets to it.
    func startRestore(_ request: BackupRequest) throws(DatabaseError) -> BackupRecord
    func restore(_ id: String) throws(DatabaseError) -> BackupRecord
    func cancelRestore(_ id: String) throws(DatabaseError)
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// What the APIs call: every operation on schema, objects and queries.
///
/// Callers run on the compute pool: reads block it for as long as they take, writes suspend until they are durable.
package protocol DatabaseOperations: Sendable {
    var settings: DatabaseSettings { get }

    // Schema
    /// All collections, by name.
    func collections() -> [CollectionDefinition]
    /// The collection called exactly `name`.
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
    /// Does nothing if there is none of this name.
    func deleteCollection(named name: String) async throws(DatabaseError)

    // Objects
    /// Stores a new object; fails if its id is taken.
    func insert(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject
    /// Stores objects, replacing those whose id is taken; one result an object, in order.
    func upsert(_ objects: [ObjectInput]) async -> [Result<DatabaseObject, DatabaseError>]
    /// Checks an object as `insert` does, and stores nothing.
    func validate(_ object: ObjectInput) async throws(DatabaseError)
    /// Replaces all properties of an object that is there.
    func replace(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject
    /// Changes the given properties; JSON `null` removes one.
    func merge(_ object: ObjectInput) async throws(DatabaseError)
    /// Returns `false` if there was no such object.
    func delete(_ id: ObjectID, in collection: String, tenant: String?) async throws(DatabaseError) -> Bool
    func object(
        _ id: ObjectID, in collection: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject?
    /// Deletes what matches, at most the limit of `settings`.
    func deleteObjects(
        matching filter: Filter, in collection: String, tenant: String?, isDryRun: Bool
    ) async throws(DatabaseError) -> DeletionReport

    // Queries
    func hits(of query: Query) async throws(DatabaseError) -> [Hit]
    func count(in collection: String, tenant: String?, filter: Filter?) throws(DatabaseError) -> Int

    // Operation
    func shards() -> [ShardStatus]
    /// Lets a shard refuse writes, or take them again. It takes them after every start.
    func setReadOnly(_ isReadOnly: Bool, shard: String, of collection: String) throws(DatabaseError)
}

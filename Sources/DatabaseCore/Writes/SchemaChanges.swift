// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import Synchronization

/// Stores a new collection: with one shard, or with none that tenants' are added to.
struct CollectionCreation: Change {
    let definition: CollectionDefinition
    let shardName: String
    let collections: CollectionTable
    private let reservation = NameReservation()

    init(definition: CollectionDefinition, shardName: String, collections: CollectionTable) {
        self.definition = definition
        self.shardName = shardName
        self.collections = collections
    }

    var sizeInBytes: Int { 4_096 }

    func apply(to transaction: WriteTransaction) throws -> Collection {
        let name = definition.name
        if try transaction.target(ofAlias: name) != nil { throw DatabaseError.collectionExists(name) }
        try reservation.take(name, in: collections)
        let id = try transaction.createCollection(named: name, definition: DefinitionCodec.encoded(definition))
        if definition.multiTenancy.isEnabled { return Collection(id: id, definition: definition, shards: []) }
        let address = try transaction.createShard(named: shardName, of: id)
        let shard = Shard(address: address, name: shardName, definition: definition)
        return Collection(id: id, definition: definition, shards: [shard])
    }

    func committed(_ result: Collection) { collections.add(result) }

    func rolledBack() { reservation.release(in: collections) }
}

/// The name of a collection from before its creation is committed: nobody else gets it, or one that differs in case only.
///
/// Used by the writer thread; the lock is for the compiler's proof, and never waited for.
final class NameReservation: Sendable {
    private let name = Mutex<String?>(nil)

    /// - Throws: `DatabaseError.collectionExists`, `.similarCollectionExists`.
    func take(_ wanted: String, in collections: CollectionTable) throws(DatabaseError) {
        if let taken = collections.reserve(wanted) {
            throw taken == wanted ? .collectionExists(wanted) : .similarCollectionExists(existing: taken)
        }
        name.withLock { $0 = wanted }
    }

    /// Gives back what was taken, if anything was.
    func release(in collections: CollectionTable) {
        name.withLock { name in
            if let name { collections.release(name) }
            name = nil
        }
    }
}

/// Stores a changed definition: what `change` makes of the one that is stored by then.
struct DefinitionChange: Change {
    let collection: CollectionID
    let name: String
    let collections: CollectionTable
    let change: @Sendable (CollectionDefinition) throws -> CollectionDefinition

    var sizeInBytes: Int { 4_096 }

    func apply(to transaction: WriteTransaction) throws -> CollectionDefinition {
        guard let record = try transaction.collection(collection) else { throw DatabaseError.collectionNotFound(name) }
        let changed = try change(try DefinitionCodec.decoded(record.definition))
        try transaction.setDefinition(DefinitionCodec.encoded(changed), of: collection)
        return changed
    }

    func committed(_ result: CollectionDefinition) { collections.adopt(result, of: collection) }
}

/// Removes entries of one property from the inverted indexes of a shard, a bounded number at a time.
///
/// What is left when it never comes to its end is not read any more; dropping the index again removes it.
struct IndexEntryRemoval: Change {
    let property: PropertyID
    let entries: EntrySelection
    let collection: CollectionID
    let shard: ShardAddress
    let collections: CollectionTable

    private static let entriesPerStep = 4_096

    var sizeInBytes: Int { Self.entriesPerStep * 256 }
    var isRemoval: Bool { true }

    /// - Returns: whether there is nothing left to remove.
    func apply(to transaction: WriteTransaction) throws -> Bool {
        guard let target = collections[collection], try transaction.collection(collection) != nil else { return true }
        try transaction.mergePostings(of: shard)
        return try target.snapshot.invertedSchema.removeEntries(
            entries, of: property, atMost: Self.entriesPerStep, in: transaction.invertedWriter(shard))
    }
}

/// Takes a collection out of the catalog; what it held is purged in the background.
struct CollectionDeletion: Change {
    let collection: CollectionID
    let collections: CollectionTable

    var sizeInBytes: Int { 256 }
    var isRemoval: Bool { true }

    func apply(to transaction: WriteTransaction) throws {
        if try transaction.collection(collection) != nil { try transaction.dropCollection(collection) }
    }

    func committed(_ result: Void) { collections.remove(collection) }
}

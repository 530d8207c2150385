// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import Synchronization

/// Carries an `ObjectCommand` through the commit queue: storage, inverted indexes and vector indexes change together.
struct ObjectChange: Change {
    struct Result: Sendable {
        var outcomes: [ObjectOutcome]
        /// Documents that are gone after the commit, with the vectors they had.
        var removed: [(document: DocumentID, vectors: [VectorID])]
    }

    let command: ObjectCommand
    let collection: CollectionID
    /// What the collection was called when the change was made: for saying that it is gone.
    let name: String
    /// The shard that is changed, which stays loaded until this has been committed or has failed.
    let lease: ShardLease
    let collections: CollectionTable
    let maintenance: IndexMaintenance
    /// What has changed in memory ahead of the commit.
    private let staged = StagedChanges()

    init(
        _ command: ObjectCommand, collection: Collection, lease: ShardLease, collections: CollectionTable,
        maintenance: IndexMaintenance
    ) {
        self.command = command
        self.collection = collection.id
        self.name = collection.name
        self.lease = lease
        self.collections = collections
        self.maintenance = maintenance
    }

    var sizeInBytes: Int { command.sizeInBytes }
    private var shard: Shard { lease.shard }
    var isRemoval: Bool { command.isRemoval }

    func apply(to transaction: WriteTransaction) throws -> Result {
        guard let target = collections[collection], try transaction.contains(collection) else {
            throw DatabaseError.collectionNotFound(name)
        }
        guard try transaction.contains(shard.address) else {
            throw DatabaseError.tenantNotFound(shard.name, collection: target.name)
        }
        if shard.isReadOnly {
            let refusal = DatabaseError.readOnlyShard(collection: target.name, shard: shard.name)
            return Result(outcomes: Array(repeating: .refused(refusal), count: command.objectCount), removed: [])
        }
        var writer = try ShardWriter(
            transaction: transaction, collection: target.snapshot, shard: shard, collections: collections,
            staged: staged)
        var outcomes: [ObjectOutcome] = []
        switch command {
        case .put(let objects, let mode, let time, let network):
            outcomes.reserveCapacity(objects.count)
            for object in objects {
                outcomes.append(try writer.put(object, mode: mode, time: time, network: network))
            }
        case .patch(let patch, let time, let network):
            outcomes.append(try writer.patch(patch, time: time, network: network))
        case .editReferences(let edits, let time): outcomes = try writer.edit(edits, time: time)
        case .delete(let ids):
            for id in ids { outcomes.append(.deleted(try writer.delete(id))) }
        case .expire(let ids, let time):
            for id in ids { outcomes.append(.deleted(try writer.delete(id, ifUnchangedSince: time))) }
        }
        return Result(outcomes: outcomes, removed: try writer.finish())
    }

    func committed(_ result: Result) {
        var changed = staged.publish()
        for (document, vectors) in result.removed {
            for index in vectors.lazy.compactMap({ shard.index(of: $0) }) {
                index.remove(document)
                changed.updateValue(index, forKey: index.vector)
            }
        }
        for index in changed.values { maintenance.noteChange(of: index) }
    }

    func rolledBack() { staged.retract() }
}

/// What one change of objects does in memory before it is committed.
struct StagedChanges: Sendable {
    let vectors = StagedVectors()
    let state = StagedShardStates()

    /// After the commit.
    ///
    /// - Returns: the indexes that have new vectors.
    func publish() -> [VectorID: ShardVectorIndex] {
        state.publish()
        return vectors.publish()
    }

    /// After a rollback.
    func retract() {
        vectors.retract()
        state.retract()
    }
}

/// The vectors that one change has added to indexes and that are not committed yet.
///
/// Used by the writer thread; the lock is for the compiler's proof, and never waited for.
final class StagedVectors: Sendable {
    private let entries = Mutex<[(index: ShardVectorIndex, document: DocumentID)]>([])

    func add(_ vector: [Float], of document: DocumentID, to index: ShardVectorIndex) throws {
        try index.stage(vector, of: document)
        entries.withLock { $0.append((index, document)) }
    }

    /// - Returns: the indexes that have new vectors.
    func publish() -> [VectorID: ShardVectorIndex] {
        Dictionary(take().map { ($0.index.vector, $0.index) }, uniquingKeysWith: { index, _ in index })
    }

    func retract() {
        for entry in take().reversed() { entry.index.retract(entry.document) }
    }

    private func take() -> [(index: ShardVectorIndex, document: DocumentID)] {
        entries.withLock { entries in
            defer { entries = [] }
            return entries
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import InvertedIndexes
import ObjectStorage

/// Gives a vector that is to be made by another network its new number, and notes in every shard what is to be done; those
/// in which that was noted by an earlier run with the same network go on from where they are.
struct RevectorizationStart: Change {
    /// The vector that is replaced.
    let vector: VectorID
    let network: NetworkIdentity
    let collection: CollectionID
    /// All shards of the collection, loaded.
    let shards: [Shard]
    private let staged = StagedShardStates()

    var sizeInBytes: Int { 4_096 + 256 * shards.count }

    /// - Returns: the number of the new vector.
    func apply(to transaction: WriteTransaction) throws -> VectorID {
        let begun = shards.lazy.compactMap(\.stagedState.replacement).first {
            $0.old == vector && $0.network == network
        }
        let number = try begun?.new ?? takeNumber(in: transaction)
        for shard in shards {
            var state = shard.stagedState
            if let begun = state.replacement, begun.old == vector, begun.new == number { continue }
            let end = try transaction.counters(of: shard.address).nextDocument
            guard let end = UInt32(exactly: end) else {
                throw StorageError.documentNumbersExhausted(shard.address)
            }
            state.replacement = .init(
                old: vector, new: number, network: network, next: DocumentID(0), end: DocumentID(end))
            try staged.stage(state, of: shard, in: transaction)
        }
        return number
    }

    private func takeNumber(in transaction: WriteTransaction) throws -> VectorID {
        guard let record = try transaction.collection(collection) else {
            throw StorageError.noSuchCollection(collection)
        }
        var definition = try DefinitionCodec.decoded(record.definition)
        let number = VectorID(definition.nextVectorNumber)
        guard definition.nextVectorNumber < .max else {
            throw DatabaseError.invalidDefinition("class \(record.name) has given out all numbers of vectors")
        }
        definition.nextVectorNumber += 1
        try transaction.setDefinition(DefinitionCodec.encoded(definition), of: collection)
        return number
    }

    func committed(_ result: VectorID) { staged.publish() }
    func rolledBack() { staged.retract() }
}

/// Switches a collection with all its shards to the new vectors, in one transaction.
struct RevectorizationSwitch: Change {
    let old: VectorID
    let new: VectorID
    let network: NetworkIdentity
    let collection: CollectionID
    /// All shards of the collection, loaded.
    let shards: [Shard]
    let collections: CollectionTable
    private let staged = StagedShardStates()

    var sizeInBytes: Int { 4_096 + 256 * shards.count }

    /// - Throws: `DatabaseError.revectorizationUnfinished` if a shard does not have all of its new vectors, or was added
    ///   since the start; nothing is changed then, and another run takes care of it.
    func apply(to transaction: WriteTransaction) throws -> CollectionDefinition {
        guard let record = try transaction.collection(collection) else {
            throw StorageError.noSuchCollection(collection)
        }
        try requireAllShards(of: record, in: transaction)
        var definition = try DefinitionCodec.decoded(record.definition)
        for index in definition.vectors.indices where definition.vectors[index].id == old {
            definition.vectors[index].id = new
        }
        for shard in shards {
            var state = shard.stagedState
            guard let replacement = state.replacement, replacement.new == new, replacement.next >= replacement.end
            else { throw DatabaseError.revectorizationUnfinished(collection: record.name) }
            state.replacement = nil
            state.vectors[old] = nil
            // A shard that never held anything fixes nothing.
            if replacement.end > DocumentID(0) {
                state.vectors[new] = .init(dimensions: network.dimensions, network: network)
            }
            try staged.stage(state, of: shard, in: transaction)
        }
        try transaction.setDefinition(DefinitionCodec.encoded(definition), of: collection)
        return definition
    }

    private func requireAllShards(of record: CollectionRecord, in transaction: WriteTransaction) throws {
        let known = Set(shards.map(\.address))
        try transaction.scanShards(of: collection) { shard in
            guard known.contains(shard.address) else {
                throw DatabaseError.revectorizationUnfinished(collection: record.name)
            }
            return true
        }
    }

    func committed(_ result: CollectionDefinition) {
        collections.adopt(result, of: collection)
        staged.publish()
        for shard in shards { shard.removeIndex(of: old) }
    }

    func rolledBack() { staged.retract() }
}

/// Removes a bounded part of the snapshot of an index that is of no more use.
struct OldSnapshotRemoval: Change {
    private static let segmentsPerStep = 64

    let vector: VectorID
    let shard: ShardAddress

    var sizeInBytes: Int { 4_096 }
    var isRemoval: Bool { true }

    /// - Returns: whether there may be more.
    func apply(to transaction: WriteTransaction) throws -> Bool {
        try transaction.removeSnapshot(of: vector, in: shard, limit: Self.segmentsPerStep)
    }
}

/// Changes what is fixed in a shard.
struct ShardStateChange: Change {
    let shard: Shard
    let body: @Sendable (inout ShardState, WriteTransaction) throws -> Void
    private let staged = StagedShardStates()

    init(shard: Shard, _ body: @escaping @Sendable (inout ShardState, WriteTransaction) throws -> Void) {
        self.shard = shard
        self.body = body
    }

    var sizeInBytes: Int { 1_024 }

    func apply(to transaction: WriteTransaction) throws {
        var state = shard.stagedState
        try body(&state, transaction)
        try staged.stage(state, of: shard, in: transaction)
    }

    func committed(_ result: Void) { staged.publish() }
    func rolledBack() { staged.retract() }
}

/// Gives some documents their new vectors, and notes that they have been looked at.
struct RevectorizationStep: Change {
    let shard: Shard
    let collection: Collection.Snapshot
    /// Ascending.
    let documents: [DocumentID]
    let vectors: [DocumentID: [Float]]
    private let staged = StagedShardStates()

    init(shard: Shard, collection: Collection.Snapshot, documents: [DocumentID], vectors: [DocumentID: [Float]]) {
        self.shard = shard
        self.collection = collection
        self.documents = documents
        self.vectors = vectors
    }

    var sizeInBytes: Int { vectors.values.reduce(0) { $0 + 4 * $1.count } }

    func apply(to transaction: WriteTransaction) throws {
        var state = shard.stagedState
        guard var replacement = state.replacement, let last = documents.last else { return }
        for document in documents { try replace(document, replacement, transaction) }
        replacement.next = DocumentID(last.number + 1)
        state.replacement = replacement
        try staged.stage(state, of: shard, in: transaction)
    }

    func committed(_ result: Void) { staged.publish() }
    func rolledBack() { staged.retract() }

    private func replace(
        _ document: DocumentID, _ replacement: ShardState.Replacement, _ transaction: WriteTransaction
    ) throws {
        guard
            let object = try transaction.object(
                document, in: shard.address, properties: collection.indexedSelection)
        else { return }
        var all: [VectorID: [Float]] = [:]
        // Those of a run that was given up for another network are left behind too.
        for id in object.vectors where id != replacement.old && isInUse(id) {
            all[id] = try transaction.vector(id, of: document, in: shard.address)
        }
        if let vector = vectors[document] { all[replacement.new] = vector }
        let multiVectors = try transaction.multiVectors(object.multiVectors, of: document, in: shard.address)
        let number = try transaction.takeDocumentNumber(in: shard.address)
        try transaction.editPostings(of: shard.address) {
            collection.invertedSchema.replace(
                collection.indexed(object, as: document), with: collection.indexed(object, as: number), in: &$0)
        }
        let blobs = collection.blobProperties
        var record = object
        for blob in blobs { record.properties[blob] = nil }
        try transaction.replace(
            document, with: record, vectors: all, multiVectors: multiVectors, as: number, keepingBlobsOf: blobs,
            in: shard.address)
    }

    private func isInUse(_ vector: VectorID) -> Bool { collection.definition.vectors.contains { $0.id == vector } }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import InvertedIndexes
import ObjectStorage

/// Revectorizes collections: makes all vectors again from the stored pictures, with the network in use.
///
/// The new vectors get a number of their own and stand beside the old ones until the last one is there; then the
/// definition is switched to them in one transaction, the cut-over. How far it has come is stored with every step, so that
/// it goes on where it was interrupted:
///
///     start ──> step ──> … ──> step ──> cut-over
///                 └── interrupted: the collection refuses vector searches and writes until it is run again
package struct Revectorization {
    /// What has been done of one vector.
    package struct Progress: Sendable {
        package var collection: String
        /// Documents looked at, of `total` numbers given out.
        package var done = 0
        package var total = 0
        package var made = 0
        /// Objects whose pictures gave no vector, by id and reason; at most 100 are kept.
        package var failures: [(id: ObjectID, reason: String)] = []
        package var failureCount = 0
        /// Objects that had a vector and have no picture; they lose it.
        package var withoutPicture = 0
    }

    private let database: Database

    /// How many objects go into one step.
    private static let stepSize = 64

    package init(database: Database) { self.database = database }

    /// The collections that another network filled, or whose revectorization has begun.
    package func collectionsInNeed() async throws(DatabaseError) -> [String] {
        let network = await database.vectorizer.network
        var names: [String] = []
        for collection in database.collectionTable.all {
            for shard in collection.shards.all {
                let state = try await database.lease(shard, of: collection, includesInactive: true).shard.state
                let isForeign = state.vectors.values.contains { $0.network != nil && $0.network != network }
                if isForeign || state.replacement != nil { names.append(collection.definition.name) }
            }
        }
        return names
    }

    /// - Parameter report: is told after every step.
    /// - Throws: `DatabaseError`: no such collection, no pictures in it, no network.
    package func run(
        collection name: String, report: @Sendable (Progress) -> Void
    ) async throws(DatabaseError) -> Progress {
        let collection = try database.requireCollection(name)
        guard let network = await database.vectorizer.network else {
            throw .searchVectorization(.unavailable(reason: "no network is loaded to make the vectors with"))
        }
        let definitions = collection.definition.vectors.filter { $0.vectorizer != .none }
        guard !definitions.isEmpty else {
            throw .invalidDefinition("class \(name) has no vectors that are made from pictures")
        }
        var progress = Progress(collection: name)
        for definition in definitions {
            for shard in collection.shards.all {
                // For the time of the work; nothing else runs that would unload it.
                let lease = try await database.lease(shard, of: collection, includesInactive: true)
                defer { withExtendedLifetime(lease) {} }
                try await begin(definition, network, collection, shard)
                try await fill(definition, network, collection, shard, &progress, report)
                try await cutOver(definition, collection, shard)
            }
        }
        return progress
    }

    /// Notes what is to be done, unless it has been begun by an earlier run with the same network.
    private func begin(
        _ definition: VectorDefinition, _ network: NetworkIdentity, _ collection: Collection, _ shard: Shard
    ) async throws(DatabaseError) {
        if let begun = shard.state.replacement, begun.network == network { return }
        let changed = try await database.submit(
            DefinitionChange(
                collection: collection.id, name: collection.definition.name, collections: database.collectionTable,
                change: { existing in
                    var changed = existing
                    changed.nextVectorNumber += 1
                    return changed
                }))
        let number = VectorID(changed.nextVectorNumber - 1)
        try await database.submit(
            ShardStateChange(shard: shard) { state, transaction in
                let end = try transaction.counters(of: shard.address).nextDocument
                state.replacement = .init(
                    old: state.replacement?.old ?? definition.id, new: number, network: network, next: DocumentID(0),
                    end: DocumentID(UInt32(truncatingIfNeeded: end)))
            })
    }

    private func fill(
        _ definition: VectorDefinition, _ network: NetworkIdentity, _ collection: Collection, _ shard: Shard,
        _ progress: inout Progress, _ report: @Sendable (Progress) -> Void
    ) async throws(DatabaseError) {
        let snapshot = collection.snapshot
        while true {
            guard let replacement = shard.state.replacement else { return }
            let step = try database.readStorage { try nextStep(definition, snapshot, shard, replacement, $0) }
            guard !step.isEmpty else { return }
            let requests = step.enumerated().filter { !$0.element.pictures.isEmpty }.map { index, entry in
                PictureVectors.Request(object: index, vector: replacement.new, pictures: entry.pictures)
            }
            let results = await PictureVectors(vectorizer: database.vectorizer).vectors(for: requests)
            var vectors: [DocumentID: [Float]] = [:]
            for (request, result) in zip(requests, results) {
                switch result {
                case .success(let vector): vectors[step[request.object].document] = vector
                case .failure(let error):
                    progress.failureCount += 1
                    if progress.failures.count < 100 {
                        progress.failures.append((step[request.object].id, error.message))
                    }
                }
            }
            progress.withoutPicture += step.count { $0.pictures.isEmpty && $0.hasOldVector }
            progress.made += vectors.count
            try await database.submit(
                RevectorizationStep(
                    shard: shard, collection: snapshot, documents: step.map(\.document), vectors: vectors))
            progress.done = Int(step[step.count - 1].document.number) + 1
            progress.total = Int(replacement.end.number)
            report(progress)
        }
    }

    private struct Entry {
        var document: DocumentID
        var id: ObjectID
        var pictures: [(property: String, bytes: [UInt8])]
        var hasOldVector: Bool
    }

    private func nextStep(
        _ definition: VectorDefinition, _ collection: Collection.Snapshot, _ shard: Shard,
        _ replacement: ShardState.Replacement, _ transaction: ReadTransaction
    ) throws -> [Entry] {
        var entries: [Entry] = []
        var bytes = 0
        try transaction.scanObjects(in: shard.address, from: replacement.next) { document, object in
            guard document < replacement.end else { return false }
            let pictures = PictureVectors.pictures(
                for: definition, in: collection.definition, of: object.properties)
            bytes += pictures.reduce(0) { $0 + $1.bytes.count }
            entries.append(
                Entry(
                    document: document, id: object.id, pictures: pictures,
                    hasOldVector: object.vectors.contains(replacement.old)))
            return entries.count < Self.stepSize && bytes < 64 << 20
        }
        return entries
    }

    /// Switches the collection to the new vectors, and loads their index.
    private func cutOver(
        _ definition: VectorDefinition, _ collection: Collection, _ shard: Shard
    ) async throws(DatabaseError) {
        guard let replacement = shard.state.replacement else { return }
        _ = try await database.submit(
            DefinitionChange(
                collection: collection.id, name: collection.definition.name, collections: database.collectionTable,
                change: { existing in
                    var changed = existing
                    for index in changed.vectors.indices where changed.vectors[index].id == replacement.old {
                        changed.vectors[index].id = replacement.new
                    }
                    return changed
                },
                alongside: ShardStateChange(shard: shard) { state, _ in
                    state.vectors[replacement.old] = nil
                    state.vectors[replacement.new] = .init(
                        dimensions: replacement.network.dimensions, network: replacement.network)
                    state.replacement = nil
                }))
        guard let index = shard.index(of: replacement.new) else { return }
        try database.readStorage { transaction in
            _ = try index.load(dimensions: replacement.network.dimensions, in: transaction)
        }
        database.maintenance.noteChange(of: index)
    }
}

/// Changes what is fixed in a shard.
struct ShardStateChange: Change {
    let shard: Shard
    let body: @Sendable (inout ShardState, WriteTransaction) throws -> Void
    private let staged = StagedShardState()

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
private struct RevectorizationStep: Change {
    let shard: Shard
    let collection: Collection.Snapshot
    /// Ascending.
    let documents: [DocumentID]
    let vectors: [DocumentID: [Float]]
    private let staged = StagedShardState()

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
        var postings = PostingBatch()
        for document in documents {
            try replace(document, replacement, &postings, transaction)
        }
        try postings.flush(into: transaction.invertedWriter(shard.address))
        replacement.next = DocumentID(last.number + 1)
        state.replacement = replacement
        try staged.stage(state, of: shard, in: transaction)
    }

    func committed(_ result: Void) { staged.publish() }
    func rolledBack() { staged.retract() }

    private func replace(
        _ document: DocumentID, _ replacement: ShardState.Replacement, _ postings: inout PostingBatch,
        _ transaction: WriteTransaction
    ) throws {
        guard
            let object = try transaction.object(
                document, in: shard.address, properties: collection.indexedSelection)
        else { return }
        var all: [VectorID: [Float]] = [:]
        for id in object.vectors where id != replacement.old {
            all[id] = try transaction.vector(id, of: document, in: shard.address)
        }
        if let vector = vectors[document] { all[replacement.new] = vector }
        let number = try transaction.takeDocumentNumber(in: shard.address)
        collection.invertedSchema.replace(
            collection.indexed(object, as: document), with: collection.indexed(object, as: number), in: &postings)
        let blobs = collection.blobProperties
        var record = object
        for blob in blobs { record.properties[blob] = nil }
        try transaction.replace(
            document, with: record, vectors: all, as: number, keepingBlobsOf: blobs, in: shard.address)
    }
}

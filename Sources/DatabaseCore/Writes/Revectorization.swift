// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage

/// Revectorizes collections: makes all vectors again from the stored pictures, with the network in use.
///
/// The new vectors get a number of their own and stand beside the old ones until every shard has them; then the definition
/// is switched to them in one transaction, for all shards at once. How far each shard has come is stored with every step, so
/// that it goes on where it was interrupted:
///
///     start (all shards) ──> step ──> … ──> step ──> end of a shard ──> … ──> switch (all shards)
///                              └── interrupted: the collection refuses vector searches and writes until it is run again
///
/// It is meant for a database that nobody else uses meanwhile: a shard that is added after the start stops the switch.
package struct Revectorization {
    /// What has been done of one collection.
    package struct Progress: Sendable {
        package var collection: String
        /// Document numbers looked at, of `total` given out, in all shards together; of the vector that is made just now.
        package var done = 0
        /// Document numbers given out, in all shards.
        package var total = 0
        /// Vectors made so far, of all vectors of the collection.
        package var made = 0
        /// Objects whose pictures gave no vector, by id and reason; at most 100 are kept.
        package var failures: [(id: ObjectID, reason: String)] = []
        /// How many there are in all.
        package var failureCount = 0
        /// Objects that had a vector and have no picture; they lose it.
        package var withoutPicture = 0
    }

    private let database: Database

    /// How many objects go into one step.
    private static let stepSize = 64

    package init(database: Database) { self.database = database }

    /// The names of the collections that another network filled, or whose revectorization has begun; each once.
    ///
    /// - Throws: `DatabaseError.storage`: a shard cannot be loaded.
    package func collectionsInNeed() async throws(DatabaseError) -> [String] {
        let network = await database.vectorizer.network
        var names: [String] = []
        for collection in database.collectionTable.all {
            let definitions = collection.definition.vectors
            for lease in try await leases(of: collection) {
                let state = lease.shard.state
                guard state.replacement != nil || definitions.contains(where: { state.isForeign($0, to: network) })
                else { continue }
                names.append(collection.name)
                break
            }
        }
        return names
    }

    /// Makes the vectors of a collection again, or goes on with that.
    ///
    /// - Parameter report: is told after every step.
    /// - Throws: `DatabaseError`: no such collection, no pictures in it, no network; `.cancelled` if the task is cancelled,
    ///   after which the next run goes on.
    package func run(
        collection name: String, report: @Sendable (Progress) -> Void
    ) async throws(DatabaseError) -> Progress {
        let collection = try database.requireCollection(name)
        guard let network = await database.vectorizer.network else {
            throw .searchVectorization(.unavailable(reason: "no network is loaded to make the vectors with"))
        }
        // For the time of the work: what changes in the state of a shard needs it loaded.
        let leases = try await leases(of: collection)
        defer { withExtendedLifetime(leases) {} }
        let shards = leases.map(\.shard)
        let definitions = Self.pending(collection.definition, shards, network)
        guard !definitions.isEmpty else {
            throw .invalidDefinition("class \(name) has no vectors that are made from pictures")
        }
        if let property = definitions.lazy.compactMap({ $0.hashedPicture(in: collection.definition) }).first {
            throw .invalidDefinition(
                "class \(name) keeps only the hashes of the pictures in '\(property)', of which no vectors can be made; "
                    + "import its objects again")
        }
        var progress = Progress(collection: name)
        for definition in definitions {
            let new = try await database.submit(
                RevectorizationStart(
                    vector: definition.id, network: network.with(definition), collection: collection.id, shards: shards)
            )
            progress.done = 0
            progress.total = shards.reduce(0) { $0 + Int($1.state.replacement?.end.number ?? 0) }
            for shard in shards {
                try await fill(definition, collection, shard, &progress, report)
                try await end(shard, old: definition.id)
            }
            _ = try await database.submit(
                RevectorizationSwitch(
                    old: definition.id, new: new, network: network.with(definition), collection: collection.id,
                    shards: shards,
                    collections: database.collectionTable))
            try loadIndexes(of: new, dimensions: network.dimensions, shards)
        }
        return progress
    }

    private func leases(of collection: Collection) async throws(DatabaseError) -> [ShardLease] {
        var leases: [ShardLease] = []
        for shard in collection.shards.all {
            leases.append(try await database.lease(shard, of: collection, includesInactive: true))
        }
        return leases
    }

    /// The vectors that are to be made: all, or where one was interrupted, this first, and of the others those in need.
    private static func pending(
        _ collection: CollectionDefinition, _ shards: [Shard], _ network: NetworkIdentity
    ) -> [VectorDefinition] {
        let definitions = collection.vectors.filter { $0.vectorizer != .none }
        let states = shards.map(\.state)
        let interrupted = Set(states.compactMap { $0.replacement?.old })
        if interrupted.isEmpty { return definitions }
        return definitions.filter { interrupted.contains($0.id) }
            + definitions.filter { definition in
                !interrupted.contains(definition.id)
                    && states.contains { $0.isForeign(definition, to: network) }
            }
    }

    /// Makes the vectors of one shard.
    private func fill(
        _ definition: VectorDefinition, _ collection: Collection, _ shard: Shard, _ progress: inout Progress,
        _ report: @Sendable (Progress) -> Void
    ) async throws(DatabaseError) {
        let snapshot = collection.snapshot
        let doneBefore = progress.done
        while let replacement = shard.state.replacement, replacement.next < replacement.end {
            if Task.isCancelled { throw .cancelled }
            let step = try database.readStorage { try nextStep(definition, snapshot, shard, replacement, $0) }
            guard let last = step.last else { break }
            let requests = step.enumerated().filter { !$0.element.pictures.isEmpty }.map { index, entry in
                PictureVectors.Request(object: index, vector: replacement.new, pictures: entry.pictures)
            }
            let results = await PictureVectors(vectorizer: database.vectorizer).vectors(for: requests)
            var vectors: [DocumentID: [Float]] = [:]
            for (request, result) in zip(requests, results) {
                let entry = step[request.object]
                switch result {
                case .success(let vector): vectors[entry.document] = vector
                case .failure(let error):
                    progress.failureCount += 1
                    if progress.failures.count < 100 { progress.failures.append((entry.id, error.message)) }
                }
            }
            progress.withoutPicture += step.count { $0.pictures.isEmpty && $0.hasOldVector }
            progress.made += vectors.count
            try await database.submit(
                RevectorizationStep(
                    shard: shard, collection: snapshot, documents: step.map(\.document), vectors: vectors))
            progress.done = doneBefore + Int(last.document.number) + 1
            report(progress)
        }
        progress.done = doneBefore + Int(shard.state.replacement?.end.number ?? 0)
    }

    /// Notes that all documents of a shard have been looked at, and removes the snapshot of the old index, which is of no
    /// more use: a bounded number of segments at a time.
    private func end(_ shard: Shard, old: VectorID) async throws(DatabaseError) {
        try await database.submit(
            ShardStateChange(shard: shard) { state, _ in
                if let end = state.replacement?.end { state.replacement?.next = end }
            })
        while try await database.submit(OldSnapshotRemoval(vector: old, shard: shard.address)) {}
    }

    private func loadIndexes(of vector: VectorID, dimensions: Int, _ shards: [Shard]) throws(DatabaseError) {
        for shard in shards where shard.state.vectors[vector] != nil {
            guard let index = shard.index(of: vector) else { continue }
            try database.readStorage { transaction in
                _ = try index.load(dimensions: dimensions, in: transaction)
            }
            database.maintenance.noteChange(of: index)
        }
    }

    private struct Entry {
        var document: DocumentID
        var id: ObjectID
        var pictures: [(property: String, picture: PictureInput)]
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
            let pictures = try PictureVectors.pictures(
                PictureVectors.stored(for: definition, in: collection.definition, of: object.properties),
                hashedBlobs: [:], for: definition)
            bytes += pictures.reduce(0) { $0 + $1.picture.bytes.count }
            entries.append(
                Entry(
                    document: document, id: object.id, pictures: pictures,
                    hasOldVector: object.vectors.contains(replacement.old)))
            return entries.count < Self.stepSize && bytes < 64 << 20
        }
        return entries
    }
}

extension ShardState {
    /// Whether a network has made the vectors of `vector`, and another one than `network`, or of pictures made ready otherwise.
    fileprivate func isForeign(_ vector: VectorDefinition, to network: NetworkIdentity?) -> Bool {
        guard let filledBy = vectors[vector.id]?.network else { return false }
        return filledBy != network?.with(vector)
    }
}

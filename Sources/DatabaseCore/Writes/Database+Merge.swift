// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage
import ProcessMemory

extension Database {
    /// How often a merge is prepared again because another write came between.
    private static let mergeAttempts = 8

    package func merge(_ object: ObjectInput) async throws(DatabaseError) {
        let permit = try await enterMemory([object])
        defer { permit.leave() }
        let refusals = try await extendSchema(for: [object], canCreateCollection: false)
        if let refusal = refusals[0] { throw refusal }
        let collection = try requireCollection(object.collection)
        let shard = try await wakenShard(of: collection, for: object.tenant)
        guard let id = object.id else { throw .invalidObject("the object has no id; give the id of the one to change") }
        let snapshot = collection.snapshot
        let changes = try ObjectValidator(definition: snapshot.definition).changes(in: object)
        let lease = try await lease(shard, of: collection)
        let preparation = ObjectPreparation(collection: snapshot, shard: shard, vectorizer: vectorizer)
        for _ in 0..<Self.mergeAttempts {
            let current = try readStorage { transaction in
                try transaction.document(of: id, in: shard.address).flatMap {
                    try transaction.object($0, in: shard.address, properties: .only(preparation.pictureProperties))
                }
            }
            guard let current else { throw .objectNotFound(collection: object.collection, id: id) }
            let patch = try await preparation.prepare(changes, of: id, current: current.properties)
            let network = patch.madeVectors.isEmpty ? nil : await vectorizer.network
            let command = ObjectCommand.patch(patch, time: now(), network: network)
            do {
                let outcomes = try await queue.submit(change(command, collection, lease)).outcomes
                if case .refused(let error)? = outcomes.first { throw error }
                return
            } catch is ChangedMeanwhile {
                continue
            } catch {
                throw databaseError(error)
            }
        }
        throw .overloaded("the object \(id) is changed by others all the time; try again")
    }
}

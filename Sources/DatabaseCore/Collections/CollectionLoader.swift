// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Observability

/// Brings what is stored into memory when the database opens: the catalogue, and the vector indexes from their snapshots.
struct CollectionLoader {
    let environment: StorageEnvironment
    let logger: Logger

    func load() throws -> CollectionTable {
        let table = CollectionTable()
        try environment.read { transaction in
            for record in try transaction.collections() {
                let definition = try DefinitionCodec.decoded(record.definition)
                let shards = try transaction.shards(of: record.id).map { shard in
                    Shard(address: shard.address, name: shard.name, definition: definition)
                }
                guard !shards.isEmpty || definition.multiTenancy.isEnabled else {
                    throw DatabaseError.storage("collection \(record.name) has no shard; the catalogue is damaged")
                }
                table.add(Collection(id: record.id, definition: definition, shards: shards))
                for shard in shards { try load(shard, collection: record.name, in: transaction) }
            }
        }
        return table
    }

    private func load(_ shard: Shard, collection: String, in transaction: ReadTransaction) throws {
        for problem in try shard.load(in: transaction) {
            logger.warning(
                "the snapshot of a vector index cannot be used; the index is built again from the vectors",
                ["collection": .text(collection), "reason": .text(problem)])
        }
        if shard.state.replacement != nil {
            logger.warning(
                "the revectorization of a collection was interrupted; run `needletail revectorize`",
                ["collection": .text(collection)])
        }
    }
}

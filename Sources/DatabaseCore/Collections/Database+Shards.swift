// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension Database {
    package func shards() -> [ShardStatus] {
        let shards = collectionTable.all.flatMap { collection in
            let name = collection.definition.name
            return collection.shards.all.map { (collection: name, shard: $0) }
        }
        let counts = try? environment.read { transaction in
            shards.map { try? transaction.counters(of: $0.shard.address).objectCount }
        }
        return shards.enumerated().map { index, entry in
            let shard = entry.shard
            return ShardStatus(
                collection: entry.collection, name: shard.name, objectCount: Int(counts?[index] ?? 0),
                unlinkedCount: shard.allIndexes.reduce(0) { $0 + $1.unlinkedCount }, isReadOnly: shard.isReadOnly)
        }
    }

    package func setReadOnly(
        _ isReadOnly: Bool, shard name: String, of collection: String
    ) throws(DatabaseError) {
        guard let shard = try requireCollection(collection).shards[name] else {
            throw .shardNotFound(name)
        }
        shard.isReadOnly = isReadOnly
    }

    /// Adds shards to a collection with tenants, one a tenant, called like it. Those that are there stay as they are.
    ///
    /// - Throws: `DatabaseError.collectionNotFound`, `.tenantNotExpected`, `.storage` where a name cannot be used.
    package func createShards(named names: [String], in name: String) async throws(DatabaseError) {
        let collection = try requireCollection(name)
        guard collection.definition.multiTenancy.isEnabled else { throw .tenantNotExpected(collection: name) }
        for start in stride(from: 0, to: names.count, by: ShardCreation.shardsPerChange) {
            let part = names[start..<min(start + ShardCreation.shardsPerChange, names.count)]
            _ = try await submit(
                ShardCreation(names: Array(part), collection: collection.id, name: name, collections: collectionTable))
        }
    }

    /// Takes a shard out of memory when those who use it have left; its next user loads it again.
    ///
    /// - Throws: `DatabaseError.collectionNotFound`, `.shardNotFound`.
    package func unloadShard(named name: String, of collection: String) async throws(DatabaseError) {
        guard let shard = try requireCollection(collection).shards[name] else { throw .shardNotFound(name) }
        guard await shard.beginUnloading() == .work else { return }
        await maintenance.save(shard.allIndexes.filter(\.needsLastSnapshot))
        shard.finishUnloading()
    }
}

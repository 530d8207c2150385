// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension Database {
    package func shards(of name: String?) -> [ShardStatus] {
        let collections = name.map { [collectionTable[$0]].compactMap { $0 } } ?? collectionTable.all
        let shards = collections.flatMap { collection in
            let name = collection.name
            return collection.shards.all.map { (collection: name, shard: $0) }
        }
        let counts = try? environment.read { transaction in
            shards.map { try? transaction.counters(of: $0.shard.address).objectCount }
        }
        return shards.enumerated().map { index, entry in
            let shard = entry.shard
            return ShardStatus(
                collection: entry.collection, name: shard.name, objectCount: Int(counts?[index] ?? 0),
                unlinkedCount: shard.allIndexes.reduce(0) { $0 + $1.unlinkedCount }, isReadOnly: shard.isReadOnly,
                isActive: shard.status == .active, isLoaded: shard.isLoaded)
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
}

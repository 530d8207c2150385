// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

extension Database {
    package func shards() -> [ShardStatus] {
        collectionTable.all.flatMap { collection in
            collection.shards.map { shard in
                let count = try? environment.read { try $0.counters(of: shard.address).objectCount }
                return ShardStatus(
                    collection: collection.definition.name, name: shard.name, objectCount: Int(count ?? 0),
                    unlinkedCount: shard.allIndexes.reduce(0) { $0 + $1.unlinkedCount }, isReadOnly: shard.isReadOnly)
            }
        }
    }

    package func setReadOnly(
        _ isReadOnly: Bool, shard name: String, of collection: String
    ) throws(DatabaseError) {
        guard let shard = try requireCollection(collection).shards.first(where: { $0.name == name }) else {
            throw .shardNotFound(name)
        }
        shard.isReadOnly = isReadOnly
    }
}

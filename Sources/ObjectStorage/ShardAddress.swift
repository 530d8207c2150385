// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Where the objects of one shard lie: the numbers that all their keys begin with.
package struct ShardAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let collection: CollectionID
    package let shard: ShardID

    package init(_ collection: CollectionID, _ shard: ShardID) {
        self.collection = collection
        self.shard = shard
    }

    package var description: String { "shard \(shard.number) of collection \(collection.number)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.collection, left.shard) < (right.collection, right.shard)
    }
}

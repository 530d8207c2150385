// SPDX-License-Identifier: Apache-2.0

/// The state of one shard.
package struct ShardStatus: Hashable, Sendable {
    package var collection: String
    package var name: String
    package var objectCount: Int
    /// Vectors that wait for their links in the graph; they are searched exactly meanwhile.
    package var unlinkedCount: Int
    /// Whether writes are refused.
    package var isReadOnly: Bool

    package init(collection: String, name: String, objectCount: Int, unlinkedCount: Int, isReadOnly: Bool = false) {
        self.collection = collection
        self.name = name
        self.objectCount = objectCount
        self.unlinkedCount = unlinkedCount
        self.isReadOnly = isReadOnly
    }
}

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
    /// Whether the tenant is in use, if it is the shard of one.
    package var isActive: Bool
    /// Whether its indexes are in memory.
    package var isLoaded: Bool

    package init(
        collection: String, name: String, objectCount: Int, unlinkedCount: Int, isReadOnly: Bool = false,
        isActive: Bool = true, isLoaded: Bool = true
    ) {
        self.collection = collection
        self.name = name
        self.objectCount = objectCount
        self.unlinkedCount = unlinkedCount
        self.isReadOnly = isReadOnly
        self.isActive = isActive
        self.isLoaded = isLoaded
    }
}

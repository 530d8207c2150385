// SPDX-License-Identifier: Apache-2.0

/// Operations that tell how a database fares, for whoever keeps the server running.
package protocol InspectionOperations: Sendable {
    /// How far the file may grow, and how many commits there were. O(1).
    func storageFigures() throws(DatabaseError) -> StorageFigures
    /// Every vector index there is, by collection, shard and vector. Those of shards that are not loaded have no figures.
    func vectorIndexes() -> [VectorIndexStatus]
}

/// What is known of the file that everything lies in.
package struct StorageFigures: Hashable, Sendable {
    /// `NEEDLETAIL_MAP_SIZE`, or less where the address space does not allow as much.
    package var mapSizeInBytes: Int
    /// Grows with every commit.
    package var lastCommit: UInt64

    package init(mapSizeInBytes: Int, lastCommit: UInt64) {
        self.mapSizeInBytes = mapSizeInBytes
        self.lastCommit = lastCommit
    }
}

/// The state of one vector index.
package struct VectorIndexStatus: Hashable, Sendable {
    package var collection: String
    package var shard: String
    /// `nil` for the vector without a name.
    package var vector: String?
    /// As definitions name it: `hnsw`, `flat`, `dynamic`; multi-vectors have no index: `none`.
    package var kind: String
    /// As definitions name it.
    package var metric: String
    /// `nil` before the first vector, and where the shard is not loaded.
    package var dimensions: Int?
    package var vectorCount = 0
    /// Vectors that wait for their links.
    package var unlinkedCount = 0
    package var memoryInBytes = 0

    package init(collection: String, shard: String, vector: String?, kind: String, metric: String) {
        self.collection = collection
        self.shard = shard
        self.vector = vector
        self.kind = kind
        self.metric = metric
    }
}

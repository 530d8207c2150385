// SPDX-License-Identifier: Apache-2.0

/// Operations that tell how a database fares, for whoever keeps the server running.
package protocol InspectionOperations: Sendable {
    /// How far the file may grow, and how many commits there were. O(1).
    func storageFigures() throws(DatabaseError) -> StorageFigures
    /// Of all vector indexes that are loaded. O(shards).
    var indexMemoryInBytes: Int { get }
    /// What each collection holds, by name. O(shards).
    func collectionFigures() -> [CollectionFigures]
    /// What a collection takes of the file: goes through all of its entries, in pieces with short views of their own, and looks for the
    /// task's cancellation. Pictures and vectors are not read for it, records are.
    ///
    /// - Returns: `nil` if there is no such collection.
    func storedSizes(of collection: String) throws -> CollectionSizes?
    /// Reads, makes a durable change that means nothing, and takes it back.
    func tryStorage() async throws(DatabaseError)
    /// Has each vector index that is in memory look for a stored vector.
    func tryIndexes() throws(DatabaseError) -> [IndexTrial]
    /// How far the clock is behind the time of the last write; zero if it is not.
    var clockDelay: Duration { get }
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

/// What a collection holds.
package struct CollectionFigures: Hashable, Sendable {
    package var name: String
    package var objectCount: Int
    /// `nil` of a collection without tenants.
    package var tenantCount: Int?
    package var vectors: [VectorFigures]

    package init(name: String, objectCount: Int, tenantCount: Int?, vectors: [VectorFigures]) {
        self.name = name
        self.objectCount = objectCount
        self.tenantCount = tenantCount
        self.vectors = vectors
    }

    /// Whether pictures become vectors in it.
    package var needsNetwork: Bool { vectors.contains { $0.vectorizer != Vectorizer.none.moduleName } }
}

/// One vector of the objects of a collection, with its indexes in all shards that are in memory.
package struct VectorFigures: Hashable, Sendable {
    /// `nil` for the vector without a name.
    package var name: String?
    /// As definitions name it, or `none`.
    package var vectorizer: String
    /// As definitions name it: `hnsw`, `flat`, `dynamic`; `none` for what is not indexed.
    package var index: String
    /// As definitions name it; `maxSim` of multi-vectors.
    package var metric: String
    /// `nil` before the first vector, and where no shard is in memory.
    package var dimensions: Int?
    /// Vectors that wait for their links.
    package var unlinkedCount = 0
    package var memoryInBytes = 0

    package init(name: String?, vectorizer: String, index: String, metric: String) {
        self.name = name
        self.vectorizer = vectorizer
        self.index = index
        self.metric = metric
    }
}

/// What the entries of a collection take in the file: bytes of keys and values.
package struct CollectionSizes: Hashable, Sendable {
    package var objects: Int
    package var pictures: Int
    package var inverted: Int
    /// Of vectors and of snapshots of their indexes, by the names of vectors, the one without a name as "".
    package var vectors: [String: Int]
    package var total: Int

    package init(objects: Int, pictures: Int, inverted: Int, vectors: [String: Int], total: Int) {
        self.objects = objects
        self.pictures = pictures
        self.inverted = inverted
        self.vectors = vectors
        self.total = total
    }
}

/// Whether the indexes of one vector of a collection find what is stored.
package struct IndexTrial: Hashable, Sendable {
    package var collection: String
    /// `nil` for the vector without a name.
    package var vector: String?
    /// How many indexes were asked; those of shards that are not in memory are not.
    package var triedCount = 0
    /// The shards whose indexes found something farther away than the vector that was looked for.
    package var failedShards: [String] = []

    package init(collection: String, vector: String?) {
        self.collection = collection
        self.vector = vector
    }
}

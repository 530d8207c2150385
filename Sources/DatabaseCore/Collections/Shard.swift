// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Synchronization
import VectorIndexes

/// One shard of a collection: where its objects lie, what its vectors have in common, and their indexes.
final class Shard: Sendable {
    private struct Contents {
        var indexes: [VectorID: ShardVectorIndex] = [:]
        /// As the last commit left it.
        var state = ShardState()
        /// As the writer's transaction leaves it, if that is committed.
        var stagedState = ShardState()
    }

    let address: ShardAddress
    let name: String
    /// Where writers wait while too many vectors wait for their links.
    private let gate: TailGate
    private let readOnly = Atomic<Bool>(false)
    private let contents = Mutex(Contents())

    init(
        address: ShardAddress, name: String, definition: CollectionDefinition, tailLimit: Int = TailGate.limit
    ) {
        self.address = address
        self.name = name
        gate = TailGate(limit: tailLimit)
        adopt(definition)
    }

    /// Whether writes are refused; not stored, so a start makes it `false` again.
    var isReadOnly: Bool {
        get { readOnly.load(ordering: .acquiring) }
        set { readOnly.store(newValue, ordering: .releasing) }
    }

    /// Suspends a writer while more vectors wait for their links than searches should have to scan.
    func waitForRoom() async {
        await gate.wait { [self] in contents.withLock { $0.indexes.values.reduce(0) { max($0, $1.unlinkedCount) } } }
    }

    /// Lets all writers through, when nothing will be linked any more.
    func openGate() { gate.openForGood() }

    /// Lets go of the indexes, and of the writers who wait. For a shard that was dropped.
    func close() {
        for index in allIndexes { index.close() }
        openGate()
    }

    // MARK: State

    /// What is fixed for the vectors, as the last commit left it.
    ///
    /// It is published after the commit and before the next transaction of the writer begins. So a reader who asks *after*
    /// its transaction has begun sees the state of that transaction, of the one before, or a newer one. That is consistent
    /// enough: dimensions and networks only ever come to be, and a revectorization is noted in a commit of its own, which
    /// moves no vector, before the first one that does.
    var state: ShardState { contents.withLock { $0.state } }

    /// The state that the writer's transaction has come to. For the writer thread.
    var stagedState: ShardState { contents.withLock { $0.stagedState } }

    /// Notes what the writer's transaction makes of the state. For the writer thread, through `StagedShardState`.
    func stage(_ state: ShardState) { contents.withLock { $0.stagedState = state } }

    /// Lets readers see what was staged, after the commit.
    func publishState() { contents.withLock { $0.state = $0.stagedState } }

    // MARK: Indexes

    /// The index of one vector; `nil` if the vector is not indexed.
    func index(of vector: VectorID) -> ShardVectorIndex? { contents.withLock { $0.indexes[vector] } }

    /// By number.
    var allIndexes: [ShardVectorIndex] {
        contents.withLock { contents in contents.indexes.values.sorted { $0.vector < $1.vector } }
    }

    /// Makes indexes for vectors that are new in `definition`, and passes changed search values to the others.
    func adopt(_ definition: CollectionDefinition) {
        contents.withLock { contents in
            for vector in definition.vectors where !vector.index.isSkipped {
                let configuration = VectorIndexConfiguration(vector.index)
                if let index = contents.indexes[vector.id] {
                    index.reconfigure(configuration)
                } else {
                    contents.indexes[vector.id] = ShardVectorIndex(
                        vector: vector.id, shard: address, configuration: configuration, gate: gate)
                }
            }
        }
    }

    /// Brings state and indexes to what `transaction` holds. Blocks.
    ///
    /// - Returns: what was wrong with snapshots that could not be used.
    /// - Throws: `DatabaseError.storage`, `StorageError`: what is stored cannot be read.
    func load(in transaction: ReadTransaction) throws -> [String] {
        let state = try ShardState(of: address, in: transaction)
        contents.withLock { contents in
            contents.state = state
            contents.stagedState = state
        }
        return try allIndexes.compactMap { index in
            guard let dimensions = state.vectors[index.vector]?.dimensions else { return nil }
            return try index.load(dimensions: dimensions, in: transaction)
        }
    }
}

extension VectorIndexConfiguration {
    /// What of `definition` the vector index has to know.
    init(_ definition: VectorIndexDefinition) {
        self.init(
            kind: definition.kind == .flat ? .flat : .hnsw, metric: definition.metric,
            maxConnections: definition.maxConnections, efConstruction: definition.efConstruction, ef: definition.ef,
            dynamicEfMin: definition.dynamicEfMin, dynamicEfMax: definition.dynamicEfMax,
            dynamicEfFactor: definition.dynamicEfFactor, flatSearchCutoff: definition.flatSearchCutoff)
    }
}

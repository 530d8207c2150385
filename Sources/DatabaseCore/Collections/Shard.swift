// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Synchronization
import VectorIndexes

/// One shard of a collection: where its objects lie, what its vectors have in common, and their indexes.
///
/// State and indexes are in memory from the first lease on (`Database.lease`, `ShardLifecycle`).
final class Shard: Sendable {
    private struct Contents {
        var lifecycle: ShardLifecycle
        /// Those who want to enter or close the shard and cannot yet.
        var waiting: [CheckedContinuation<Void, Never>] = []
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
    private let inactive: Atomic<Bool>
    private let contents: Mutex<Contents>

    /// A shard that is stored and not loaded.
    init(address: ShardAddress, name: String, status: Tenant.Status = .active) {
        self.address = address
        self.name = name
        inactive = Atomic(status == .inactive)
        gate = TailGate()
        contents = Mutex(Contents(lifecycle: ShardLifecycle()))
    }

    /// A shard that holds nothing yet, ready for use.
    init(
        address: ShardAddress, name: String, definition: CollectionDefinition, tailLimit: Int = TailGate.limit
    ) {
        self.address = address
        self.name = name
        inactive = Atomic(false)
        gate = TailGate(limit: tailLimit)
        contents = Mutex(Contents(lifecycle: ShardLifecycle(.ready(users: 0))))
        adopt(definition)
    }

    /// Whether writes are refused; not stored, so a start makes it `false` again.
    var isReadOnly: Bool {
        get { readOnly.load(ordering: .acquiring) }
        set { readOnly.store(newValue, ordering: .releasing) }
    }

    /// Whether the shard's tenant is in use, as the last commit left it; a shard of no tenant always is.
    var status: Tenant.Status {
        get { inactive.load(ordering: .acquiring) ? .inactive : .active }
        set { inactive.store(newValue == .inactive, ordering: .releasing) }
    }

    // MARK: Life

    /// Whether state and indexes are in memory.
    var isLoaded: Bool { contents.withLock { $0.lifecycle.isLoaded } }

    /// Enters the shard, when that is possible.
    ///
    /// - Returns: `.work`, if the caller has to load it and then calls `finishLoading`; else `.proceed`. It is counted as a
    ///   user in both cases, until `leave`.
    func enter() async -> ShardLifecycle.Step { await step { $0.enter() } }

    /// Enters a cold shard to load it, when nobody else uses it yet.
    ///
    /// - Returns: whether the caller has to load it and then calls `finishLoading`, as with `enter`.
    func beginLoading() -> Bool {
        contents.withLock { contents in
            guard contents.lifecycle.state == .cold else { return false }
            return contents.lifecycle.enter() == .work
        }
    }

    /// To be called when `load` is done: lets the others in, or one of them try again.
    func finishLoading(isLoaded: Bool) {
        tell { lifecycle in
            if isLoaded { lifecycle.loaded() } else { lifecycle.loadFailed() }
            return true
        }
    }

    func leave() { tell { $0.leave() } }

    /// Closes the shard, when its users have left.
    ///
    /// - Parameter isWanted: whether it is still to be closed; asked whenever a user has left or has come.
    /// - Returns: `.work`, if the caller has to unload it and then calls `finishUnloading`; `.proceed`, if it is cold or is not
    ///   to be closed any more.
    func beginUnloading(while isWanted: () -> Bool) async -> ShardLifecycle.Step {
        await step { lifecycle in
            guard isWanted() else {
                lifecycle.keepOpen()
                return .proceed
            }
            return lifecycle.close()
        }
    }

    /// Lets go of what is in memory.
    func finishUnloading() {
        releaseIndexes()
        tell { lifecycle in
            lifecycle.closed()
            return true
        }
    }

    /// Lets go of the indexes, and of the writers who wait. For a shard that was dropped.
    func drop() {
        releaseIndexes()
        openGate()
    }

    private func releaseIndexes() {
        let indexes = contents.withLock { contents in
            defer { contents.indexes = [:] }
            return contents.indexes
        }
        for index in indexes.values { index.release() }
    }

    /// Makes a step, and as long as that is to wait, waits and makes it again.
    private func step(_ event: (inout ShardLifecycle) -> ShardLifecycle.Step) async -> ShardLifecycle.Step {
        while true {
            let (step, waiting) = contents.withLock { contents in
                let wasDraining = contents.lifecycle.isDraining
                let step = event(&contents.lifecycle)
                guard wasDraining, !contents.lifecycle.isDraining else {
                    return (step, [] as [CheckedContinuation<Void, Never>])
                }
                defer { contents.waiting = [] }
                return (step, contents.waiting)
            }
            for continuation in waiting { continuation.resume() }
            if step != .wait { return step }
            await withCheckedContinuation { continuation in
                let mustWait = contents.withLock { contents in
                    // What was waited for may have happened meanwhile. On a copy: the step itself is made above.
                    var lifecycle = contents.lifecycle
                    guard event(&lifecycle) == .wait else { return false }
                    contents.waiting.append(continuation)
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        }
    }

    /// Notes an event, and tells those who wait if it says so.
    private func tell(_ event: (inout ShardLifecycle) -> Bool) {
        let waiting: [CheckedContinuation<Void, Never>] = contents.withLock { contents in
            guard event(&contents.lifecycle) else { return [] }
            defer { contents.waiting = [] }
            return contents.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Suspends a writer while more vectors wait for their links than searches should have to scan.
    func waitForRoom() async {
        await gate.wait { [self] in contents.withLock { $0.indexes.values.reduce(0) { max($0, $1.unlinkedCount) } } }
    }

    /// Lets all writers through, when nothing will be linked any more.
    func openGate() { gate.openForGood() }

    // MARK: State

    /// What is fixed for the vectors, as the last commit left it. Of a loaded shard.
    ///
    /// It is published after the commit and before the next transaction of the writer begins. So a reader who asks *after*
    /// its transaction has begun sees the state of that transaction, of the one before, or a newer one. That is consistent
    /// enough: dimensions and networks only ever come to be, and a revectorization is noted in a commit of its own, which
    /// moves no vector, before the first one that does.
    var state: ShardState { contents.withLock { $0.state } }

    /// The state that the writer's transaction has come to. For the writer thread.
    var stagedState: ShardState { contents.withLock { $0.stagedState } }

    /// Notes what the writer's transaction makes of the state. For the writer thread, through `StagedShardStates`.
    func stage(_ state: ShardState) { contents.withLock { $0.stagedState = state } }

    /// Lets readers see what was staged, after the commit.
    func publishState() { contents.withLock { $0.state = $0.stagedState } }

    // MARK: Indexes

    /// The index of one vector; `nil` if the vector is not indexed, or the shard not loaded.
    func index(of vector: VectorID) -> ShardVectorIndex? { contents.withLock { $0.indexes[vector] } }

    /// By number; none if the shard is not loaded.
    var allIndexes: [ShardVectorIndex] {
        contents.withLock { contents in contents.indexes.values.sorted { $0.vector < $1.vector } }
    }

    /// Makes indexes for vectors that are new in `definition`, and passes changed search values to the others. Does nothing
    /// if the shard is not loaded.
    func adopt(_ definition: CollectionDefinition) {
        contents.withLock { contents in
            guard contents.lifecycle.isLoaded else { return }
            for vector in definition.vectors where vector.hasVectorIndex {
                if let index = contents.indexes[vector.id] {
                    index.reconfigure(VectorIndexConfiguration(vector.index))
                } else {
                    contents.indexes[vector.id] = emptyIndex(of: vector)
                }
            }
        }
    }

    /// Lets go of the index of a vector that the definition has no more.
    func removeIndex(of vector: VectorID) { contents.withLock { $0.indexes.removeValue(forKey: vector) }?.release() }

    private func emptyIndex(of vector: VectorDefinition) -> ShardVectorIndex {
        ShardVectorIndex(
            vector: vector.id, shard: address, configuration: VectorIndexConfiguration(vector.index), gate: gate)
    }

    /// Brings state and indexes to what `transaction` holds, while nothing is written into the shard. Blocks.
    ///
    /// - Returns: what was wrong with snapshots that could not be used.
    /// - Throws: `DatabaseError.storage`, `StorageError`: what is stored cannot be read.
    func load(_ definition: CollectionDefinition, in transaction: ReadTransaction) throws -> [String] {
        let state = try ShardState(of: address, in: transaction)
        var problems: [String] = []
        var indexes: [VectorID: ShardVectorIndex] = [:]
        for vector in definition.vectors where vector.hasVectorIndex {
            let index = emptyIndex(of: vector)
            if let dimensions = state.vectors[vector.id]?.dimensions,
                let problem = try index.load(dimensions: dimensions, in: transaction)
            {
                problems.append(problem)
            }
            indexes[vector.id] = index
        }
        contents.withLock { [indexes] contents in
            contents.state = state
            contents.stagedState = state
            contents.indexes = indexes
        }
        return problems
    }
}

extension VectorIndexConfiguration {
    /// What of `definition` the vector index has to know.
    init(_ definition: VectorIndexDefinition) {
        self.init(
            kind: definition.kind == .flat ? .flat : .hnsw, metric: definition.metric,
            maxConnections: definition.maxConnections, efConstruction: definition.efConstruction, ef: definition.ef,
            dynamicEfMin: definition.dynamicEfMin, dynamicEfMax: definition.dynamicEfMax,
            dynamicEfFactor: definition.dynamicEfFactor, flatSearchCutoff: definition.flatSearchCutoff,
            graphThreshold: definition.dynamic?.threshold ?? 0)
    }
}

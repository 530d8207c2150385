// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Synchronization
import VectorIndexes

/// The index of one vector of a shard's objects, from before its first vector on.
///
/// The first vector fixes the dimensions and makes the index:
///
///     empty ──stage (or load)──> indexed
///
/// The writer thread alone calls `stage`, `retract` and `remove`.
final class ShardVectorIndex: Sendable {
    private struct State {
        var index: VectorIndex?
        var configuration: VectorIndexConfiguration
        /// Changes that the last snapshot does not hold, to see when the next one pays.
        var changesSinceSnapshot = 0
        /// How many of them there were when a snapshot last failed: it is not tried again before there are many more.
        var changesAtFailure = 0
    }

    let vector: VectorID
    let shard: ShardAddress
    /// To be told when vectors were linked.
    let gate: TailGate
    /// What sampled searches have shown.
    let recall = RecallRecord()
    /// What its distances are in per cent.
    let calibration = PercentCalibration()
    private let state: Mutex<State>

    init(
        vector: VectorID, shard: ShardAddress, configuration: VectorIndexConfiguration, gate: TailGate = TailGate()
    ) {
        self.vector = vector
        self.shard = shard
        self.gate = gate
        state = Mutex(State(configuration: configuration))
    }

    /// `nil` until there is a vector.
    var index: VectorIndex? { state.withLock { $0.index } }
    var unlinkedCount: Int { index?.unlinkedCount ?? 0 }

    func reconfigure(_ configuration: VectorIndexConfiguration) {
        let isChanged = state.withLock { state in
            defer { state.configuration = configuration }
            state.index?.reconfigure(configuration)
            return state.configuration != configuration
        }
        if isChanged { recall.forgetRecent() }
    }

    /// Adds a vector ahead of the commit, so that nothing acknowledged is ever missing from an answer.
    ///
    /// - Throws: `VectorIndexError`, with the index unchanged.
    func stage(_ vector: [Float], of document: DocumentID) throws {
        let index = try state.withLock { state in
            state.changesSinceSnapshot += 1
            if let index = state.index { return index }
            let index = try VectorIndex(
                dimensions: vector.count, configuration: state.configuration, seed: seed)
            state.index = index
            return index
        }
        try index.append(document: document, vector: vector.span)
        calibration.noteChange()
    }

    /// Takes back what `stage` did, after the commit failed.
    func retract(_ document: DocumentID) {
        state.withLock { state in
            state.index?.retract(document: document)
            // An index that never held anything durable must not fix the dimensions.
            if let index = state.index, index.liveCount == 0, index.tombstoneCount == 0 { state.index = nil }
        }
    }

    /// Takes a document out of all answers, after the commit that removed it.
    func remove(_ document: DocumentID) {
        let index = state.withLock { state in
            state.changesSinceSnapshot += 1
            return state.index
        }
        index?.remove(document: document)
        calibration.noteChange()
    }

    /// Brings the index to what `transaction` holds: from the snapshot as far as it goes, the rest from the vectors.
    ///
    /// - Returns: what was wrong with the snapshot, if it could not be used.
    func load(dimensions: Int, in transaction: ReadTransaction) throws -> String? {
        let configuration = state.withLock { $0.configuration }
        var problem: String?
        var loaded: VectorIndex?
        do {
            let segments = transaction.segments(of: vector, in: shard)
            loaded = try VectorIndex(reading: segments, configuration: configuration)
        } catch let error as VectorIndexError {
            problem = error.message
        }
        if let index = loaded, index.dimensions != dimensions {
            problem = "the snapshot has \(index.dimensions) dimensions, the vectors \(dimensions)"
            loaded = nil
        }
        let index =
            try loaded ?? VectorIndex(dimensions: dimensions, configuration: configuration, seed: seed)
        let changes = try catchUp(index, in: transaction)
        state.withLock { state in
            state.index = index
            state.changesSinceSnapshot = changes
        }
        return problem
    }

    /// Lets go of the index; searches that run keep it until they end.
    func release() { state.withLock { $0.index = nil } }

    /// Removes what is stored no more and appends what the snapshot does not have.
    private func catchUp(_ index: VectorIndex, in transaction: ReadTransaction) throws -> Int {
        let reader = try transaction.vectors(vector, of: shard)
        let indexed = index.documents()
        var stored = DocumentBits()
        try reader.scanDocuments { run in
            for number in run { stored.insert(DocumentID(number)) }
            return true
        }
        var changes = 0
        indexed.forEach { document in
            guard !stored.contains(document) else { return }
            index.remove(document: document)
            changes += 1
        }
        var missing: [DocumentID] = []
        stored.forEach { if !indexed.contains($0) { missing.append($0) } }
        for start in stride(from: 0, to: missing.count, by: Self.documentsPerTurn) {
            let turn = missing[start..<min(start + Self.documentsPerTurn, missing.count)]
            try index.append(Array(turn), from: reader)
        }
        return changes + missing.count
    }

    /// How many documents are appended in one go after loading: what is held for each of them stays within some megabytes.
    private static let documentsPerTurn = 65_536

    /// How many vectors an index must have to be worth a snapshot: below it is built again as fast as it is loaded.
    private static let smallestSnapshot = 256

    /// Whether a new snapshot pays: when a tenth of the index has changed, and 1,000 vectors at least. While vectors wait
    /// for their links, which a snapshot leaves out, half of what is linked must be new, and 10,000: few snapshots come into
    /// the way of a large import, and a crash soon after it does not cost all of the work.
    var needsSnapshot: Bool {
        state.withLock { state in
            guard let index = state.index, state.changesSinceSnapshot > 1_000 else { return false }
            let unlinked = index.unlinkedCount
            let linked = index.liveCount - unlinked
            guard linked >= Self.smallestSnapshot else { return false }
            let changes = state.changesSinceSnapshot - unlinked - state.changesAtFailure
            return changes > (unlinked == 0 ? max(1_000, linked / 10) : max(10_000, linked / 2))
        }
    }

    /// Whether anything has changed since the last snapshot.
    var hasUnsavedChanges: Bool { state.withLock { $0.index != nil && $0.changesSinceSnapshot > 0 } }

    /// Whether a snapshot is to be written when the database closes.
    var needsLastSnapshot: Bool {
        hasUnsavedChanges && index.map { $0.liveCount - $0.unlinkedCount >= Self.smallestSnapshot } ?? false
    }

    /// Whether so many slots are taken by removed documents that repairing pays: a tenth of the index. While vectors wait for
    /// their links that comes first, but where writers never pause it must not put off repair until memory is full.
    var needsRepair: Bool {
        guard let index else { return false }
        return index.tombstoneCount > max(100, index.liveCount / (index.unlinkedCount == 0 ? 10 : 2))
    }

    /// Whether the scale of its distances is in use and should be made again.
    var needsCalibration: Bool { index.map { calibration.isStale(count: $0.liveCount) } ?? false }

    /// Makes the scale of its distances from what is stored now.
    func calibrate(in environment: StorageEnvironment) throws {
        guard let index else { return }
        try environment.read { transaction in
            _ = try calibration.refresh(index, vectors: try transaction.vectors(vector, of: shard))
        }
    }

    /// Writes a snapshot. What changes meanwhile counts for the next one.
    ///
    /// - Throws: `VectorIndexError.cancelled`, which counts as no attempt; what `segments` throws.
    func save(to segments: inout some SegmentWriting, isCancelled: () -> Bool) throws {
        guard let index else { return }
        let unlinked = index.unlinkedCount
        let changes = state.withLock { $0.changesSinceSnapshot }
        do {
            try index.writeSnapshot(to: &segments, isCancelled: isCancelled)
        } catch VectorIndexError.cancelled {
            throw VectorIndexError.cancelled
        } catch {
            state.withLock { $0.changesAtFailure = changes }
            throw error
        }
        state.withLock { state in
            state.changesSinceSnapshot = max(0, state.changesSinceSnapshot - changes) + unlinked
            state.changesAtFailure = 0
        }
    }

    /// The levels of a graph depend on where it lies and on nothing else, so that runs can be repeated.
    private var seed: UInt64 {
        UInt64(shard.collection.number) << 32 | UInt64(shard.shard.number) << 16 | UInt64(vector.number)
    }
}

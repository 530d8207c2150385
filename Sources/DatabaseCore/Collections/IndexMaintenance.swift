// SPDX-License-Identifier: Apache-2.0

import CSystem
import Execution
import ObjectStorage
import Observability
import ProcessMemory
import Synchronization
import VectorIndexes

/// Works on vector indexes in the background: links what was appended, repairs around what was removed, saves snapshots.
///
/// It knows the indexes that have something to be done, and looks at no others: a commit costs what it changed, however
/// many indexes there are, and wakes as many threads as its vectors keep busy. Several threads link, each index in turns of
/// a few vectors. The first thread also repairs and saves, one index at a time, and when nothing of that is to be done it
/// carries on with what `RecallWatch` has to do. It waits for none of the others, so whoever has linked tells it in the end.
final class IndexMaintenance: Sendable {
    private struct Work {
        /// The indexes with vectors that wait for their links.
        var linking = TurnQueue<ShardVectorIndex>()
        /// The indexes that are worth a repair or a snapshot.
        var upkeep = TurnQueue<ShardVectorIndex>()
        /// The indexes to be saved at once, and who waits for that.
        var saves: [(indexes: [ShardVectorIndex], done: CheckedContinuation<Void, Never>)] = []
        var isStopped = false

        mutating func takeSaves() -> [(indexes: [ShardVectorIndex], done: CheckedContinuation<Void, Never>)] {
            defer { saves = [] }
            return saves
        }
    }

    private let queue: CommitQueue
    private let recall: RecallWatch
    private let memory: MemoryGate
    private let logger: Logger
    private let threadCount: Int
    private let workers = Mutex<[BackgroundWorker]>([])
    private let work = Mutex(Work())
    /// Whether pages have become free that are worth giving back.
    private let hasFreePages = Atomic<Bool>(false)
    /// Whether indexes have left memory in many small blocks, which the C library keeps.
    private let hasFreeMemory = Atomic<Bool>(false)

    /// How many vectors a thread links before it looks around.
    private static let linksPerTurn = 64

    init(
        queue: CommitQueue, recall: RecallWatch, memory: MemoryGate = MemoryGate(), logger: Logger, threadCount: Int
    ) {
        precondition(threadCount >= 1, "links need a thread, not \(threadCount)")
        self.queue = queue
        self.recall = recall
        self.memory = memory
        self.logger = logger
        self.threadCount = threadCount
    }

    func start() {
        workers.withLock { workers in
            workers = (0..<threadCount).map { number in
                BackgroundWorker(name: "index-\(number)") { [unowned self] worker in
                    if number == 0 { runFirst(worker) } else if link(worker) { wakeFirst() }
                }
            }
            for worker in workers { worker.wake() }
        }
    }

    // MARK: What is to be done

    /// To be called when vectors of `index` were added or removed, or it was loaded. O(1).
    func noteChange(of index: ShardVectorIndex) {
        noteTail(of: index)
        if noteUpkeep(of: index) { wakeFirst() }
    }

    private func noteTail(of index: ShardVectorIndex) {
        let unlinkedCount = index.unlinkedCount
        guard unlinkedCount > 0 else { return }
        work.withLock { $0.linking.insert(index) }
        wakeLinkers((unlinkedCount + Self.linksPerTurn - 1) / Self.linksPerTurn)
    }

    /// - Returns: whether the first thread is to look at `index`.
    private func noteUpkeep(of index: ShardVectorIndex) -> Bool {
        guard index.needsRepair || index.needsSnapshot || index.needsCalibration else { return false }
        work.withLock { $0.upkeep.insert(index) }
        return true
    }

    /// Wakes some threads to link; the first one last, since it may have other things to do.
    private func wakeLinkers(_ count: Int) {
        workers.withLock { workers in
            for worker in (workers.dropFirst() + workers.prefix(1)).prefix(count) { worker.wake() }
        }
    }

    private func wakeFirst() { workers.withLock { $0.first?.wake() } }

    /// To be called when a search was taken as a sample.
    func wakeForRecall() { wakeFirst() }

    /// To be called when what was dropped has been purged: gives its disk space back, on a thread that may block.
    func releaseFreePages() {
        hasFreePages.store(true, ordering: .releasing)
        wakeFirst()
    }

    /// To be called when shards have left memory: gives it back to the system, on a thread that may block.
    func releaseFreeMemory() {
        hasFreeMemory.store(true, ordering: .releasing)
        wakeFirst()
    }

    /// Ends the threads; what they have not done is done after the next start.
    func stop() {
        let workers = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        for worker in workers { worker.stop() }
        let saves = work.withLock { work in
            work.isStopped = true
            return work.takeSaves()
        }
        for save in saves { save.done.resume() }
    }

    // MARK: Threads

    private func runFirst(_ worker: BackgroundWorker) {
        repeat {
            while !worker.isStopping {
                for save in work.withLock({ $0.takeSaves() }) {
                    for index in save.indexes { self.save(index, isCancelled: { worker.isStopping }) }
                    save.done.resume()
                }
                let (toKeep, toLink) = work.withLock { ($0.upkeep.popFirst(), $0.linking.next()) }
                if let toKeep { keepUp(toKeep, worker) }
                if let toLink { linkTurn(toLink, worker) }
                if toKeep == nil, toLink == nil { break }
            }
            if hasFreePages.exchange(false, ordering: .acquiring) { giveFreePagesBack() }
            if hasFreeMemory.exchange(false, ordering: .acquiring) { nt_trim_memory() }
        } while watchRecall(worker)
    }

    /// Links until no index has a turn.
    ///
    /// - Returns: whether it has linked something.
    private func link(_ worker: BackgroundWorker) -> Bool {
        var hasLinked = false
        while !worker.isStopping, let index = work.withLock({ $0.linking.next() }) {
            if linkTurn(index, worker) { hasLinked = true }
        }
        return hasLinked
    }

    /// Links a few vectors of `index`.
    ///
    /// - Returns: whether there were any.
    @discardableResult private func linkTurn(_ index: ShardVectorIndex, _ worker: BackgroundWorker) -> Bool {
        let linked = index.index?.linkNext(maximum: Self.linksPerTurn, isCancelled: { worker.isStopping }) ?? 0
        guard linked > 0 else {
            // If anything is left, another thread is at it and puts the index back: one that links, below, or the repair.
            work.withLock { $0.linking.settle(index) }
            return false
        }
        index.gate.advance()
        if index.unlinkedCount > 0 { work.withLock { $0.linking.insert(index) } }
        _ = noteUpkeep(of: index)
        return true
    }

    /// Calibrates an index, repairs it or saves it, as it needs.
    private func keepUp(_ index: ShardVectorIndex, _ worker: BackgroundWorker) {
        let isCancelled = { worker.isStopping }
        if index.needsCalibration { calibrate(index) }
        if index.needsRepair, let graph = index.index {
            let freed = graph.repair(isCancelled: isCancelled)
            // Nobody could link meanwhile.
            noteTail(of: index)
            if freed > 0 {
                _ = noteUpkeep(of: index)
                return
            }
        }
        if index.needsSnapshot { save(index, isCancelled: isCancelled) }
    }

    /// Carries on with sampled searches until there are none, or something else is to be done.
    ///
    /// - Returns: whether something else is to be done.
    private func watchRecall(_ worker: BackgroundWorker) -> Bool {
        while !worker.isStopping, recall.hasWork {
            // What can wait does while memory is tight; the next search asks again.
            if memory.isTight { return false }
            if work.withLock({ !$0.linking.isEmpty || !$0.upkeep.isEmpty }) { return true }
            switch recall.advance(isCancelled: { worker.isStopping }) {
            case .rest: return false
            case .goOn: continue
            case .wait(let pause):
                worker.wake(after: pause)
                return false
            }
        }
        return false
    }

    /// Has indexes saved by the first thread, and suspends until that is done. After `stop` nothing is saved.
    func save(_ indexes: [ShardVectorIndex]) async {
        if indexes.isEmpty { return }
        await withCheckedContinuation { done in
            let isStopped = work.withLock { work in
                if !work.isStopped { work.saves.append((indexes, done)) }
                return work.isStopped
            }
            if isStopped { done.resume() } else { wakeFirst() }
        }
    }

    private func calibrate(_ index: ShardVectorIndex) {
        do { try index.calibrate(in: queue.environment) } catch {
            // The scale before stays in use.
            logger.warning(
                "the distances of a vector index could not be calibrated",
                ["shard": .text(index.shard.description), "reason": .error(error)])
        }
    }

    private func giveFreePagesBack() {
        do { try queue.environment.releaseFreePages() } catch {
            logger.warning("disk space that is free could not be given back", ["reason": .error(error)])
        }
    }

    /// Saves one index. What cannot be stored is logged; what is cancelled is left as it was, for the stop.
    func save(_ index: ShardVectorIndex, isCancelled: () -> Bool) {
        do {
            var segments = SegmentWriter(queue: queue, vector: index.vector, shard: index.shard)
            try index.save(to: &segments, isCancelled: isCancelled)
            // In the middle of an import the pages of the snapshot before are used again at once.
            if !index.hasUnsavedChanges { hasFreePages.store(true, ordering: .releasing) }
        } catch VectorIndexError.cancelled {
            return
        } catch StorageError.noSuchShard {
            // Its collection was dropped meanwhile.
            return
        } catch {
            logger.warning(
                "the snapshot of a vector index could not be saved; after the next start it is built from the vectors",
                ["shard": .text(index.shard.description), "reason": .error(error)])
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import ObjectStorage
import Observability
import Synchronization
import VectorIndexes

/// Works on vector indexes in the background: links what was appended, repairs around what was removed, saves snapshots.
///
/// Several threads link; the first of them also repairs and saves, one index at a time, and when nothing of that is to be
/// done it carries on with what `RecallWatch` has to do. It waits for none of the others, so whoever has linked tells it in
/// the end.
final class IndexMaintenance: Sendable {
    private let collections: CollectionTable
    private let queue: CommitQueue
    private let recall: RecallWatch
    private let logger: Logger
    private let threadCount: Int
    private let workers = Mutex<[BackgroundWorker]>([])
    private let gate: TailGate
    /// Whether vectors were added, removed, or linked by others since the first thread looked.
    private let hasChanges = Atomic<Bool>(false)
    /// Whether pages have become free that are worth giving back.
    private let hasFreePages = Atomic<Bool>(false)

    /// How many vectors a thread links before it looks around.
    private static let linksPerTurn = 64

    init(
        collections: CollectionTable, queue: CommitQueue, recall: RecallWatch, logger: Logger, threadCount: Int,
        tailLimit: Int = TailGate.limit
    ) {
        precondition(threadCount >= 1, "links need a thread, not \(threadCount)")
        self.collections = collections
        self.queue = queue
        self.recall = recall
        self.logger = logger
        self.threadCount = threadCount
        gate = TailGate(limit: tailLimit)
    }

    func start() {
        workers.withLock { workers in
            workers = (0..<threadCount).map { number in
                BackgroundWorker(name: "index-\(number)") { [unowned self] worker in work(worker, isFirst: number == 0)
                }
            }
        }
        wake()
    }

    /// Suspends a writer while more vectors of `shard` wait for their links than searches should have to scan.
    func waitForRoom(in shard: Shard) async {
        await gate.wait { [collections] in
            // Nobody links what belongs to a collection that was dropped.
            guard collections[shard.address.collection] != nil else { return 0 }
            return shard.allIndexes.reduce(0) { max($0, $1.unlinkedCount) }
        }
    }

    /// To be called when a collection was dropped: those who wait for room in it are let through, and told by the writer.
    func forgetDropped() { gate.advance() }

    /// To be called when vectors were added or removed.
    func wake() {
        hasChanges.store(true, ordering: .releasing)
        workers.withLock { workers in
            for worker in workers { worker.wake() }
        }
    }

    /// To be called when a search was taken as a sample.
    func wakeForRecall() { workers.withLock { $0.first?.wake() } }

    /// To be called when what was dropped has been purged: gives its disk space back, on a thread that may block.
    func releaseFreePages() {
        hasFreePages.store(true, ordering: .releasing)
        workers.withLock { $0.first?.wake() }
    }

    /// Ends the threads; what they have not done is done after the next start.
    func stop() {
        let workers = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        for worker in workers { worker.stop() }
        gate.openForGood()
    }

    /// Saves every index that has changed. For a clean stop, after `stop`. Blocks.
    func saveAll() {
        for index in indexes where index.hasUnsavedChanges { save(index, isCancelled: { false }) }
    }

    private var indexes: [ShardVectorIndex] {
        collections.all.flatMap { $0.shards.all.flatMap(\.allIndexes) }
    }

    private func work(_ worker: BackgroundWorker, isFirst: Bool) {
        guard isFirst else {
            if maintain(worker, isFirst: false) { wakeFirst() }
            return
        }
        repeat {
            // A wake for a sample, or by itself, is no reason to look at all indexes, or to try a failed save once more.
            if hasChanges.exchange(false, ordering: .acquiring) { maintain(worker, isFirst: true) }
            if hasFreePages.exchange(false, ordering: .acquiring) { giveFreePagesBack() }
        } while watchRecall(worker)
    }

    /// Carries on with sampled searches until there are none, or something else is to be done.
    ///
    /// - Returns: whether indexes have changed meanwhile.
    private func watchRecall(_ worker: BackgroundWorker) -> Bool {
        guard recall.hasWork else { return false }
        if indexes.contains(where: { $0.unlinkedCount > 0 }) {
            // The other threads still link, and tell when they are done.
            return false
        }
        while !worker.isStopping {
            if hasChanges.load(ordering: .relaxed) { return true }
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

    private func wakeFirst() {
        hasChanges.store(true, ordering: .releasing)
        workers.withLock { $0.first?.wake() }
    }

    /// - Returns: whether it has linked something.
    @discardableResult private func maintain(_ worker: BackgroundWorker, isFirst: Bool) -> Bool {
        let isCancelled = { worker.isStopping }
        var isBusy = true
        var hasLinked = false
        while isBusy, !isCancelled() {
            isBusy = false
            for index in indexes {
                if isFirst, index.needsRepair, let graph = index.index, graph.repair(isCancelled: isCancelled) > 0 {
                    isBusy = true
                    // Nobody could link meanwhile, and the others may have gone to sleep over it.
                    wake()
                } else if isFirst, index.needsSnapshot {
                    save(index, isCancelled: isCancelled)
                }
                if let graph = index.index, graph.unlinkedCount > 0,
                    graph.linkNext(maximum: Self.linksPerTurn, isCancelled: isCancelled) > 0
                {
                    isBusy = true
                    hasLinked = true
                    gate.advance()
                }
            }
        }
        return hasLinked
    }

    private func giveFreePagesBack() {
        do { try queue.environment.releaseFreePages() } catch {
            logger.warning("disk space that is free could not be given back", ["reason": .error(error)])
        }
    }

    /// Saves one index. What cannot be stored is logged; what is cancelled is left as it was, for `saveAll`.
    func save(_ index: ShardVectorIndex, isCancelled: () -> Bool) {
        do {
            var segments = SegmentWriter(queue: queue, vector: index.vector, shard: index.shard)
            try index.save(to: &segments, isCancelled: isCancelled)
            // In the middle of an import the pages of the snapshot before are used again at once.
            if !index.hasUnsavedChanges { hasFreePages.store(true, ordering: .releasing) }
        } catch VectorIndexError.cancelled {
            return
        } catch {
            logger.warning(
                "the snapshot of a vector index could not be saved; after the next start it is built from the vectors",
                ["shard": .text(index.shard.description), "reason": .error(error)])
        }
    }
}

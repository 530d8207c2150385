// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Observability
import Synchronization
import VectorIndexes

/// Watches the recall of live searches: answers a sample of them again, exactly, while nothing else is to be done.
///
///     search ──picked──> waiting ──> scanned piece by piece ──> asked of the index, compared ──> RecallRecord
///
/// The worker of `IndexMaintenance` calls `advance` when it has nothing else to do, and looks around after each piece.
final class RecallWatch: Sendable {
    /// What the worker is to do next.
    enum Step: Equatable {
        /// Nothing waits.
        case rest
        /// Call again, when there is nothing else to do.
        case goOn
        /// Call again after a while.
        case wait(Duration)
    }

    /// The sample that is being answered.
    private struct Job {
        let sample: RecallSample
        /// How many neighbors are compared.
        let count: Int
        var scan: ExactScan
        /// How long it has taken so far, without the pauses.
        var work = Duration.zero
    }

    private struct State {
        var job: Job?
        /// When the next sample may be begun.
        var nextStart = Duration.zero
        var begunSearches = 0
        var lastWarnings: [ObjectIdentifier: Duration] = [:]
    }

    /// How many of an answer's neighbors are compared at most.
    static let mostCompared = 100
    /// How long it waits when searches are running.
    static let pause = Duration.milliseconds(50)
    /// A sample is followed by a rest of so many times what it took, so that the watch costs a tenth of a core at most.
    static let restFactor = 10
    /// The mean recall below which an operator is warned, once there are enough samples.
    static let lowRecall = 0.9
    static let samplesForWarning = 20
    static let timeBetweenWarnings = Duration.seconds(3600)

    let sampler: RecallSampler
    let load = SearchLoad()
    private let environment: StorageEnvironment
    private let collections: CollectionTable
    private let logger: Logger
    private let clock: @Sendable () -> Duration
    private let state = Mutex(State())

    /// - Parameter clock: time since some fixed point.
    init(
        environment: StorageEnvironment, collections: CollectionTable, logger: Logger, limits: RecallSampler.Limits,
        clock: @escaping @Sendable () -> Duration
    ) {
        self.environment = environment
        self.collections = collections
        self.logger = logger
        self.clock = clock
        sampler = RecallSampler(limits: limits, seed: 0x7265_6361_6C6C, clock: clock)
    }

    /// Whether a sample waits or is being answered.
    var hasWork: Bool { state.withLock { $0.job != nil } || sampler.waitingCount > 0 }

    /// Carries on with the sample that waits longest, for about a millisecond. One thread at a time.
    func advance(isCancelled: () -> Bool) -> Step {
        guard var job = state.withLock({ $0.job.take() }) else { return begin() }
        if load.isBusy {
            state.withLock { $0.job = job }
            return .wait(Self.pause)
        }
        guard label(of: job.sample.index) != nil else { return .goOn }
        let start = clock()
        do {
            if let judgment = try carryOn(&job, isCancelled: isCancelled) {
                if let judgment { note(judgment, of: job.sample.index) }
                job.work += clock() - start
                finish(job)
                return .goOn
            }
        } catch {
            if !isCancelled() {
                logger.warning("a sampled search could not be answered exactly", ["reason": .error(error)])
            }
            return .goOn
        }
        job.work += clock() - start
        return put(back: job)
    }

    private func begin() -> Step {
        guard sampler.waitingCount > 0 else { return .rest }
        let time = clock()
        let wait = state.withLock { $0.nextStart - time }
        if wait > .zero { return .wait(wait) }
        guard let sample = sampler.next(), let index = sample.index.index, index.dimensions == sample.query.count else {
            return .goOn
        }
        let count = min(sample.count, Self.mostCompared)
        let search = ExactSearch(
            count + RecallJudgment.spareCount, nearestTo: sample.query.span, metric: index.configuration.metric)
        let scan = ExactScan([search], of: sample.index.vector, in: sample.index.shard, allowed: sample.allowed)
        state.withLock { $0.job = Job(sample: sample, count: count, scan: scan) }
        return .goOn
    }

    /// Scans the next piece; behind the last one asks the index, in the same view, and compares.
    ///
    /// - Returns: `nil` if there are more pieces; a `nil` inside if there is nothing to say.
    private func carryOn(_ job: inout Job, isCancelled: () -> Bool) throws -> RecallJudgment?? {
        let sample = job.sample
        let answer: [Neighbor]? = try environment.read { transaction in
            guard try job.scan.advance(in: transaction) else { return nil }
            let vectors = try transaction.vectors(sample.index.vector, of: sample.index.shard)
            return try sample.index.index?.nearest(
                sample.count, to: sample.query.span, ef: nil, allowed: sample.allowed, vectors: vectors,
                isCancelled: isCancelled) ?? []
        }
        guard let answer else { return nil }
        return try environment.read { transaction in
            let vectors = try transaction.vectors(sample.index.vector, of: sample.index.shard)
            return try RecallJudgment(of: answer, against: job.scan.searches[0], count: job.count) { document in
                try vectors.withVector(of: document) { _ in }
            }
        }
    }

    /// Keeps the job for the next call, which comes later if searches came in between.
    private func put(back job: Job) -> Step {
        let begun = load.begunCount
        return state.withLock { state in
            state.job = job
            if state.begunSearches == begun { return .goOn }
            state.begunSearches = begun
            return .wait(Self.pause)
        }
    }

    private func finish(_ job: Job) {
        logger.debug(
            "answered a sampled search exactly",
            ["vectors": .integer(job.scan.visitedCount), "work_s": .seconds(job.work)])
        let time = clock()
        state.withLock { $0.nextStart = time + job.work * Self.restFactor }
    }

    // MARK: Results

    private func note(_ judgment: RecallJudgment, of index: ShardVectorIndex) {
        index.recall.add(judgment)
        let figures = index.recall.figures
        guard figures.recent.count >= Self.samplesForWarning, let mean = figures.meanRecall, mean < Self.lowRecall,
            let label = label(of: index), let configuration = index.index?.configuration
        else { return }
        let time = clock()
        let isDue = state.withLock { state in
            state.lastWarnings = state.lastWarnings.filter { time - $0.value < Self.timeBetweenWarnings }
            guard state.lastWarnings[ObjectIdentifier(index)] == nil else { return false }
            state.lastWarnings[ObjectIdentifier(index)] = time
            return true
        }
        guard isDue else { return }
        logger.warning(
            "searches miss near neighbors; raise 'ef' in the vectorIndexConfig of the class (or dynamicEfMin, where ef is -1)",
            [
                "collection": .text(label.collection), "shard": .text(label.shard), "vector": .text(label.vector),
                "mean_recall": .number(mean), "samples": .integer(figures.recent.count),
                "ef": .integer(configuration.ef),
            ])
    }

    /// The names of an index; `nil` once its collection has been dropped.
    private func label(of index: ShardVectorIndex) -> VectorLabel? {
        guard let collection = collections[index.shard.collection] else { return nil }
        let definition = collection.definition
        guard let shard = collection.shards[index.shard.shard],
            let vector = definition.vectors.first(where: { $0.id == index.vector })
        else { return nil }
        return VectorLabel(collection: definition.name, shard: shard.name, vector: vector.name ?? "")
    }
}

/// What an operator calls the index of one vector.
struct VectorLabel: Hashable, Sendable {
    var collection: String
    var shard: String
    /// Empty for the unnamed vector.
    var vector: String
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Synchronization
import VectorIndexes

/// A live search that is to be answered again, exactly.
struct RecallSample: Sendable {
    let index: ShardVectorIndex
    /// Shape [dimensions].
    let query: [Float]
    /// How many neighbors were asked for.
    let count: Int
    /// The documents that the filter allowed; `nil` without a filter.
    let allowed: DocumentBits?

    /// What it holds in memory.
    var sizeInBytes: Int { query.count * MemoryLayout<Float>.size + (allowed?.words.count ?? 0) * 8 }
}

/// Picks a small share of the live searches and keeps the few that wait for their exact answers.
///
/// It is asked in every search, so it does next to nothing: an atomic operation or two, and a lock for those it picks. An index
/// that has shown little yet has its first searches picked whatever the share, so that there is a figure soon.
final class RecallSampler: Sendable {
    struct Limits: Sendable {
        /// Of all searches, from 0 (none, not even the first) to 1.
        var share: Double
        /// How many searches of each index are picked first.
        var firstCount = 20
        var waitingCount = 8
        var waitingBytes = 16 << 20
        /// How many are picked in a minute, over all indexes.
        var countPerMinute = 30
    }

    private struct State {
        var waiting: [RecallSample] = []
        var waitingBytes = 0
        /// How many may be picked now; grows by `countPerMinute` a minute, up to as many.
        var allowance: Double
        var allowanceTime: Duration
    }

    private let limits: Limits
    /// A pseudorandom number below it picks a search.
    private let threshold: UInt64
    private let clock: @Sendable () -> Duration
    private let sequence: Atomic<UInt64>
    private let state: Mutex<State>

    /// - Parameters:
    ///   - seed: of the choice among searches.
    ///   - clock: time since some fixed point.
    init(limits: Limits, seed: UInt64, clock: @escaping @Sendable () -> Duration) {
        self.limits = limits
        self.clock = clock
        let share = min(max(limits.share, 0), 1)
        threshold = share >= 1 ? .max : UInt64(share * 0x1p64)
        sequence = Atomic(seed)
        state = Mutex(State(allowance: Double(limits.countPerMinute), allowanceTime: clock()))
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes a search as a sample if it is picked and there is room.
    ///
    /// - Returns: whether it was taken.
    func offer(_ sample: RecallSample) -> Bool {
        let record = sample.index.recall
        guard threshold > 0, sample.count > 0, record.takenCount < limits.firstCount || isPicked() else { return false }
        let isTaken = state.withLock { state in
            guard state.waiting.count < limits.waitingCount,
                state.waitingBytes + sample.sizeInBytes <= limits.waitingBytes
            else { return false }
            refill(&state)
            guard state.allowance >= 1 else { return false }
            state.allowance -= 1
            state.waiting.append(sample)
            state.waitingBytes += sample.sizeInBytes
            return true
        }
        if isTaken { record.countTaken() }
        return isTaken
    }

    /// The sample that has waited longest.
    func next() -> RecallSample? {
        state.withLock { state in
            guard !state.waiting.isEmpty else { return nil }
            let sample = state.waiting.removeFirst()
            state.waitingBytes -= sample.sizeInBytes
            return sample
        }
    }

    private func refill(_ state: inout State) {
        let time = clock()
        let minutes = (time - state.allowanceTime) / .seconds(60)
        state.allowance = min(state.allowance + minutes * Double(limits.countPerMinute), Double(limits.countPerMinute))
        state.allowanceTime = time
    }

    /// One number of a SplitMix64 sequence that all threads share.
    private func isPicked() -> Bool {
        let state = sequence.wrappingAdd(SplitMix64.step, ordering: .relaxed).newValue
        return threshold == .max || SplitMix64.mixed(state) < threshold
    }
}

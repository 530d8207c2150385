// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What sampled searches have shown of one vector index since the start.
final class RecallRecord: Sendable {
    struct Figures: Equatable {
        var sampleCount = 0
        var expectedCount = 0
        var foundCount = 0
        /// The recall of the last samples, `RecallRecord.window` at most, in no order.
        fileprivate(set) var recent: [Double] = []
        /// The index in `recent` that is overwritten next, once it is full.
        fileprivate var oldest = 0

        /// The mean recall of the last samples; `nil` before the first.
        var meanRecall: Double? { recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count) }
    }

    /// Over how many samples the mean is taken.
    static let window = 100

    private let figuresState = Mutex(Figures())
    /// How many searches were taken as samples, answered yet or not.
    private let taken = Atomic<Int>(0)

    var figures: Figures { figuresState.withLock { $0 } }
    var takenCount: Int { taken.load(ordering: .relaxed) }

    func countTaken() { taken.wrappingAdd(1, ordering: .relaxed) }

    func add(_ judgment: RecallJudgment) {
        figuresState.withLock { figures in
            if figures.recent.count < Self.window {
                figures.recent.append(judgment.recall)
            } else {
                figures.recent[figures.oldest] = judgment.recall
                figures.oldest = (figures.oldest + 1) % Self.window
            }
            figures.sampleCount += 1
            figures.expectedCount += judgment.expectedCount
            figures.foundCount += judgment.foundCount
        }
    }

    /// Begins a new mean, after the search values of the index have changed: what was before says nothing of them.
    func forgetRecent() {
        figuresState.withLock { figures in
            figures.recent = []
            figures.oldest = 0
        }
        taken.store(0, ordering: .relaxed)
    }
}

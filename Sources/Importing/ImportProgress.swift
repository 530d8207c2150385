// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How far an import is.
package struct ImportCounts: Hashable, Sendable {
    /// How many items there are, as far as that is known; `nil` until the end where it is not.
    package var total: Int?
    /// How much was read of the source, 0 to 1.
    package var share = 0.0
    package var stored = 0
    /// Those whose id was taken.
    package var skipped = 0
    package var failed = 0
    /// What was no picture, and is not meant to be one.
    package var ignored = 0

    /// All that have come to an end.
    package var done: Int { stored + skipped + failed + ignored }
}

/// The counts of an import under way, and how fast it is; read by others at any time.
package final class ImportProgress: Sendable {
    /// What is to be told of it at one moment.
    package struct Reading: Hashable, Sendable {
        package var counts: ImportCounts
        /// Objects stored a second, in the last half minute.
        package var rate: Double
        /// `nil` as long as that cannot be said.
        package var secondsLeft: Double?
        package var seconds: Double
    }

    private struct State {
        var counts = ImportCounts()
        /// The counts some seconds ago, oldest first: at most `sampleCount`.
        var samples: [(time: ContinuousClock.Instant, counts: ImportCounts)] = []
        var start: ContinuousClock.Instant
        var end: ContinuousClock.Instant?
    }

    private static let sampleCount = 30
    private static let sampleDistance = Duration.seconds(1)

    private let state: Mutex<State>

    package init() { state = Mutex(State(start: .now)) }

    package var counts: ImportCounts { state.withLock { $0.counts } }

    package func update(_ change: (inout ImportCounts) -> Void) {
        let now = ContinuousClock.now
        state.withLock { state in
            if state.samples.last.map({ now - $0.time >= Self.sampleDistance }) ?? true {
                state.samples.append((now, state.counts))
                if state.samples.count > Self.sampleCount { state.samples.removeFirst() }
            }
            change(&state.counts)
        }
    }

    /// Stops its clock.
    package func end() { state.withLock { $0.end = $0.end ?? .now } }

    package var reading: Reading {
        state.withLock { state in
            let now = state.end ?? .now
            let oldest = state.end == nil ? state.samples.first : nil
            let since = oldest ?? (state.start, ImportCounts())
            let seconds = max(0.001, (now - since.time) / .seconds(1))
            let counts = state.counts
            return Reading(
                counts: counts, rate: Double(counts.stored - since.counts.stored) / seconds,
                secondsLeft: state.end == nil ? Self.secondsLeft(counts, since.counts, in: seconds) : 0,
                seconds: (now - state.start) / .seconds(1))
        }
    }

    private static func secondsLeft(_ counts: ImportCounts, _ before: ImportCounts, in seconds: Double) -> Double? {
        if let total = counts.total {
            let done = counts.done - before.done
            return done > 0 ? Double(max(0, total - counts.done)) * seconds / Double(done) : nil
        }
        let share = counts.share - before.share
        return share > 0 ? (1 - counts.share) * seconds / share : nil
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Foundation
import Synchronization

/// What collections take in the file, measured in the background and kept until something has changed.
///
///     asked ──> nothing is known, or a commit and a minute have passed ──> measured, one collection after the other
///
/// An answer is there at once: what was measured last, or nothing yet.
package final class CollectionSizing: Sendable {
    /// What a collection took at one time.
    package struct Measured: Sendable {
        package var sizes: CollectionSizes
        package var date: Date
    }

    private struct State {
        var measured: [String: Measured] = [:]
        var task: Task<Void, Never>?
        /// When all were measured last, and the commit before that.
        var last: (end: ContinuousClock.Instant, commit: UInt64)?
        var isClosed = false
    }

    private static let period = Duration.seconds(60)

    private let database: any InspectionOperations
    private let executor: any TaskExecutor
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// - Parameter executor: measures; its threads may block and should yield to others.
    package init(
        database: any InspectionOperations, executor: any TaskExecutor,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.database = database
        self.executor = executor
        self.now = now
    }

    /// What is known of collections, by name, and whether they are being measured.
    ///
    /// - Parameter names: of all collections; a new one is measured at once.
    package func known(
        _ names: [String]
    ) throws(DatabaseError) -> (measured: [String: Measured], isMeasuring: Bool) {
        let commit = try database.storageFigures().lastCommit
        let time = now()
        return state.withLock { state in
            let hasAll = names.allSatisfy { state.measured[$0] != nil }
            let isDue = !hasAll || state.last.map { $0.commit != commit && time - $0.end >= Self.period } ?? true
            if isDue, state.task == nil, !state.isClosed {
                state.task = Task(executorPreference: executor) { [self] in measure(names, commit) }
            }
            return (state.measured, state.task != nil)
        }
    }

    /// Ends what is being measured, and measures no more.
    package func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    private func measure(_ names: [String], _ commit: UInt64) {
        for name in names {
            // What cannot be read now is tried again when it is asked for.
            let sizes = try? database.storedSizes(of: name)
            if Task.isCancelled { break }
            state.withLock { $0.measured[name] = sizes.map { Measured(sizes: $0, date: Date()) } }
        }
        state.withLock { state in
            state.measured = state.measured.filter { names.contains($0.key) }
            state.last = (now(), commit)
            state.task = nil
        }
    }
}

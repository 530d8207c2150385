// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Long work that goes on after the request that began it was answered: how far it is, and whether it is still wanted.
///
///     running ──the work returns──> succeeded
///        │ └────the work throws───> failed
///        └──cancelled, and ended──> cancelled
///
/// `Report` is what there is to be told of it, at any time: counts, and in the end a result.
package final class Job<Report: Sendable>: Sendable {
    package enum State: Hashable, Sendable {
        case running
        case succeeded
        /// Why, for whoever asked for the work.
        case failed(String)
        case cancelled
    }

    /// Everything that is known of a job at one moment.
    package struct Status: Sendable {
        package var state: State
        package var report: Report
        /// Since the work began; of ended jobs, until it ended.
        package var elapsed: Duration
    }

    package let id: String
    private struct Known {
        var state = State.running
        var report: Report
        var end: ContinuousClock.Instant?
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private let known: Mutex<Known>
    private let start = ContinuousClock.now

    init(id: String, report: Report) {
        self.id = id
        known = Mutex(Known(report: report))
    }

    /// One that has succeeded already.
    init(id: String, ended report: Report) {
        self.id = id
        known = Mutex(Known(state: .succeeded, report: report, end: start))
    }

    package var status: Status {
        known.withLock { known in
            Status(
                state: known.state, report: known.report, elapsed: (known.end ?? ContinuousClock.now) - start)
        }
    }

    package var isRunning: Bool { known.withLock { $0.state == .running } }

    /// Changes the report; for the work itself.
    package func update(_ change: (inout sending Report) -> Void) {
        known.withLock { change(&$0.report) }
    }

    /// Tells the work that it is no longer wanted, by its task's cancellation; does nothing when it has ended.
    package func cancel() {
        let task = known.withLock { known in
            known.isCancelled = true
            return known.task
        }
        task?.cancel()
    }

    /// Suspends until the work has ended.
    package func waitUntilEnded() async {
        await known.withLock { $0.task }?.value
    }

    func run(_ work: @escaping @Sendable (Job) async throws -> Void, on executor: (any TaskExecutor)?) {
        let task = Task(executorPreference: executor) { [self] in
            do {
                try await work(self)
                end(as: .succeeded)
            } catch {
                end(as: .failed(Self.text(of: error)))
            }
        }
        let isCancelled = known.withLock { known in
            known.task = task
            return known.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    private func end(as state: State) {
        known.withLock { known in
            // What fails after it was cancelled fails because of that.
            let wasCancelled = known.isCancelled && state != .succeeded
            known.state = wasCancelled ? .cancelled : state
            known.end = ContinuousClock.now
        }
    }

    private static func text(of error: any Error) -> String {
        (error as? any JobFailure)?.message ?? "\(error)"
    }
}

/// An error whose text may be shown to whoever asked for the work.
package protocol JobFailure: Error {
    var message: String { get }
}

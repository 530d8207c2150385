// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// There are as many jobs under way as may be.
package struct TooManyJobs: Error, Hashable {
    /// How many that is.
    package let limit: Int

    package init(limit: Int) { self.limit = limit }
}

/// Jobs of one kind, found by their ids: those that run, and the last that have ended.
///
///     let job = try imports.start(ImportReport()) { job in … job.update { $0.done += 1 } … }
///     imports.job(job.id)?.status
///
/// All operations are O(jobs), of which there are at most `runningLimit + keptLimit`.
package final class JobTable<Report: Sendable>: Sendable {
    private struct Table {
        /// In order of their beginning.
        var jobs: [Job<Report>] = []
        var isClosed = false
    }

    private let table = Mutex(Table())
    private let runningLimit: Int
    private let keptLimit: Int
    private let executor: (any TaskExecutor)?

    /// - Parameters:
    ///   - runningLimit: how many may run at once.
    ///   - keptLimit: how many that have ended are still known.
    ///   - executor: what the work prefers to run on.
    package init(runningLimit: Int, keptLimit: Int = 100, executor: (any TaskExecutor)? = nil) {
        self.runningLimit = runningLimit
        self.keptLimit = keptLimit
        self.executor = executor
    }

    /// Begins `work`, which looks for its task's cancellation.
    ///
    /// - Parameter id: `nil`: a new UUID. An id that is known is taken over: the job that had it is forgotten if it has ended.
    /// - Throws: `TooManyJobs`, also when the table is closed.
    package func start(
        _ report: Report, id: String? = nil, work: @escaping @Sendable (Job<Report>) async throws -> Void
    ) throws(TooManyJobs) -> Job<Report> {
        let job = Job(id: id ?? UUID().uuidString.lowercased(), report: report)
        let isAccepted = table.withLock { table in
            guard !table.isClosed, table.jobs.count(where: \.isRunning) < runningLimit else { return false }
            table.jobs.removeAll { $0.id == job.id && !$0.isRunning }
            table.jobs.append(job)
            let excess = table.jobs.count(where: { !$0.isRunning }) - keptLimit
            for _ in 0..<max(0, excess) {
                if let oldest = table.jobs.firstIndex(where: { !$0.isRunning }) { table.jobs.remove(at: oldest) }
            }
            return true
        }
        guard isAccepted else { throw TooManyJobs(limit: runningLimit) }
        job.run(work, on: executor)
        return job
    }

    /// Takes in a job that has succeeded before, e.g. in a process before this one.
    package func take(_ report: Report, id: String) -> Job<Report> {
        let job = Job(id: id, ended: report)
        table.withLock { table in
            table.jobs.removeAll { $0.id == id && !$0.isRunning }
            // It counts as the oldest, so that it is the first to go.
            table.jobs.insert(job, at: 0)
        }
        return job
    }

    /// The newest job of this id.
    package func job(_ id: String) -> Job<Report>? { table.withLock { $0.jobs.last { $0.id == id } } }

    /// In order of their beginning.
    package var all: [Job<Report>] { table.withLock { $0.jobs } }

    /// Takes no more jobs, cancels those under way and waits until they have ended.
    package func close() async {
        let jobs = table.withLock { table in
            table.isClosed = true
            return table.jobs
        }
        for job in jobs { job.cancel() }
        for job in jobs { await job.waitUntilEnded() }
    }
}

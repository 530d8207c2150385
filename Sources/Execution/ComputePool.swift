// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// The one pool of threads on which blocking work runs: storage reads, file I/O, searches, picture decoding.
///
/// It is a `TaskExecutor`: `Task(executorPreference: pool)` runs a whole request on it, without hopping through Swift's
/// cooperative pool, whose few threads must never block. Jobs start in the order they came.
package final class ComputePool: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var head = 0
        var isStopping = false
    }

    /// How many threads it has.
    package let threadCount: Int
    // Safety: `state` is only touched while `condition` is held.
    nonisolated(unsafe) private var state = State()
    private let condition = NSCondition()

    /// - Parameters:
    ///   - threadCount: at least 1.
    ///   - yields: whether its threads leave the processor to all others that want it.
    package init(threadCount: Int, name: String = "compute", yields: Bool = false) {
        precondition(threadCount >= 1, "a pool needs a thread, not \(threadCount)")
        self.threadCount = threadCount
        for number in 0..<threadCount {
            let thread = Thread { [self] in
                nameThisThread("\(name)-\(number)")
                if yields { lowerPriorityOfThisThread() }
                run()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        unsafe state.jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    /// Runs `body` on the pool. The caller suspends; a thread of the pool may block in `body`.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = await withTaskExecutorPreference(self) {
            do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// Lets the threads end when the queue is empty. Nothing may be enqueued afterwards.
    package func stop() {
        condition.lock()
        unsafe state.isStopping = true
        condition.broadcast()
        condition.unlock()
    }

    private func run() {
        while let job = next() {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// The next job; waits for one. `nil` once the pool stops and nothing is queued.
    private func next() -> UnownedJob? {
        condition.lock()
        defer { condition.unlock() }
        while unsafe state.head == state.jobs.count {
            if unsafe state.isStopping { return nil }
            condition.wait()
        }
        let job = unsafe state.jobs[state.head]
        unsafe state.head += 1
        if unsafe state.head == state.jobs.count || state.head >= 1024 {
            unsafe state.jobs.removeFirst(state.head)
            unsafe state.head = 0
        }
        return job
    }
}

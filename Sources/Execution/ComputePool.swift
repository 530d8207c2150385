// SPDX-License-Identifier: Apache-2.0

import Dispatch
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
        /// What threads without a job wait for, each for its own; the one that became idle last is the last.
        var idle: [DispatchSemaphore] = []
        var isStopping = false
    }

    /// What a thread does next.
    private enum Step {
        case run(UnownedJob)
        case wait
        case end
    }

    /// How many threads it has.
    package let threadCount: Int
    private let state = Mutex(State())

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
        if let kept = KeptJob.current, kept.take(job, of: self, takePlace) { return }
        // The thread that was at work last has the most in its processor's caches. It is woken when it need not wait for the lock.
        let thread = state.withLock { state in
            state.jobs.append(job)
            return state.idle.popLast()
        }
        thread?.signal()
    }

    /// Calls `body`, and keeps the first job that it enqueues here for the caller to run.
    ///
    /// - Returns: `nil` if there is none, or if it is the pool's because no thread is idle.
    package func keepingFirstJob(of body: () -> Void) -> KeptJob? { KeptJob.first(of: self, in: body) }

    /// Keeps one of the idle threads idle until its place is given back; `nil` if there is none.
    private func takePlace() -> DispatchSemaphore? { state.withLock { $0.idle.popLast() } }

    func giveBack(_ place: DispatchSemaphore) {
        let isWanted = state.withLock { state in
            if state.head < state.jobs.count || state.isStopping { return true }
            state.idle.append(place)
            return false
        }
        if isWanted { place.signal() }
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
        let idle = state.withLock { state in
            state.isStopping = true
            return state.idle
        }
        for thread in idle { thread.signal() }
    }

    private func run() {
        let isWoken = DispatchSemaphore(value: 0)
        while true {
            switch nextStep(isWoken) {
            case .run(let job): unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            case .wait: isWoken.wait()
            case .end: return
            }
        }
    }

    /// - Parameter isWoken: belongs to the thread; signaled when there may be a job for it after `.wait`.
    private func nextStep(_ isWoken: DispatchSemaphore) -> Step {
        state.withLock { state in
            guard state.head < state.jobs.count else {
                if state.isStopping { return .end }
                state.idle.append(isWoken)
                return .wait
            }
            let job = state.jobs[state.head]
            state.head += 1
            if state.head == state.jobs.count || state.head >= 1024 {
                state.jobs.removeFirst(state.head)
                state.head = 0
            }
            return .run(job)
        }
    }
}

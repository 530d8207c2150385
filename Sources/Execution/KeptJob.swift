// SPDX-License-Identifier: Apache-2.0

import CSystem
import Dispatch

/// A job of a pool that a thread outside of it runs itself, in the place of a thread of the pool, which stays idle meanwhile:
/// nobody has to be woken, and no more runs at a time.
///
/// Safety of `@unchecked Sendable`: one thread makes it and runs it.
package final class KeptJob: @unchecked Sendable {
    private let pool: ComputePool
    /// The job, and the place it takes.
    private var kept: (job: UnownedJob, place: DispatchSemaphore)?

    private init(of pool: ComputePool) { self.pool = pool }

    /// Runs the job. To be called once.
    package func run() {
        guard let (job, place) = kept.take() else { preconditionFailure("a kept job is run once") }
        unsafe job.runSynchronously(on: pool.asUnownedTaskExecutor())
        pool.giveBack(place)
    }

    /// What the calling thread keeps at the moment.
    static var current: KeptJob? {
        guard let note = unsafe nt_note_of_this_thread() else { return nil }
        // Safety: `first` has the object for as long as there is the note.
        return unsafe Unmanaged<KeptJob>.fromOpaque(note).takeUnretainedValue()
    }

    /// Calls `body` and keeps the first job that it enqueues in `pool`, if a thread of the pool is idle.
    static func first(of pool: ComputePool, in body: () -> Void) -> KeptJob? {
        let kept = KeptJob(of: pool)
        unsafe nt_set_note_of_this_thread(Unmanaged.passUnretained(kept).toOpaque())
        body()
        nt_set_note_of_this_thread(nil)
        return kept.kept == nil ? nil : kept
    }

    /// Takes a job that is enqueued in a pool, in the place of the thread that `takePlace` gives.
    ///
    /// - Returns: whether it has taken it.
    func take(_ job: UnownedJob, of pool: ComputePool, _ takePlace: () -> DispatchSemaphore?) -> Bool {
        guard pool === self.pool, kept == nil, let place = takePlace() else { return false }
        kept = (job, place)
        return true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One thread that does a job whenever it was told that there is something to do.
///
/// Wakes that come while the job runs are not lost: it runs once more. The job looks at `isStopping` in long loops.
package final class BackgroundWorker: @unchecked Sendable {
    // Safety (@unchecked): every stored variable is only touched while `condition` is held.
    private let condition = NSCondition()
    private var isWoken = false
    /// When it wakes by itself.
    private var wakeTime: Date?
    private var isStopped = false
    private var hasEnded = false

    /// - Parameters:
    ///   - name: of the thread, as debuggers show it; up to 15 characters.
    ///   - job: what is done on each wake, on the worker's own thread.
    package init(name: String, job: @escaping @Sendable (BackgroundWorker) -> Void) {
        let thread = Thread { [self] in
            nameThisThread(name)
            while waitForWake() { job(self) }
            end()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Whether `stop` was called.
    package var isStopping: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isStopped
    }

    /// Has the job run, now or once more after the present run.
    package func wake() {
        condition.lock()
        isWoken = true
        condition.signal()
        condition.unlock()
    }

    /// Has the job run when some time has passed, unless something else wakes it before.
    package func wake(after delay: Duration) {
        let time = Date(timeIntervalSinceNow: delay / .seconds(1))
        condition.lock()
        wakeTime = min(wakeTime ?? time, time)
        condition.signal()
        condition.unlock()
    }

    /// Ends the thread and waits until it has. Not to be called from the job.
    package func stop() {
        condition.lock()
        isStopped = true
        condition.broadcast()
        while !hasEnded { condition.wait() }
        condition.unlock()
    }

    private func waitForWake() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isWoken && !isStopped {
            guard let time = wakeTime else {
                condition.wait()
                continue
            }
            if !condition.wait(until: time) { break }
        }
        isWoken = false
        wakeTime = nil
        return !isStopped
    }

    private func end() {
        condition.lock()
        hasEnded = true
        condition.broadcast()
        condition.unlock()
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Synchronization
import Testing

@Suite struct BackgroundWorkerTests {
    @Test func `a wake has the job run`() async {
        await withCheckedContinuation { continuation in
            let worker = BackgroundWorker(name: "test") { _ in continuation.resume() }
            worker.wake()
        }
    }

    @Test func `a wake during the job has it run once more`() {
        let runs = Mutex(0)
        let done = DispatchSemaphore(value: 0)
        let worker = BackgroundWorker(name: "test") { worker in
            let count = runs.withLock { runs in
                runs += 1
                return runs
            }
            if count == 1 { worker.wake() } else { done.signal() }
        }
        worker.wake()
        done.wait()
        worker.stop()
        #expect(runs.withLock { $0 } == 2)
    }

    @Test func `stop waits for the job and lets it see that it is to end`() {
        let started = DispatchSemaphore(value: 0)
        let ended = Mutex(false)
        let worker = BackgroundWorker(name: "test") { worker in
            started.signal()
            while !worker.isStopping { sched_yield() }
            ended.withLock { $0 = true }
        }
        worker.wake()
        started.wait()
        worker.stop()
        #expect(ended.withLock { $0 })
    }

    @Test func `a worker wakes by itself when it was told to, and by what comes before`() {
        let runs = DispatchSemaphore(value: 0)
        let worker = BackgroundWorker(name: "test") { _ in runs.signal() }
        worker.wake(after: .milliseconds(20))
        #expect(runs.wait(timeout: .now() + 60) == .success)
        worker.wake(after: .seconds(3600))
        worker.wake()
        #expect(runs.wait(timeout: .now() + 60) == .success)
        worker.wake(after: .seconds(3600))
        worker.wake(after: .milliseconds(20))
        #expect(runs.wait(timeout: .now() + 60) == .success)
        worker.wake(after: .seconds(3600))
        worker.stop()
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@Suite struct ComputePoolTests {
    @Test func `work runs on a thread of the pool`() async {
        let pool = ComputePool(threadCount: 2, name: "test")
        defer { pool.stop() }
        let name = await pool.run { Thread.current.name }
        #expect(name?.hasPrefix("test-") == true)
    }

    @Test func `every thread has its name before its first job, however quick it is`() async {
        for round in 0..<1_000 {
            let pool = ComputePool(threadCount: 1, name: "test")
            let name = await pool.run { Thread.current.name }
            pool.stop()
            #expect(name == "test-0", "round \(round)")
            if name != "test-0" { break }
        }
    }

    @Test func `a task with the pool as its preference runs there before and after it suspends`() async {
        let pool = ComputePool(threadCount: 1, name: "test")
        defer { pool.stop() }
        let task = Task(executorPreference: pool) {
            let before = threadName()
            await Task.yield()
            return [before, threadName()]
        }
        #expect(await task.value == ["test-0", "test-0"])
    }

    @Test func `an error that the work throws reaches the caller`() async {
        struct Failed: Error {}
        let pool = ComputePool(threadCount: 1)
        defer { pool.stop() }
        await #expect(throws: Failed.self) {
            try await pool.run { () throws(Failed) -> Int in throw Failed() }
        }
    }

    @Test func `more jobs than threads are all done`() async {
        let pool = ComputePool(threadCount: 2)
        defer { pool.stop() }
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 0..<5_000 { group.addTask { await pool.run { number } } }
            return await group.reduce(0, +)
        }
        #expect(sum == 5_000 * 4_999 / 2)
    }

    private func threadName() -> String { Thread.current.name ?? "" }
}

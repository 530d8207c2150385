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

    @Test func `a kept job runs where it was kept, and goes on in the pool after it suspends`() async throws {
        let pool = ComputePool(threadCount: 1, name: "test")
        defer { pool.stop() }
        let task = try await onThread(named: "keeper") {
            waitUntilIdle(pool)
            return try keep(in: pool) {
                let before = threadName()
                await Task.yield()
                return [before, threadName()]
            }
        }
        let names = await task.value
        #expect(names == ["keeper", "test-0"])
    }

    @Test func `a kept job takes the place of a thread: no more run at a time than the pool has`() async throws {
        let pool = ComputePool(threadCount: 1, name: "test")
        defer { pool.stop() }
        let (order, ended) = AsyncStream<String>.makeStream()
        let next = try await onThread(named: "keeper") {
            waitUntilIdle(pool)
            return try keep(in: pool) {
                // The pool has no other thread for it.
                let next = Task(executorPreference: pool) { _ = ended.yield("next") }
                for _ in 0..<1_000 { sched_yield() }
                ended.yield("kept")
                return next
            }
        }
        await next.value.value
        ended.finish()
        #expect(await order.reduce(into: []) { $0.append($1) } == ["kept", "next"])
    }

    @Test func `nothing is kept while every thread of the pool is at work`() async throws {
        let pool = ComputePool(threadCount: 1, name: "test")
        defer { pool.stop() }
        let hasBegun = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        async let busy: Void = pool.run {
            hasBegun.signal()
            mayEnd.wait()
        }
        try await onThread(named: "keeper") {
            hasBegun.wait()
            #expect(pool.keepingFirstJob { Task(executorPreference: pool) {} } == nil)
            mayEnd.signal()
        }
        await busy
    }

    /// A thread of the pool is idle some time after it was made.
    private func waitUntilIdle(_ pool: ComputePool) {
        while true {
            if let job = pool.keepingFirstJob(of: { Task(executorPreference: pool) {} }) { return job.run() }
            sched_yield()
        }
    }

    /// Starts a task and runs its first job here.
    private func keep<Value: Sendable>(
        in pool: ComputePool, _ operation: @escaping @Sendable () async -> Value
    ) throws -> Task<Value, Never> {
        var task: Task<Value, Never>?
        let job = pool.keepingFirstJob { task = Task(executorPreference: pool, operation: operation) }
        try #require(job).run()
        return try #require(task)
    }

    private func onThread<Value: Sendable>(
        named name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                nameThisThread(name)
                continuation.resume(with: Result { try body() })
            }
            thread.start()
        }
    }

    private func threadName() -> String { Thread.current.name ?? "" }
}

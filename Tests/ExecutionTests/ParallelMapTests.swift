// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Synchronization
import Testing

@Suite struct ParallelMapTests {
    @Test(arguments: [0, 1, 2, 3, 100], [1, 2, 3, 200])
    func `results come in the order of the elements`(count: Int, width: Int) async {
        let results = await mapInParallel(Array(0..<count), width: width) { element in
            // The first take the longest.
            for _ in 0..<(count - element) { await Task.yield() }
            return element * element
        }
        #expect(results == (0..<count).map { $0 * $0 })
    }

    @Test func `no more than the width are worked on at a time, and no fewer`() async {
        let running = Mutex((now: 0, most: 0))
        _ = await mapInParallel(Array(0..<60), width: 4) { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            // The first four wait for each other.
            while running.withLock({ $0.most }) < 4 { await Task.yield() }
            await Task.yield()
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock { $0.most } == 4)
    }

    @Test func `elements are worked on by the caller's executor`() async {
        let pool = ComputePool(threadCount: 2, name: "map")
        defer { pool.stop() }
        let names = await Task(executorPreference: pool) {
            await mapInParallel(Array(0..<50), width: 2) { _ in
                await Task.yield()
                return threadName()
            }
        }.value
        #expect(Set(names).isSubset(of: ["map-0", "map-1"]))
    }

    @Test func `another job waits for no more than the width of a long list`() async {
        let pool = ComputePool(threadCount: 1)
        defer { pool.stop() }
        let started = Shared(0)
        let isHeld = Shared(true)
        let list = Task(executorPreference: pool) {
            await mapInParallel(Array(0..<1_000), width: 2) { _ in
                started.value.withLock { $0 += 1 }
                while isHeld.value.withLock({ $0 }) { usleep(1_000) }
            }
        }
        while started.value.withLock({ $0 }) == 0 { await Task.yield() }
        // The only thread is held by the first element, the second is queued, and this comes behind it.
        let other = Task(executorPreference: pool) { started.value.withLock { $0 } }
        isHeld.value.withLock { $0 = false }
        #expect(await other.value == 2)
        _ = await list.value
        #expect(started.value.withLock { $0 } == 1_000)
    }

    @Test func `cancellation reaches every element`() async {
        let arrived = Shared(0)
        let list = Task {
            await mapInParallel(Array(0..<100), width: 3) { _ in
                arrived.value.withLock { $0 += 1 }
                while !Task.isCancelled { await Task.yield() }
                return Task.isCancelled
            }
        }
        while arrived.value.withLock({ $0 }) < 3 { await Task.yield() }
        list.cancel()
        #expect(await list.value == [Bool](repeating: true, count: 100))
    }

    @Test func `one element, or a width of one, makes no task`() async {
        let own = taskIdentity()
        let alone = await mapInParallel([0], width: 8) { _ in taskIdentity() }
        let inTurn = await mapInParallel([0, 1, 2], width: 1) { _ in taskIdentity() }
        let apart = await mapInParallel([0, 1, 2], width: 2) { _ in taskIdentity() }
        #expect(alone == [own])
        #expect(inTurn == [own, own, own])
        #expect(!apart.contains(own))
    }
}

private func threadName() -> String { Thread.current.name ?? "" }

/// Tells tasks that live at the same time apart.
private func taskIdentity() -> Int? {
    // Safety: the task is only asked for its hash while it runs.
    unsafe withUnsafeCurrentTask { task in unsafe task?.hashValue }
}

/// A value for a task and whoever made it.
private final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }
}

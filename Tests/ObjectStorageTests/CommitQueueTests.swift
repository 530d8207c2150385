// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

struct CommitQueueTests {
    private struct Refused: Error {}

    private let storage: Storage
    private let queue: CommitQueue

    init() throws {
        storage = try Storage()
        queue = try CommitQueue(environment: storage.environment)
    }

    private func value(_ name: String) throws -> [UInt8]? {
        try storage.environment.read { try $0.setting(name) }
    }

    /// Keeps the writer thread busy until all of `bodies` wait, so that they form one group.
    private func inOneGroup<R: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) async -> R
    ) async throws -> [R] {
        let gate = Gate()
        let queue = queue
        async let blocker: Void = queue.submit { _ in gate.wait() }
        await gate.waitUntilReached()
        let results = await withTaskGroup(of: (Int, R).self) { group in
            for position in 0..<count {
                group.addTask { (position, await body(position)) }
                // One after the other, so that the order of the queue is known.
                while queue.statistics.waiting <= position { await Task.yield() }
            }
            gate.open()
            var results: [(Int, R)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
        try await blocker
        return results
    }

    @Test func `changes are applied by a thread that has its name from the first of them on`() async throws {
        await queue.close()
        for _ in 0..<200 {
            let queue = try CommitQueue(environment: storage.environment)
            let name = try await queue.submit { _ in
                try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            }
            #expect(name == "writer\n")
            await queue.close()
        }
    }

    @Test func `a change is durable and published when submit returns`() async throws {
        let published = Mutex(0)
        let result = try await queue.submit(published: { (result: Int) in published.withLock { $0 = result } }) {
            try $0.setSetting("a", to: [1])
            return 42
        }
        #expect(result == 42)
        #expect(published.withLock { $0 } == 42)
        #expect(try value("a") == [1])
        await queue.close()
    }

    @Test func `changes that wait share one transaction, in order`() async throws {
        let order = Mutex<[Int]>([])
        _ = try await inOneGroup(100) { [queue] position in
            try? await queue.submit(published: { (_: Void) in order.withLock { $0.append(position) } }) {
                try $0.setSetting("key \(position)", to: [1])
            }
        }
        await queue.close()
        // The blocker's group and theirs.
        #expect(queue.statistics.groups == 2)
        #expect(queue.statistics.changes == 101)
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    private struct Setting: Change {
        let name: String
        var isRefused = false
        let sizeInBytes = 10

        func apply(to transaction: WriteTransaction) throws -> String {
            if isRefused { throw Refused() }
            try transaction.setSetting(name, to: [1])
            return name
        }
    }

    @Test func `changes that are submitted together share one transaction and have a result each, in order`()
        async throws
    {
        let before = queue.statistics.groups
        let results = await queue.submit(all: (0..<50).map { Setting(name: "key \($0)", isRefused: $0 == 7) })
        #expect(results.map { try? $0.get() } == (0..<50).map { $0 == 7 ? nil : "key \($0)" })
        #expect(try value("key 49") == [1])
        #expect(await queue.submit(all: [Setting]()).isEmpty)
        await queue.close()
        #expect(queue.statistics.groups == before + 1)
    }

    @Test func `of changes that are submitted together, those beyond the limit are refused`() async throws {
        await queue.close()
        var limits = CommitQueue.Limits()
        limits.queuedChanges = 3
        let queue = try CommitQueue(environment: storage.environment, limits: limits)
        let results = await queue.submit(all: (0..<5).map { Setting(name: "key \($0)") })
        #expect(results.map { (try? $0.get()) != nil } == [true, true, true, false, false])
        await queue.close()
        let late = await queue.submit(all: [Setting(name: "late")])
        #expect(throws: StorageError.closed) { try late[0].get() }
    }

    @Test func `a change that throws before it wrote fails alone`() async throws {
        let applied = Mutex([0, 0, 0])
        let undone = Mutex([0, 0, 0])
        let results = try await inOneGroup(3) { [queue] position in
            do {
                try await queue.submit(rolledBack: { undone.withLock { $0[position] += 1 } }) {
                    applied.withLock { $0[position] += 1 }
                    if position == 1 { throw Refused() }
                    try $0.setSetting("key \(position)", to: [1])
                }
                return true
            } catch { return !(error is Refused) }
        }
        #expect(results == [true, false, true])
        #expect(applied.withLock { $0 } == [1, 1, 1])
        #expect(undone.withLock { $0 } == [0, 1, 0])
        #expect(try value("key 2") == [1])
        await queue.close()
    }

    @Test func `a change that throws after it wrote is undone and the others run again`() async throws {
        let log = Mutex<[String]>([])
        let results = try await inOneGroup(3) { [queue] position in
            do {
                try await queue.submit(
                    published: { (_: Void) in log.withLock { $0.append("publish \(position)") } },
                    rolledBack: { log.withLock { $0.append("undo \(position)") } }
                ) {
                    log.withLock { $0.append("apply \(position)") }
                    try $0.setSetting("key \(position)", to: [1])
                    if position == 1 { throw Refused() }
                }
                return true
            } catch { return !(error is Refused) }
        }
        #expect(results == [true, false, true])
        #expect(
            log.withLock { $0 } == [
                "apply 0", "apply 1", "undo 1", "undo 0", "apply 0", "apply 2", "publish 0", "publish 2",
            ])
        #expect(try value("key 0") == [1])
        #expect(try value("key 1") == nil)
        #expect(try value("key 2") == [1])
        await queue.close()
    }

    @Test func `many changes that spoil their group leave the good ones in`() async throws {
        let applied = Mutex(0)
        let results = try await inOneGroup(30) { [queue] position in
            do {
                try await queue.submit {
                    applied.withLock { $0 += 1 }
                    try $0.setSetting("key \(position)", to: [1])
                    if position % 2 == 1 { throw Refused() }
                }
                return true
            } catch { return !(error is Refused) }
        }
        #expect(results == (0..<30).map { $0 % 2 == 0 })
        for position in 0..<30 { #expect(try value("key \(position)") == (position % 2 == 0 ? [1] : nil)) }
        // Three runs of the group, then each for itself: never a run of the group for each that fails.
        #expect(applied.withLock { $0 } < 4 * 30)
        await queue.close()
    }

    @Test func `changes see what earlier ones of their group wrote`() async throws {
        _ = try await inOneGroup(20) { [queue] _ in
            try? await queue.submit {
                let count = try $0.setting("count")?.first ?? 0
                try $0.setSetting("count", to: [count + 1])
            }
        }
        #expect(try value("count") == [20])
        await queue.close()
    }

    @Test func `submitting from many tasks at a time loses nothing`() async throws {
        let (queue, shard) = (queue, storage.shard)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    try await queue.submit { transaction in
                        let document = try transaction.takeDocumentNumber(in: shard)
                        try transaction.insert(
                            .sample(ObjectID(number: UInt64(number))), vectors: [VectorID(0): [Float(number)]],
                            as: document, in: shard)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try storage.environment.read { try $0.counters(of: shard).objectCount } == 500)
        #expect(try storage.problems() == [])
        await queue.close()
    }

    @Test func `what waits at the close is still applied, what comes later is refused`() async throws {
        let gate = Gate()
        let queue = queue
        async let blocker: Void = queue.submit { _ in gate.wait() }
        await gate.waitUntilReached()
        async let waiting: Void = queue.submit { try $0.setSetting("late", to: [1]) }
        while queue.statistics.waiting < 1 { await Task.yield() }
        async let closing: Void = queue.close()
        gate.open()
        _ = try await (blocker, waiting, closing)
        await queue.close()
        #expect(try value("late") == [1])
        await #expect(throws: StorageError.closed) { try await queue.submit { _ in } }
    }

    @Test func `a full queue refuses more`() async throws {
        await queue.close()
        var limits = CommitQueue.Limits()
        limits.queuedChanges = 2
        limits.queuedBytes = 100
        let queue = try CommitQueue(environment: storage.environment, limits: limits)
        let gate = Gate()
        async let blocker: Void = queue.submit { _ in gate.wait() }
        await gate.waitUntilReached()
        async let first: Void = queue.submit(sizeInBytes: 90) { _ in }
        while queue.statistics.waiting < 1 { await Task.yield() }
        await #expect(throws: StorageError.writeQueueFull(limit: "100 bytes")) {
            try await queue.submit(sizeInBytes: 11) { _ in }
        }
        async let second: Void = queue.submit(sizeInBytes: 10) { _ in }
        while queue.statistics.waiting < 2 { await Task.yield() }
        await #expect(throws: StorageError.writeQueueFull(limit: "2 changes")) {
            try await queue.submit { _ in }
        }
        gate.open()
        _ = try await (blocker, first, second)
        await queue.close()
    }

    @Test func `groups are bounded by what their changes declare`() async throws {
        await queue.close()
        var limits = CommitQueue.Limits()
        limits.bytesPerGroup = 10
        limits.changesPerGroup = 3
        let queue = try CommitQueue(environment: storage.environment, limits: limits)
        let gate = Gate()
        async let blocker: Void = queue.submit { _ in gate.wait() }
        await gate.waitUntilReached()
        await withTaskGroup(of: Void.self) { group in
            for (position, size) in [20, 5, 5, 1, 0, 0, 0].enumerated() {
                group.addTask { try? await queue.submit(sizeInBytes: size) { try $0.setSetting("a", to: [1]) } }
                while queue.statistics.waiting <= position { await Task.yield() }
            }
            gate.open()
        }
        try await blocker
        await queue.close()
        // The blocker; 20; 5 + 5; 1 + 0 + 0; 0.
        #expect(queue.statistics.groups == 5)
    }

    @Test func `a change that does not fit leaves the database readable and writable`() async throws {
        let folder = TemporaryFolder()
        var options = StorageEnvironment.Options.fast
        options.mapSizeInBytes = 1 << 20
        let environment = try StorageEnvironment.open(folder: folder.path, options: options)
        let queue = try CommitQueue(environment: environment)
        try await queue.submit { try $0.setSetting("small", to: [1]) }
        await #expect(throws: StorageError.databaseFull(mapSizeInBytes: 1 << 20)) {
            try await queue.submit { try $0.setSetting("large", to: [UInt8](repeating: 1, count: 2 << 20)) }
        }
        #expect(try environment.read { try $0.setting("small") } == [1])
        try await queue.submit { try $0.setSetting("small", to: [2]) }
        #expect(try environment.read { try $0.setting("small") } == [2])
        await queue.close()
        environment.close()
    }

    @Test func `a database that is opened for reading only has no queue`() throws {
        let folder = TemporaryFolder()
        try StorageEnvironment.open(folder: folder.path, options: .fast).close()
        let environment = try StorageEnvironment.open(folder: folder.path, options: .readOnly)
        #expect(throws: StorageError.openedForReadingOnly) { try CommitQueue(environment: environment) }
        environment.close()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Execution
import Synchronization
import Testing

@testable import ServerInspection

/// Tells sizes that grow with each measurement.
final class GrowingDatabase: InspectionOperations {
    let commit = Atomic<UInt64>(1)
    let measurementCount = Atomic(0)
    let failsToStore = Atomic(false)
    let delay = Mutex(Duration.zero)
    let trials = Mutex<[IndexTrial]>([])
    let figures = Mutex<[CollectionFigures]>([])

    var indexMemoryInBytes: Int { 0 }
    var clockDelay: Duration { delay.withLock { $0 } }

    func storageFigures() -> StorageFigures {
        StorageFigures(mapSizeInBytes: 1, lastCommit: commit.load(ordering: .relaxed))
    }

    func collectionFigures() -> [CollectionFigures] { figures.withLock { $0 } }

    func storedSizes(of collection: String) -> CollectionSizes? {
        let count = measurementCount.add(1, ordering: .relaxed).newValue
        return collection == "Gone"
            ? nil : CollectionSizes(objects: count, pictures: 0, inverted: 0, vectors: [:], total: count)
    }

    func tryStorage() async throws(DatabaseError) {
        if failsToStore.load(ordering: .relaxed) { throw .storage("no") }
    }

    func tryIndexes() -> [IndexTrial] { trials.withLock { $0 } }
}

/// Goes on when it is told to.
private final class HandClock: Sendable {
    let time = Mutex(ContinuousClock.now)
}

struct CollectionSizingTests {
    private static let pool = ComputePool(threadCount: 1, name: "test")

    private let database = GrowingDatabase()
    private let clock = HandClock()

    private func withSizing(_ body: (CollectionSizing) async throws -> Void) async throws {
        let sizing = CollectionSizing(
            database: database, executor: Self.pool, now: { [clock] in clock.time.withLock { $0 } })
        try await body(sizing)
        await sizing.close()
    }

    private func total(_ sizing: CollectionSizing, _ name: String = "A", of names: [String] = ["A"]) async throws
        -> Int?
    {
        while true {
            let known = try sizing.known(names)
            if !known.isMeasuring { return known.measured[name]?.sizes.total }
            await Task.yield()
        }
    }

    @Test func `an answer is there at once, and sizes a little later`() async throws {
        try await withSizing { sizing async throws in
            let first = try sizing.known(["A"])
            #expect(first.isMeasuring && first.measured.isEmpty)
            #expect(try await total(sizing) == 1)
        }
    }

    @Test func `it is measured again when a commit and a minute have passed`() async throws {
        try await withSizing { sizing async throws in
            #expect(try await total(sizing) == 1)
            clock.time.withLock { $0 += .seconds(3_600) }
            #expect(try await total(sizing) == 1, "nothing has changed")
            database.commit.store(2, ordering: .relaxed)
            #expect(try await total(sizing) == 2)
            database.commit.store(3, ordering: .relaxed)
            clock.time.withLock { $0 += .seconds(59) }
            #expect(try await total(sizing) == 2, "it is too soon")
            clock.time.withLock { $0 += .seconds(1) }
            // What is old is told while it is measured anew.
            let meanwhile = try sizing.known(["A"])
            #expect(meanwhile.isMeasuring && meanwhile.measured["A"]?.sizes.total ?? 0 >= 2)
            #expect(try await total(sizing) == 3)
        }
    }

    @Test func `a new collection is measured at once, and one that is gone forgotten`() async throws {
        try await withSizing { sizing async throws in
            #expect(try await total(sizing) == 1)
            #expect(try await total(sizing, "B", of: ["A", "B"]) == 3)
            database.commit.store(2, ordering: .relaxed)
            clock.time.withLock { $0 += .seconds(60) }
            #expect(try await total(sizing, "A", of: ["B"]) == nil)
        }
    }

    @Test func `when it is closed nothing is measured`() async throws {
        try await withSizing { sizing async throws in
            await sizing.close()
            let known = try sizing.known(["A"])
            #expect(!known.isMeasuring)
            #expect(database.measurementCount.load(ordering: .relaxed) == 0)
        }
    }
}

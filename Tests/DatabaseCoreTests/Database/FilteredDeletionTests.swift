// SPDX-License-Identifier: Apache-2.0

import DataModel
import Dispatch
import ObjectStorage
import Testing

@testable import DatabaseCore

/// Deletions by filter that have no room to be done at once.
@Suite struct FilteredDeletionTests {
    /// Large enough for some hundred pictures of eight kilobytes.
    private static let mapSizeInBytes = 12 << 20

    private let everything = Filter.condition(
        FilterCondition(path: .property("title"), comparison: .equal, value: .text("full")))

    /// A database that takes no further picture.
    private func full() async throws -> (fixture: DatabaseFixture, count: Int) {
        let fixture = try DatabaseFixture(mapSizeInBytes: Self.mapSizeInBytes)
        _ = try await fixture.database.createCollection(.pictures)
        var count = 0
        while count < 4_000 {
            let pictures = (count..<count + 20).map { number in
                ObjectInput.picture(
                    UInt64(number), [UInt8(truncatingIfNeeded: number), 1, 2, 3] + [UInt8](repeating: 7, count: 8_000),
                    title: "full")
            }
            let results = await fixture.database.upsert(pictures)
            guard results.allSatisfy({ (try? $0.get()) != nil }) else { break }
            count += results.count
        }
        let stored = try await fixture.database.count(in: "Picture", tenant: nil, filter: nil)
        #expect(stored > 100 && stored < 4_000)
        return (fixture, stored)
    }

    private func delete(_ fixture: DatabaseFixture) async throws -> DeletionReport {
        try await fixture.database.deleteObjects(matching: everything, in: "Picture", tenant: nil, isDryRun: false)
    }

    private func requireSound(_ fixture: DatabaseFixture, count: Int) async throws {
        let database = fixture.database
        #expect(try database.environment.checkInvariants().findings == [])
        #expect(try await database.count(in: "Picture", tenant: nil, filter: nil) == count)
        #expect(try await database.count(in: "Picture", tenant: nil, filter: everything) == count)
    }

    @Test func `all of a full database are deleted`() async throws {
        let (fixture, count) = try await full()
        let report = try await delete(fixture)
        #expect(report.matches == count)
        #expect(report.items.allSatisfy { $0.error == nil })
        try await requireSound(fixture, count: 0)
        await fixture.close()
    }

    @Test func `steps that find no room leave their objects, whole, and the next deletion takes them`() async throws {
        let (fixture, count) = try await full()
        // Pages that a reader sees cannot be used again, so deletions run out of room.
        let isReading = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)
        let environment = fixture.database.environment
        DispatchQueue.global().async {
            try? environment.read { _ in
                isReading.signal()
                mayEnd.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isReading.wait()
                continuation.resume()
            }
        }
        var left = count
        for _ in 0..<3 {
            let report = try await delete(fixture)
            left -= report.items.count { $0.error == nil }
            try await requireSound(fixture, count: left)
        }
        mayEnd.signal()
        let report = try await delete(fixture)
        #expect(report.items.count == left)
        try await requireSound(fixture, count: 0)
        await fixture.close()
    }

    @Test func `one that is cancelled before it began deletes nothing`() async throws {
        let (fixture, count) = try await full()
        let (database, filter) = (fixture.database, everything)
        let task = Task {
            unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
            return try await database.deleteObjects(
                matching: filter, in: "Picture", tenant: nil, isDryRun: false)
        }
        guard case .failure(DatabaseError.cancelled) = await task.result else {
            Issue.record("it was not cancelled")
            return
        }
        try await requireSound(fixture, count: count)
        await fixture.close()
    }
}

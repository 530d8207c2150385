// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing

@testable import DatabaseCore
@testable import ProcessMemory

/// What goes on where the process has come to its memory limit, and what does not.
struct MemoryLimitTests {
    private let gate = MemoryGate(plan: MemoryPlan(limitInBytes: 1 << 30))
    private let fixture: DatabaseFixture
    private var database: Database { fixture.database }

    init() async throws {
        fixture = try DatabaseFixture(memory: gate)
        _ = try await database.createCollection(.articles())
        for result in await database.upsert((0..<20).map { .article($0, "old", year: 1, vector: [Float($0), 1]) }) {
            _ = try result.get()
        }
    }

    private func look(_ held: Int) { _ = gate.note(held: held) }
    private func fill() { look(gate.plan?.limitInBytes ?? 0) }

    /// What comes of something that has to wait for room and gets none.
    private func refusal(_ body: @escaping @Sendable (Database) async throws -> Void) async -> DatabaseError? {
        let database = database
        let task = Task { () -> DatabaseError? in
            do {
                try await body(database)
                return nil
            } catch {
                return error as? DatabaseError
            }
        }
        while gate.waitingCount == 0 { await Task.yield() }
        for _ in 0..<MemoryGate.patience { fill() }
        return await task.value
    }

    private func isMemoryFull(_ error: DatabaseError?) -> Bool {
        if case .memoryFull(1_073_741_824, 1_073_741_824)? = error { true } else { false }
    }

    @Test func `a batch waits, is refused, and changes nothing`() async throws {
        fill()
        let error = await refusal { database in
            let objects: [ObjectInput] = [
                .article(0, "new", year: 2), .article(100, "new", year: 2),
                ObjectInput(collection: "Other", properties: JSONObject([("made", .string("by auto-schema"))])),
            ]
            for result in await database.upsert(objects) { _ = try result.get() }
        }
        #expect(isMemoryFull(error))
        #expect(
            error?.message.hasPrefix(
                "the server holds 1024 MiB of memory, and its limit is 1024 MiB (NEEDLETAIL_MEMORY_LIMIT)")
                == true)
        #expect(database.collection(named: "Other") == nil)
        #expect(
            try await database.hits(of: Query(collection: "Article")).allSatisfy {
                $0.object.properties["title"] == .text("old")
            })
    }

    @Test func `single objects, changes and references are refused too`() async throws {
        fill()
        #expect(isMemoryFull(await refusal { _ = try await $0.insert(.article(100, "new", year: 2)) }))
        #expect(isMemoryFull(await refusal { _ = try await $0.replace(.article(0, "new", year: 2)) }))
        #expect(isMemoryFull(await refusal { try await $0.merge(.article(0, "new", year: 2)) }))
        #expect(
            isMemoryFull(
                await refusal { database in
                    let source = ReferenceSource(collection: "Article", id: .number(0), property: "of", tenant: nil)
                    let addition = ReferenceAddition(source: source, target: Beacon(collection: nil, id: .number(1)))
                    for result in await database.addReferences([addition]) { try result.get() }
                }))
        #expect(gate.figures?.refusedCount == 4)
    }

    @Test func `a restore is refused at once`() {
        fill()
        #expect(throws: DatabaseError.self) { try database.startRestore(BackupRequest(id: "any")) }
    }

    @Test func `searches and deletions go on`() async throws {
        fill()
        #expect(try await database.hits(of: .near([3, 1], in: "Article", limit: 1)).count == 1)
        _ = try await database.delete(.number(3), in: "Article", tenant: nil)
        #expect(try await database.hits(of: Query(collection: "Article")).count == 10)
        try await database.deleteCollection(named: "Article")
        #expect(database.collections().isEmpty)
    }

    @Test func `a write that waits goes on when there is room`() async throws {
        fill()
        let database = database
        let task = Task { try await database.insert(.article(100, "new", year: 2)) }
        while gate.waitingCount == 0 { await Task.yield() }
        look(0)
        #expect(try await task.value.id == .number(100))
    }

    @Test func `a shard is not loaded where there is no memory for it, and answers when there is`() async throws {
        let gate = MemoryGate(plan: MemoryPlan(limitInBytes: 1 << 30))
        let fixture = try await TenantFixture.make([.active("a"), .inactive("b")], memory: gate)
        let database = fixture.database
        #expect(throws: Never.self) { try gate.checkRoom() }
        _ = await database.upsert([.article(1, of: "a", [1, 0])])
        try await database.updateTenants([.inactive("a")], of: "Article")
        _ = gate.note(held: 1 << 30)
        await #expect(throws: DatabaseError.self) { try await database.updateTenants([.active("a")], of: "Article") }
        _ = gate.note(held: 0)
        try await database.updateTenants([.active("a")], of: "Article")
        _ = gate.note(held: 1 << 30)
        let search = Task { try await database.hits(of: .near([1, 0], of: "a")) }
        while gate.waitingCount == 0 { await Task.yield() }
        for _ in 0..<MemoryGate.patience { _ = gate.note(held: 1 << 30) }
        await #expect(throws: DatabaseError.self) { try await search.value }
        _ = gate.note(held: 0)
        #expect(try await database.hits(of: .near([1, 0], of: "a")).count == 1)
    }
}

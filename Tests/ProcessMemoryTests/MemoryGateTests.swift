// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ProcessMemory

private let mebibyte = 1 << 20

struct MemoryGateTests {
    /// Full at 950 MiB, tight at 850.
    private let gate = MemoryGate(plan: MemoryPlan(limitInBytes: 1_000 * mebibyte))

    private func look(_ mebibytes: Int) { _ = gate.note(held: mebibytes * mebibyte) }

    /// Asks for room in a task of its own, and returns when that waits for it or has an answer.
    private func ask(_ mebibytes: Int) async -> Task<MemoryPermit?, Never> {
        let before = gate.waitingCount
        let gate = gate
        let task = Task { try? await gate.enter(byteCount: mebibytes * mebibyte) }
        while gate.waitingCount == before { await Task.yield() }
        return task
    }

    @Test func `without a limit everybody is let in at once`() async throws {
        let gate = MemoryGate()
        try await gate.enter(byteCount: .max).leave()
        try gate.checkRoom()
        #expect(gate.tryEnter(byteCount: .max) != nil && !gate.isTight && gate.figures == nil)
    }

    @Test func `as much is let in between two looks as there is room for`() async throws {
        look(800)
        let first = try await gate.enter(byteCount: 100 * mebibyte)
        #expect(gate.tryEnter(byteCount: 51 * mebibyte) == nil)
        let second = try await gate.enter(byteCount: 50 * mebibyte)
        // Both have taken it, and nobody has seen that yet.
        first.leave()
        second.leave()
        #expect(gate.tryEnter(byteCount: mebibyte) == nil)
        look(820)
        #expect(gate.tryEnter(byteCount: 130 * mebibyte) != nil)
    }

    @Test func `what is under way counts until it is done and seen`() async throws {
        look(800)
        let permit = try await gate.enter(byteCount: 150 * mebibyte)
        look(800)
        #expect(gate.tryEnter(byteCount: mebibyte) == nil)
        permit.leave()
        look(800)
        #expect(gate.tryEnter(byteCount: mebibyte) != nil)
    }

    @Test func `where memory is tight one is let in a look, and more only of little`() async throws {
        look(850)
        #expect(gate.isTight)
        try await gate.enter(byteCount: 90 * mebibyte).leave()
        let waiting = await ask(1)
        #expect(gate.tryEnter(byteCount: 1) == nil)
        look(850)
        #expect(await waiting.value != nil)
        #expect(gate.tryEnter(byteCount: 24 * mebibyte) != nil)
        #expect(gate.tryEnter(byteCount: mebibyte) == nil)
    }

    @Test func `where memory is full everybody waits, and enters when there is room`() async throws {
        look(950)
        #expect(throws: MemoryLimitError.self) { try gate.checkRoom() }
        let waiting = await ask(1)
        for _ in 1..<MemoryGate.patience { look(920) }
        #expect(gate.waitingCount == 1)
        look(700)
        #expect(await waiting.value != nil)
        try gate.checkRoom()
    }

    @Test func `whoever has waited for seconds is refused with what is held`() async {
        look(950)
        let gate = gate
        let waiting = Task { () -> MemoryLimitError? in
            do throws(MemoryLimitError) {
                _ = try await gate.enter(byteCount: 1)
                return nil
            } catch {
                return error
            }
        }
        while gate.waitingCount == 0 { await Task.yield() }
        for _ in 0..<MemoryGate.patience { look(960) }
        #expect(
            await waiting.value == MemoryLimitError(heldBytes: 960 * mebibyte, limitInBytes: 1_000 * mebibyte))
        #expect(gate.figures?.refusedCount == 1 && gate.waitingCount == 0)
    }

    @Test func `nobody waits any more when the watch has ended`() async {
        look(950)
        let waiting = await ask(1)
        gate.openForGood()
        #expect(await waiting.value != nil)
        #expect(gate.tryEnter(byteCount: 1_000 * mebibyte) != nil)
    }
}

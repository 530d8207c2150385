// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Observability
import Synchronization
import Testing

@testable import ProcessMemory

private let mebibyte = 1 << 20

/// A watch whose looks see what a test says, in mebibytes of 1,000.
private final class WatchFixture: Sendable {
    let plan = MemoryPlan(limitInBytes: 1_000 * mebibyte)
    let gate: MemoryGate
    let requests = MemoryBudget(limitInBytes: 250 * mebibyte)
    let releaseCount = Mutex(0)
    private let held = Mutex<Int?>(nil)
    private let sink = LogSink { _ in }

    init() { gate = MemoryGate(plan: plan) }

    func watch() -> MemoryWatch {
        MemoryWatch(
            plan: plan, gate: gate, requests: requests, logger: Logger(level: .info, sink: sink),
            heldBytes: { [unowned self] in held.withLock { $0 } },
            release: { [unowned self] in releaseCount.withLock { $0 += 1 } })
    }

    func set(_ mebibytes: Int?) { held.withLock { $0 = mebibytes.map { $0 * mebibyte } } }

    var lines: [String] {
        sink.recent.page(after: nil, limit: 100).lines.map { "\($0.entry.level): \($0.entry.message)" }
    }
}

struct MemoryWatchTests {
    private let fixture = WatchFixture()

    private func look(_ watch: MemoryWatch, _ mebibytes: Int?...) {
        for mebibytes in mebibytes {
            fixture.set(mebibytes)
            watch.look()
        }
    }

    @Test func `each change of level is a line of the log`() {
        look(fixture.watch(), 700, 860, 870, 960, 890, 960, 100)
        #expect(
            fixture.lines == [
                "warning: memory is tight; writes are let in more slowly",
                "warning: memory is full; writes that take more are refused",
                "info: memory is no longer full", "warning: memory is full; writes that take more are refused",
                "info: memory is no longer tight",
            ])
    }

    @Test func `memory is given back on entering the tight level, and some seconds later again`() {
        let watch = fixture.watch()
        look(watch, 700, 860)
        #expect(fixture.releaseCount.withLock { $0 } == 1)
        for _ in 1..<MemoryWatch.looksBetweenReleases { look(watch, 960) }
        #expect(fixture.releaseCount.withLock { $0 } == 1)
        look(watch, 960)
        #expect(fixture.releaseCount.withLock { $0 } == 2)
        look(watch, 700, 700, 860)
        #expect(fixture.releaseCount.withLock { $0 } == 3)
    }

    @Test func `requests may take what is left of the limit, and a little in any case`() throws {
        let watch = fixture.watch()
        look(watch, 700)
        let all = MemoryReservation(in: fixture.requests)
        try all.grow(by: 250 * mebibyte)
        all.releaseAll()
        look(watch, 900)
        let memory = MemoryReservation(in: fixture.requests)
        #expect(throws: MemoryBudgetError.budgetInUse) { try memory.grow(by: 101 * mebibyte) }
        try memory.grow(by: 100 * mebibyte)
        look(watch, 1_100)
        #expect(throws: MemoryBudgetError.budgetInUse) { try memory.grow(by: 32 * mebibyte) }
        try memory.grow(by: 31 * mebibyte)
    }

    @Test func `where nothing can be read nothing is limited`() {
        look(fixture.watch(), nil)
        #expect(fixture.gate.figures?.level == .normal && fixture.lines.isEmpty)
    }

    @Test func `its thread looks by itself, and nobody waits after it has ended`() async throws {
        let seen = DispatchSemaphore(value: 0)
        let gate = MemoryGate(plan: fixture.plan)
        let watch = MemoryWatch(
            plan: fixture.plan, gate: gate, requests: fixture.requests, logger: Logger(level: .error),
            heldBytes: {
                seen.signal()
                return 960 * mebibyte
            }, release: {})
        watch.start()
        seen.wait()
        seen.wait()
        #expect(gate.figures?.level == .full)
        watch.stop()
        try await gate.enter(byteCount: 1).leave()
    }
}

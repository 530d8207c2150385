// SPDX-License-Identifier: Apache-2.0

import CSystem
import Execution
import Observability
import Synchronization

/// Looks at what the process holds, five times a second on a thread of its own, and has everything keep within the limit.
///
/// After each look requests may take what is left of the limit and no more, and the gate for writes knows how much room there is. While
/// memory is not normal, memory that is free goes back to the system and caches are emptied, on entering that level and every few seconds.
package final class MemoryWatch: Sendable {
    package static let interval = Duration.milliseconds(200)
    /// How many looks lie between two times that memory is given back: five seconds.
    static let looksBetweenReleases = 25

    private let plan: MemoryPlan
    private let gate: MemoryGate
    private let requests: MemoryBudget
    private let logger: Logger
    private let heldBytes: @Sendable () -> Int?
    private let release: @Sendable () -> Void
    private let looksUntilRelease = Mutex(0)
    private let worker = Mutex<BackgroundWorker?>(nil)

    /// - Parameters:
    ///   - requests: what requests take; at most what it is limited to already.
    ///   - heldBytes: what the process holds; `nil` where it can't be told, and then nothing is limited.
    ///   - release: empties caches and gives free memory back.
    package init(
        plan: MemoryPlan, gate: MemoryGate, requests: MemoryBudget, logger: Logger,
        heldBytes: @escaping @Sendable () -> Int? = MemoryFigures.heldBytes,
        release: @escaping @Sendable () -> Void = { nt_trim_memory() }
    ) {
        self.plan = plan
        self.gate = gate
        self.requests = requests
        self.logger = logger
        self.heldBytes = heldBytes
        self.release = release
    }

    package func start() {
        let worker = BackgroundWorker(name: "memory") { [weak self] worker in
            guard let self else { return }
            look()
            worker.wake(after: Self.interval)
        }
        self.worker.withLock { $0 = worker }
        worker.wake()
    }

    /// Ends the thread; from then on nobody waits any more.
    package func stop() {
        worker.withLock { worker in
            defer { worker = nil }
            return worker
        }?.stop()
        gate.openForGood()
    }

    /// One look. Called by the thread, and by tests.
    func look() {
        guard let held = heldBytes() else { return }
        requests.leave(max(plan.leastRequestBytes, plan.limitInBytes - held))
        let (before, now) = gate.note(held: held)
        if before != now { tell(before, now, held) }
        let isDue = looksUntilRelease.withLock { looks in
            looks = now == .normal || before == .normal ? 0 : looks - 1
            guard now != .normal, looks <= 0 else { return false }
            looks = Self.looksBetweenReleases
            return true
        }
        if isDue { release() }
    }

    private func tell(_ before: MemoryLevel, _ now: MemoryLevel, _ held: Int) {
        let values: KeyValuePairs<String, LogValue> = [
            "held_bytes": .integer(held), "limit_bytes": .integer(plan.limitInBytes),
        ]
        switch (before, now) {
        case (_, .full): logger.warning("memory is full; writes that take more are refused", values)
        case (.normal, _): logger.warning("memory is tight; writes are let in more slowly", values)
        case (.full, .tight): logger.info("memory is no longer full", values)
        default: logger.info("memory is no longer tight", values)
        }
    }
}

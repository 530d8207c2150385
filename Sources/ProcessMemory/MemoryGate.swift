// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets in what takes memory for good, as far as there is room below the limit; the others wait for it, and are refused after a while.
///
///     let permit = try await gate.enter(byteCount: size)
///     defer { permit.leave() }
///
/// It neither looks at memory nor at a clock: `MemoryWatch` tells it what is held, look by look. Of what there is room for by the last
/// look, all that is let in is taken off until another look sees it. Where memory is tight, a quarter of that room is handed out, and at
/// least one writer a look is let in.
package final class MemoryGate: Sendable {
    private struct Waiter {
        let byteCount: Int
        var looksLeft: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var level = MemoryLevel.normal
        /// By the last look.
        var held = 0
        /// Of those who have been let in and have not left.
        var underWay = 0
        /// Of those who have left since the last look, which will see what they took.
        var unseen = 0
        var waiting: [Waiter] = []
        var refusedCount = 0
        var isOpenForGood = false

        /// Counts whoever finds room as under way.
        mutating func letIn(_ byteCount: Int, _ plan: MemoryPlan) -> Bool {
            let room = max(0, plan.full - held)
            let taken = underWay + unseen
            let mayEnter =
                switch level {
                case .normal: taken + byteCount <= room
                case .tight: taken == 0 || taken + byteCount <= room / 4
                case .full: false
                }
            guard mayEnter || isOpenForGood else { return false }
            underWay += byteCount
            return true
        }
    }

    /// What is known of memory.
    package struct Figures: Equatable, Sendable {
        package var limitInBytes: Int
        package var heldBytes: Int
        package var level: MemoryLevel
        /// Writes that were refused since the start.
        package var refusedCount: Int
    }

    /// For how many looks a writer waits before it is refused: five seconds.
    static let patience = 25

    /// `nil` where nothing is limited.
    package let plan: MemoryPlan?
    private let state = Mutex(State())

    /// - Parameter plan: `nil` for a gate that is always open.
    package init(plan: MemoryPlan? = nil) { self.plan = plan }

    /// `nil` where nothing is limited.
    package var figures: Figures? {
        guard let plan else { return nil }
        return state.withLock { state in
            Figures(
                limitInBytes: plan.limitInBytes, heldBytes: state.held, level: state.level,
                refusedCount: state.refusedCount)
        }
    }

    /// Whether what can wait should: memory is tight or full.
    package var isTight: Bool { plan != nil && state.withLock { $0.level != .normal } }

    /// How many wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    // MARK: Writers

    /// Suspends until there is room.
    ///
    /// - Parameter byteCount: about what will be taken for good.
    /// - Throws: when there was none for some seconds.
    package func enter(byteCount: Int) async throws(MemoryLimitError) -> MemoryPermit {
        guard let plan else { return .free }
        if !state.withLock({ $0.letIn(byteCount, plan) }) {
            let isIn = await withCheckedContinuation { continuation in
                let isIn = state.withLock { state in
                    // Asked again under the lock: there may be room meanwhile, and perhaps there is no further look.
                    if state.letIn(byteCount, plan) { return true }
                    state.waiting.append(
                        Waiter(byteCount: byteCount, looksLeft: Self.patience, continuation: continuation))
                    return false
                }
                if isIn { continuation.resume(returning: true) }
            }
            guard isIn else { throw refusal(plan) }
        }
        return MemoryPermit(gate: self, byteCount: byteCount)
    }

    /// Does not wait: `nil` where there is no room now.
    package func tryEnter(byteCount: Int) -> MemoryPermit? {
        guard let plan else { return .free }
        return state.withLock { $0.letIn(byteCount, plan) } ? MemoryPermit(gate: self, byteCount: byteCount) : nil
    }

    /// Refuses at once where memory is full: for what goes on by itself when it has begun.
    package func checkRoom() throws(MemoryLimitError) {
        guard let plan else { return }
        let isFull = state.withLock { state in
            guard state.level == .full, !state.isOpenForGood else { return false }
            state.refusedCount += 1
            return true
        }
        if isFull { throw refusal(plan) }
    }

    private func refusal(_ plan: MemoryPlan) -> MemoryLimitError {
        MemoryLimitError(heldBytes: state.withLock { $0.held }, limitInBytes: plan.limitInBytes)
    }

    fileprivate func leave(_ byteCount: Int) {
        state.withLock { state in
            state.underWay -= byteCount
            state.unseen += byteCount
        }
    }

    // MARK: Looks

    /// Notes what is held now, lets in who waits as far as there is room, and refuses who has waited long enough.
    ///
    /// - Returns: the level before and the one from now on.
    func note(held: Int) -> (before: MemoryLevel, now: MemoryLevel) {
        guard let plan else { return (.normal, .normal) }
        let (levels, answered) = state.withLock { state in
            let before = state.level
            state.held = held
            state.unseen = 0
            state.level = before.next(held: held, plan: plan)
            var answered: [(CheckedContinuation<Bool, Never>, isIn: Bool)] = []
            var waiting: [Waiter] = []
            for var waiter in state.waiting {
                waiter.looksLeft -= 1
                if state.letIn(waiter.byteCount, plan) {
                    answered.append((waiter.continuation, true))
                } else if waiter.looksLeft <= 0 {
                    state.refusedCount += 1
                    answered.append((waiter.continuation, false))
                } else {
                    waiting.append(waiter)
                }
            }
            state.waiting = waiting
            return ((before, state.level), answered)
        }
        for (continuation, isIn) in answered { continuation.resume(returning: isIn) }
        return levels
    }

    /// Lets everybody in from now on, when nobody looks any more.
    func openForGood() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpenForGood = true
            for waiter in state.waiting { state.underWay += waiter.byteCount }
            return state.waiting
        }
        for waiter in waiting { waiter.continuation.resume(returning: true) }
    }
}

/// What somebody was let in for, until it is done.
package struct MemoryPermit: Sendable {
    /// Of somebody who takes nothing.
    package static let free = MemoryPermit(gate: nil, byteCount: 0)

    fileprivate let gate: MemoryGate?
    fileprivate let byteCount: Int

    /// To be called once, when what was taken can be seen.
    package func leave() { gate?.leave(byteCount) }
}

/// Why something that takes memory was refused.
package struct MemoryLimitError: Error, Equatable {
    package let heldBytes: Int
    package let limitInBytes: Int
}

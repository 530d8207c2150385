// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Holds one thread until it is opened.
final class Gate: Sendable {
    private struct State {
        var isReached = false
        var isOpen = false
    }

    private let condition = NSCondition()
    // Safety: only touched while `condition` is held.
    nonisolated(unsafe) private var state = State()

    /// Called by the thread that is to be held.
    func wait() {
        condition.lock()
        unsafe state.isReached = true
        condition.broadcast()
        while unsafe !state.isOpen { condition.wait() }
        condition.unlock()
    }

    /// Returns once a thread is held.
    func waitUntilReached() async {
        while !isReached { await Task.yield() }
    }

    private var isReached: Bool {
        condition.lock()
        defer { condition.unlock() }
        return unsafe state.isReached
    }

    func open() {
        condition.lock()
        unsafe state.isOpen = true
        condition.broadcast()
        condition.unlock()
    }
}

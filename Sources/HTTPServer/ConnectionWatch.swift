// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation

/// Knows every open connection and every handler at work, and looks at each connection's deadline from time to time, on a
/// thread of its own.
///
/// libmicrohttpd's own timeout restarts with each byte, so a client that sends a byte a second could hold a
/// connection for ever.
///
/// Safety of `@unchecked Sendable`: the stored properties that change are only touched while `condition` is held.
final class ConnectionWatch: @unchecked Sendable {
    private let condition = NSCondition()
    private let interval: TimeInterval
    private var connections: [ObjectIdentifier: Connection] = [:]
    private var opened = 0
    private var suspendedCount = 0
    private var answeringCount = 0
    private var hasEnded = false

    /// - Parameter interval: how often to look; a connection lives that much longer than its deadline at most.
    init(interval: Duration) {
        self.interval = Double(interval.components.seconds) + Double(interval.components.attoseconds) * 1e-18
        let thread = Thread { [self] in
            nameThisThread("http-watch")
            run()
        }
        thread.start()
    }

    /// How many are open now, and how many were opened ever.
    var counts: (open: Int, total: Int) {
        condition.withLock { (connections.count, opened) }
    }

    var all: [Connection] {
        condition.withLock { Array(connections.values) }
    }

    func add(_ connection: Connection) {
        condition.withLock {
            connections[ObjectIdentifier(connection)] = connection
            opened += 1
            // Only a watch without connections waits without a limit.
            if connections.count == 1 { condition.broadcast() }
        }
    }

    func remove(_ connection: Connection) {
        condition.withLock {
            connections[ObjectIdentifier(connection)] = nil
            condition.broadcast()
        }
    }

    func suspended() {
        condition.withLock { suspendedCount += 1 }
    }

    func resumed() {
        condition.withLock {
            suspendedCount -= 1
            if suspendedCount == 0 { condition.broadcast() }
        }
    }

    /// A handler begins to answer.
    func answering() {
        condition.withLock { answeringCount += 1 }
    }

    /// A handler has ended, whether anybody waited for its answer or not.
    func answered() {
        condition.withLock {
            answeringCount -= 1
            if answeringCount == 0 { condition.broadcast() }
        }
    }

    /// How many handlers are at work.
    var handlersAtWork: Int { condition.withLock { answeringCount } }

    /// Waits until no connection is open; `false` if the deadline comes first.
    func waitUntilEmpty(before deadline: Date) -> Bool {
        wait(before: deadline) { connections.isEmpty }
    }

    /// Waits until those connections have gone that were there before the stop began; `false` if the deadline comes first.
    func waitUntilOnlyLateOnesAreOpen(before deadline: Date) -> Bool {
        wait(before: deadline) { connections.values.allSatisfy(\.isLate) }
    }

    /// Waits until every handler has ended; `false` if the deadline comes first.
    func waitUntilNoneIsAnswered(before deadline: Date) -> Bool {
        wait(before: deadline) { answeringCount == 0 }
    }

    /// Waits until no connection is suspended; `false` if the deadline comes first.
    func waitUntilNoneIsSuspended(before deadline: Date) -> Bool {
        wait(before: deadline) { suspendedCount == 0 }
    }

    /// Lets the thread end.
    func end() {
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    private func wait(before deadline: Date, until isDone: () -> Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isDone() {
            if !condition.wait(until: deadline) { return isDone() }
        }
        return true
    }

    private func run() {
        while let connections = nextRound() {
            let now = ContinuousClock.now
            for connection in connections { connection.check(at: now) }
        }
    }

    /// The connections to look at, after an interval; waits as long as there are none.
    private func nextRound() -> [Connection]? {
        condition.lock()
        defer { condition.unlock() }
        while !hasEnded && connections.isEmpty { condition.wait() }
        let next = Date(timeIntervalSinceNow: interval)
        while !hasEnded && condition.wait(until: next) {}
        return hasEnded ? nil : Array(connections.values)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation

/// Knows every open connection and every handler at work, and looks at them from time to time, on a thread of its own: at
/// all for their deadlines, and more often at those that are being answered, whose clients may have gone.
///
/// libmicrohttpd's own timeout starts anew with each byte, so a client that sends a byte a second could hold a
/// connection for ever; and it does not look at a suspended connection at all.
///
/// Safety of `@unchecked Sendable`: the stored properties that change are only touched while `condition` is held.
final class ConnectionWatch: @unchecked Sendable {
    /// How often clients of handlers at work are looked for, in seconds: what they do for nobody is that long, and what
    /// they themselves take to notice.
    private static let hangUpInterval = 0.02

    /// What the thread does next.
    private enum Round {
        /// Looks for the clients of requests under way.
        case hangUps([Connection])
        /// Looks at everything.
        case all([Connection])
    }

    private let condition = NSCondition()
    private let interval: TimeInterval
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// The connection of each exchange that a handler is at work on.
    private var answering: [ObjectIdentifier: Connection] = [:]
    private var opened = 0
    private var suspendedCount = 0
    /// When deadlines are looked at again.
    private var nextFullRound = Date.distantPast
    /// A handler has begun since the thread looked last.
    private var hasBegun = false
    /// The thread waits for a request or for the next deadlines, with no look in between.
    private var isDozing = false
    /// Threads that wait for something to end, this one's own aside.
    private var waiterCount = 0
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
            if suspendedCount == 0, waiterCount > 0 { condition.broadcast() }
        }
    }

    /// A handler begins to answer.
    func began(_ exchange: Exchange) {
        condition.withLock {
            answering[ObjectIdentifier(exchange)] = exchange.connection
            hasBegun = true
            // Once for many requests: it does not doze again before it found nothing to do.
            if isDozing {
                isDozing = false
                condition.broadcast()
            }
        }
    }

    /// A handler has ended, whether anybody waited for its answer or not.
    func ended(_ exchange: Exchange) {
        condition.withLock {
            answering[ObjectIdentifier(exchange)] = nil
            if answering.isEmpty, waiterCount > 0 { condition.broadcast() }
        }
    }

    /// How many handlers are at work.
    var handlersAtWork: Int { condition.withLock { answering.count } }

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
        wait(before: deadline) { answering.isEmpty }
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
        waiterCount += 1
        defer {
            waiterCount -= 1
            condition.unlock()
        }
        while !isDone() {
            if !condition.wait(until: deadline) { return isDone() }
        }
        return true
    }

    private func run() {
        while let round = nextRound() {
            switch round {
            case .hangUps(let connections):
                for connection in connections { connection.cancelIfHungUp() }
            case .all(let connections):
                let now = ContinuousClock.now
                for connection in connections { connection.check(at: now) }
            }
        }
    }

    /// What to look at, after the time between two looks; waits as long as there are no connections.
    private func nextRound() -> Round? {
        condition.lock()
        defer { condition.unlock() }
        while !hasEnded && connections.isEmpty { condition.wait() }
        if answering.isEmpty && !hasBegun {
            isDozing = true
            while !hasEnded && isDozing && condition.wait(until: nextFullRound) {}
            isDozing = false
        } else {
            hasBegun = false
            let next = min(nextFullRound, Date(timeIntervalSinceNow: Self.hangUpInterval))
            while !hasEnded && condition.wait(until: next) {}
        }
        if hasEnded { return nil }
        let now = Date()
        if now < nextFullRound { return .hangUps(Array(answering.values)) }
        nextFullRound = now + interval
        return .all(Array(connections.values))
    }
}

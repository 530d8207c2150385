// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Knows every call that is under way, and says how many more may come.
///
/// A call takes a place from the moment it is asked of gRPC until neither gRPC nor a handler has anything to do with it; no more are
/// asked for than there are places, and the rest waits in gRPC, unread. Calls for health have places of their own, so that they are
/// answered when there are no others.
///
/// Safety of `@unchecked Sendable`: the stored properties that change are only touched while `condition` is held.
final class CallTable: @unchecked Sendable {
    /// How many calls gRPC may have ready at one time: as many as come between two looks.
    private static let waitingLimit = 64
    private static let waitingCheckLimit = 8
    /// Calls for health at one time.
    private static let checkLimit = 256

    private let condition = NSCondition()
    private let callLimit: Int
    private let streamLimit: Int
    private var exchanges: [ObjectIdentifier: GRPCExchange] = [:]
    private var streamCount = 0
    /// Asked of gRPC, and not come.
    private var waitingCalls = 0
    private var waitingChecks = 0
    private var checksInFlight = 0
    private var isTaking = true
    private var isStopping = false
    private var isServerDown = false
    private var threadCount = 0
    private var total = 0
    private var refused = 0

    init(callLimit: Int, streamLimit: Int) {
        self.callLimit = callLimit
        self.streamLimit = streamLimit
    }

    // MARK: Calls

    /// Asks for as many calls as there are places.
    ///
    /// - Parameters:
    ///   - requestCall: asks gRPC for one; `false` if it gives none.
    ///   - requestCheck: the same for a call for health.
    func askForCalls(_ requestCall: () -> Bool, _ requestCheck: () -> Bool) {
        // Under the lock, so that none is asked for once `takeNoMore` has returned.
        condition.withLock {
            guard isTaking else { return }
            while waitingCalls < Self.waitingLimit, waitingCalls + exchanges.count < callLimit, requestCall() {
                waitingCalls += 1
            }
            while waitingChecks < Self.waitingCheckLimit, waitingChecks + checksInFlight < Self.checkLimit,
                requestCheck()
            {
                waitingChecks += 1
            }
        }
    }

    /// One that was asked for has not come and will not.
    func callDidNotCome(isCheck: Bool) {
        condition.withLock { if isCheck { waitingChecks -= 1 } else { waitingCalls -= 1 } }
    }

    /// A call has come; `false` if there are too many streams for this one, which is entered all the same.
    func add(_ exchange: GRPCExchange) -> Bool {
        condition.withLock {
            guard let kind = exchange.kind else {
                waitingChecks -= 1
                checksInFlight += 1
                return true
            }
            waitingCalls -= 1
            total += 1
            exchanges[ObjectIdentifier(exchange)] = exchange
            if kind == .bidirectional { streamCount += 1 }
            return streamCount <= streamLimit
        }
    }

    func remove(_ exchange: GRPCExchange) {
        condition.withLock {
            if exchange.kind == nil {
                checksInFlight -= 1
                return
            }
            exchanges[ObjectIdentifier(exchange)] = nil
            if exchange.kind == .bidirectional { streamCount -= 1 }
            if isStopping { condition.broadcast() }
        }
    }

    func refusedOne() { condition.withLock { refused += 1 } }

    var all: [GRPCExchange] { condition.withLock { Array(exchanges.values) } }

    /// Whether a call that comes now comes late.
    var hasBegunToStop: Bool { condition.withLock { isStopping } }

    func count(into statistics: inout GRPCListener.Statistics) {
        condition.withLock {
            statistics.callsInFlight = exchanges.count
            statistics.openStreams = streamCount
            statistics.totalCalls = total
            statistics.refusedCalls = refused
        }
    }

    // MARK: Stop

    /// No call is asked for any more.
    func takeNoMore() {
        condition.withLock {
            isTaking = false
            isStopping = true
        }
    }

    func serverIsDown() {
        condition.withLock {
            isServerDown = true
            condition.broadcast()
        }
    }

    func threadBegan() { condition.withLock { threadCount += 1 } }

    func threadEnded() {
        condition.withLock {
            threadCount -= 1
            condition.broadcast()
        }
    }

    /// Waits until no call is under way and no handler at work; `false` if the deadline comes first.
    func waitUntilEmpty(before deadline: Date) -> Bool { wait(before: deadline) { exchanges.isEmpty } }

    /// Waits until gRPC has closed every connection; `false` if the deadline comes first.
    func waitUntilServerIsDown(before deadline: Date) -> Bool { wait(before: deadline) { isServerDown } }

    /// Waits until every thread has ended; `false` if the deadline comes first.
    func waitUntilThreadsHaveEnded(before deadline: Date) -> Bool { wait(before: deadline) { threadCount == 0 } }

    private func wait(before deadline: Date, until isDone: () -> Bool) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while !isDone() {
            if !condition.wait(until: deadline) { return isDone() }
        }
        return true
    }
}

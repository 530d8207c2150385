// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import DatabaseCore

@Suite struct TailGateTests {
    @Test func `a tail within the limit holds nobody back`() async {
        let gate = TailGate(limit: 10)
        await gate.wait(for: { 10 })
    }

    @Test func `a writer waits until the tail is within the limit`() async {
        let gate = TailGate(limit: 10)
        let tail = Tail(length: 30)
        let linking = Task {
            while tail.linkOne() > 10 {
                gate.advance()
                await Task.yield()
            }
            gate.advance()
        }
        await gate.wait(for: { tail.length })
        #expect(tail.length == 10)
        await linking.value
    }

    @Test func `a gate that is open for good lets through those who wait and those who come`() async {
        let gate = TailGate(limit: 10)
        let waiter = Task { await gate.wait(for: { 11 }) }
        gate.openForGood()
        await waiter.value
        await gate.wait(for: { 11 })
    }

    /// A tail that is linked piece by piece, down to ten.
    private final class Tail: Sendable {
        private let count: Mutex<Int>

        init(length: Int) { count = Mutex(length) }

        var length: Int { count.withLock { $0 } }

        func linkOne() -> Int {
            count.withLock { count in
                count -= 1
                return count
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

extension ReadTransaction {
    /// Calls `body` with every number below `count`, on all cores, while the bytes of the map stay where they are. Blocks
    /// until all calls have returned.
    ///
    /// A transaction is used by one thread at a time: `body` may read bytes that were found before, and nothing else of it.
    ///
    /// - Throws: what the call of the lowest number threw. The others are made all the same.
    final func lend(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
        lentSpanCount += 1
        defer { lentSpanCount -= 1 }
        // One call needs no other thread, nor the machinery to find one: most shards are that small.
        if count == 1 { return try body(0) }
        let failure = Mutex<(number: Int, error: any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: count) { number in
            do {
                try body(number)
            } catch {
                failure.withLock { failure in
                    if failure.map({ number < $0.number }) ?? true { failure = (number, error) }
                }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }
}

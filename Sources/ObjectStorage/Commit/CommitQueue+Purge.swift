// SPDX-License-Identifier: Apache-2.0

extension CommitQueue {
    /// How many entries one transaction of a purge removes: few enough that other writes hardly wait for it.
    private static let entriesPerPurge = 2_000

    /// Purges what dropped collections and shards left, in bounded transactions between other writes, until nothing is
    /// left. Call it at start and after a drop; what a crash interrupts goes on with the next call.
    ///
    /// Where there is no room for a step, a smaller one is tried; where there is none for the smallest, or too many
    /// writes wait, it pauses and goes on: longest readers end, other programs free disk space, and nobody tells.
    ///
    /// - Parameter pause: waits before another try; is told how many there were since the last success.
    /// - Returns: whether there was something to purge. Then pages have become free.
    /// - Throws: `CancellationError`, `StorageError.closed`; any other error than that there is no room.
    @discardableResult package func purgeDropped(
        pausing pause: @Sendable (_ failures: Int) async throws -> Void = CommitQueue.pauseLonger
    ) async throws -> Bool {
        var hasPurged = false
        var limit = Self.entriesPerPurge
        var failures = 0
        while true {
            do {
                let step = limit
                let outcome = try await submit(isRemoval: true) { try $0.purgeDropped(limit: step) }
                hasPurged = hasPurged || outcome.hasPurged
                guard outcome.isUnfinished else { return hasPurged }
                limit = min(2 * limit, Self.entriesPerPurge)
                failures = 0
            } catch let error as StorageError where error.isOutOfSpace && limit > 1 {
                limit = max(limit / 8, 1)
            } catch let error as StorageError where error.isTemporary {
                failures += 1
                try await pause(failures)
            }
            try Task.checkCancellation()
        }
    }

    /// A second, then twice as long each time, up to half a minute.
    package static let pauseLonger: @Sendable (Int) async throws -> Void = { failures in
        try await Task.sleep(for: .seconds(min(1 << min(failures - 1, 5), 30)))
    }
}

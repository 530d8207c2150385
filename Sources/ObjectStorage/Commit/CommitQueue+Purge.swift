// SPDX-License-Identifier: Apache-2.0

extension CommitQueue {
    /// How many entries one transaction of a purge removes: few enough that other writes hardly wait for it.
    private static let entriesPerPurge = 2_000

    /// Purges what dropped collections and shards left, in bounded transactions between other writes, until nothing is
    /// left. Call it at start and after a drop; what a crash interrupts goes on with the next call.
    ///
    /// - Returns: whether there was something to purge. Then pages have become free.
    @discardableResult package func purgeDropped() async throws -> Bool {
        var hasPurged = false
        while try await submit(sizeInBytes: 0, { try $0.purgeDropped(limit: Self.entriesPerPurge) }) {
            hasPurged = true
            try Task.checkCancellation()
        }
        return hasPurged
    }
}

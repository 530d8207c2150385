// SPDX-License-Identifier: Apache-2.0

/// The one way to write: changes queue up, one thread applies them in groups, one transaction and one flush a group.
package final class CommitQueue: Sendable {
    package struct Limits: Sendable {
        package var queuedChanges = 16_384
        package var queuedBytes = 512 << 20
        package var changesPerGroup = 1_024
        package var bytesPerGroup = 32 << 20

        package init() {}
    }

    package let environment: StorageEnvironment

    /// Starts the writer thread.
    ///
    /// - Throws: `StorageError.openedForReadingOnly`.
    package init(environment: StorageEnvironment, limits: Limits = Limits()) throws(StorageError) {
        self.environment = environment
    }

    /// Applies `change` durably and returns its result once the commit is on the medium and published.
    ///
    /// Cancelling the task does not take back a change that is queued.
    ///
    /// - Throws: what `change` threw; `StorageError` if the commit failed, the queue is full or closed.
    package func submit<C: Change>(_ change: C) async throws -> C.Result {
        throw StorageError.misuse(reason: "not built yet")
    }

    /// The same with closures; see `Change` for when they are called.
    package func submit<R: Sendable>(
        sizeInBytes: Int = 0, published: (@Sendable (R) -> Void)? = nil, rolledBack: (@Sendable () -> Void)? = nil,
        _ change: @escaping @Sendable (WriteTransaction) throws -> R
    ) async throws -> R { throw StorageError.misuse(reason: "not built yet") }

    /// Takes no more changes, applies those that wait, and ends the writer thread.
    package func close() async {}

    /// Purges what dropped collections and shards left, in bounded transactions between other writes, until nothing is
    /// left. Call it at start and after a drop; calling it twice is harmless.
    package func purgeDropped() async throws {}
}

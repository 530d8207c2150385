// SPDX-License-Identifier: Apache-2.0

import Synchronization

// While there is nothing to write, the writer thread brings buffered edits into the tree, so that queries find them in one place.

extension StorageEnvironment {
    /// Notes that there are runs to be merged, after a commit.
    func noteRuns(of shards: Set<ShardAddress>) {
        if shards.isEmpty { return }
        shardsWithRuns.withLock { $0?.formUnion(shards) }
    }

    /// A shard whose runs may be waiting, which then does not count as such any more.
    func takeShardWithRuns() -> ShardAddress? {
        if shardsWithRuns.withLock({ $0 == nil }) {
            // What an earlier process has left. Where that cannot be read, it waits for the next write to its shard.
            let found = (try? read { try $0.shardsWithBufferedPostings() }) ?? []
            shardsWithRuns.withLock { $0 = $0?.union(found) ?? found }
        }
        return shardsWithRuns.withLock { $0?.popFirst() }
    }

    /// Whether runs may be waiting.
    var mayHaveRuns: Bool { shardsWithRuns.withLock { $0?.isEmpty != true } }
}

/// One step of bringing the runs of a shard into the tree.
struct PostingMerge: Change {
    let shard: ShardAddress

    var sizeInBytes: Int { PostingBufferLimits.stepByteCount }

    func apply(to transaction: WriteTransaction) throws {
        guard try transaction.contains(shard) else { return }
        try transaction.mergePostings(of: shard, atMost: PostingBufferLimits.stepByteCount)
    }

    func committed(_ result: Void) {}
    func rolledBack() {}
}

extension GroupCommit {
    /// Brings some of the runs of one shard into the tree, if any are waiting.
    ///
    /// Where there is no room for that, it is tried again after the next write to the shard. The reserve is left to removals: it takes
    /// more room than it gives back at once.
    func mergeWaitingRuns() {
        guard let shard = environment.takeShardWithRuns() else { return }
        // Nobody submitted it, so it is not counted.
        run([QueuedChangeOf(PostingMerge(shard: shard)) { _ in }], count: { _ in })
    }
}

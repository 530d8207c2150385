// SPDX-License-Identifier: Apache-2.0

import Synchronization

// While there is nothing to write, the writer thread brings buffered edits into the tree, so that queries find them in one place, and
// takes out of columns what objects have left that are gone.

extension StorageEnvironment {
    /// Notes that there is something to be merged, after a commit.
    func noteUnmerged(of shards: Set<ShardAddress>) {
        if shards.isEmpty { return }
        unmergedShards.withLock { $0?.formUnion(shards) }
    }

    /// A shard in which something may be waiting, which then does not count as such any more.
    func takeUnmergedShard() -> ShardAddress? {
        if unmergedShards.withLock({ $0 == nil }) {
            // What an earlier process has left. Where that cannot be read, it waits for the next write to its shard.
            let found = (try? read { try $0.findUnmergedShards() }) ?? []
            unmergedShards.withLock { $0 = $0?.union(found) ?? found }
        }
        return unmergedShards.withLock { $0?.popFirst() }
    }

    /// Whether something may be waiting.
    var mayHaveUnmergedShards: Bool { unmergedShards.withLock { $0?.isEmpty != true } }
}

/// One step of bringing a shard in order: runs come into the tree, then columns are tidied.
struct ShardMerge: Change {
    let shard: ShardAddress

    var sizeInBytes: Int { PostingBufferLimits.stepByteCount }

    func apply(to transaction: WriteTransaction) throws {
        guard try transaction.contains(shard) else { return }
        guard try transaction.mergePostings(of: shard, atMost: PostingBufferLimits.stepByteCount) else { return }
        if try transaction.tidyColumn(of: shard, atMost: WriteTransaction.blocksPerTidyingStep) {
            transaction.unmergedShards.remove(shard)
        } else {
            transaction.unmergedShards.insert(shard)
        }
    }

    func committed(_ result: Void) {}
    func rolledBack() {}
}

extension GroupCommit {
    /// Merges some of what is waiting in one shard, if anything is.
    ///
    /// Where there is no room for that, it is tried again after the next write to the shard. The reserve is left to removals: it takes
    /// more room than it gives back at once.
    func mergeWaitingShard() {
        guard let shard = environment.takeUnmergedShard() else { return }
        // Nobody submitted it, so it is not counted.
        run([QueuedChangeOf(ShardMerge(shard: shard)) { _ in }], count: { _ in })
    }
}

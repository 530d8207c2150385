// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// When buffered edits of the inverted indexes go where.
enum PostingBufferLimits {
    /// How large a batch may grow in memory before it is written as a run, by the limit for runs.
    static let batchesPerLimit = 4
    /// How much later transactions merge that only remove, which have to do with little room.
    static let limitsOfRemovals = 8
    /// So many runs in a row that are smaller than so many bytes become one: each costs every look-up something.
    static let smallRunCount = 16
    static let smallRunByteCount = 64 << 10
    /// What is brought into the tree in one step while there is nothing else to write.
    static let stepByteCount = 1 << 20
}

extension WriteTransaction {
    /// Collects edits of the inverted indexes of a shard. They are durable with this transaction, and queries see them from then on.
    ///
    /// What they cost the tree is put off: they are stored as a run of edits, beside the entries, and brought into these when there are
    /// many of them, or when there is time.
    package func editPostings(of shard: ShardAddress, _ edit: (inout PostingBatch) throws -> Void) throws {
        try edit(&postingEdits[shard, default: PostingBatch()])
        isDirty = true
        if let batch = postingEdits[shard],
            batch.byteCount > PostingBufferLimits.batchesPerLimit * environment.options.runsInBytes
        {
            try flushPostings(of: shard)
        }
    }

    /// Writes the edits that are held back in memory as runs.
    func flushPostings() throws {
        for shard in postingEdits.keys.sorted(by: {
            ($0.collection.number, $0.shard.number) < ($1.collection.number, $1.shard.number)
        }) {
            try flushPostings(of: shard)
        }
    }

    private func flushPostings(of shard: ShardAddress) throws {
        let runs = try storeEdits(of: shard)
        if runs.isEmpty { return }
        let limit = environment.options.runsInBytes * (isRemoval ? PostingBufferLimits.limitsOfRemovals : 1)
        if runs.reduce(0, { $0 + $1.byteCount }) > limit {
            try mergePostings(of: shard)
            while try !tidyColumn(of: shard) {}
            unmergedShards.remove(shard)
        } else {
            unmergedShards.insert(shard)
            // Joining takes room, of which a removal may have little.
            if !isRemoval { try joinSmallRuns(runs, of: shard) }
        }
    }

    /// Writes the edits that are held back in memory as a run behind the others.
    ///
    /// - Returns: all runs of the shard.
    private func storeEdits(of shard: ShardAddress) throws -> [(number: UInt32, byteCount: Int)] {
        var runs = try storedRuns(of: shard)
        guard let run = postingEdits.removeValue(forKey: shard)?.encodedRun() else { return runs }
        // Far more than are ever written between two merges, with which the numbers begin again.
        let number = (runs.last?.number ?? 0) &+ 1
        try put(run, for: Key.postingRun(number, in: shard))
        runs.append((number, run.count))
        return runs
    }

    private func joinSmallRuns(_ runs: [(number: UInt32, byteCount: Int)], of shard: ShardAddress) throws {
        let small = runs.suffix(PostingBufferLimits.smallRunCount)
        guard small.count == PostingBufferLimits.smallRunCount,
            small.allSatisfy({ $0.byteCount < PostingBufferLimits.smallRunByteCount }), let first = small.first
        else { return }
        let joined = try PostingRun.joined(takeRuns(small.map(\.number), of: shard))
        if let joined { try put(joined, for: Key.postingRun(first.number, in: shard)) }
    }

    private func storedRuns(of shard: ShardAddress) throws -> [(number: UInt32, byteCount: Int)] {
        let prefix = Key.inShard(.postingRun, shard)
        var runs: [(number: UInt32, byteCount: Int)] = []
        try scan(prefix: prefix, from: prefix) { key, run in
            guard let number = Key.number(UInt32.self, in: key, at: prefix.count) else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not that of a run")
            }
            runs.append((number, run.byteCount))
            return true
        }
        return runs
    }

    /// Brings edits that are buffered for a shard into the tree, the oldest first.
    ///
    /// - Parameter limit: how many bytes of runs at most, but one of them at least.
    /// - Returns: whether nothing is left.
    /// - Complexity: one read and at most one write for each entry that is edited.
    @discardableResult
    package func mergePostings(of shard: ShardAddress, atMost limit: Int = .max) throws -> Bool {
        let runs = try storeEdits(of: shard)
        var byteCount = 0
        let merged = runs.prefix { run in
            byteCount += run.byteCount
            return byteCount == run.byteCount || byteCount <= limit
        }
        try PostingRun.merge(takeRuns(merged.map(\.number), of: shard), into: InvertedWriter(self, shard))
        if try isUnmerged(shard) { unmergedShards.insert(shard) } else { unmergedShards.remove(shard) }
        return merged.count == runs.count
    }

    /// Copies runs and removes them from the tree.
    private func takeRuns(_ numbers: [UInt32], of shard: ShardAddress) throws -> RunsInMemory {
        var runs: [[UInt8]] = []
        for number in numbers {
            let key = Key.postingRun(number, in: shard)
            if let run = try bytes(under: key) { runs.append(run) }
            try removeValue(for: key)
        }
        return RunsInMemory(runs: runs)
    }
}

// SPDX-License-Identifier: Apache-2.0

import InvertedIndexes

/// The runs of a shard that one transaction sees, found when they are first asked for.
final class BufferedPostings {
    private let transaction: ReadTransaction
    private let shard: ShardAddress
    private var found: StoredRuns?
    private var isKnown = false

    init(_ transaction: ReadTransaction, _ shard: ShardAddress) {
        self.transaction = transaction
        self.shard = shard
    }

    /// - Returns: `nil` if nothing is buffered.
    func runs() throws -> StoredRuns? {
        if isKnown { return found }
        if let writing = transaction as? WriteTransaction {
            // Its pages may move with every write, so it reads from the tree alone.
            try writing.mergePostings(of: shard)
            return nil
        }
        let runs = try transaction.postingRuns(of: shard)
        if runs.count > 0 { found = runs }
        isKnown = true
        return found
    }
}

/// Runs as they lie in the map.
@safe
struct StoredRuns: PostingRuns {
    // Safety: pages that a read transaction can see stay as they are until it ends, which closes it to all who read through it.
    private var runs: [UnsafeRawBufferPointer] = unsafe []
    private let transaction: ReadTransaction

    init(_ transaction: ReadTransaction) { self.transaction = transaction }

    var count: Int { unsafe runs.count }

    mutating func append(_ run: RawSpan) {
        // Safety: as above.
        unsafe run.withUnsafeBytes { bytes in unsafe runs.append(bytes) }
    }

    func withRun<R>(_ index: Int, _ body: (RawSpan) throws -> R) throws -> R {
        try transaction.requireOpen()
        return try body(unsafe RawSpan(_unsafeBytes: runs[index]))
    }
}

extension ReadTransaction {
    /// The runs of edits that are buffered for `shard`, in their order.
    final func postingRuns(of shard: ShardAddress) throws -> StoredRuns {
        var runs = StoredRuns(self)
        let prefix = Key.inShard(.postingRun, shard)
        try scan(prefix: prefix, from: prefix) { _, run in
            runs.append(run)
            return true
        }
        return runs
    }

    /// The shards that have something to be merged.
    ///
    /// - Complexity: O(shards) look-ups.
    final func findUnmergedShards() throws -> Set<ShardAddress> {
        var found: Set<ShardAddress> = []
        for collection in try collections() {
            for shard in try shards(of: collection.id) where try isUnmerged(shard.address) {
                found.insert(shard.address)
            }
        }
        return found
    }

    /// Whether a shard has buffered edits, or values of objects that are gone.
    final func isUnmerged(_ shard: ShardAddress) throws -> Bool {
        try containsAny(prefix: Key.inShard(.postingRun, shard))
            || containsAny(prefix: Key.inShard(.columnRemains, shard))
    }
}

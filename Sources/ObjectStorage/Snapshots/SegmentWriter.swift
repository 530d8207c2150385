// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// Writes a snapshot of an index through the commit queue, a segment a transaction.
///
/// The one before stays readable until the header of this one is durable; then its segments are removed. What an earlier
/// writer left unfinished is removed first. One writer for an index at a time; it blocks the calling thread.
package struct SegmentWriter: SegmentWriting {
    /// How many segments one transaction removes.
    private static let segmentsPerRemoval = 64

    private let queue: CommitQueue
    private let place: VectorPlace
    private let keys: SnapshotKeys
    /// `nil` before the first segment and after the header.
    private var generation: UInt32?

    /// - Parameter vector: the number of the vector whose index it is.
    package init(queue: CommitQueue, vector: VectorID, shard: ShardAddress) {
        self.queue = queue
        place = VectorPlace(shard: shard, vector: vector)
        keys = SnapshotKeys(place)
    }

    /// Stores one segment durably; the header makes the snapshot the one that is read.
    ///
    /// - Throws: `StorageError.noSuchShard` once the shard was dropped, and what committing throws.
    package mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {
        // Safety: the buffer lives for the closure.
        let value = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
        let number = try generation ?? begin()
        generation = number
        let (place, keys, isLast) = (place, keys, name.kind == .header)
        try submit(sizeInBytes: value.count) { transaction in
            try transaction.requireShard(place.shard)
            try transaction.put(value, for: keys.segment(name, of: number))
            guard isLast else { return }
            var state = try transaction.snapshotState(keys)
            state.current = number
            try transaction.put(state.encoded, for: keys.state)
        }
        if isLast {
            generation = nil
            try removeOtherGenerations()
        }
    }

    /// Takes a number for the new snapshot, after removing what is neither current nor whole.
    private func begin() throws -> UInt32 {
        try removeOtherGenerations()
        let (place, keys) = (place, keys)
        return try submit { transaction in
            try transaction.requireShard(place.shard)
            var state = try transaction.snapshotState(keys)
            guard state.next < .max else { throw StorageError.misuse(reason: "all snapshot numbers are given out") }
            let number = state.next
            state.next += 1
            try transaction.put(state.encoded, for: keys.state)
            return number
        }
    }

    private func removeOtherGenerations() throws {
        let keys = keys
        while try submit({ try $0.removeOldSegments(keys, limit: Self.segmentsPerRemoval) }) {}
    }

    @discardableResult
    private func submit<R: Sendable>(
        sizeInBytes: Int = 0, _ body: @escaping @Sendable (WriteTransaction) throws -> R
    ) throws -> R {
        try queue.submitAndWait(SnapshotChange(sizeInBytes: sizeInBytes, body: body))
    }
}

private struct SnapshotChange<Result: Sendable>: Change {
    let sizeInBytes: Int
    let body: @Sendable (WriteTransaction) throws -> Result

    func apply(to transaction: WriteTransaction) throws -> Result { try body(transaction) }
}

extension WriteTransaction {
    /// Removes the snapshot of an index, so that the next start builds it anew from the vectors.
    package func removeSnapshot(of vector: VectorID, in shard: ShardAddress) throws {
        let keys = SnapshotKeys(VectorPlace(shard: shard, vector: vector))
        var state = try snapshotState(keys)
        guard state.current != 0 else { return }
        state.current = 0
        try put(state.encoded, for: keys.state)
        try removeValues(prefix: keys.everything)
    }

    func requireShard(_ shard: ShardAddress) throws {
        guard try contains(Key.shard(shard)) else { throw StorageError.noSuchShard(shard) }
    }

    /// Removes up to `limit` segments that are not of the current generation.
    ///
    /// - Returns: whether there may be more.
    func removeOldSegments(_ keys: SnapshotKeys, limit: Int) throws -> Bool {
        let current = try snapshotState(keys).current
        let before = try removeValues(prefix: keys.everything, limit: limit, below: keys.generation(current))
        guard before < limit else { return true }
        guard current < .max else { return false }
        let after = try removeValues(prefix: keys.everything, from: keys.generation(current + 1), limit: limit - before)
        return before + after == limit
    }
}

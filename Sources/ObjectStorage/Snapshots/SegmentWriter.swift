// SPDX-License-Identifier: Apache-2.0

import DataModel
import Glibc
import VectorIndexes

/// Writes a snapshot of an index through the commit queue, a segment a transaction.
///
/// The one before stays readable until the header of this one is durable; then those of its segments are removed that this
/// one does not have as they are: a segment that is the same as before is not stored again. What an earlier writer left
/// unfinished is removed first. One writer for an index at a time; it blocks the calling thread.
package struct SegmentWriter: SegmentWriting {
    /// How many segments one transaction removes.
    private static let segmentsPerRemoval = 64

    private let queue: CommitQueue
    private let address: VectorAddress
    private let keys: SnapshotKeys
    /// `nil` before the first segment and after the header.
    private var generation: UInt32?
    /// What this snapshot shares with the one before, and which generation holds it.
    private var inherited: [SegmentName: UInt32] = [:]

    /// - Parameter vector: the number of the vector whose index it is.
    package init(queue: CommitQueue, vector: VectorID, shard: ShardAddress) {
        self.queue = queue
        address = VectorAddress(shard: shard, vector: vector)
        keys = SnapshotKeys(address)
    }

    /// Stores one segment durably; the header makes the snapshot the one that is read.
    ///
    /// What did not fit leaves nothing behind: its segments are removed again, since they would only take space.
    ///
    /// - Throws: `StorageError.noSuchShard` once the shard was dropped, and what committing throws.
    package mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {
        do {
            try store(name, bytes)
        } catch let error as StorageError where error.isOutOfSpace {
            generation = nil
            // If that fails too, the next writer does it.
            try? removeOtherGenerations()
            throw error
        }
    }

    private mutating func store(_ name: SegmentName, _ bytes: RawSpan) throws {
        // Safety: the buffer lives for the closure.
        let value = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
        let number = try generation ?? begin()
        generation = number
        let (address, keys, isLast, shared) = (address, keys, name.kind == .header, inherited)
        let holder = try submit(sizeInBytes: value.count) { transaction in
            try transaction.requireShard(address.shard)
            var state = try transaction.snapshotState(keys)
            if !isLast, state.current != 0, try transaction.holds(value, keys.segment(name, in: state)) {
                return state.generation(of: name)
            }
            try transaction.put(value, for: keys.segment(name, of: number))
            guard isLast else { return number }
            state.current = number
            state.inherited = shared
            try transaction.put(state.encoded, for: keys.state)
            return number
        }
        if holder != number { inherited[name] = holder }
        if isLast {
            generation = nil
            try removeOtherGenerations()
        }
    }

    /// Takes a number for the new snapshot, after removing what is neither current nor whole.
    private mutating func begin() throws -> UInt32 {
        inherited = [:]
        try removeOtherGenerations()
        let (address, keys) = (address, keys)
        return try submit { transaction in
            try transaction.requireShard(address.shard)
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
        while try submit(isRemoval: true, { try $0.removeOldSegments(keys, limit: Self.segmentsPerRemoval) }) {}
    }

    @discardableResult
    private func submit<R: Sendable>(
        sizeInBytes: Int = 0, isRemoval: Bool = false, _ body: @escaping @Sendable (WriteTransaction) throws -> R
    ) throws -> R {
        try queue.submitAndWait(SnapshotChange(sizeInBytes: sizeInBytes, isRemoval: isRemoval, body: body))
    }
}

private struct SnapshotChange<Result: Sendable>: Change {
    let sizeInBytes: Int
    let isRemoval: Bool
    let body: @Sendable (WriteTransaction) throws -> Result

    func apply(to transaction: WriteTransaction) throws -> Result { try body(transaction) }
}

extension WriteTransaction {
    /// Removes the snapshot of an index, so that the next start rebuilds it from the vectors.
    ///
    /// - Parameter limit: how many segments are removed at most; what is left is not read any more.
    /// - Returns: whether segments may be left, for another call.
    @discardableResult
    package func removeSnapshot(of vector: VectorID, in shard: ShardAddress, limit: Int = .max) throws -> Bool {
        let keys = SnapshotKeys(VectorAddress(shard: shard, vector: vector))
        var state = try snapshotState(keys)
        if state.current != 0 {
            state.current = 0
            state.inherited = [:]
            try put(state.encoded, for: keys.state)
        }
        return try removeOldSegments(keys, limit: limit)
    }

    func requireShard(_ shard: ShardAddress) throws {
        guard try contains(shard) else { throw StorageError.noSuchShard(shard) }
    }

    /// Whether exactly these bytes are stored under `key`.
    func holds(_ bytes: [UInt8], _ key: [UInt8]) throws -> Bool {
        try withValue(for: key) { value in
            guard let value, value.byteCount == bytes.count else { return false }
            // Safety: both buffers live for the closure and have as many bytes; none needs no look.
            return unsafe value.withUnsafeBytes { stored in
                unsafe bytes.isEmpty
                    || bytes.withUnsafeBytes { unsafe memcmp(stored.baseAddress!, $0.baseAddress!, $0.count) } == 0
            }
        }
    }

    /// Removes up to `limit` segments that the current snapshot does not have.
    ///
    /// - Returns: whether there may be more.
    func removeOldSegments(_ keys: SnapshotKeys, limit: Int) throws -> Bool {
        let state = try snapshotState(keys)
        return try removeValues(prefix: keys.everything, limit: limit, unless: { keys.isInUse($0, state) }) == limit
    }
}

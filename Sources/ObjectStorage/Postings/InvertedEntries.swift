// SPDX-License-Identifier: Apache-2.0

import InvertedIndexes

/// The entries of the inverted indexes of one shard: what lies under the shard's prefix for them, and the edits that are still buffered.
package struct InvertedReader: OrderedReading {
    private let stored: StoredEntries
    private let buffer: BufferedPostings

    init(_ transaction: ReadTransaction, _ shard: ShardAddress) {
        stored = StoredEntries(transaction, shard)
        buffer = BufferedPostings(transaction, shard)
    }

    package func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        guard let runs = try buffer.runs() else { return try stored.withValue(for: key, body) }
        return try RunOverlay(base: stored, runs: runs).withValue(for: key, body)
    }

    package func scan(
        prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        guard let runs = try buffer.runs() else { return try stored.scan(prefix: prefix, from: start, body) }
        try RunOverlay(base: stored, runs: runs).scan(prefix: prefix, from: start, body)
    }

    package func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        guard let runs = try buffer.runs() else { return try stored.withLastKey(prefix: prefix, body) }
        return try RunOverlay(base: stored, runs: runs).withLastKey(prefix: prefix, body)
    }
}

/// The entries that lie in the tree.
struct StoredEntries: OrderedReading {
    private let transaction: ReadTransaction
    private let prefix: [UInt8]

    init(_ transaction: ReadTransaction, _ shard: ShardAddress) {
        self.transaction = transaction
        prefix = Key.inShard(.inverted, shard)
    }

    func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try transaction.withValue(for: prefix + key, body)
    }

    func scan(
        prefix part: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        try transaction.scan(prefix: prefix + part, from: prefix + start) { key, value in
            try body(key.extracting(droppingFirst: prefix.count), value)
        }
    }

    func withLastKey<R>(prefix part: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try transaction.withLastKey(prefix: prefix + part) { key in
            guard let key else { return try body(nil) }
            return try body(key.extracting(droppingFirst: prefix.count))
        }
    }
}

/// The same, to be written. Edits that are buffered must have been brought into the tree before (`mergePostings`), since they would come
/// after what is written here.
package struct InvertedWriter: OrderedWriting {
    private let transaction: WriteTransaction
    private let prefix: [UInt8]
    private let reader: StoredEntries

    init(_ transaction: WriteTransaction, _ shard: ShardAddress) {
        self.transaction = transaction
        prefix = Key.inShard(.inverted, shard)
        reader = StoredEntries(transaction, shard)
    }

    package func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try reader.withValue(for: key, body)
    }

    package func scan(
        prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        try reader.scan(prefix: prefix, from: start, body)
    }

    package func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try reader.withLastKey(prefix: prefix, body)
    }

    package func put(_ value: [UInt8], for key: [UInt8]) throws {
        guard !key.isEmpty, key.count <= Key.maximumInvertedByteCount else {
            throw StorageError.keyTooLong(byteCount: key.count, limit: Key.maximumInvertedByteCount)
        }
        try transaction.put(value, for: prefix + key)
    }

    package func removeValue(for key: [UInt8]) throws {
        try transaction.removeValue(for: prefix + key)
    }
}

extension ReadTransaction {
    /// What the inverted indexes of `shard` read from.
    package final func inverted(_ shard: ShardAddress) -> InvertedReader { InvertedReader(self, shard) }
}

extension WriteTransaction {
    /// What the inverted indexes of `shard` are written to.
    package func invertedWriter(_ shard: ShardAddress) -> InvertedWriter { InvertedWriter(self, shard) }
}

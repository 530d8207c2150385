// SPDX-License-Identifier: Apache-2.0

import InvertedIndexes

/// The entries of the inverted indexes of one shard: what lies under the shard's prefix for them.
package struct InvertedReader: OrderedReading {
    private let transaction: ReadTransaction
    private let prefix: [UInt8]

    init(_ transaction: ReadTransaction, _ shard: ShardAddress) {
        self.transaction = transaction
        prefix = Key.inShard(.inverted, shard)
    }

    package func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try transaction.withValue(for: prefix + key, body)
    }

    package func scan(
        prefix part: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        try transaction.scan(prefix: prefix + part, from: prefix + start) { key, value in
            try body(key.extracting(droppingFirst: prefix.count), value)
        }
    }

    package func withLastKey<R>(prefix part: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try transaction.withLastKey(prefix: prefix + part) { key in
            guard let key else { return try body(nil) }
            return try body(key.extracting(droppingFirst: prefix.count))
        }
    }
}

/// The same, to be written.
package struct InvertedWriter: OrderedWriting {
    private let transaction: WriteTransaction
    private let prefix: [UInt8]
    private let reader: InvertedReader

    init(_ transaction: WriteTransaction, _ shard: ShardAddress) {
        self.transaction = transaction
        prefix = Key.inShard(.inverted, shard)
        reader = InvertedReader(transaction, shard)
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

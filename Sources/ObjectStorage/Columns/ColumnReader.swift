// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Reads the column of one property of a shard, block by block.
package struct ColumnReader {
    private let transaction: ReadTransaction
    private let prefix: [UInt8]
    private let kind: ColumnKind

    init(_ transaction: ReadTransaction, _ property: PropertyID, _ kind: ColumnKind, in shard: ShardAddress) {
        self.transaction = transaction
        self.kind = kind
        prefix = Key.column(property, in: shard)
    }

    /// The values of the documents 128 `number` to 128 `number` + 127; `nil` if none of them has one.
    ///
    /// - Throws: `StorageError.damaged`.
    /// - Complexity: O(log blocks + values in the block), about a microsecond with the pages in memory.
    package func block(_ number: UInt32) throws -> ColumnBlock? {
        let key = Key.appending(number, to: prefix)
        guard let block = try transaction.columnBlock(under: key) else { return nil }
        guard block.kind == kind else {
            throw StorageError.damaged(key: Key.describe(key), reason: "the column holds values of another type")
        }
        return block
    }
}

extension ReadTransaction {
    /// What sorting and aggregation read of a property whose values are of `kind`.
    package final func column(
        _ property: PropertyID, _ kind: ColumnKind, in shard: ShardAddress
    ) throws -> ColumnReader {
        try flush()
        return ColumnReader(self, property, kind, in: shard)
    }

    final func columnBlock(under key: [UInt8]) throws -> ColumnBlock? {
        try withValue(for: key) { value in
            guard let value else { return nil }
            return try ColumnBlock(value, key: key)
        }
    }
}

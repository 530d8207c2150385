// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Reads the blocks of one column in ascending order, in one buffer.
///
/// Blocks of a column are neighbors in the tree, so the next one takes a step, not a look-up. Use it on the transaction's thread, and
/// write nothing in the meantime.
@safe
package final class ColumnScanner {
    private let transaction: ReadTransaction
    private let prefix: [UInt8]
    private let kind: ColumnKind
    private let cursor: Cursor
    /// The number of the block that the cursor stands on; `nil` before the first and after the last.
    private var current: UInt32?
    private var isAtEnd = false
    /// The block that was moved to last.
    package private(set) var block = ColumnBuffer()

    fileprivate init(_ transaction: ReadTransaction, prefix: [UInt8], _ kind: ColumnKind) throws {
        self.transaction = transaction
        self.prefix = prefix
        self.kind = kind
        cursor = try transaction.openCursor()
    }

    deinit { transaction.closeCursor(cursor) }

    /// Reads the values of the documents 128 `number` to 128 `number` + 127 into `block`.
    ///
    /// - Parameter number: greater than that of the call before.
    /// - Returns: `false` if none of them has a value.
    /// - Throws: `StorageError.damaged`.
    /// - Complexity: O(values in the block), and O(log blocks) unless the block is the next one.
    package func move(to number: UInt32) throws -> Bool {
        try transaction.requireOpen()
        if let current, current < number { try step(try cursor.moveToNext()) }
        if !isAtEnd, current.map({ $0 < number }) ?? true {
            try step(try cursor.seek(Key.appending(number, to: prefix)))
        }
        guard current == number else { return false }
        // Safety: LMDB never rewrites a page that an open transaction can see, and nothing is written in the meantime.
        let value = unsafe RawSpan(_unsafeBytes: cursor.value)
        let key = Key.appending(number, to: prefix)
        try block.read(value, key: key)
        guard block.kind == kind else {
            throw StorageError.damaged(key: Key.describe(key), reason: "the column holds values of another type")
        }
        return true
    }

    /// Notes where a move of the cursor has led.
    private func step(_ isFound: Bool) throws(StorageError) {
        guard isFound, cursor.hasPrefix(prefix) else {
            (current, isAtEnd) = (nil, true)
            return
        }
        // Safety: as in `move`.
        let key = unsafe RawSpan(_unsafeBytes: cursor.key)
        guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count) else {
            throw .damaged(key: Key.describe(key), reason: "the key is not that of a block")
        }
        current = number
    }
}

extension ReadTransaction {
    /// What aggregation reads of a property whose values are of `kind`.
    package final func columnScanner(
        _ property: PropertyID, _ kind: ColumnKind, in shard: ShardAddress
    ) throws -> ColumnScanner {
        try flush()
        return try ColumnScanner(self, prefix: Key.column(property, in: shard), kind)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Reads one multi-vector of the documents of a shard, through the transaction it came from and on its thread.
///
/// Rows are lent as they lie in the map; they are valid only until the closure returns.
package struct MultiVectorReader {
    private let transaction: ReadTransaction
    private let vector: VectorID
    private let shard: ShardAddress

    init(_ transaction: ReadTransaction, _ vector: VectorID, _ shard: ShardAddress) {
        self.transaction = transaction
        self.vector = vector
        self.shard = shard
    }

    /// Calls `body` with the dimensions and the rows of `document`, shape [count, dimensions].
    ///
    /// - Returns: `false`, without a call, if the document has no such multi-vector.
    /// - Complexity: O(log entries).
    package func withRows(
        of document: DocumentID, _ body: (_ dimensions: Int, _ rows: Span<Float>) throws -> Void
    ) throws -> Bool {
        let key = Key.multiVector(vector, of: document, in: shard)
        return try transaction.withValue(for: key) { value in
            guard let value else { return false }
            try Self.withRows(in: value, key: key, body)
            return true
        }
    }

    /// A copy of the multi-vector of `document`; `nil` if it has none.
    package func copy(of document: DocumentID) throws -> MultiVector? {
        var copy: MultiVector?
        _ = try withRows(of: document) { dimensions, rows in
            // Safety: the buffer lives for the closure.
            let elements = unsafe rows.withUnsafeBufferPointer { unsafe Array($0) }
            copy = MultiVector(dimensions: dimensions, elements: elements)
        }
        return copy
    }

    /// Visits the documents that have this multi-vector, ascending, from `start` on, until `body` returns `false`.
    package func scan(
        from start: DocumentID = DocumentID(0),
        _ body: (_ document: DocumentID, _ dimensions: Int, _ rows: Span<Float>) throws -> Bool
    ) throws {
        let prefix = Key.multiVectors(vector, in: shard)
        try transaction.scan(prefix: prefix, from: Key.appending(start.number, to: prefix)) { key, value in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a document number")
            }
            var goesOn = true
            try Self.withRows(in: value, key: Key.appending(number, to: prefix)) { dimensions, rows in
                goesOn = try body(DocumentID(number), dimensions, rows)
            }
            return goesOn
        }
    }

    private static func withRows(
        in value: RawSpan, key: @autoclosure () -> [UInt8], _ body: (Int, Span<Float>) throws -> Void
    ) throws {
        let header = try MultiVectorFormat.header(of: value, key: key())
        // Safety: the header was held against the length: that many numbers follow it, in the map while the value is lent.
        try unsafe value.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            try unsafe VectorReader.withRow(start + MultiVectorFormat.headerByteCount, header.elementCount) { rows in
                try body(header.dimensions, rows)
            }
        }
    }
}

extension ReadTransaction {
    /// The multi-vectors numbered `vector` of `shard`.
    package final func multiVectors(_ vector: VectorID, of shard: ShardAddress) -> MultiVectorReader {
        MultiVectorReader(self, vector, shard)
    }
}

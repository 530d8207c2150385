// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// Reads one vector of the documents of a shard, through the transaction it came from.
///
/// Keeps the block it read last; a document in another block costs one seek in the tree. Use it on the transaction's thread.
@safe
package final class VectorReader: VectorReading {
    private let transaction: ReadTransaction
    private let prefix: [UInt8]
    /// A write transaction moves blocks about, so nothing is kept between two calls.
    private let keepsBlock: Bool
    private var cursor: Cursor?
    private var seekKey: [UInt8]
    private var block: VectorBlock?
    // Safety: the rows of `block`, in the map; used only while `block` is set and the transaction open.
    private var rows: UnsafeRawPointer?

    init(_ transaction: ReadTransaction, _ address: VectorAddress) {
        self.transaction = transaction
        prefix = Key.vectors(address.vector, in: address.shard)
        keepsBlock = !(transaction is WriteTransaction)
        seekKey = VectorBlock.seekKey(prefix, 0)
    }

    deinit {
        if let cursor { transaction.closeCursor(cursor) }
    }

    /// Calls `body` with the vector of `document`, shape [dimensions].
    ///
    /// - Returns: `false`, without a call, if the document has no such vector.
    /// - Complexity: O(log blocks), less than a microsecond with the pages in memory.
    package func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool {
        try transaction.requireOpen()
        let number = document.number
        if !keepsBlock || block == nil || block.map({ number < $0.first || number > $0.last }) == true {
            guard try findBlock(of: number) else { return false }
        }
        guard let block, let rows = unsafe rows, let row = block.row(of: number), block.isLive(row: row) else {
            return false
        }
        transaction.lentSpanCount += 1
        defer { transaction.lentSpanCount -= 1 }
        // Safety: `VectorBlock.read` has checked that all rows lie inside the value.
        unsafe Self.withRow(rows + row * block.dimensions * 4, block.dimensions) { body($0) }
        return true
    }

    /// Sets `block` and `rows` to the block whose span of documents has `number` in it.
    private func findBlock(of number: UInt32) throws -> Bool {
        block = nil
        let cursor = try openedCursor()
        for position in 0..<4 {
            seekKey[prefix.count + position] = UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * position))
        }
        guard try cursor.seek(seekKey), cursor.hasPrefix(prefix) else { return false }
        let found = try VectorBlock.read(at: cursor, prefix: prefix)
        guard found.first <= number else { return false }
        block = found
        unsafe rows = cursor.value.baseAddress.map { unsafe $0 + VectorBlockFormat.headerByteCount }
        return true
    }

    private func openedCursor() throws -> Cursor {
        try transaction.flush()
        if let cursor { return cursor }
        let opened = try transaction.openCursor()
        cursor = opened
        return opened
    }

    /// Calls `body` with the numbers at `start`, in place unless LMDB has put it at an odd address.
    static func withRow<R>(
        _ start: UnsafeRawPointer, _ dimensions: Int, _ body: (Span<Float>) throws -> R
    ) rethrows -> R {
        // Safety: `dimensions` floats lie at `start`, every bit pattern is a float, and alignment is looked at.
        if UInt(bitPattern: start) % UInt(MemoryLayout<Float>.alignment) == 0 {
            let floats = unsafe start.assumingMemoryBound(to: Float.self)
            return try body(unsafe Span(_unsafeStart: floats, count: dimensions))
        }
        // That happens to values of less than half a page, so the copy is small.
        var copy = [Float](repeating: 0, count: dimensions)
        unsafe copy.withUnsafeMutableBytes { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: start, count: dimensions * 4))
        }
        return try body(copy.span)
    }

    // MARK: Many at once

    /// A row of a block, in the map.
    @safe
    private struct Row: @unchecked Sendable {
        // Safety (@unchecked): the bytes are read only, and stay while they are lent.
        let start: UnsafeRawPointer
        let dimensions: Int
        let position: Int
    }

    /// How many vectors a thread takes at a time.
    private static let rowsPerTurn = 64

    /// - Parameter documents: ascending, if it is to be fast.
    /// - Complexity: O(blocks) seeks on this thread, the calls on all cores; holds 24 bytes a document.
    package func withVectors(
        of documents: [DocumentID], _ body: @Sendable (Int, Span<Float>) throws -> Void
    ) throws {
        try transaction.requireOpen()
        if !keepsBlock { block = nil }
        var rows: [Row] = []
        rows.reserveCapacity(documents.count)
        for (position, document) in documents.enumerated() {
            let number = document.number
            if block == nil || block.map({ number < $0.first || number > $0.last }) == true {
                guard try findBlock(of: number) else { continue }
            }
            guard let block, let start = unsafe self.rows, let row = block.row(of: number), block.isLive(row: row)
            else { continue }
            // Safety: `VectorBlock.read` has checked that all rows lie inside the value.
            rows.append(
                unsafe Row(
                    start: start + row * block.dimensions * 4, dimensions: block.dimensions, position: position))
        }
        let turns = (rows.count + Self.rowsPerTurn - 1) / Self.rowsPerTurn
        try transaction.lend(turns) { [rows] turn in
            let start = turn * Self.rowsPerTurn
            for row in rows[start..<min(start + Self.rowsPerTurn, rows.count)] {
                try unsafe Self.withRow(row.start, row.dimensions) { try body(row.position, $0) }
            }
        }
    }

    // MARK: Scans

    /// Visits the documents that have this vector, ascending, from `start` on, with their vectors, shape [dimensions],
    /// until `body` returns `false`.
    package func scanVectors(
        from start: DocumentID = DocumentID(0), _ body: (DocumentID, Span<Float>) throws -> Bool
    ) throws {
        try transaction.flush()
        try unsafe scanBlocks(from: start) { block, rows in
            for row in 0..<block.rowCount where block.isLive(row: row) {
                let document = block.document(ofRow: row)
                if document < start.number { continue }
                // Safety: `VectorBlock.read` has checked that all rows lie inside the value.
                let goesOn = try unsafe Self.withRow(rows + row * block.dimensions * 4, block.dimensions) { vector in
                    try body(DocumentID(document), vector)
                }
                guard goesOn else { return false }
            }
            return true
        }
    }

    private func scanBlocks(from start: DocumentID, _ body: (VectorBlock, UnsafeRawPointer) throws -> Bool) throws {
        let cursor = try transaction.openCursor()
        defer { transaction.closeCursor(cursor) }
        guard try cursor.seek(VectorBlock.seekKey(prefix, start.number)) else { return }
        transaction.lentSpanCount += 1
        defer { transaction.lentSpanCount -= 1 }
        while cursor.hasPrefix(prefix) {
            let block = try VectorBlock.read(at: cursor, prefix: prefix)
            guard let value = unsafe cursor.value.baseAddress,
                try unsafe body(block, value + VectorBlockFormat.headerByteCount), try cursor.moveToNext()
            else { return }
        }
    }

    /// Visits runs of consecutive documents that have this vector, ascending, until `body` returns `false`, without
    /// reading the vectors.
    ///
    /// - Complexity: O(blocks) where no documents were removed: only keys are read.
    package func scanDocuments(
        from start: DocumentID = DocumentID(0), _ body: (ClosedRange<UInt32>) throws -> Bool
    ) throws {
        try transaction.flush()
        var directory: VectorBlock.Directory?
        try transaction.scan(prefix: prefix, from: VectorBlock.seekKey(prefix, start.number)) { key, value in
            let (last, kind, first) = try VectorBlock.parts(of: key, prefixByteCount: prefix.count)
            if kind == .directory {
                guard directory == nil else {
                    throw StorageError.damaged(
                        key: Key.describe(key), reason: "the rows of the directory before it are missing")
                }
                directory = try VectorBlock.directory(value, key: key)
                return true
            }
            defer { directory = nil }
            guard let directory else {
                guard last - first < VectorBlockFormat.maximumRowCount else {
                    throw StorageError.damaged(key: Key.describe(key), reason: "the directory of the rows is missing")
                }
                return try body(max(first, start.number)...last)
            }
            guard directory.documents.first == first, directory.documents.last == last else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the directory does not fit the rows")
            }
            return try Self.visitRuns(of: directory, from: start.number, body)
        }
    }

    private static func visitRuns(
        of directory: VectorBlock.Directory, from start: UInt32, _ body: (ClosedRange<UInt32>) throws -> Bool
    ) throws -> Bool {
        var run: ClosedRange<UInt32>?
        for (row, document) in directory.documents.enumerated() where !directory.isDead[row] && document >= start {
            if let current = run {
                if current.upperBound + 1 == document {
                    run = current.lowerBound...document
                    continue
                }
                guard try body(current) else { return false }
            }
            run = document...document
        }
        guard let run else { return true }
        return try body(run)
    }
}

extension ReadTransaction {
    /// The vectors numbered `vector` of `shard`.
    package final func vectors(_ vector: VectorID, of shard: ShardAddress) throws -> VectorReader {
        try requireOpen()
        return VectorReader(self, VectorAddress(shard: shard, vector: vector))
    }
}

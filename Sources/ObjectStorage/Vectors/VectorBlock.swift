// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Which vectors: one number of a shard.
struct VectorAddress: Hashable, Sendable {
    var shard: ShardAddress
    var vector: VectorID
}

/// How rows of float32 lie in values; `Docs/formats/vectors.md` is the specification.
///
/// A block is a value of rows, a row a vector, in ascending order of documents. Its key holds the last and the first
/// document, so that the block of a document is found by one seek to "last is not less than the document". Where
/// documents in between are missing or were removed since, an entry just before it, the directory, lists the rows.
enum VectorBlockFormat {
    static let version: UInt8 = 1
    static let float32: UInt8 = 1
    /// LMDB puts 16 bytes before a value that fills pages of its own, so the rows begin at a multiple of 64.
    static let headerByteCount = 48
    static let directoryHeaderByteCount = 8
    static let maximumRowCount = 1_024
    static let maximumDimensions = 65_535

    enum Kind: UInt8 {
        case directory = 0
        case rows = 1
    }

    /// How many rows a full block has: about 64 KiB of them; of long ones up to 128, and 256 KiB.
    ///
    /// Somewhat fewer where that wastes less of the last page.
    static func rowsPerBlock(dimensions: Int) -> Int {
        let row = 4 * dimensions
        let most = min(max(65_536 / row, min(262_144 / row, 128), 1), maximumRowCount)
        func bytesOfPages(_ rows: Int) -> Int { (16 + headerByteCount + rows * row + 4095) / 4096 * 4096 }
        // a / b < c / d without a division.
        return (most / 2 + 1...most).reversed().min { bytesOfPages($0) * $1 < bytesOfPages($1) * $0 } ?? most
    }
}

/// One block as the tree has it: where it is and what it holds, read from keys, header and directory.
///
/// Holds no bytes of the map, except for the address of its rows.
struct VectorBlock {
    var first: UInt32
    var last: UInt32
    var rowCount: Int
    var dimensions: Int
    /// The documents of the rows and which of them were removed; `nil`: all from `first` to `last`, none removed.
    var directory: Directory?

    struct Directory: Hashable {
        /// Ascending.
        var documents: [UInt32]
        var isDead: [Bool]
        var liveCount: Int { isDead.count { !$0 } }
    }

    var liveCount: Int { directory?.liveCount ?? rowCount }

    func document(ofRow row: Int) -> UInt32 { directory?.documents[row] ?? first + UInt32(row) }

    func isLive(row: Int) -> Bool { !(directory?.isDead[row] ?? false) }

    /// The row of a document, removed or not.
    func row(of document: UInt32) -> Int? {
        guard document >= first, document <= last else { return nil }
        guard let directory else { return Int(document - first) }
        var low = 0
        var high = directory.documents.count
        while low < high {
            let middle = (low + high) / 2
            if directory.documents[middle] < document { low = middle + 1 } else { high = middle }
        }
        return low < directory.documents.count && directory.documents[low] == document ? low : nil
    }

    /// Makes sure that a block without a directory has a row for each document from its first to its last.
    func requireContiguous(key: RawSpan) throws(StorageError) {
        guard directory != nil || Int(last - first) + 1 == rowCount else {
            throw .damaged(key: Key.describe(key), reason: "the directory of the rows is missing")
        }
    }

    // MARK: Keys

    static func seekKey(_ prefix: [UInt8], _ document: UInt32) -> [UInt8] {
        var key = prefix
        Key.append(document, to: &key)
        return key
    }

    static func directoryKey(_ prefix: [UInt8], last: UInt32) -> [UInt8] {
        seekKey(prefix, last) + [VectorBlockFormat.Kind.directory.rawValue]
    }

    static func rowsKey(_ prefix: [UInt8], last: UInt32, first: UInt32) -> [UInt8] {
        var key = seekKey(prefix, last) + [VectorBlockFormat.Kind.rows.rawValue]
        Key.append(first, to: &key)
        return key
    }

    /// What the part of a key after the prefix says.
    ///
    /// - Returns: `first` only of keys of rows.
    static func parts(of key: RawSpan, prefixByteCount: Int) throws(StorageError) -> (
        last: UInt32, kind: VectorBlockFormat.Kind, first: UInt32
    ) {
        let rest = key.byteCount - prefixByteCount
        guard let last = Key.number(UInt32.self, in: key, at: prefixByteCount),
            let number = Key.number(UInt8.self, in: key, at: prefixByteCount + 4),
            let kind = VectorBlockFormat.Kind(rawValue: number),
            rest == (kind == .rows ? 9 : 5)
        else {
            throw .damaged(key: Key.describe(key), reason: "the key is not one of vectors")
        }
        guard kind == .rows else { return (last, kind, 0) }
        guard let first = Key.number(UInt32.self, in: key, at: prefixByteCount + 5), first <= last else {
            throw .damaged(key: Key.describe(key), reason: "the first document comes after the last")
        }
        return (last, kind, first)
    }

    // MARK: Values

    static func header(first: UInt32, last: UInt32, rowCount: Int, dimensions: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: VectorBlockFormat.headerByteCount)
        writer.append(VectorBlockFormat.version)
        writer.append(VectorBlockFormat.float32)
        writer.append(UInt16(VectorBlockFormat.headerByteCount))
        writer.append(UInt32(rowCount))
        writer.append(UInt32(dimensions))
        writer.append(first)
        writer.append(last)
        while writer.bytes.count < VectorBlockFormat.headerByteCount { writer.append(UInt32(0)) }
        return writer.bytes
    }

    /// Reads the header of rows and holds it against the key.
    static func rowsHeader(_ value: RawSpan, first: UInt32, last: UInt32, key: RawSpan) throws(StorageError) -> (
        rowCount: Int, dimensions: Int
    ) {
        // The four fields are checked together with what the key says, so that no row can lie outside the value.
        guard value.byteCount >= VectorBlockFormat.headerByteCount,
            Key.number(UInt8.self, in: value, at: 0) == VectorBlockFormat.version,
            Key.number(UInt8.self, in: value, at: 1) == VectorBlockFormat.float32,
            let rows = Key.number(UInt32.self, in: value, at: 4)?.byteSwapped,
            let dimensions = Key.number(UInt32.self, in: value, at: 8)?.byteSwapped,
            Key.number(UInt32.self, in: value, at: 12)?.byteSwapped == first,
            Key.number(UInt32.self, in: value, at: 16)?.byteSwapped == last,
            rows > 0, dimensions > 0, rows <= UInt32(VectorBlockFormat.maximumRowCount),
            dimensions <= UInt32(VectorBlockFormat.maximumDimensions),
            value.byteCount == VectorBlockFormat.headerByteCount + Int(rows) * Int(dimensions) * 4
        else {
            throw .damaged(key: Key.describe(key), reason: "the header does not fit the key and the length")
        }
        return (Int(rows), Int(dimensions))
    }

    static func encode(_ directory: Directory) -> [UInt8] {
        var writer = ByteWriter(capacity: 8 + directory.documents.count * 5)
        writer.append(VectorBlockFormat.version)
        writer.append(UInt8(0))
        writer.append(UInt16(0))
        writer.append(UInt32(directory.documents.count))
        for document in directory.documents { writer.append(document) }
        var bits: UInt8 = 0
        for (row, isDead) in directory.isDead.enumerated() {
            if isDead { bits |= 1 << UInt8(row % 8) }
            if row % 8 == 7 || row == directory.isDead.count - 1 {
                writer.append(bits)
                bits = 0
            }
        }
        return writer.bytes
    }

    static func directory(_ value: RawSpan, key: RawSpan) throws(StorageError) -> Directory {
        guard Key.number(UInt8.self, in: value, at: 0) == VectorBlockFormat.version,
            let rows = Key.number(UInt32.self, in: value, at: 4)?.byteSwapped,
            rows > 0, rows <= UInt32(VectorBlockFormat.maximumRowCount),
            value.byteCount == VectorBlockFormat.directoryHeaderByteCount + Int(rows) * 4 + (Int(rows) + 7) / 8
        else {
            throw .damaged(key: Key.describe(key), reason: "the header does not fit the length")
        }
        let count = Int(rows)
        var directory = Directory(documents: [], isDead: [])
        directory.documents.reserveCapacity(count)
        directory.isDead.reserveCapacity(count)
        let bits = VectorBlockFormat.directoryHeaderByteCount + count * 4
        for row in 0..<count {
            let document = Key.number(
                UInt32.self, in: value, at: VectorBlockFormat.directoryHeaderByteCount + row * 4)?.byteSwapped
            let byte = Key.number(UInt8.self, in: value, at: bits + row / 8)
            // Both are there: the length was checked.
            guard let document, let byte, directory.documents.last ?? 0 < document || row == 0 else {
                throw .damaged(key: Key.describe(key), reason: "the documents are not in order")
            }
            directory.documents.append(document)
            directory.isDead.append(byte >> UInt8(row % 8) & 1 != 0)
        }
        return directory
    }

    /// Reads the block the cursor stands on, which is left on its rows.
    ///
    /// - Parameter prefix: what the keys of the vectors begin with; the cursor's key must.
    static func read(at cursor: Cursor, prefix: [UInt8]) throws(StorageError) -> VectorBlock {
        var directory: Directory?
        var expectedLast: UInt32?
        // Safety: as long as the cursor does not move, its bytes stay.
        var parts = try parts(of: unsafe RawSpan(_unsafeBytes: cursor.key), prefixByteCount: prefix.count)
        if parts.kind == .directory {
            directory = try Self.directory(
                unsafe RawSpan(_unsafeBytes: cursor.value), key: unsafe RawSpan(_unsafeBytes: cursor.key))
            expectedLast = parts.last
            let described = Key.describe(unsafe RawSpan(_unsafeBytes: cursor.key))
            guard try cursor.moveToNext(), cursor.hasPrefix(prefix) else {
                throw .damaged(key: described, reason: "the rows are missing")
            }
            parts = try Self.parts(of: unsafe RawSpan(_unsafeBytes: cursor.key), prefixByteCount: prefix.count)
        }
        let key = unsafe RawSpan(_unsafeBytes: cursor.key)
        guard parts.kind == .rows, expectedLast ?? parts.last == parts.last else {
            throw .damaged(key: Key.describe(key), reason: "the rows of a directory are missing before it")
        }
        let (rowCount, dimensions) = try rowsHeader(
            unsafe RawSpan(_unsafeBytes: cursor.value), first: parts.first, last: parts.last, key: key)
        if let directory {
            guard directory.documents.count == rowCount, directory.documents.first == parts.first,
                directory.documents.last == parts.last
            else { throw .damaged(key: Key.describe(key), reason: "the directory does not fit the rows") }
        }
        let block = VectorBlock(
            first: parts.first, last: parts.last, rowCount: rowCount, dimensions: dimensions, directory: directory)
        try block.requireContiguous(key: key)
        return block
    }
}

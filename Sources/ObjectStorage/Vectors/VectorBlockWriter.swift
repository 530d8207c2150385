// SPDX-License-Identifier: Apache-2.0

/// Keeps the blocks of one vector of a shard in shape while documents come and go.
///
/// New rows come at the end, as a block of their own, however small. Small blocks at the end are merged eight at a time,
/// and into full ones as soon as there are rows enough, so a row is written at most 1 + log₈(rows in a block) times. A
/// removed row is marked in the directory; once more than half the rows of a block are dead the others are rewritten,
/// together with those of a neighbor if they fit in one block, and a block without live rows goes.
struct VectorBlockWriter {
    /// How many blocks of about a size are merged.
    private static let fanOut = 8
    /// How far back from the end small blocks are looked for; more than the merging leaves there.
    private static let longestTail = 64

    /// Rows with their documents, on their way into a block.
    private struct Rows {
        var documents: [UInt32] = []
        /// Shape [documents, dimensions].
        var values: [Float] = []
    }

    private let transaction: WriteTransaction
    private let prefix: [UInt8]

    init(_ transaction: WriteTransaction, _ address: VectorAddress) {
        self.transaction = transaction
        prefix = Key.vectors(address.vector, in: address.shard)
    }

    // MARK: Appending

    /// - Parameters:
    ///   - documents: ascending, greater than all in the tree.
    ///   - rows: shape [documents, dimensions].
    mutating func append(_ documents: [UInt32], _ rows: [Float], dimensions: Int) throws {
        guard let first = documents.first else { return }
        let capacity = VectorBlockFormat.rowsPerBlock(dimensions: dimensions)
        let tail = try smallBlocksAtEnd(before: first, dimensions: dimensions, capacity: capacity)
        let tailCount = tail.reduce(0) { $0 + $1.liveCount }
        if tailCount + documents.count >= capacity {
            try write(tail, documents, rows, dimensions, capacity)
            return
        }
        var merged = tail[tail.count...]
        var count = documents.count
        while true {
            let older = tail[..<merged.startIndex]
            let level = Self.level(count)
            let alike = older[
                (older.lastIndex { Self.level($0.liveCount) > level }.map { $0 + 1 } ?? older.startIndex)...]
            guard alike.count >= Self.fanOut - 1 else { break }
            merged = tail[alike.startIndex...]
            count += alike.reduce(0) { $0 + $1.liveCount }
        }
        try write(Array(merged), documents, rows, dimensions, capacity)
    }

    private static func level(_ count: Int) -> Int {
        var level = 0
        var rest = count / fanOut
        while rest > 0 {
            level += 1
            rest /= fanOut
        }
        return level
    }

    /// The blocks at the end that are not full, oldest first.
    private func smallBlocksAtEnd(before document: UInt32, dimensions: Int, capacity: Int) throws -> [VectorBlock] {
        let cursor = try transaction.openCursor()
        defer { transaction.closeCursor(cursor) }
        var blocks: [VectorBlock] = []
        var isFound = try cursor.seekLast(prefix: prefix)
        while isFound, blocks.count < Self.longestTail {
            // The cursor stands on rows; their directory, if any, is the entry before.
            var block = try rowsBlock(at: cursor)
            let rowsKey = VectorBlock.rowsKey(prefix, last: block.last, first: block.first)
            isFound = try cursor.moveToPrevious() && cursor.hasPrefix(prefix)
            if isFound {
                let parts = try VectorBlock.parts(
                    of: unsafe RawSpan(_unsafeBytes: cursor.key), prefixByteCount: prefix.count)
                if parts.kind == .directory {
                    block = try VectorBlock.read(at: cursor, prefix: prefix)
                    _ = try cursor.moveToPrevious()
                    isFound = try cursor.moveToPrevious() && cursor.hasPrefix(prefix)
                }
            }
            try unsafe block.requireContiguous(key: rowsKey.span.bytes)
            if blocks.isEmpty, block.last >= document {
                throw StorageError.misuse(
                    reason: "document \(document) got its vectors after document \(block.last)")
            }
            guard block.liveCount < capacity, block.dimensions == dimensions else { break }
            blocks.append(block)
        }
        return blocks.reversed()
    }

    /// The block whose rows the cursor stands on, without looking for a directory.
    private func rowsBlock(at cursor: Cursor) throws(StorageError) -> VectorBlock {
        // Safety: the cursor does not move and nothing is written meanwhile.
        let key = unsafe RawSpan(_unsafeBytes: cursor.key)
        let parts = try VectorBlock.parts(of: key, prefixByteCount: prefix.count)
        guard parts.kind == .rows else { throw .damaged(key: Key.describe(key), reason: "the rows are missing") }
        let (rowCount, dimensions) = try VectorBlock.rowsHeader(
            unsafe RawSpan(_unsafeBytes: cursor.value), first: parts.first, last: parts.last, key: key)
        return VectorBlock(first: parts.first, last: parts.last, rowCount: rowCount, dimensions: dimensions)
    }

    /// Writes the live rows of `old` blocks and the new ones into blocks of `capacity` rows, in place of `old`.
    private func write(
        _ old: [VectorBlock], _ documents: [UInt32], _ rows: [Float], _ dimensions: Int, _ capacity: Int
    ) throws {
        var all = try take(old)
        if all.documents.isEmpty {
            all = Rows(documents: documents, values: rows)
        } else {
            all.documents += documents
            all.values += rows
        }
        try write(all, dimensions, capacity)
    }

    private func write(_ rows: Rows, _ dimensions: Int, _ capacity: Int) throws {
        var start = 0
        while start < rows.documents.count {
            let end = min(start + capacity, rows.documents.count)
            try writeBlock(
                rows.documents[start..<end], rows.values[start * dimensions..<end * dimensions], dimensions)
            start = end
        }
    }

    private func writeBlock(_ documents: ArraySlice<UInt32>, _ values: ArraySlice<Float>, _ dimensions: Int) throws {
        guard let first = documents.first, let last = documents.last else { return }
        let header = VectorBlock.header(first: first, last: last, rowCount: documents.count, dimensions: dimensions)
        let key = VectorBlock.rowsKey(prefix, last: last, first: first)
        try unsafe transaction.put(byteCount: header.count + values.count * 4, for: key) { target in
            // Safety: the target is as long as header and rows together; floats are little-endian on every machine
            // this runs on, as the format is.
            unsafe target.copyBytes(from: header)
            unsafe values.withUnsafeBytes { values in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[header.count...]).copyMemory(from: values)
            }
        }
        if Int(last - first) + 1 != documents.count {
            try put(
                VectorBlock.Directory(
                    documents: Array(documents), isDead: [Bool](repeating: false, count: documents.count)),
                last: last)
        }
    }

    private func put(_ directory: VectorBlock.Directory, last: UInt32) throws {
        try transaction.put(VectorBlock.encode(directory), for: VectorBlock.directoryKey(prefix, last: last))
    }

    /// Reads the live rows of blocks and removes the blocks.
    private func take(_ blocks: [VectorBlock]) throws -> Rows {
        var rows = Rows()
        for block in blocks {
            let key = VectorBlock.rowsKey(prefix, last: block.last, first: block.first)
            try transaction.withValue(for: key) { value in
                guard let value else {
                    throw StorageError.damaged(key: Key.describe(key), reason: "the rows are missing")
                }
                for row in 0..<block.rowCount where block.isLive(row: row) {
                    let document = block.document(ofRow: row)
                    guard rows.documents.last.map({ $0 < document }) ?? true else {
                        throw StorageError.damaged(
                            key: Key.describe(key),
                            reason: "its documents begin before those of the block before it end")
                    }
                    rows.documents.append(document)
                    let start = VectorBlockFormat.headerByteCount + row * block.dimensions * 4
                    // Safety: the rows lie inside the value, as reading the header has checked; a float may have any bits.
                    unsafe value.withUnsafeBytes { bytes in
                        let end = rows.values.count
                        rows.values.append(contentsOf: repeatElement(0, count: block.dimensions))
                        unsafe rows.values.withUnsafeMutableBytes { target in
                            unsafe UnsafeMutableRawBufferPointer(rebasing: target[(end * 4)...]).copyMemory(
                                from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + block.dimensions * 4]))
                        }
                    }
                }
            }
            try remove(block)
        }
        return rows
    }

    private func remove(_ block: VectorBlock) throws {
        try transaction.removeValue(for: VectorBlock.rowsKey(prefix, last: block.last, first: block.first))
        if block.directory != nil {
            try transaction.removeValue(for: VectorBlock.directoryKey(prefix, last: block.last))
        }
    }

    // MARK: Removing

    /// - Parameter documents: ascending; those without a vector here are passed over.
    mutating func remove(_ documents: [UInt32]) throws {
        var rest = documents[...]
        while let document = rest.first {
            guard var block = try block(notBefore: document) else { return }
            guard block.first <= document else {
                rest = rest.drop { $0 < block.first }
                continue
            }
            let gone = rest.prefix { $0 <= block.last }
            rest = rest[gone.endIndex...]
            var directory = block.directory ?? Self.fullDirectory(of: block)
            for document in gone {
                if let row = block.row(of: document) { directory.isDead[row] = true }
            }
            if directory == block.directory { continue }
            try settle(&block, directory)
        }
    }

    private static func fullDirectory(of block: VectorBlock) -> VectorBlock.Directory {
        VectorBlock.Directory(
            documents: Array(block.first...block.last), isDead: [Bool](repeating: false, count: block.rowCount))
    }

    /// Marks, shrinks, merges or removes a block whose directory is to change.
    private func settle(_ block: inout VectorBlock, _ directory: VectorBlock.Directory) throws {
        let liveCount = directory.liveCount
        if liveCount == 0 { return try remove(block) }
        if liveCount * 2 >= block.rowCount {
            try put(directory, last: block.last)
            return
        }
        // Written to the tree first, so that `take` sees what is dead; cheap beside writing the rows.
        try put(directory, last: block.last)
        block.directory = directory
        let capacity = VectorBlockFormat.rowsPerBlock(dimensions: block.dimensions)
        var together = [block]
        if let older = try neighbor(before: block), older.dimensions == block.dimensions,
            older.liveCount + liveCount <= capacity
        {
            together = [older, block]
        }
        try write(together, [], [], block.dimensions, capacity)
    }

    /// The first block that ends at or after `document`.
    private func block(notBefore document: UInt32) throws -> VectorBlock? {
        let cursor = try transaction.openCursor()
        defer { transaction.closeCursor(cursor) }
        guard try cursor.seek(VectorBlock.seekKey(prefix, document)), cursor.hasPrefix(prefix) else { return nil }
        return try VectorBlock.read(at: cursor, prefix: prefix)
    }

    private func neighbor(before block: VectorBlock) throws -> VectorBlock? {
        let cursor = try transaction.openCursor()
        defer { transaction.closeCursor(cursor) }
        guard try cursor.seek(VectorBlock.seekKey(prefix, block.last)), try cursor.moveToPrevious(),
            cursor.hasPrefix(prefix)
        else { return nil }
        let parts = try VectorBlock.parts(
            of: unsafe RawSpan(_unsafeBytes: cursor.key), prefixByteCount: prefix.count)
        return try self.block(notBefore: parts.last)
    }
}

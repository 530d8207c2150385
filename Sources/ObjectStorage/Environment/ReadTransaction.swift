// SPDX-License-Identifier: Apache-2.0

import CLMDB
import DataModel

/// A view of the database as one commit left it. Lives as long as the closure that got it.
///
/// One thread at a time: LMDB ties no reader to its thread here (`MDB_NOTLS`), so several threads might use one in turn, but
/// never at once. It is not `Sendable`, so the compiler keeps it with whoever runs the closure; bytes that it has found may be
/// shared between threads through `lend`. A `WriteTransaction` does belong to its thread, which holds LMDB's lock.
///
/// Bytes handed to closures lie in the memory map and are valid only until the closure returns. Operations on objects,
/// vectors, the catalog, snapshots and the inverted indexes are in extensions, beside what they read.
@safe
package class ReadTransaction {
    let environment: StorageEnvironment
    // Safety: LMDB's handle; used only while `isOpen`, by one thread at a time.
    let handle: OpaquePointer
    private(set) var isOpen = true
    private var usedCursors: [Cursor] = []
    private var idleCursors: [Cursor] = []
    /// Finds values; one of `usedCursors`.
    private var finder: Cursor?
    /// How many closures hold bytes of the map at this moment.
    var lentSpanCount = 0

    init(environment: StorageEnvironment, handle: OpaquePointer) {
        self.environment = environment
        unsafe self.handle = unsafe handle
    }

    /// Closes the cursors. Must come before LMDB's transaction ends; afterwards everything throws.
    final func end() {
        for cursor in usedCursors { cursor.close() }
        for cursor in idleCursors { cursor.close() }
        usedCursors = []
        idleCursors = []
        finder = nil
        isOpen = false
    }

    /// - Throws: `StorageError.misuse` after the closure that the transaction was for.
    final func requireOpen() throws(StorageError) {
        guard isOpen else { throw .misuse(reason: "a transaction was used after its end") }
    }

    /// Brings what a write transaction holds back in memory into the tree, so that cursors see it.
    func flush() throws {}

    // MARK: Entries

    /// Calls `body` with the value under `key`, or with `nil`.
    ///
    /// - Complexity: O(log entries), well under a microsecond when the pages are in memory.
    package final func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        try requireOpen()
        guard !key.isEmpty, key.count <= Key.maximumByteCount else { return try body(nil) }
        guard let value = unsafe try value(under: key) else { return try body(nil) }
        lentSpanCount += 1
        defer { lentSpanCount -= 1 }
        // Safety: LMDB never rewrites a page that an open transaction can see; writing while bytes are lent is refused.
        return try body(unsafe RawSpan(_unsafeBytes: value))
    }

    /// The value under a key that LMDB takes. The one after another is often on the same page, where a cursor begins to look.
    func value(under key: [UInt8]) throws(StorageError) -> UnsafeRawBufferPointer? {
        let finder = if let finder { finder } else { try openCursor() }
        self.finder = finder
        return unsafe try finder.find(key) ? finder.value : nil
    }

    final func contains(_ key: [UInt8]) throws -> Bool { try withValue(for: key) { $0 != nil } }

    /// Whether a key begins with `prefix`.
    final func containsAny(prefix: [UInt8]) throws -> Bool {
        let cursor = try openCursor()
        defer { closeCursor(cursor) }
        return try cursor.seek(prefix) && cursor.hasPrefix(prefix)
    }

    /// A copy of the value under `key`, or `nil`.
    final func bytes(under key: [UInt8]) throws -> [UInt8]? {
        try withValue(for: key) { value in
            guard let value else { return nil }
            // Safety: the buffer lives for the closure.
            return unsafe value.withUnsafeBytes { unsafe [UInt8]($0) }
        }
    }

    /// Visits the entries whose keys begin with `prefix` and are at least `start`, ascending, until `body` returns `false`.
    package final func scan(
        prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        let cursor = try openCursor()
        defer { closeCursor(cursor) }
        guard try cursor.seek(prefix.lexicographicallyPrecedes(start) ? start : prefix) else { return }
        try scan(prefix: prefix, with: cursor, body)
    }

    /// Visits the entry `cursor` stands on and those after it, while their keys begin with `prefix` and `body` returns `true`.
    final func scan(
        prefix: [UInt8], with cursor: Cursor, _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        lentSpanCount += 1
        defer { lentSpanCount -= 1 }
        while cursor.hasPrefix(prefix) {
            // Safety: as in `withValue`.
            let (key, value) = unsafe (cursor.key, cursor.value)
            guard try body(unsafe RawSpan(_unsafeBytes: key), unsafe RawSpan(_unsafeBytes: value)),
                try cursor.moveToNext()
            else { return }
        }
    }

    /// Calls `body` with the last key that begins with `prefix`, or with `nil`. The bytes are valid only until `body` returns.
    final func withLastKey<R>(prefix: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        let cursor = try openCursor()
        defer { closeCursor(cursor) }
        guard try cursor.seekLast(prefix: prefix) else { return try body(nil) }
        lentSpanCount += 1
        defer { lentSpanCount -= 1 }
        // Safety: as in `withValue`.
        let key = unsafe cursor.key
        return try body(unsafe RawSpan(_unsafeBytes: key))
    }

    // MARK: Cursors

    /// A cursor that is valid until `closeCursor` or the end of the transaction.
    final func openCursor() throws(StorageError) -> Cursor {
        try requireOpen()
        let cursor: Cursor
        if let idle = idleCursors.popLast() {
            cursor = idle
        } else {
            cursor = try unsafe Cursor(in: handle, of: environment)
        }
        usedCursors.append(cursor)
        return cursor
    }

    final func closeCursor(_ cursor: Cursor) {
        guard let position = usedCursors.lastIndex(where: { $0 === cursor }) else { return }
        usedCursors.remove(at: position)
        idleCursors.append(cursor)
    }

    // MARK: The whole database

    /// The format version inside the data, or `nil`.
    final func formatVersion() throws -> UInt32? {
        let key = Key.global(.format)
        return try withValue(for: key) { value in
            guard let value else { return nil }
            var reader = ByteReader(key: key)
            return try reader.number(UInt32.self, in: value)
        }
    }

    final func isEmpty() throws -> Bool {
        let cursor = try openCursor()
        defer { closeCursor(cursor) }
        return try !cursor.moveToFirst()
    }
}

// Said once for all: no subclass, extension or member can make it so by accident.
@available(*, unavailable)
extension ReadTransaction: Sendable {}

// SPDX-License-Identifier: Apache-2.0

import CLMDB
import Glibc

/// A position among the entries of a transaction.
///
/// `key` and `value` are the entry it stands on after a move that returned `true`; their bytes are valid until the
/// cursor's transaction writes or ends. Moves of a cursor whose transaction has ended throw.
@safe
final class Cursor {
    private let handle: OpaquePointer
    private let context: LMDBCall.Context
    private(set) var isOpen = true
    private var currentKey = unsafe MDB_val()
    private var currentValue = unsafe MDB_val()

    init(in transaction: OpaquePointer, of environment: StorageEnvironment) throws(StorageError) {
        var cursor: OpaquePointer?
        // Safety: the transaction is open; it closes the cursor before it ends.
        let code = unsafe mdb_cursor_open(transaction, environment.database, &cursor)
        guard code == 0, let cursor = unsafe cursor else {
            throw LMDBCall.error(code, "mdb_cursor_open", environment.context)
        }
        unsafe handle = unsafe cursor
        context = environment.context
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        unsafe mdb_cursor_close(handle)
    }

    /// Goes to the first entry whose key is not less than `key`.
    func seek(_ key: [UInt8]) throws(StorageError) -> Bool {
        // LMDB has no empty keys and takes none.
        key.isEmpty ? try moveToFirst() : try move(to: key, MDB_SET_RANGE)
    }

    /// Goes to the entry under `key`, which must not be empty. Quickest on the page that it stands on.
    func find(_ key: [UInt8]) throws(StorageError) -> Bool { try move(to: key, MDB_SET_KEY) }

    func moveToNext() throws(StorageError) -> Bool { try move(MDB_NEXT) }

    func moveToPrevious() throws(StorageError) -> Bool { try move(MDB_PREV) }

    func moveToFirst() throws(StorageError) -> Bool { try move(MDB_FIRST) }

    func moveToLast() throws(StorageError) -> Bool { try move(MDB_LAST) }

    /// Goes to the last entry whose key begins with `prefix`.
    func seekLast(prefix: [UInt8]) throws(StorageError) -> Bool {
        var end = prefix
        // The least key that is greater than everything with the prefix: its last byte that is not 255, plus one.
        while let last = end.popLast() {
            if last == .max { continue }
            end.append(last + 1)
            break
        }
        let isFound = if !end.isEmpty, try seek(end) { try moveToPrevious() } else { try moveToLast() }
        return isFound && hasPrefix(prefix)
    }

    /// Removes the entry it stands on; the next `moveToNext` goes to the one after it.
    func removeCurrent() throws(StorageError) {
        guard isOpen else { throw .misuse(reason: "a cursor was used after its transaction") }
        try LMDBCall.check(unsafe mdb_cursor_del(handle, 0), "mdb_cursor_del", context)
    }

    private func move(to key: [UInt8], _ operation: MDB_cursor_op) throws(StorageError) -> Bool {
        guard isOpen else { throw .misuse(reason: "a cursor was used after its transaction") }
        // Safety: the key's buffer lives for the call, which does not write to it.
        let code = unsafe key.withUnsafeBytes { buffer in
            unsafe get(
                MDB_val(mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress)),
                operation)
        }
        return try found(code)
    }

    private func move(_ operation: MDB_cursor_op) throws(StorageError) -> Bool {
        guard isOpen else { throw .misuse(reason: "a cursor was used after its transaction") }
        return try found(unsafe get(MDB_val(), operation))
    }

    /// - Parameter start: the key that the operation begins at, if it has one.
    private func get(_ start: MDB_val, _ operation: MDB_cursor_op) -> Int32 {
        // In variables: what a class lends to a call is tracked for as long as that takes, which costs more than the call.
        var (key, value) = unsafe (start, MDB_val())
        let code = unsafe mdb_cursor_get(handle, &key, &value, operation)
        if code == 0 { unsafe (currentKey, currentValue) = unsafe (key, value) }
        return code
    }

    private func found(_ code: Int32) throws(StorageError) -> Bool {
        if code == MDB_NOTFOUND { return false }
        try LMDBCall.check(code, "mdb_cursor_get", context)
        return true
    }

    /// Whether the key of the current entry begins with `prefix`.
    func hasPrefix(_ prefix: [UInt8]) -> Bool {
        let bytes = unsafe key
        guard bytes.count >= prefix.count else { return false }
        if prefix.isEmpty { return true }
        // Safety: both buffers have at least as many bytes as are compared, at least one, and so an address.
        return unsafe prefix.withUnsafeBytes { unsafe memcmp(bytes.baseAddress!, $0.baseAddress!, $0.count) } == 0
    }

    // Safety: LMDB set both; they point into the map or a dirty page, which the open transaction keeps.
    var key: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: currentKey.mv_data, count: currentKey.mv_size)
    }

    var value: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: currentValue.mv_data, count: currentValue.mv_size)
    }
}

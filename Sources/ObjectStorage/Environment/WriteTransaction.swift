// SPDX-License-Identifier: Apache-2.0

import CLMDB
import DataModel
import Glibc
import InvertedIndexes

/// The writer's transaction: reads see what it wrote. Only the writer thread has one, from its beginning to its end: LMDB's
/// lock belongs to the thread that took it.
///
/// Nothing may be written while bytes that a read handed out are still in use, i.e. inside the closures of reads;
/// that is refused with `StorageError.misuse`.
@safe
package final class WriteTransaction: ReadTransaction {
    /// Whether anything was written since it was last set to `false`.
    var isDirty = false
    /// Counters that were read or changed; written back by `flush()`.
    var counters: [ShardAddress: CountersInMemory] = [:]
    /// Vectors that were put or removed and are not in the tree yet.
    var vectorChanges: [VectorAddress: VectorChanges] = [:]
    var heldBackVectorBytes = 0
    /// Changes of columns that are not in the tree yet, in their order.
    var columnChanges: [ColumnBlockAddress: [ColumnChange]] = [:]
    var heldBackColumnChangeCount = 0
    /// Documents that are gone, and have left values in columns, of which the tree does not know yet.
    var columnRemains: [ColumnAddress: [UInt32]] = [:]
    /// Edits of the inverted indexes that are not in the tree yet.
    var postingEdits: [ShardAddress: PostingBatch] = [:]
    /// The shards in which this transaction leaves something to be merged.
    var unmergedShards: Set<ShardAddress> = []
    /// Whether it only makes room, and so has to do with little.
    var isRemoval = false

    struct CountersInMemory {
        var values: ShardCounters
        var isChanged = false
    }

    static func begin(in environment: StorageEnvironment) throws(StorageError) -> WriteTransaction {
        guard !environment.options.isReadOnly else { throw .openedForReadingOnly }
        try environment.beginWriting()
        var transaction: OpaquePointer?
        // Safety: the environment stays open until `endWriting()`.
        let code = unsafe mdb_txn_begin(environment.handle, nil, 0, &transaction)
        guard code == 0, let transaction = unsafe transaction else {
            environment.endWriting()
            throw LMDBCall.error(code, "mdb_txn_begin", environment.context)
        }
        return unsafe WriteTransaction(environment: environment, handle: transaction)
    }

    /// Makes everything durable. `flush()` must have come before. Whatever happens, the transaction is over then.
    func commit() throws(StorageError) {
        try requireOpen()
        end()
        defer { environment.endWriting() }
        // Safety: the handle is not used after this; LMDB frees it, also on failure.
        let code = unsafe mdb_txn_commit(handle)
        try LMDBCall.check(code, "mdb_txn_commit", environment.context)
        environment.noteUnmerged(of: unmergedShards)
    }

    func abort() {
        guard isOpen else { return }
        end()
        // Safety: the handle is not used after this.
        unsafe mdb_txn_abort(handle)
        environment.endWriting()
    }

    /// Brings counters, vectors, columns and edits of inverted indexes that were held back in memory into the tree.
    override func flush() throws {
        try flushVectors()
        try flushColumns()
        try flushColumnRemains()
        try flushPostings()
        try flushCounters()
    }

    // MARK: Entries

    /// Without a cursor: LMDB would keep one that stays open right with every write.
    override func value(under key: [UInt8]) throws(StorageError) -> UnsafeRawBufferPointer? {
        var value = unsafe MDB_val()
        // Safety: the key's buffer lives for the call, which does not write to it.
        let code = unsafe key.withUnsafeBytes { buffer in
            var key = unsafe MDB_val(
                mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
            return unsafe mdb_get(handle, environment.database, &key, &value)
        }
        if code == MDB_NOTFOUND { return nil }
        try LMDBCall.check(code, "mdb_get", environment.context)
        return unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    }

    /// Keeps `value` under `key`, in place of what was there.
    package func put(_ value: [UInt8], for key: [UInt8]) throws {
        // Safety: the buffer lives for the call.
        try unsafe value.withUnsafeBytes { source in
            try unsafe put(byteCount: source.count, for: key) { target in unsafe target.copyMemory(from: source) }
        }
    }

    /// Keeps a value of `byteCount` bytes under `key`; `fill` writes it straight into the page.
    func put(byteCount: Int, for key: [UInt8], fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        try prepareToWrite()
        guard !key.isEmpty, key.count <= Key.maximumByteCount else {
            throw StorageError.keyTooLong(byteCount: key.count, limit: Key.maximumByteCount)
        }
        guard byteCount <= Int(UInt32.max) else {
            throw StorageError.valueTooLong(byteCount: byteCount, limit: Int(UInt32.max))
        }
        isDirty = true
        var value = unsafe MDB_val(mv_size: byteCount, mv_data: nil)
        // Safety: the key's buffer lives for the call, which does not write to it.
        let code = unsafe key.withUnsafeBytes { buffer in
            var key = unsafe MDB_val(
                mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
            return unsafe mdb_put(handle, environment.database, &key, &value, UInt32(MDB_RESERVE))
        }
        try LMDBCall.check(code, "mdb_put", environment.context)
        // Safety: LMDB reserved as many bytes in a page of this transaction, valid until its next write.
        unsafe try fill(UnsafeMutableRawBufferPointer(start: value.mv_data, count: byteCount))
    }

    /// Does nothing if there is no such key.
    package func removeValue(for key: [UInt8]) throws {
        try prepareToWrite()
        guard !key.isEmpty, key.count <= Key.maximumByteCount else { return }
        // Safety: the key's buffer lives for the call, which does not write to it.
        let code = unsafe key.withUnsafeBytes { buffer in
            var key = unsafe MDB_val(
                mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
            return unsafe mdb_del(handle, environment.database, &key, nil)
        }
        if code == MDB_NOTFOUND { return }
        isDirty = true
        try LMDBCall.check(code, "mdb_del", environment.context)
    }

    /// Removes the entries whose keys begin with `prefix`, at most `limit` of them, but for those that `isKept` spares.
    ///
    /// - Returns: how many were removed; less than `limit` means that none is left.
    @discardableResult
    func removeValues(
        prefix: [UInt8], limit: Int = .max, unless isKept: (_ key: RawSpan) -> Bool = { _ in false }
    ) throws -> Int {
        try prepareToWrite()
        let cursor = try openCursor()
        defer { closeCursor(cursor) }
        var count = 0
        guard limit > 0, try cursor.seek(prefix) else { return 0 }
        while count < limit, cursor.hasPrefix(prefix) {
            // Safety: the key is only looked at, before anything is removed.
            if !isKept(unsafe RawSpan(_unsafeBytes: cursor.key)) {
                isDirty = true
                try cursor.removeCurrent()
                count += 1
            }
            // After a removal the cursor stands before the entry that followed.
            guard try cursor.moveToNext() else { break }
        }
        return count
    }

    private func prepareToWrite() throws(StorageError) {
        try requireOpen()
        guard lentSpanCount == 0 else {
            throw .misuse(reason: "something was written while bytes of the database were in use")
        }
    }

    func setFormatVersion(_ version: UInt32) throws {
        var bytes = ByteWriter()
        bytes.append(version)
        try put(bytes.bytes, for: Key.global(.format))
    }
}

// SPDX-License-Identifier: Apache-2.0

import CLMDB
import CSystem
import Glibc
import Synchronization

/// The pages that LMDB has no use for now, as its second database lists them.
enum FreePages {
    /// LMDB's number of the database that lists them: transaction → a count, then that many page numbers.
    private static let database: MDB_dbi = 0

    /// Calls `body` with each free page and the transaction that freed it.
    ///
    /// - Complexity: O(free pages).
    static func forEach(
        in transaction: OpaquePointer, _ context: LMDBCall.Context, _ body: (_ page: UInt64, _ freedBy: UInt64) -> Void
    ) throws(StorageError) {
        var cursor: OpaquePointer?
        // Safety: the cursor lives until the function returns; the transaction longer.
        try LMDBCall.check(unsafe mdb_cursor_open(transaction, database, &cursor), "mdb_cursor_open", context)
        defer { unsafe mdb_cursor_close(cursor) }
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        while true {
            let code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
            if code == MDB_NOTFOUND { return }
            try LMDBCall.check(code, "mdb_cursor_get", context)
            // Safety: LMDB hands out the bytes of key and value; they are valid as long as the transaction.
            let keyBytes = unsafe RawSpan(_unsafeStart: key.mv_data, byteCount: key.mv_size)
            let bytes = unsafe RawSpan(_unsafeStart: value.mv_data, byteCount: value.mv_size)
            guard keyBytes.byteCount == 8 else {
                throw .damaged(key: Key.describe(keyBytes), reason: "it lists free pages, but of no transaction")
            }
            // Safety: there are 8 bytes; every bit pattern is a number.
            let freedBy = unsafe keyBytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
            for offset in stride(from: 8, through: bytes.byteCount - 8, by: 8) {
                // Safety: `offset` leaves 8 bytes; every bit pattern is a number.
                body(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self), freedBy)
            }
        }
    }

    /// How many free pages are numbered `first` or higher.
    ///
    /// - Complexity: O(free pages).
    static func count(
        in transaction: OpaquePointer, _ context: LMDBCall.Context, from first: Int = 0
    ) throws(StorageError) -> Int {
        var count = 0
        try unsafe forEach(in: transaction, context) { page, _ in
            if page >= UInt64(first) { count += 1 }
        }
        return count
    }
}

extension StorageEnvironment {
    /// What is less is not worth a commit.
    private static let leastPagesToRelease = 256
    /// Shorter runs of free pages stay as they are: they are many, and soon used again.
    private static let leastPagesOfRun = 8

    /// Gives the disk space of free pages back to the file system. The file keeps its length and gets holes, which fill up
    /// again as LMDB uses the pages.
    ///
    /// Blocks, and writers wait meanwhile. Does nothing where little is free or the file system has no holes.
    ///
    /// - Returns: the bytes given back now or earlier.
    /// - Complexity: O(free pages).
    @discardableResult
    package func releaseFreePages() throws -> Int {
        try releaseFreePages(leastPages: Self.leastPagesToRelease, leastPagesOfRun: Self.leastPagesOfRun)
    }

    /// - Parameters:
    ///   - leastPages: with fewer free pages nothing is done.
    ///   - leastPagesOfRun: shorter runs stay as they are.
    func releaseFreePages(leastPages: Int, leastPagesOfRun: Int) throws -> Int {
        let free = try read { try unsafe FreePages.count(in: $0.handle, context) }
        guard free >= leastPages else { return 0 }
        // What the last commit freed is still part of the one before it, to which LMDB goes back when the root of the last
        // cannot be read. One commit more, and it is part of neither.
        // (Without room for that, what was freed before the last commit is given back all the same.)
        do { try commitNothing() } catch StorageError.diskFull, StorageError.databaseFull {}
        // While this transaction is open nobody else takes pages or commits; it takes none itself.
        let transaction = try WriteTransaction.begin(in: self)
        defer { transaction.abort() }
        var info = unsafe MDB_envinfo()
        var status = MDB_stat()
        var file: mdb_filehandle_t = -1
        // Safety: all three live for the calls.
        try LMDBCall.check(unsafe mdb_env_info(handle, &info), "mdb_env_info", context)
        try LMDBCall.check(unsafe mdb_env_stat(handle, &status), "mdb_env_stat", context)
        try LMDBCall.check(unsafe mdb_env_get_fd(handle, &file), "mdb_env_get_fd", context)
        let last = unsafe UInt64(info.me_last_txnid)
        let oldest = try min(last, oldestReader() ?? .max)
        let pageCount = unsafe UInt64(info.me_last_pgno) + 1
        var pages: [UInt64] = []
        var impossible: UInt64?
        try read { reading in
            try unsafe FreePages.forEach(in: reading.handle, context) { page, freedBy in
                if !(2..<pageCount).contains(page) { impossible = page }
                if freedBy < oldest { pages.append(page) }
            }
        }
        if let impossible {
            throw StorageError.fileDamaged(
                folder: folder, reason: "page \(impossible) of \(pageCount) is listed as free; restore a backup")
        }
        pages.sort()
        let pageSize = UInt64(status.ms_psize)
        var released: UInt64 = 0
        var start = 0
        for end in stride(from: 1, through: pages.count, by: 1)
        where end == pages.count || pages[end] != pages[end - 1] + 1 {
            defer { start = end }
            guard end - start >= leastPagesOfRun else { continue }
            let length = UInt64(end - start) * pageSize
            guard nt_punch_hole(file, pages[start] * pageSize, length) == 0 else {
                if errno == EOPNOTSUPP { canPunchHoles.store(false, ordering: .relaxed) }
                break
            }
            released += length
        }
        // Behind the last page there may be what commits wrote that then failed for want of space.
        let end = pageCount * pageSize
        let size = UInt64(try EnvironmentOpening(folder: folder, options: options).fileSizeInBytes() ?? 0)
        if size > end, nt_punch_hole(file, end, size - end) == 0 { released += size - end }
        return Int(released)
    }

    /// The commit that the reader sees who has been reading longest, in all processes; `nil` if nobody reads.
    func oldestReader() throws(StorageError) -> UInt64? {
        var oldest: UInt64?
        // Safety: LMDB calls the function with terminated lines, before the call returns.
        let code = unsafe withUnsafeMutablePointer(to: &oldest) { oldest in
            unsafe mdb_reader_list(
                handle,
                { line, context in
                    // A process, a thread, and the number of the commit; "-" for one that waits for its next use.
                    guard let line = unsafe line, let context = unsafe context,
                        let last = unsafe String(cString: line).split(whereSeparator: \.isWhitespace).last,
                        let commit = UInt64(last)
                    else { return 0 }
                    let oldest = unsafe context.assumingMemoryBound(to: UInt64?.self)
                    unsafe oldest.pointee = min(oldest.pointee ?? .max, commit)
                    return 0
                }, oldest)
        }
        guard code >= 0 else { throw LMDBCall.error(code, "mdb_reader_list", context) }
        return oldest
    }
}

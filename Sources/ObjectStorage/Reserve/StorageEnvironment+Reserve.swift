// SPDX-License-Identifier: Apache-2.0

import CLMDB
import Synchronization

/// Room that only removals may use; `Docs/decisions/0036` says how it works. Called by the writer thread.
extension StorageEnvironment {
    /// The pages of the file and the map, as of the last commit.
    struct PageFigures {
        var used: Int
        var mapped: Int
        var pageSizeInBytes: Int

        var reserve: ReserveSize { ReserveSize(usedPages: used, mapPages: mapped) }
        var reserveInBytes: Int { reserve.whole * pageSizeInBytes }
        var lastPartInBytes: Int { reserve.last * pageSizeInBytes }
    }

    func pageFigures() throws(StorageError) -> PageFigures {
        var info = unsafe MDB_envinfo()
        var status = MDB_stat()
        // Safety: both live for the calls, which read the meta pages only.
        try LMDBCall.check(unsafe mdb_env_info(handle, &info), "mdb_env_info", context)
        try LMDBCall.check(unsafe mdb_env_stat(handle, &status), "mdb_env_stat", context)
        let pageSize = Int(status.ms_psize)
        guard pageSize > 0 else { throw .fileDamaged(folder: folder, reason: "it says that its pages have no bytes") }
        return unsafe PageFigures(
            used: Int(info.me_last_pgno) + 1, mapped: info.me_mapsize / pageSize, pageSizeInBytes: pageSize)
    }

    /// Takes what it can of the disk reserve when the folder is opened; a full disk stops nobody from opening it.
    func openReserve() throws(StorageError) {
        guard let diskReserve else { return }
        diskReserve.adopt()
        _ = diskReserve.hold(try pageFigures().reserveInBytes)
    }

    /// Takes the disk reserve again if removals have used it, or if the data have grown: what a write of this class has to
    /// leave. Must come before every such write.
    ///
    /// - Throws: `StorageError.diskFull` if the disk does not have it, even after the space of free pages went back.
    /// - Complexity: O(1) while it is whole; O(free pages) where there was a commit since it last could not be taken.
    func requireDiskReserve(for writeClass: WriteClass) throws(StorageError) {
        guard let diskReserve else { return }
        let figures = try pageFigures()
        let pageCount = figures.reserve.pageCount(leftBy: writeClass)
        let byteCount = pageCount * figures.pageSizeInBytes
        if diskReserve.hold(byteCount) { return }
        if releaseFreePagesInNeed(for: writeClass), diskReserve.hold(byteCount) { return }
        // Where a file has no holes, its free pages keep their disk space and are as good as a reserve.
        if !canPunchHoles.load(ordering: .relaxed), try freePageCount() >= pageCount { return }
        throw .diskFull
    }

    private func freePageCount() throws(StorageError) -> Int {
        do {
            return try read { try unsafe FreePages.count(in: $0.handle, context) }
        } catch let error as StorageError {
            throw error
        } catch {
            throw .misuse(reason: "\(error)")
        }
    }

    /// Gets what room can be had after a transaction did not fit.
    ///
    /// - Parameter attempt: how many times it was tried and did not fit, from 1 on.
    /// - Returns: whether it is worth another try.
    func makeRoom(for writeClass: WriteClass, after error: StorageError, attempt: Int) -> Bool {
        if error != .diskFull { return attempt == 1 && settle() }
        if attempt == 1, writeClass == .removal, let diskReserve, let figures = try? pageFigures(),
            diskReserve.shrink(to: figures.lastPartInBytes)
        {
            return true
        }
        // LMDB may have taken pages that have no disk space, while others that are free have it. The commit that this takes is
        // what the last part is for; a removal that took it instead would leave no way out.
        return attempt <= 2 && releaseFreePagesInNeed(for: writeClass)
    }

    /// Gives the disk space of all free pages back; for an ordinary write only if there may be more than when that was last
    /// done, since each of many writes that are refused would pay for it.
    ///
    /// - Returns: whether there is more space than before, perhaps.
    private func releaseFreePagesInNeed(for writeClass: WriteClass) -> Bool {
        let mayHaveMore = hasCommitsSinceRelease.exchange(false, ordering: .relaxed)
        guard mayHaveMore || writeClass == .removal,
            let released = try? releaseFreePages(leastPages: 1, leastPagesOfRun: 1)
        else { return false }
        // Once a reader that is there now has ended, its pages can be given back as well.
        if (try? oldestReader()) ?? nil != nil { hasCommitsSinceRelease.store(true, ordering: .relaxed) }
        // The commit in it may have used the last part, which the next one will need again.
        if let diskReserve, let figures = try? pageFigures() { _ = diskReserve.hold(figures.lastPartInBytes) }
        return released > 0
    }

    /// Lets the pages be used that the last commit freed: LMDB keeps them until another one has come after it.
    ///
    /// - Returns: whether there were any.
    private func settle() -> Bool {
        guard hasUnsettledCommits.load(ordering: .relaxed), (try? commitNothing()) != nil else { return false }
        hasUnsettledCommits.store(false, ordering: .relaxed)
        return true
    }

    /// A commit that changes nothing, with the last part of the reserve if there is no other room for it.
    func commitNothing() throws {
        let change: (WriteTransaction) throws -> Void = { try $0.setFormatVersion(FormatVersion.current) }
        do {
            try write(change)
        } catch StorageError.diskFull {
            guard let diskReserve, diskReserve.shrink(to: 0) else { throw StorageError.diskFull }
            try write(change)
            _ = diskReserve.hold(try pageFigures().lastPartInBytes)
        }
    }
}

extension WriteTransaction {
    /// Below this many pages of the map that were never used nothing is looked at: more than any change writes at once.
    private static let farFromTheLimit = 1 << 18

    /// Makes sure that a commit now leaves the pages that writes of this class have to leave; to be called just before it.
    ///
    /// How many pages a transaction can still have depends on what readers see and on how LMDB lists its free pages. So it is
    /// tried out: in a nested transaction, which is then aborted and leaves no trace.
    ///
    /// - Throws: `StorageError.databaseFull`.
    /// - Complexity: O(1) far from the limit, else a microsecond a page of the reserve.
    func requireRoom(for writeClass: WriteClass) throws(StorageError) {
        try requireOpen()
        let figures = try environment.pageFigures()
        if figures.mapped - figures.used > Self.farFromTheLimit { return }
        let needed = figures.reserve.pageCount(leftBy: writeClass)
        guard needed > 0 else { return }
        var child: OpaquePointer?
        // Safety: the parent is open and not used until the child has ended.
        try LMDBCall.check(
            unsafe mdb_txn_begin(environment.handle, handle, 0, &child), "mdb_txn_begin", environment.context)
        defer { unsafe mdb_txn_abort(child) }
        for number in 0..<UInt32(clamping: needed) {
            // Just large enough to fill a page of its own, without needing two in a row.
            try unsafe put(byteCount: figures.pageSizeInBytes * 3 / 4, for: number, in: child)
        }
    }

    private func put(byteCount: Int, for number: UInt32, in child: OpaquePointer?) throws(StorageError) {
        let key = Key.appending(number, to: Key.global(.reserve))
        var value = unsafe MDB_val(mv_size: byteCount, mv_data: nil)
        // Safety: the key's buffer lives for the call, which does not write to it; the value's bytes are never looked at.
        let code = unsafe key.withUnsafeBytes { buffer in
            var key = unsafe MDB_val(
                mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
            return unsafe mdb_put(child, environment.database, &key, &value, UInt32(MDB_RESERVE))
        }
        try LMDBCall.check(code, "mdb_put", environment.context)
    }
}

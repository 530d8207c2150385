// SPDX-License-Identifier: Apache-2.0

import CLMDB
import Glibc

/// Figures about the file.
package struct StorageStatistics: Hashable, Sendable {
    /// Of `data.mdb`, holes included.
    package var fileSizeInBytes: Int
    /// How far the file may grow.
    package var mapSizeInBytes: Int
    package var pageSizeInBytes: Int
    /// Pages up to the last one in use; what is free inside is counted in `freePages`.
    package var allocatedPages: Int
    /// Pages that are free and will be used again.
    package var freePages: Int
    /// Read transactions that are open or kept ready, over all processes.
    package var readerCount: Int
    package var maximumReaders: Int
    /// The number of the last commit.
    package var lastTransaction: UInt64
    /// Keys in the one database inside.
    package var entryCount: Int
    /// Levels of its tree.
    package var treeDepth: Int
}

extension StorageEnvironment {
    /// How far the file may grow, and the number of the last commit, which grows with every one. O(1).
    package func mapFigures() throws -> (mapSizeInBytes: Int, lastCommit: UInt64) {
        try read { _ in
            var info = unsafe MDB_envinfo()
            // Safety: it lives for the call; `read` keeps the environment open.
            try LMDBCall.check(unsafe mdb_env_info(handle, &info), "mdb_env_info", context)
            return unsafe (info.me_mapsize, UInt64(info.me_last_txnid))
        }
    }

    /// - Complexity: O(free pages).
    package func statistics() throws -> StorageStatistics {
        try read { transaction in
            var info = unsafe MDB_envinfo()
            var status = MDB_stat()
            // Safety: both live for the calls; `read` keeps the environment open.
            try LMDBCall.check(unsafe mdb_env_info(handle, &info), "mdb_env_info", context)
            try LMDBCall.check(unsafe mdb_stat(transaction.handle, database, &status), "mdb_stat", context)
            let opening = EnvironmentOpening(folder: folder, options: options)
            return try unsafe StorageStatistics(
                fileSizeInBytes: opening.fileSizeInBytes() ?? 0,
                mapSizeInBytes: info.me_mapsize,
                pageSizeInBytes: Int(status.ms_psize),
                allocatedPages: Int(info.me_last_pgno) + 1,
                freePages: FreePages.count(in: transaction.handle, context),
                readerCount: Int(info.me_numreaders),
                maximumReaders: Int(info.me_maxreaders),
                lastTransaction: UInt64(info.me_last_txnid),
                entryCount: status.ms_entries,
                treeDepth: Int(status.ms_depth))
        }
    }

    /// Writes a compacted copy of the last commit to `path`, a file that does not exist yet, and flushes it. Blocks; writes
    /// go on meanwhile. As `data.mdb` in a folder of its own it can be opened.
    ///
    /// - Throws: `StorageError.folderNotUsable` if the file cannot be made or is there already, `.diskFull`.
    package func copy(toFile path: String) throws {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StorageError.folderNotUsable(folder: path, reason: LMDBCall.text(of: errno))
        }
        do {
            defer { Glibc.close(descriptor) }
            // Counts as a reader, so that the environment stays open meanwhile.
            try read { _ in
                try LMDBCall.check(
                    unsafe mdb_env_copyfd2(handle, descriptor, UInt32(MDB_CP_COMPACT)), "mdb_env_copyfd2", context)
            }
            guard fsync(descriptor) == 0 else { throw LMDBCall.error(errno, "fsync", context) }
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
    }
}

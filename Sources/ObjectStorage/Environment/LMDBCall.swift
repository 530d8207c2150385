// SPDX-License-Identifier: Apache-2.0

import CLMDB
import Glibc

/// Turns what LMDB and the system return into `StorageError`.
enum LMDBCall {
    /// Where a call was made: for the texts of errors.
    struct Context: Sendable {
        var folder: String
        var mapSizeInBytes: Int
        var maximumReaders: Int
    }

    /// - Throws: the error that `code` stands for, unless it is 0.
    static func check(_ code: Int32, _ operation: String, _ context: Context) throws(StorageError) {
        if code != 0 { throw error(code, operation, context) }
    }

    static func error(_ code: Int32, _ operation: String, _ context: Context) -> StorageError {
        switch code {
        case ENOSPC, EDQUOT: .diskFull
        // LMDB reports a page that was written in part as an input/output error; that is how most disks get full.
        case EIO where isDiskFull(context.folder): .diskFull
        case MDB_MAP_FULL: .databaseFull(mapSizeInBytes: context.mapSizeInBytes)
        case MDB_READERS_FULL: .tooManyReaders(limit: context.maximumReaders)
        case MDB_INVALID: .fileDamaged(folder: context.folder, reason: "data.mdb is not an LMDB file")
        case MDB_VERSION_MISMATCH:
            .fileDamaged(folder: context.folder, reason: "data.mdb was written by another version of LMDB")
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND:
            .fileDamaged(folder: context.folder, reason: "\(operation): \(text(of: code))")
        case MDB_PANIC:
            .fileDamaged(
                folder: context.folder,
                reason: "an earlier write could not be completed or undone; restart after mending the disk")
        default: .lmdb(code: code, operation: operation, reason: text(of: code))
        }
    }

    /// Whether the disk that holds `folder` has hardly a page left.
    static func isDiskFull(_ folder: String) -> Bool {
        var status = statvfs()
        // Safety: `status` lives for the call.
        guard unsafe statvfs(folder, &status) == 0 else { return false }
        return UInt64(status.f_bavail) < (1 << 20) / max(UInt64(status.f_frsize), 1)
    }

    /// What LMDB or the system say about `code`.
    static func text(of code: Int32) -> String {
        // Safety: the text is a constant of LMDB or strerror's, copied at once.
        unsafe String(cString: mdb_strerror(code))
    }
}

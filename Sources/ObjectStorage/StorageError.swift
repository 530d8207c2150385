// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What can go wrong while keeping data; every case carries what an operator has to know.
package enum StorageError: Error, Hashable, Sendable {
    /// Another process (or this one) has the folder open for writing. `holder` is its process id, if it could be read.
    case folderInUse(folder: String, holder: Int32?)
    /// The folder cannot be created, read or written; `reason` is the system's text.
    case folderNotUsable(folder: String, reason: String)
    /// There is no database in the folder, and it was opened for reading only.
    case noDatabase(folder: String)
    /// The data were written by a newer version; nothing was touched.
    case newerFormat(folder: String, found: UInt32, supported: UInt32)
    /// The file is not a database, or its outer structure is broken.
    case fileDamaged(folder: String, reason: String)
    /// What lies under `key` cannot be what was written there.
    case damaged(key: String, reason: String)
    /// The disk (or the quota) is full but for the reserve for removals; nothing of the change was kept.
    case diskFull
    /// The map size is reached but for the reserve for removals; nothing of the change was kept.
    case databaseFull(mapSizeInBytes: Int)
    /// More read transactions at a time than there are slots for.
    case tooManyReaders(limit: Int)
    /// So many changes wait for the writer that no more are taken; try again later.
    case writeQueueFull(limit: String)
    /// The environment or the queue is closed.
    case closed
    /// A write was asked of an environment that was opened for reading only.
    case openedForReadingOnly
    case keyTooLong(byteCount: Int, limit: Int)
    case valueTooLong(byteCount: Int, limit: Int)
    /// A value nests deeper than `limit`.
    case valueTooDeep(limit: Int)
    /// The shard has given out all its document numbers.
    case documentNumbersExhausted(ShardAddress)
    /// A name is empty, longer than `limit` bytes, or taken.
    case nameTaken(String)
    case nameNotUsable(String, limitInBytes: Int)
    case noSuchCollection(CollectionID)
    case noSuchShard(ShardAddress)
    case noSuchDocument(DocumentID, ShardAddress)
    case idTaken(ObjectID, ShardAddress)
    /// The caller broke a rule of this module's interface; `reason` says which.
    case misuse(reason: String)
    /// An archive cannot be read or written; `reason` is the system's text.
    case archiveNotUsable(path: String, reason: String)
    /// An archive is not what was written.
    case archiveDamaged(path: String, reason: String)
    /// Any other failure of LMDB or the system under it.
    case lmdb(code: Int32, operation: String, reason: String)

    /// Whether there is no room for a change: it, or a smaller one, may go through once something was removed.
    package var isOutOfSpace: Bool {
        switch self {
        case .diskFull, .databaseFull: true
        default: false
        }
    }

    /// Whether the same change may go through later.
    var isTemporary: Bool {
        if case .writeQueueFull = self { return true }
        return isOutOfSpace
    }

    /// For the log and the operator: what is wrong, with the values, and what to do about it.
    package var message: String {
        switch self {
        case .folderInUse(let folder, let holder):
            "the data folder '\(folder)' is in use by \(holder.map { "process \($0)" } ?? "another process");"
                + " stop it first, or choose another folder"
        case .folderNotUsable(let folder, let reason): "the data folder '\(folder)' cannot be used: \(reason)"
        case .noDatabase(let folder): "there is no database in '\(folder)'"
        case .newerFormat(let folder, let found, let supported):
            "the data in '\(folder)' have format \(found), this program knows formats up to \(supported);"
                + " nothing was changed; use the newer program"
        case .fileDamaged(let folder, let reason): "the database in '\(folder)' is damaged: \(reason)"
        case .damaged(let key, let reason): "stored data are damaged at \(key): \(reason)"
        case .diskFull: "the disk is full but for a reserve for removals; the change was not kept"
        case .databaseFull(let size):
            "the database has reached its map size of \(size) bytes but for a reserve for removals; the change was not kept"
        case .tooManyReaders(let limit): "more than \(limit) read transactions at a time"
        case .writeQueueFull(let limit): "too many writes are waiting (limit: \(limit)); try again later"
        case .closed: "the database is closed"
        case .openedForReadingOnly: "the database was opened for reading only"
        case .keyTooLong(let count, let limit): "a key of \(count) bytes is longer than \(limit)"
        case .valueTooLong(let count, let limit): "a value of \(count) bytes is longer than \(limit)"
        case .valueTooDeep(let limit): "a value nests deeper than \(limit) levels"
        case .documentNumbersExhausted(let shard): "\(shard) has given out all its document numbers"
        case .nameTaken(let name): "the name '\(name)' is taken"
        case .nameNotUsable(let name, let limit): "the name '\(name)' is empty or longer than \(limit) bytes"
        case .noSuchCollection(let collection): "there is no collection number \(collection.number)"
        case .noSuchShard(let shard): "there is no \(shard)"
        case .noSuchDocument(let document, let shard): "there is no document \(document.number) in \(shard)"
        case .idTaken(let id, let shard): "the id \(id) exists in \(shard)"
        case .misuse(let reason): "storage was used wrongly: \(reason)"
        case .archiveNotUsable(let path, let reason): "the archive '\(path)' cannot be used: \(reason)"
        case .archiveDamaged(let path, let reason): "the archive '\(path)' is damaged: \(reason)"
        case .lmdb(let code, let operation, let reason): "\(operation) failed: \(reason) (\(code))"
        }
    }
}

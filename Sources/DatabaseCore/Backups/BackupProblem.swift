// SPDX-License-Identifier: Apache-2.0

/// Why a backup or a restore is refused or fails, with the values that say what is wrong.
package enum BackupProblem: Error, Hashable, Sendable {
    /// No folder for backups is set.
    case notConfigured
    /// An id may consist of `a`–`z`, `0`–`9`, `_` and `-`.
    case invalidID(String)
    case includeAndExclude
    case includedTwice(String)
    /// There are no collections at all.
    case nothingToSave
    /// The lists leave nothing of what there is.
    case nothingChosen(available: [String])
    case unknownCollection(String)
    case exists(id: String, path: String)
    /// Another backup is being made.
    case backupRunning(id: String)
    /// Another restore is under way.
    case restoreRunning(id: String)
    case notFound(id: String)
    /// The restore of this backup was never asked for.
    case restoreNotFound(id: String)
    /// Only a complete backup can be restored.
    case incomplete(path: String, BackupPhase)
    case notInBackup(String, available: [String])
    case nothingToRestore(available: [String])
    case backupSucceeded(id: String)
    case restoreSucceeded(id: String)
    /// A restore is past the point up to which it can be canceled.
    case finalizing(id: String)
    /// `backup.json` is missing something, or says what no version of this program writes.
    case damaged(path: String, reason: String)
    /// A newer program made it.
    case newerFormat(path: String)
    /// The collection that is to be restored is there already.
    case collectionExists(String)
    /// An alias that is to be restored stands for another collection.
    case aliasExists(String, collection: String)
    /// A collection is called like an alias that is to be restored.
    case aliasIsCollection(String)
    /// The folder of the backup cannot be made or written.
    case folderNotUsable(path: String, reason: String)
    case canceled
    /// The server was stopped meanwhile.
    case interrupted

    /// What is wrong and what to do about it; in words of no API.
    package var message: String {
        switch self {
        case .notConfigured: "no folder for backups is set (BACKUP_FILESYSTEM_PATH)"
        case .invalidID(let id):
            "the id '\(id.prefix(100))' has other characters than a to z, 0 to 9, _ and -, or too many"
        case .includeAndExclude: "name collections to include or to exclude, not both"
        case .includedTwice(let name): "collection \(name) is included twice"
        case .nothingToSave: "there are no collections"
        case .nothingChosen(let available), .nothingToRestore(let available):
            "nothing is left of \(available.prefix(100).joined(separator: ", "))"
        case .unknownCollection(let name): "there is no collection \(name)"
        case .exists(let id, let path): "the backup \(id) is at \(path) already"
        case .backupRunning(let id): "the backup \(id) is being made"
        case .restoreRunning(let id): "the backup \(id) is being restored"
        case .notFound(let id): "there is no backup \(id)"
        case .restoreNotFound(let id): "the backup \(id) was not restored"
        case .incomplete(let path, let phase): "the backup at \(path) is not complete: \(phase)"
        case .notInBackup(let name, let available):
            "collection \(name) is not in the backup, which has \(available.prefix(100).joined(separator: ", "))"
        case .backupSucceeded(let id): "the backup \(id) is complete"
        case .restoreSucceeded(let id): "the backup \(id) is restored"
        case .finalizing(let id): "the restore of the backup \(id) is about to end"
        case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
        case .newerFormat(let path): "\(path) was written by a newer version of this program; use that"
        case .collectionExists(let name): "collection \(name) already exists; delete it first, or leave it out"
        case .aliasExists(let name, let collection):
            "alias \(name) already exists and stands for \(collection); delete it first, or have it overwritten"
        case .aliasIsCollection(let name):
            "alias \(name) cannot be restored: a collection \(name) already exists; delete it first"
        case .folderNotUsable(let path, let reason): "the folder \(path) cannot be written: \(reason)"
        case .canceled: "it was canceled"
        case .interrupted: "the server was stopped meanwhile"
        }
    }
}

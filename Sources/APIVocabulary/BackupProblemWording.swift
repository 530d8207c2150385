// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

extension BackupProblem {
    /// What clients read: Weaviate's words, and what to do where it says nothing.
    package var wording: String {
        switch self {
        case .notConfigured:
            "backup backend 'filesystem' not found, did you enable the right module? (ENABLE_MODULES=backup-filesystem)"
        case .invalidID: "invalid backup id: allowed characters are lowercase, 0-9, _, -; up to 255 of them"
        case .includeAndExclude: "malformed request: 'include' and 'exclude' cannot both contain values"
        case .includedTwice(let name): "class list 'include' contains duplicate: \(name.prefix(300))"
        case .nothingToSave: "no available classes to backup, there's nothing to do here"
        case .nothingChosen(let available): "empty class list: please choose from : \(Self.list(available))"
        case .unknownCollection(let name): "class \(name.prefix(300)) doesn't exist"
        case .exists(let id, let path): "backup \"\(id)\" already exists at \"\(path)\""
        case .backupRunning(let id): "backup \(id) already in progress"
        case .restoreRunning(let id): "restoration \(id) already in progress"
        case .notFound(let id): "backup id \"\(id)\" does not exist"
        case .restoreNotFound(let id): "no restore of the backup \"\(id)\" was ever begun"
        case .incomplete(let path, let phase): "invalid backup in scheduler \(path) status: \(phase.wireName)"
        case .notInBackup(let name, let available):
            "class \(name.prefix(300)) doesn't exist in the backup, but does have \(Self.list(available))"
        case .nothingToRestore(let available): "nothing left to restore: please choose from : \(Self.list(available))"
        case .backupSucceeded(let id): "backup \"\(id)\" already succeeded"
        case .restoreSucceeded(let id): "restore \"\(id)\" already succeeded"
        case .finalizing(let id): "restore \"\(id)\" is applying schema changes and cannot be cancelled"
        case .damaged(let path, let reason): "corrupted backup file: \(path): \(reason)"
        case .newerFormat(let path):
            "unable to restore backup as it was produced by a higher version: \(path); use the newer program"
        case .collectionExists(let name): "class name \(name) already exists"
        case .aliasExists(let name, let collection):
            "alias \(name) already exists for class \(collection); delete it first, or restore with overwriteAlias"
        case .aliasIsCollection(let name): "alias \(name) cannot be restored: class name \(name) already exists"
        case .folderNotUsable(let path, let reason): "init uploader: \(path): \(reason)"
        case .canceled, .interrupted: message
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(100).joined(separator: " ")
        return "[\(shown)\(names.count > 100 ? " …" : "")]"
    }
}

extension BackupPhase {
    /// What the `status` of a backup says.
    package var wireName: String {
        switch self {
        case .started: "STARTED"
        case .transferring: "TRANSFERRING"
        case .finalizing: "FINALIZING"
        case .success: "SUCCESS"
        case .failed: "FAILED"
        case .canceled: "CANCELED"
        }
    }
}

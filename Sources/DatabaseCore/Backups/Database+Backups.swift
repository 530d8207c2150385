// SPDX-License-Identifier: Apache-2.0

import Foundation
import Observability

extension Database {
    package func startBackup(_ request: BackupRequest) throws(DatabaseError) -> BackupRecord {
        do throws(BackupProblem) {
            let folder = try backupFolder()
            try request.check()
            let available = collectionTable.all
            guard !available.isEmpty else { throw .nothingToSave }
            let names = available.map(\.definition.name)
            let chosen = request.chosen(among: names)
            guard !chosen.isEmpty else { throw .nothingChosen(available: names) }
            var collections: [Collection] = []
            for name in chosen {
                guard let collection = collectionTable[name] else { throw .unknownCollection(name) }
                collections.append(collection)
            }
            let record = BackupRecord(
                id: request.id, path: folder.folder(of: request.id), startTime: now(), collections: chosen)
            if let running = backupJobs.claim(.backup, record) { throw .backupRunning(id: running) }
            do throws(BackupProblem) { try prepare(record, in: folder) } catch {
                backupJobs.release(.backup)
                throw error
            }
            let run = BackupRun(
                folder: folder, environment: environment, jobs: backupJobs, logger: logger, clock: { [self] in now() },
                collections: collections.map(\.id), compression: request.compression.ofArchive)
            backupJobs.run(.backup) { run.run(record) }
            return record
        } catch {
            throw .backup(error)
        }
    }

    package func backup(_ id: String) throws(DatabaseError) -> BackupRecord {
        do throws(BackupProblem) {
            guard let record = try known(id, .backup) else { throw .notFound(id: id) }
            return record
        } catch {
            throw .backup(error)
        }
    }

    package func backups() throws(DatabaseError) -> [BackupRecord] {
        do throws(BackupProblem) {
            return try backupFolder().records().map { backupJobs.record(of: $0.id, .backup) ?? interrupted($0) }
        } catch {
            throw .backup(error)
        }
    }

    package func cancelBackup(_ id: String) throws(DatabaseError) {
        do throws(BackupProblem) {
            guard let record = try known(id, .backup) else { throw .notFound(id: id) }
            if record.phase == .success { throw .backupSucceeded(id: id) }
            backupJobs.cancel(id, .backup)
        } catch {
            throw .backup(error)
        }
    }

    package func startRestore(_ request: BackupRequest) throws(DatabaseError) -> BackupRecord {
        try requireMemory()
        do throws(BackupProblem) {
            let folder = try backupFolder()
            try request.check()
            guard let backup = try known(request.id, .backup) else { throw .notFound(id: request.id) }
            guard backup.phase == .success else { throw .incomplete(path: backup.path, backup.phase) }
            let available = backup.collections
            let chosen = request.chosen(among: available)
            for name in chosen where !available.contains(name) { throw .notInBackup(name, available: available) }
            guard !chosen.isEmpty else { throw .nothingToRestore(available: available) }
            var record = BackupRecord(id: backup.id, path: backup.path, startTime: now(), collections: [])
            record.storageFormat = backup.storageFormat
            record.parts = backup.parts.filter { chosen.contains($0.collection) }
            if let running = backupJobs.claim(.restore, record) { throw .restoreRunning(id: running) }
            do { try folder.write(record, .restore) } catch {
                // A backup that can only be read can be restored all the same.
                logger.info(
                    "the restore of a backup cannot be noted in its folder",
                    ["id": .text(record.id), "reason": .error(error)])
            }
            let run = RestoreRun(folder: folder, database: self, overwritesAliases: request.overwritesAliases)
            backupJobs.run(.restore) { [record] in run.run(record) }
            return record
        } catch {
            throw .backup(error)
        }
    }

    package func restore(_ id: String) throws(DatabaseError) -> BackupRecord {
        do throws(BackupProblem) {
            guard let record = try known(id, .restore) else { throw .restoreNotFound(id: id) }
            return record
        } catch {
            throw .backup(error)
        }
    }

    package func cancelRestore(_ id: String) throws(DatabaseError) {
        do throws(BackupProblem) {
            guard let record = try known(id, .restore) else { throw .restoreNotFound(id: id) }
            switch record.phase {
            case .success: throw .restoreSucceeded(id: id)
            case .finalizing: throw .finalizing(id: id)
            case .started, .transferring, .failed, .canceled: backupJobs.cancel(id, .restore)
            }
        } catch {
            throw .backup(error)
        }
    }

    // MARK: Parts

    private func backupFolder() throws(BackupProblem) -> BackupFolder {
        guard let path = settings.backupFolder else { throw .notConfigured }
        return BackupFolder(path: path)
    }

    /// What is known of a backup or its restore: from the job, if it is under way, else from the file.
    private func known(_ id: String, _ log: BackupFolder.Log) throws(BackupProblem) -> BackupRecord? {
        let folder = try backupFolder()
        try BackupRequest.check(id: id)
        if let running = backupJobs.record(of: id, log) { return running }
        return try folder.record(of: id, log).map(interrupted)
    }

    /// The record of a job that is not under way any more: what has not ended was interrupted.
    private func interrupted(_ record: BackupRecord) -> BackupRecord {
        record.phase.isFinal
            ? record : record.ended(.canceled, at: record.startTime, because: BackupProblem.interrupted.message)
    }

    /// Makes the folder of a backup and notes that it was begun. One of the same id that was canceled makes room.
    private func prepare(_ record: BackupRecord, in folder: BackupFolder) throws(BackupProblem) {
        if let old = try folder.record(of: record.id, .backup).map(interrupted) {
            guard old.phase == .canceled else { throw .exists(id: record.id, path: record.path) }
            folder.removeParts(of: old)
        }
        do {
            try folder.create(record.id)
            try folder.write(record, .backup)
        } catch {
            throw .folderNotUsable(path: record.path, reason: BackupFolder.reason(of: error))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Synchronization

/// Backups that hold nothing and are complete at once, but for what a test has put in.
extension MemoryDatabase {
    package func startBackup(_ request: BackupRequest) throws(DatabaseError) -> BackupRecord {
        let path = "/backups/\(request.id)"
        if state.withLock({ $0.backups[request.id] }) != nil { throw .backup(.exists(id: request.id, path: path)) }
        let names = request.included.isEmpty ? collections().map(\.name) : request.included
        let record = BackupRecord(id: request.id, path: path, startTime: 1_700_000_000_000, collections: names)
        var complete = record
        complete.phase = .success
        complete.endTime = record.startTime + 1_500
        state.withLock { [complete] in $0.backups[request.id] = complete }
        return record
    }

    package func backup(_ id: String) throws(DatabaseError) -> BackupRecord {
        guard let record = state.withLock({ $0.backups[id] }) else { throw .backup(.notFound(id: id)) }
        return record
    }

    package func backups() throws(DatabaseError) -> [BackupRecord] { state.withLock { Array($0.backups.values) } }

    package func cancelBackup(_ id: String) throws(DatabaseError) {
        guard try backup(id).phase != .success else { throw .backup(.backupSucceeded(id: id)) }
    }

    package func startRestore(_ request: BackupRequest) throws(DatabaseError) -> BackupRecord {
        var record = try backup(request.id)
        record.phase = .failed
        record.problem = record.collections.first.map { BackupProblem.collectionExists($0).message }
        state.withLock { [record] in $0.restores[request.id] = record }
        record.phase = .started
        record.problem = nil
        return record
    }

    package func restore(_ id: String) throws(DatabaseError) -> BackupRecord {
        guard let record = state.withLock({ $0.restores[id] }) else { throw .backup(.restoreNotFound(id: id)) }
        return record
    }

    package func cancelRestore(_ id: String) throws(DatabaseError) { _ = try restore(id) }
}

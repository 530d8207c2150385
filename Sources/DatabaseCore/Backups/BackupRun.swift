// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Observability

/// Saves collections, from one snapshot of the storage, on the thread of its job. Writes go on meanwhile.
struct BackupRun: Sendable {
    let folder: BackupFolder
    let environment: StorageEnvironment
    let jobs: BackupJobs
    let logger: Logger
    let clock: @Sendable () -> Int64
    /// In the order of the record's parts.
    let collections: [CollectionID]
    let compression: ArchiveCompression

    func run(_ started: BackupRecord) {
        var record = started
        do {
            record.phase = .transferring
            jobs.update(.backup, record)
            try copyParts(of: &record)
            record = record.ended(.success, at: clock())
            try folder.write(record, .backup)
            logger.info(
                "a backup is complete",
                [
                    "id": .text(record.id), "collections": .integer(record.parts.count),
                    "bytes": .integer(record.sizeInBytes),
                    "bytes_of_files": .integer(record.parts.reduce(0) { $0 + $1.summary.fileByteCount }),
                    "milliseconds": .integer(Int(clock() - record.startTime)),
                ])
        } catch {
            record = failed(record, error)
        }
        jobs.update(.backup, record)
    }

    private func copyParts(of record: inout BackupRecord) throws {
        try environment.read { transaction in
            let aliases = try transaction.aliases()
            for (index, collection) in collections.enumerated() {
                record.parts[index].aliases =
                    aliases.filter { $0.collection == record.parts[index].collection }.map(\.name)
                let path = "\(folder.folder(of: record.id))/\(record.parts[index].file)"
                record.parts[index].summary = try transaction.archive(
                    collection, to: path, compression: compression, isCancelled: { jobs.isCanceled(.backup) })
                jobs.update(.backup, record)
            }
        }
    }

    private func failed(_ record: BackupRecord, _ error: any Error) -> BackupRecord {
        folder.removeParts(of: record)
        let ended = record.ended(because: error, isStopping: jobs.isStopping, at: clock())
        let values: KeyValuePairs<String, LogValue> = ["id": .text(record.id), "reason": .text(ended.problem ?? "")]
        if ended.phase == .canceled {
            logger.info("a backup was canceled", values)
        } else {
            logger.error("a backup failed", values)
        }
        do { try folder.write(ended, .backup) } catch {
            logger.error("what became of a backup cannot be noted", ["id": .text(record.id), "reason": .error(error)])
        }
        return ended
    }
}

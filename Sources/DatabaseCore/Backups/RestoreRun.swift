// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Observability
import ProcessMemory
import Synchronization

/// Brings collections back from a backup, on the thread of its job: all of them, or none.
struct RestoreRun: Sendable {
    /// How much one transaction restores: enough that flushes cost little, so little that other writes hardly wait.
    private static let bytesPerChange = 8 << 20

    let folder: BackupFolder
    let database: Database
    let overwritesAliases: Bool

    private var jobs: BackupJobs { database.backupJobs }

    func run(_ started: BackupRecord) {
        var record = started
        do {
            record.phase = .transferring
            jobs.update(.restore, record)
            try restoreParts(of: &record)
            record = record.ended(.success, at: database.now())
            database.logger.info(
                "a backup is restored",
                [
                    "id": .text(record.id), "collections": .integer(record.parts.count),
                    "bytes": .integer(record.sizeInBytes),
                    "milliseconds": .integer(Int(database.now() - record.startTime)),
                ])
        } catch {
            record = ended(record, because: error)
        }
        // What came back is there whether or not this can be noted.
        do { try folder.write(record, .restore) } catch {
            database.logger.warning(
                "what became of a restore cannot be noted", ["id": .text(record.id), "reason": .error(error)])
        }
        jobs.update(.restore, record)
    }

    private func restoreParts(of record: inout BackupRecord) throws {
        for part in record.parts where database.collectionTable[part.collection] != nil {
            throw BackupProblem.collectionExists(part.collection)
        }
        let aliases = RestoredAliases(of: record, overwrites: overwritesAliases)
        // Once before all the work, and once more when nothing can come between.
        try database.environment.read { try aliases.check(in: $0) }
        let environment = database.environment
        let ids = try database.queue.submitAndWait(
            RestoreBeginning(count: record.parts.count, environment: environment))
        let records: [CollectionRecord]
        do {
            records = try zip(record.parts, ids).map { part, id in try restore(part, of: record, as: id) }
            record.phase = .finalizing
            jobs.update(.restore, record)
            // From here on nobody can cancel it.
            guard !jobs.isCanceled(.restore) else { throw CancellationError() }
            let restored = try database.queue.submitAndWait(
                RestoreCompletion(
                    records: records, storageFormat: record.storageFormat, aliases: aliases,
                    collections: database.collectionTable))
            environment.unspare(ids)
            if database.settings.loadsShardsAtStart { try load(restored) }
        } catch {
            environment.unspare(ids)
            database.purgeDroppedInBackground()
            throw error
        }
    }

    private func restore(
        _ part: BackupRecord.Part, of record: BackupRecord, as collection: CollectionID
    ) throws -> CollectionRecord {
        let path = "\(record.path)/\(part.file)"
        let reader = try ArchiveReader(path: path)
        var found: CollectionRecord?
        var waiting: [ArchiveBlock] = []
        var waitingBytes = 0
        func store() throws {
            guard !waiting.isEmpty else { return }
            let change = BlockRestoring(blocks: waiting, sizeInBytes: waitingBytes, collection: collection)
            if let record = try database.queue.submitAndWait(change) { found = record }
            waiting = []
            waitingBytes = 0
        }
        while let block = try reader.nextBlock() {
            guard !jobs.isCanceled(.restore) else { throw CancellationError() }
            waiting.append(block)
            waitingBytes += block.byteCount
            if waitingBytes >= Self.bytesPerChange { try store() }
        }
        try store()
        guard let found, found.name == part.collection else {
            throw StorageError.archiveDamaged(path: path, reason: "it does not hold collection \(part.collection)")
        }
        return found
    }

    /// Loads what is restored as at a start. A shard that somebody uses already is loaded by them; one that there is no memory for is
    /// left to its first use.
    private func load(_ collections: [Collection]) throws {
        for collection in collections {
            for shard in collection.shards.all where shard.status == .active {
                guard
                    let permit = database.memory.tryEnter(
                        byteCount: database.loader.indexBytes(of: shard, of: collection))
                else {
                    continue
                }
                defer { permit.leave() }
                guard shard.beginLoading() else { continue }
                try database.loader.load(shard, of: collection)
                for index in shard.allIndexes { database.maintenance.noteChange(of: index) }
                shard.leave()
            }
        }
    }

    private func ended(_ record: BackupRecord, because error: any Error) -> BackupRecord {
        let ended = record.ended(because: error, isStopping: jobs.isStopping, at: database.now())
        let values: KeyValuePairs<String, LogValue> = ["id": .text(record.id), "reason": .text(ended.problem ?? "")]
        if ended.phase == .canceled {
            database.logger.info("a restore was canceled", values)
        } else {
            database.logger.warning("a restore failed", values)
        }
        return ended
    }
}

/// Gives numbers to the collections of a restore, which no purge touches from then on.
private struct RestoreBeginning: Change {
    let count: Int
    let environment: StorageEnvironment
    private let spared = SparedCollections()

    init(count: Int, environment: StorageEnvironment) {
        self.count = count
        self.environment = environment
    }

    var sizeInBytes: Int { 64 * count }

    func apply(to transaction: WriteTransaction) throws -> [CollectionID] {
        let ids = try transaction.beginRestoring(count: count)
        spared.ids.withLock { $0 = ids }
        environment.spare(ids)
        return ids
    }

    func rolledBack() { environment.unspare(spared.ids.withLock { $0 }) }

    private final class SparedCollections: Sendable {
        let ids = Mutex<[CollectionID]>([])
    }
}

/// Stores blocks of an archive.
private struct BlockRestoring: Change {
    let blocks: [ArchiveBlock]
    let sizeInBytes: Int
    let collection: CollectionID

    /// - Returns: the catalog entry, if it was among them.
    func apply(to transaction: WriteTransaction) throws -> CollectionRecord? {
        var record: CollectionRecord?
        for block in blocks {
            if let found = try transaction.restore(block, as: collection) { record = found }
        }
        return record
    }
}

/// Lets the collections of a restore appear.
private struct RestoreCompletion: Change {
    let records: [CollectionRecord]
    let storageFormat: Int
    let aliases: RestoredAliases
    let collections: CollectionTable
    private let reservations: [NameReservation]

    init(
        records: [CollectionRecord], storageFormat: Int, aliases: RestoredAliases, collections: CollectionTable
    ) {
        self.records = records
        self.storageFormat = storageFormat
        self.aliases = aliases
        self.collections = collections
        reservations = records.map { _ in NameReservation() }
    }

    var sizeInBytes: Int { records.reduce(0) { $0 + $1.definition.count } }

    func apply(to transaction: WriteTransaction) throws -> [Collection] {
        var restored: [Collection] = []
        try aliases.check(in: transaction)
        for (record, reservation) in zip(records, reservations) {
            try reservation.take(record.name, in: collections)
            try transaction.finishRestoring([record], ofFormat: storageFormat)
            let collection = try Collection(
                stored: record, shards: transaction.shards(of: record.id),
                inactive: transaction.inactiveShards(of: record.id))
            guard collection.definition.name == record.name else {
                throw DatabaseError.storage(
                    "the definition of \(record.name) calls it \(collection.definition.name)")
            }
            restored.append(collection)
        }
        for alias in aliases.all { try transaction.setAlias(alias.name, to: alias.collection) }
        return restored
    }

    func committed(_ result: [Collection]) {
        for collection in result { collections.add(collection) }
        for alias in aliases.all { collections.setAlias(alias.name, to: alias.collection) }
    }

    func rolledBack() {
        for reservation in reservations { reservation.release(in: collections) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import Execution
import Foundation
import ImageVectorizer
import ObjectStorage
import Observability
import ProcessMemory
import Synchronization
import VectorIndexes

/// The database: collections and their objects over one storage environment, without any network.
///
/// Life of a write: check → make vectors → command → commit queue (one writer thread, one flush a group) → publish → answer.
/// Reads take a snapshot of the storage on the calling thread, which must be one of the compute pool.
package final class Database: DatabaseOperations {
    package let settings: DatabaseSettings
    let environment: StorageEnvironment
    let queue: CommitQueue
    let collectionTable: CollectionTable
    let loader: CollectionLoader
    let vectorizer: any ImageVectorizing
    let logger: Logger
    /// Where writes wait when the process has come near its memory limit.
    let memory: MemoryGate
    let maintenance: IndexMaintenance
    let recall: RecallWatch
    let backupJobs = BackupJobs()
    private let lastTime = Mutex<Int64>(0)
    private let clock: @Sendable () -> Int64

    /// Opens the database in `environment` and loads its indexes, if the settings want that at once. Blocks until everything
    /// stored can be found.
    ///
    /// - Parameters:
    ///   - clock: milliseconds since 1970.
    ///   - maintenanceThreads: how many threads link new vectors into graphs, at least 1.
    /// - Throws: `StorageError`, `DatabaseError`: what is stored cannot be read.
    package init(
        environment: StorageEnvironment, vectorizer: any ImageVectorizing, settings: DatabaseSettings, logger: Logger,
        memory: MemoryGate = MemoryGate(), maintenanceThreads: Int, clock: @escaping @Sendable () -> Int64
    ) throws {
        self.settings = settings
        self.environment = environment
        self.vectorizer = vectorizer
        self.logger = logger
        self.memory = memory
        self.clock = clock
        loader = CollectionLoader(environment: environment, logger: logger, memory: memory)
        collectionTable = try loader.catalog()
        if settings.loadsShardsAtStart { try loader.loadShards(of: collectionTable) }
        queue = try CommitQueue(environment: environment, limits: CommitQueue.Limits(queuedBytes: settings.queuedBytes))
        let start = ContinuousClock.now
        recall = RecallWatch(
            environment: environment, collections: collectionTable, logger: logger,
            limits: RecallSampler.Limits(share: settings.recallSampleShare), clock: { ContinuousClock.now - start })
        maintenance = IndexMaintenance(
            queue: queue, recall: recall, memory: memory, logger: logger, threadCount: maintenanceThreads)
        maintenance.start()
        for collection in collectionTable.all {
            for shard in collection.shards.all {
                for index in shard.allIndexes { maintenance.noteChange(of: index) }
            }
        }
    }

    /// Applies the writes that wait, saves the indexes and releases the folder. Nothing may be asked afterwards.
    ///
    /// - Parameter patience: how long reads under way may take to end once everything is saved; `nil` for as long as they like.
    /// - Returns: whether they have ended. If not, everything is on disk all the same, the folder is released by the end of the
    ///   process, and reads that begin later throw.
    @discardableResult
    package func close(waitingForReads patience: Duration? = nil) async -> Bool {
        await onOwnThread { [maintenance, collectionTable, backupJobs] in
            backupJobs.close()
            maintenance.stop()
            for shard in collectionTable.all.flatMap(\.shards.all) {
                shard.openGate()
                for index in shard.allIndexes where index.needsLastSnapshot {
                    maintenance.save(index, isCancelled: { false })
                }
            }
        }
        await queue.close()
        await vectorizer.waitUntilCompiled()
        return await onOwnThread { [environment] in
            _ = try? environment.releaseFreePages()
            return environment.close(before: patience.map { Date(timeIntervalSinceNow: $0.inSeconds) })
        }
    }

    /// Runs blocking work of the shutdown, when the compute pool may be gone already.
    private func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: body()) }
            thread.start()
        }
    }

    /// Purges what dropped collections left behind, in bounded steps between other writes.
    package func purgeDropped() async throws {
        if try await queue.purgeDropped() { maintenance.releaseFreePages() }
    }

    /// Purges what was just dropped, without waiting for it.
    func purgeDroppedInBackground() {
        Task { [logger] in
            do { try await purgeDropped() } catch {
                logger.warning(
                    "purging what was deleted stopped; it goes on after the next start", ["reason": .error(error)])
            }
        }
    }

    /// The time for the next write; never earlier than one given before.
    func now() -> Int64 {
        let time = clock()
        return lastTime.withLock { last in
            last = max(last, time)
            return last
        }
    }

    package var clockDelay: Duration {
        let time = clock()
        return lastTime.withLock { .milliseconds(max(0, $0 - time)) }
    }

    func requireCollection(_ name: String) throws(DatabaseError) -> Collection {
        guard let collection = collectionTable[name] else { throw .collectionNotFound(name) }
        return collection
    }

    /// Waits for a change; whatever goes wrong comes out as a `DatabaseError`.
    func submit<C: Change>(_ change: C) async throws(DatabaseError) -> C.Result {
        do { return try await queue.submit(change) } catch { throw databaseError(error) }
    }

    /// Waits for changes that reach the writer together; one result each, in order.
    func submit<C: Change>(all changes: [C]) async -> [Result<C.Result, DatabaseError>] {
        await queue.submit(all: changes).map { $0.mapError(databaseError) }
    }

    /// Reads in one snapshot; whatever goes wrong comes out as a `DatabaseError`.
    func readStorage<R>(_ body: (ReadTransaction) throws -> R) throws(DatabaseError) -> R {
        do { return try environment.read(body) } catch { throw databaseError(error) }
    }

    func databaseError(_ error: any Error) -> DatabaseError {
        switch error {
        case let error as DatabaseError: return error
        case is CancellationError, VectorIndexError.cancelled: return .cancelled
        case let error as StorageError:
            if case .writeQueueFull = error { return .overloaded(error.message) }
            if error.isOutOfSpace {
                logger.warning("a write was refused: there is no room", ["reason": .text(error.message)])
                return .storageFull(error.clientMessage)
            }
            logger.error("storage failed", ["reason": .text(error.message)])
            return .storage(error.clientMessage)
        default:
            logger.error("operation failed", ["reason": .error(error)])
            return .storage("the operation failed; the server's log says why")
        }
    }
}

extension StorageError {
    /// For clients: without paths and keys.
    fileprivate var clientMessage: String {
        switch self {
        case .diskFull:
            "the disk is full; nothing was changed; delete objects or classes, which works all the same, or free disk space, "
                + "and try again"
        case .databaseFull(let size):
            "the database has reached its size limit of \(size) bytes (NEEDLETAIL_MAP_SIZE); nothing was changed; delete "
                + "objects or classes, which works all the same, or start with a larger limit, and try again"
        case .tooManyReaders: "too many reads at a time; try again"
        case .closed: "the database is closing"
        case .valueTooLong, .valueTooDeep, .documentNumbersExhausted: message
        default: "the storage failed; nothing was changed; the server's log says why"
        }
    }
}

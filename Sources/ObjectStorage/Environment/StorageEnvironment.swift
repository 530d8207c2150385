// SPDX-License-Identifier: Apache-2.0

import CLMDB
import DataModel
import Foundation
import Synchronization

/// An open data folder: `data.mdb` (LMDB), `lock.mdb` (its table of readers), `format`, and `needletail.lock`.
///
/// One process at a time has it open for writing; others may open it for reading only, to check it. LMDB is used with
/// a map of 1 TiB from the start, read transactions that are not bound to threads, and a flush at every commit.
@safe
package final class StorageEnvironment: Sendable {
    /// How a folder is opened.
    package struct Options: Sendable {
        /// Refuses every write and takes no exclusive lock, so that it works beside a running server.
        package var isReadOnly = false
        /// How far the file may grow. Where the address space does not allow as much, less is taken.
        package var mapSizeInBytes = 1 << 40
        /// How many read transactions there can be at a time, over all processes.
        package var maximumReaders = 1_024
        /// Whether a commit waits until the data are on the medium. `false` only in tests.
        package var flushesEveryCommit = true
        /// Whether the structure of all pages is checked before anything is read: LMDB believes what they say. Takes
        /// as long as reading everything but large values.
        package var checksPages = false
        /// From how many bytes of runs of a shard on they are brought into the tree. What that takes is what one commit may wait for, and
        /// memory: a copy of the runs, and the pages that change.
        package var runsInBytes = 4 << 20

        package init() {}
    }

    /// The read transactions that wait for their next use, and how many transactions of both kinds are open.
    @safe
    private struct Readers {
        var idle: [OpaquePointer] = unsafe []
        var activeCount = 0
        var isClosed = false
    }

    /// Its path, as it was given.
    package let folder: String
    /// How it was opened.
    package let options: Options
    let context: LMDBCall.Context

    // Safety: LMDB's environment handle may be used by all threads; it is closed once, when no transaction is left.
    nonisolated(unsafe) let handle: OpaquePointer
    /// The one database inside: LMDB's unnamed one.
    let database: MDB_dbi

    // The reserve for removals; see `StorageEnvironment+Reserve.swift`.

    /// `nil` where nothing is written.
    let diskReserve: DiskReserve?
    /// Whether there was a commit whose freed pages no transaction can have yet.
    let hasUnsettledCommits = Atomic<Bool>(false)
    /// Whether there was a commit since free pages were last given back in need.
    let hasCommitsSinceRelease = Atomic<Bool>(true)
    /// Whether the file system takes back the space of free pages, as far as is known.
    let canPunchHoles = Atomic<Bool>(true)

    /// Shards in which something may be stored that can be merged: runs of edits, values of objects that are gone; `nil` while nobody
    /// has looked.
    let unmergedShards = Mutex<Set<ShardAddress>?>(nil)

    /// Collections whose number counts as dropped while they are being restored.
    let sparedFromPurge = Mutex<Set<CollectionID>>([])

    private let lock: FolderLock?
    private let identity: OpenFolders.Identity
    private let condition = NSCondition()
    // Safety: only touched while `condition` is held.
    nonisolated(unsafe) private var readers = Readers()

    /// Opens the database in `folder`; both are created if missing, unless it is opened for reading only.
    ///
    /// Blocks on file I/O.
    ///
    /// - Throws: `StorageError`: folder in use, newer format, damaged, not usable.
    package static func open(folder: String, options: Options = Options()) throws -> StorageEnvironment {
        let version = try FormatVersion.checkFile(in: folder)
        let lock: FolderLock?
        if options.isReadOnly {
            lock = nil
        } else {
            try createFolder(folder)
            lock = try FolderLock(folder: folder)
            // Once more: whoever held the lock until now may have upgraded it.
            _ = try FormatVersion.checkFile(in: folder)
        }
        let identity = try OpenFolders.enter(folder)
        do {
            return try opened(folder, options, lock, identity, hasFormatFile: version != nil)
        } catch {
            OpenFolders.leave(identity)
            throw error
        }
    }

    private static func opened(
        _ folder: String, _ options: Options, _ lock: FolderLock?, _ identity: OpenFolders.Identity,
        hasFormatFile: Bool
    ) throws -> StorageEnvironment {
        let opening = EnvironmentOpening(folder: folder, options: options)
        let exists = try opening.fileSizeInBytes() ?? 0 > 0
        if !exists, hasFormatFile || options.isReadOnly {
            guard hasFormatFile else { throw StorageError.noDatabase(folder: folder) }
            throw StorageError.fileDamaged(
                folder: folder,
                reason: "data.mdb is missing or empty; restore it, or remove 'format' to start with an empty database")
        }
        if exists { try PageCheck.requirePageSize(folder: folder, path: "\(folder)/\(EnvironmentOpening.fileName)") }
        if exists, !options.isReadOnly { try opening.checkBeforeWriting() }
        let (handle, context) = try unsafe opening.open()
        let environment = unsafe StorageEnvironment(folder, options, context, handle, lock, identity)
        do {
            if options.isReadOnly {
                try unsafe opening.requireWholeFile(handle, context)
                if options.checksPages { try unsafe opening.requireSoundPages(handle, context) }
            }
            try environment.prepareFormat()
            try environment.openReserve()
        } catch {
            environment.close()
            throw error
        }
        return environment
    }

    private init(
        _ folder: String, _ options: Options, _ context: LMDBCall.Context, _ handle: OpaquePointer, _ lock: FolderLock?,
        _ identity: OpenFolders.Identity
    ) {
        self.folder = folder
        self.options = options
        self.context = context
        unsafe self.handle = unsafe handle
        self.lock = lock
        self.identity = identity
        self.database = EnvironmentOpening.unnamedDatabase
        diskReserve = options.isReadOnly ? nil : DiskReserve(folder: folder)
    }

    deinit { close() }

    private static func createFolder(_ folder: String) throws(StorageError) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw .folderNotUsable(folder: folder, reason: "it cannot be created: \(error.localizedDescription)")
        }
    }

    /// Checks the version inside the data; in a new database writes it, in an older one runs the upgrades.
    private func prepareFormat() throws {
        let (version, isEmpty) = try read { transaction in
            (try transaction.formatVersion(), try transaction.isEmpty())
        }
        if let version { try FormatVersion.check(version, folder: folder) }
        if version == nil, !isEmpty || options.isReadOnly {
            throw StorageError.fileDamaged(folder: folder, reason: "data.mdb holds no format version of ours")
        }
        if options.isReadOnly { return }
        if version != FormatVersion.current {
            try write { transaction in
                try FormatUpgrades.run(from: version, in: transaction)
                try transaction.setFormatVersion(FormatVersion.current)
            }
        }
        if try FormatVersion.checkFile(in: folder) != FormatVersion.current {
            try FormatVersion.writeFile(in: folder)
        }
    }

    // MARK: Reading

    /// Runs `body` on the calling thread with a snapshot of the last commit. Keep it short: while it runs, the file
    /// cannot reuse pages that were freed since.
    ///
    /// - Complexity: about a microsecond beside `body`.
    package func read<R>(_ body: (ReadTransaction) throws -> R) throws -> R {
        let handle = try unsafe beginReading()
        let transaction = unsafe ReadTransaction(environment: self, handle: handle)
        defer {
            transaction.end()
            unsafe endReading(handle)
        }
        return try body(transaction)
    }

    private func beginReading() throws(StorageError) -> OpaquePointer {
        condition.lock()
        if unsafe readers.isClosed {
            condition.unlock()
            throw .closed
        }
        unsafe readers.activeCount += 1
        let idle = unsafe readers.idle.popLast()
        condition.unlock()

        var transaction = unsafe idle
        var code: Int32 = 0
        if let idle = unsafe idle {
            code = unsafe mdb_txn_renew(idle)
        } else {
            // Safety: `transaction` lives for the call.
            code = unsafe mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        }
        guard code == 0, let transaction = unsafe transaction else {
            if let idle = unsafe idle { unsafe mdb_txn_abort(idle) }
            unsafe endReading(nil)
            throw LMDBCall.error(code, "mdb_txn_begin", context)
        }
        return unsafe transaction
    }

    private func endReading(_ transaction: OpaquePointer?) {
        if let transaction = unsafe transaction { unsafe mdb_txn_reset(transaction) }
        condition.lock()
        if let transaction = unsafe transaction { unsafe readers.idle.append(transaction) }
        unsafe readers.activeCount -= 1
        if unsafe readers.activeCount == 0 { condition.broadcast() }
        condition.unlock()
    }

    // MARK: Writing

    /// Counts a write transaction, so that the environment stays open until `endWriting()`.
    ///
    /// - Throws: `StorageError.closed`.
    func beginWriting() throws(StorageError) {
        condition.lock()
        defer { condition.unlock() }
        guard unsafe !readers.isClosed else { throw .closed }
        unsafe readers.activeCount += 1
    }

    func endWriting() { unsafe endReading(nil) }

    /// To be called after every commit that changed something.
    func noteCommit() {
        hasUnsettledCommits.store(true, ordering: .relaxed)
        hasCommitsSinceRelease.store(true, ordering: .relaxed)
    }

    /// Runs `body` in a write transaction on the calling thread and commits, unless it throws.
    ///
    /// Only for opening, the release of free pages, and tests; all other writes go through `CommitQueue`.
    func write<R>(_ body: (WriteTransaction) throws -> R) throws -> R {
        let transaction = try WriteTransaction.begin(in: self)
        let result: R
        do {
            result = try body(transaction)
            try transaction.flush()
        } catch {
            transaction.abort()
            throw error
        }
        try transaction.commit()
        return result
    }

    // MARK: Closing

    /// Waits until no transaction is open, syncs, and releases the folder. Later calls do nothing; later reads throw
    /// `StorageError.closed`. Blocks. Close the commit queue first.
    ///
    /// - Parameter deadline: until when to wait for transactions; `nil` for as long as they take.
    /// - Returns: `false` if some were still open. Then everything is synced, and the folder is released with the process.
    @discardableResult
    package func close(before deadline: Date? = nil) -> Bool {
        condition.lock()
        guard unsafe !readers.isClosed else {
            condition.unlock()
            return true
        }
        unsafe readers.isClosed = true
        while unsafe readers.activeCount > 0 {
            if condition.wait(until: deadline ?? .distantFuture) { continue }
            condition.unlock()
            // Safety: the handle stays open for those who read, and nobody closes it any more.
            if !options.isReadOnly { _ = unsafe mdb_env_sync(handle, 1) }
            return false
        }
        // Safety: nobody else has them.
        while let transaction = unsafe readers.idle.popLast() { unsafe mdb_txn_abort(transaction) }
        condition.unlock()

        if !options.isReadOnly { _ = unsafe mdb_env_sync(handle, 1) }
        // Safety: `isClosed` and the count of readers make sure that nobody uses the handle now or later.
        unsafe mdb_env_close(handle)
        OpenFolders.leave(identity)
        lock?.release()
        return true
    }
}

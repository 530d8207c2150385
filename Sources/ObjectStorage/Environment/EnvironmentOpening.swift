// SPDX-License-Identifier: Apache-2.0

import CLMDB
import Glibc

/// The steps of opening LMDB's file, and the checks that come before anything is written to it.
struct EnvironmentOpening {
    static let fileName = "data.mdb"
    static let lockFileName = "lock.mdb"
    /// LMDB's number of the database without a name.
    static let unnamedDatabase: MDB_dbi = 1
    /// Below this no smaller map is tried.
    private static let smallestMapSizeInBytes = 1 << 28

    let folder: String
    let options: StorageEnvironment.Options

    /// - Returns: `nil` if there is no file.
    func fileSizeInBytes() throws(StorageError) -> Int? {
        let file = unsafe Glibc.open("\(folder)/\(Self.fileName)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .folderNotUsable(folder: folder, reason: "\(Self.fileName): \(LMDBCall.text(of: errno))")
        }
        defer { close(file) }
        return Int(lseek(file, 0, SEEK_END))
    }

    /// Opens the environment for use.
    func open() throws(StorageError) -> (OpaquePointer, LMDBCall.Context) {
        var flags = MDB_NOTLS
        if options.isReadOnly { flags |= MDB_RDONLY } else { try allocateLockFile() }
        if !options.flushesEveryCommit { flags |= MDB_NOSYNC }
        let (handle, context) = try unsafe open(flags: flags)
        if !options.isReadOnly {
            var deadReaders: Int32 = 0
            // Frees the slots of processes that died while they read; a failure only leaves them taken.
            _ = unsafe mdb_reader_check(handle, &deadReaders)
        }
        do throws(StorageError) {
            // LMDB compares keys only once the database was opened in some transaction.
            try unsafe withReadTransaction(handle, context) { _ throws(StorageError) in }
        } catch {
            unsafe mdb_env_close(handle)
            throw error
        }
        return unsafe (handle, context)
    }

    /// How long LMDB's table of readers is: two locks, each in a cache line or two of its own, and a cache line a reader.
    private var lockFileByteCount: Int {
        #if arch(arm64)
            192 + 64 * options.maximumReaders
        #else
            128 + 64 * options.maximumReaders
        #endif
    }

    /// Takes disk space for `lock.mdb`, which LMDB maps and writes to: without it, the first transaction on a full disk would
    /// end the process with `SIGBUS`. Must come before LMDB opens the file, since closing it would give up LMDB's locks.
    ///
    /// - Throws: `StorageError.folderNotUsable`.
    private func allocateLockFile() throws(StorageError) {
        let file = unsafe Glibc.open("\(folder)/\(Self.lockFileName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw .folderNotUsable(folder: folder, reason: "\(Self.lockFileName): \(LMDBCall.text(of: errno))")
        }
        defer { close(file) }
        let code = posix_fallocate(file, 0, max(lockFileByteCount, Int(lseek(file, 0, SEEK_END))))
        switch code {
        // Some file systems keep no promises about space.
        case 0, EOPNOTSUPP, EINVAL: return
        case ENOSPC, EDQUOT:
            throw .folderNotUsable(
                folder: folder,
                reason: "the disk has no room for the \(lockFileByteCount) bytes of \(Self.lockFileName); "
                    + "make room and start again")
        default: throw .folderNotUsable(folder: folder, reason: "\(Self.lockFileName): \(LMDBCall.text(of: code))")
        }
    }

    /// Looks at the existing file without changing it: is it whole, is its format known? Needs the folder's lock.
    func checkBeforeWriting() throws(StorageError) {
        let (handle, context) = try unsafe open(flags: MDB_NOTLS | MDB_RDONLY | MDB_NOLOCK)
        defer { unsafe mdb_env_close(handle) }
        try unsafe requireWholeFile(handle, context)
        if options.checksPages { try unsafe requireSoundPages(handle, context) }
        let version = try unsafe withReadTransaction(handle, context) { transaction throws(StorageError) in
            try unsafe Self.formatVersion(transaction, context)
        }
        if let version { try FormatVersion.check(version, folder: folder) }
    }

    /// - Throws: `StorageError.fileDamaged`.
    func requireSoundPages(_ handle: OpaquePointer, _ context: LMDBCall.Context) throws(StorageError) {
        try unsafe withReadTransaction(handle, context) { transaction throws(StorageError) in
            // Asked for after the transaction began: the file only ever grows.
            try unsafe PageCheck.run(
                folder: folder, sizeInBytes: try fileSizeInBytes() ?? 0, environment: handle, transaction: transaction)
        }
    }

    // MARK: Is the file whole?

    /// Makes sure that no page the database uses lies beyond the end of the file: reading it would end the process.
    ///
    /// A file may rightly end before its last page if the pages missing are free ones; then it is made longer. Opened for reading only it
    /// stays as it is, and all pages are looked at instead, without touching those that are missing.
    ///
    /// - Throws: `StorageError.fileDamaged` if the file was cut off.
    func requireWholeFile(_ handle: OpaquePointer, _ context: LMDBCall.Context) throws(StorageError) {
        var info = unsafe MDB_envinfo()
        var status = MDB_stat()
        // Safety: both live for the calls, which read the meta pages only.
        try LMDBCall.check(unsafe mdb_env_info(handle, &info), "mdb_env_info", context)
        try LMDBCall.check(unsafe mdb_env_stat(handle, &status), "mdb_env_stat", context)
        let pageSize = Int(status.ms_psize)
        // Both numbers come from the file, and may be anything.
        let lastPage = unsafe info.me_last_pgno
        guard pageSize > 0, lastPage >= 0, lastPage < Int.max / pageSize else {
            throw .fileDamaged(folder: folder, reason: "\(Self.fileName) describes a last page numbered \(lastPage)")
        }
        let pageCount = Int(lastPage) + 1
        let needed = pageCount * pageSize
        let size = try fileSizeInBytes() ?? 0
        guard size < needed else { return }
        if options.isReadOnly { return try unsafe requireSoundPages(handle, context) }
        let cutOff = StorageError.fileDamaged(
            folder: folder,
            reason: "\(Self.fileName) was cut off: it has \(size) bytes where \(needed) are described; restore a copy")
        try setFileSize(needed)
        let firstMissing = (size + pageSize - 1) / pageSize
        let missing = pageCount - firstMissing
        let free: Int
        do throws(StorageError) {
            free = try unsafe withReadTransaction(handle, context) { transaction throws(StorageError) in
                try unsafe FreePages.count(in: transaction, context, from: firstMissing)
            }
        } catch {
            try setFileSize(size)
            throw cutOff
        }
        guard free == missing, size % pageSize == 0 else {
            try setFileSize(size)
            throw cutOff
        }
    }

    private func setFileSize(_ size: Int) throws(StorageError) {
        guard unsafe truncate("\(folder)/\(Self.fileName)", size) == 0 else {
            throw .folderNotUsable(folder: folder, reason: "\(Self.fileName): \(LMDBCall.text(of: errno))")
        }
    }

    // MARK: Calls

    /// Opens the environment with the largest map that the address space allows.
    private func open(flags: Int32) throws(StorageError) -> (OpaquePointer, LMDBCall.Context) {
        var mapSize = options.mapSizeInBytes
        while true {
            let context = LMDBCall.Context(
                folder: folder, mapSizeInBytes: mapSize, maximumReaders: options.maximumReaders)
            do throws(StorageError) {
                return try unsafe (open(flags: flags, context), context)
            } catch .lmdb(let code, let operation, let reason) {
                guard code == ENOMEM, mapSize > Self.smallestMapSizeInBytes else {
                    guard code == EACCES || code == EROFS || code == EPERM || code == EIO else {
                        throw .lmdb(code: code, operation: operation, reason: reason)
                    }
                    throw .folderNotUsable(folder: folder, reason: "\(Self.fileName): \(reason)")
                }
                mapSize /= 4
            }
        }
    }

    private func open(flags: Int32, _ context: LMDBCall.Context) throws(StorageError) -> OpaquePointer {
        var environment: OpaquePointer?
        // Safety: on success LMDB has set the handle; after that it is closed once, on failure.
        try LMDBCall.check(unsafe mdb_env_create(&environment), "mdb_env_create", context)
        guard let handle = unsafe environment else {
            throw .lmdb(code: 0, operation: "mdb_env_create", reason: "it gave no environment")
        }
        var code = unsafe mdb_env_set_mapsize(handle, context.mapSizeInBytes)
        if code == 0 { code = unsafe mdb_env_set_maxreaders(handle, UInt32(context.maximumReaders)) }
        if code == 0 { code = unsafe mdb_env_open(handle, folder, UInt32(flags), 0o600) }
        guard code == 0 else {
            unsafe mdb_env_close(handle)
            throw LMDBCall.error(code, "opening", context)
        }
        return unsafe handle
    }

    private func withReadTransaction<R>(
        _ handle: OpaquePointer, _ context: LMDBCall.Context, _ body: (OpaquePointer) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        var transaction: OpaquePointer?
        // Safety: the transaction is ended before the function returns.
        let code = unsafe mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
        guard code == 0, let transaction = unsafe transaction else {
            throw LMDBCall.error(code, "mdb_txn_begin", context)
        }
        defer { unsafe mdb_txn_abort(transaction) }
        var database: MDB_dbi = 0
        try LMDBCall.check(unsafe mdb_dbi_open(transaction, nil, 0, &database), "mdb_dbi_open", context)
        return try unsafe body(transaction)
    }

    /// The version under the format key, or `nil` if there is no such key.
    private static func formatVersion(_ transaction: OpaquePointer, _ context: LMDBCall.Context) throws(StorageError)
        -> UInt32?
    {
        var bytes = Key.global(.format)
        var value = unsafe MDB_val()
        // Safety: the key's buffer lives for the call.
        let code = unsafe bytes.withUnsafeMutableBytes { buffer in
            var key = unsafe MDB_val(mv_size: buffer.count, mv_data: buffer.baseAddress)
            return unsafe mdb_get(transaction, unnamedDatabase, &key, &value)
        }
        if code == MDB_NOTFOUND { return nil }
        try LMDBCall.check(code, "mdb_get", context)
        guard unsafe value.mv_size >= 4, let start = unsafe value.mv_data else {
            throw .damaged(key: Key.describe(Key.global(.format)), reason: "too short")
        }
        // Safety: the value has at least 4 bytes.
        return UInt32(littleEndian: unsafe start.loadUnaligned(as: UInt32.self))
    }
}

/// What brings older data to the current format, one step a version, inside one transaction.
enum FormatUpgrades {
    /// The steps, by the version they start from.
    static let steps: [UInt32: @Sendable (WriteTransaction) throws -> Void] = [
        // Version 2 has columns.
        1: { transaction in
            for collection in try transaction.collections() { try transaction.makeColumns(of: collection.id) }
        },
        // Version 3 may have runs of edits beside the entries of the inverted indexes; data without any are as before.
        2: { _ in },
        // Version 4 may have values of objects that are gone in columns, with notes of them; data without any are as before.
        3: { _ in },
    ]

    /// - Parameter version: what the data have; `nil` for an empty database.
    static func run(from version: UInt32?, in transaction: WriteTransaction) throws {
        guard let version else { return }
        for number in version..<FormatVersion.current {
            guard let step = steps[number] else {
                throw StorageError.fileDamaged(
                    folder: transaction.environment.folder, reason: "format \(number) cannot be upgraded")
            }
            try step(transaction)
        }
    }
}

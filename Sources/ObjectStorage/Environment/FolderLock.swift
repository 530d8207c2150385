// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
import Synchronization

/// The exclusive hold of one process on a data folder: an advisory lock on `needletail.lock`, which names its holder.
///
/// The system releases it when the process ends, however it ends; the file stays.
final class FolderLock: Sendable {
    static let fileName = "needletail.lock"

    private let descriptor: Mutex<Int32?>

    /// - Throws: `StorageError.folderInUse` if another open file holds the lock, `.folderNotUsable`.
    init(folder: String) throws(StorageError) {
        let path = "\(folder)/\(Self.fileName)"
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .folderNotUsable(folder: folder, reason: "\(Self.fileName): \(LMDBCall.text(of: errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(in: descriptor)
            Glibc.close(descriptor)
            if code == EWOULDBLOCK { throw .folderInUse(folder: folder, holder: holder) }
            throw .folderNotUsable(folder: folder, reason: "\(Self.fileName): \(LMDBCall.text(of: code))")
        }
        let text = Array("\(getpid())\n".utf8)
        // The number helps people only; if it cannot be written (a full disk), the lock holds all the same.
        if ftruncate(descriptor, 0) == 0 {
            // Safety: the buffer lives for the call, whose count is the buffer's.
            _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Lets others have the folder.
    ///
    /// Closing alone would not do: a child process between its fork and its exec still has the open file, and with it
    /// the lock.
    func release() {
        descriptor.withLock { descriptor in
            if let descriptor {
                flock(descriptor, LOCK_UN)
                Glibc.close(descriptor)
            }
            descriptor = nil
        }
    }

    private static func holder(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        // Safety: the buffer lives for the call, whose count is the buffer's.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}

/// The folders this process has open: LMDB's own locks break if a process opens a file twice.
enum OpenFolders {
    struct Identity: Hashable, Sendable {
        var device: UInt64
        var node: UInt64
    }

    private static let open = Mutex<Set<Identity>>([])

    /// - Throws: `StorageError.folderInUse` if it is entered already.
    static func enter(_ folder: String) throws(StorageError) -> Identity {
        var found = nt_file_identity()
        // Safety: `found` lives for the call.
        guard unsafe nt_identify_file(folder, &found) == 0 else {
            throw .folderNotUsable(folder: folder, reason: LMDBCall.text(of: errno))
        }
        let identity = Identity(device: found.device, node: found.node)
        guard open.withLock({ $0.insert(identity).inserted }) else {
            throw .folderInUse(folder: folder, holder: getpid())
        }
        return identity
    }

    static func leave(_ identity: Identity) {
        open.withLock { _ = $0.remove(identity) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Small files that are there as a whole or as they were before, whatever happens.
package enum DurableFile {
    /// What the system said.
    package struct Failure: Error, Hashable, Sendable {
        /// `errno`.
        package let code: Int32
        package var reason: String { LMDBCall.text(of: code) }
    }

    /// Puts a file of these bytes in place of what `path` names, and brings it to the medium. Blocks.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = "\(path).new"
        let descriptor = unsafe Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        // Safety: the buffer lives for the call, whose count is the buffer's.
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isWritten = count == bytes.count && fsync(descriptor) == 0
        // A write that ends early has no code of its own: the disk is full.
        let code = count >= 0 && count < bytes.count ? ENOSPC : errno
        Glibc.close(descriptor)
        guard isWritten, unsafe rename(temporary, path) == 0 else {
            let failure = Failure(code: isWritten ? errno : code)
            _ = unsafe unlink(temporary)
            throw failure
        }
        syncFolder(of: path)
    }

    /// Brings the names in the folder of `path` to the medium, where the file system can.
    package static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        Glibc.close(descriptor)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The number of the stored format, in a small text file beside the data and under a key inside them.
///
/// The file is read before anything else is touched, so that a newer format, of whatever shape, is left alone. The key is
/// what counts for data that were copied without the file, and changes in the same transaction as an upgrade.
enum FormatVersion {
    /// What this program writes, described in `Docs/formats/`.
    static let current: UInt32 = 1
    static let fileName = "format"

    private static let firstWord = "needletail-data"

    /// The version in the file of `folder`, or `nil` if there is no file.
    ///
    /// - Throws: `StorageError.newerFormat`; `.fileDamaged` if the file says something else.
    static func checkFile(in folder: String) throws(StorageError) -> UInt32? {
        let path = "\(folder)/\(fileName)"
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .folderNotUsable(folder: folder, reason: "\(fileName): \(LMDBCall.text(of: errno))")
        }
        defer { Glibc.close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        // Safety: the buffer lives for the call, whose count is the buffer's.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else {
            throw .folderNotUsable(folder: folder, reason: "\(fileName): \(LMDBCall.text(of: errno))")
        }
        let words = String(decoding: bytes.prefix(count), as: UTF8.self).split { $0 == " " || $0 == "\n" }
        guard words.count >= 2, words[0] == firstWord, let version = UInt32(words[1]) else {
            throw .fileDamaged(folder: folder, reason: "the file '\(fileName)' does not name a format")
        }
        try check(version, folder: folder)
        return version
    }

    /// - Throws: `StorageError.newerFormat`; `.fileDamaged` for version 0, which never was.
    static func check(_ version: UInt32, folder: String) throws(StorageError) {
        guard version <= current else {
            throw .newerFormat(folder: folder, found: version, supported: current)
        }
        guard version > 0 else { throw .fileDamaged(folder: folder, reason: "it claims to have format 0") }
    }

    /// Writes the file, whole or not at all.
    static func writeFile(in folder: String) throws(StorageError) {
        let path = "\(folder)/\(fileName)"
        let temporary = "\(path).new"
        let text = Array("\(firstWord) \(current)\n".utf8)
        let descriptor = unsafe Glibc.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .folderNotUsable(folder: folder, reason: "\(fileName): \(LMDBCall.text(of: errno))")
        }
        // Safety: the buffer lives for the call, whose count is the buffer's.
        let count = unsafe text.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        let isWritten = count == text.count && fsync(descriptor) == 0
        let code = errno
        Glibc.close(descriptor)
        guard isWritten, unsafe rename(temporary, path) == 0 else {
            let reason = LMDBCall.text(of: isWritten ? errno : code)
            _ = unsafe unlink(temporary)
            if code == ENOSPC { throw .diskFull }
            throw .folderNotUsable(folder: folder, reason: "\(fileName): \(reason)")
        }
        let folderDescriptor = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folderDescriptor >= 0 {
            // Without this the name could be lost with the power; the key inside the data would still say it.
            _ = fsync(folderDescriptor)
            Glibc.close(folderDescriptor)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The number of the stored format, in a small text file beside the data and under a key inside them.
///
/// The file is read before anything else is touched, so that a newer format, of whatever shape, is left alone. The key is
/// what counts for data that were copied without the file, and changes in the same transaction as an upgrade.
enum FormatVersion {
    /// What this program writes, described in `Docs/formats/`.
    static let current: UInt32 = 4
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

    /// Writes the file, whole or not at all. Were its name lost with the power, the key inside the data would still say it.
    static func writeFile(in folder: String) throws(StorageError) {
        do {
            try DurableFile.write(Array("\(firstWord) \(current)\n".utf8), to: "\(folder)/\(fileName)")
        } catch {
            if error.code == ENOSPC { throw .diskFull }
            throw .folderNotUsable(folder: folder, reason: "\(fileName): \(error.reason)")
        }
    }
}

extension StorageEnvironment {
    /// The version of the stored format that this program writes, and the newest it reads.
    package static var formatVersion: Int { Int(FormatVersion.current) }
}

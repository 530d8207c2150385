// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writes entries into a file of their own, block by block. Used by one thread.
///
/// The file is whole once `finish()` has returned; until then a reader refuses it.
final class ArchiveWriter {
    static let magic = Array("needletail-archive 1\n".utf8)
    /// A block is written once it holds this much; an entry is never divided.
    static let blockByteCount = 1 << 20

    private let path: String
    private let descriptor: Int32
    private let compression: ArchiveCompression
    private var block = ArchiveBlock()
    private var summary = ArchiveSummary()
    private var isOpen = true

    /// - Throws: `StorageError.archiveNotUsable` if the file cannot be made or is there already.
    init(path: String, compression: ArchiveCompression) throws(StorageError) {
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .archiveNotUsable(path: path, reason: LMDBCall.text(of: errno))
        }
        self.path = path
        self.descriptor = descriptor
        self.compression = compression
        try write(Self.magic)
    }

    deinit { close() }

    func append(key: RawSpan, value: RawSpan) throws(StorageError) {
        block.append(key: key, value: value)
        summary.entryCount += 1
        summary.byteCount += key.byteCount + value.byteCount
        if block.byteCount >= Self.blockByteCount { try writeBlock() }
    }

    /// Writes what is left and the last block, and brings the file to the medium.
    func finish() throws(StorageError) -> ArchiveSummary {
        try writeBlock()
        var end = ByteWriter(capacity: 16)
        end.append(UInt64(summary.entryCount))
        end.append(UInt64(summary.byteCount))
        try write(ArchiveBlock(bytes: end.bytes), as: .end, stored: end.bytes)
        guard fsync(descriptor) == 0 else { throw failure(errno) }
        close()
        return summary
    }

    private func writeBlock() throws(StorageError) {
        guard block.byteCount > 0 else { return }
        if let packed = block.deflated(compression) {
            try write(block, as: .deflated, stored: packed)
        } else {
            try write(block, as: .plain, stored: block.bytes)
        }
        block.removeAll()
    }

    private func write(
        _ block: ArchiveBlock, as kind: ArchiveBlockHeader.Kind, stored: [UInt8]
    ) throws(StorageError) {
        guard let plainCount = UInt32(exactly: block.byteCount), let storedCount = UInt32(exactly: stored.count) else {
            throw .valueTooLong(byteCount: block.byteCount, limit: Int(UInt32.max))
        }
        let header = ArchiveBlockHeader(
            kind: kind, plainByteCount: plainCount, storedByteCount: storedCount, checksum: block.checksum)
        try write(header.encoded)
        try write(stored)
    }

    private func write(_ bytes: [UInt8]) throws(StorageError) {
        var offset = 0
        while offset < bytes.count {
            // Safety: the buffer lives for the call, which stays inside it.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(errno) }
            offset += count
        }
        summary.fileByteCount += bytes.count
    }

    private func failure(_ code: Int32) -> StorageError {
        .archiveNotUsable(path: path, reason: LMDBCall.text(of: code))
    }

    private func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }
}

/// What an archive holds.
package struct ArchiveSummary: Hashable, Sendable {
    package var entryCount = 0
    /// Of keys and values, before they were packed.
    package var byteCount = 0
    /// Of the file.
    package var fileByteCount = 0

    package init(entryCount: Int = 0, byteCount: Int = 0, fileByteCount: Int = 0) {
        self.entryCount = entryCount
        self.byteCount = byteCount
        self.fileByteCount = fileByteCount
    }
}

// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads an archive block by block, each checked by its checksum before it is handed out. Used by one thread.
package final class ArchiveReader {
    private let path: String
    private let descriptor: Int32
    /// What of the file has not been read.
    private var remainingByteCount: Int
    private var summary = ArchiveSummary()
    private var hasEnded = false

    /// - Throws: `StorageError.archiveNotUsable`; `.archiveDamaged` for a file that is no archive.
    package init(path: String) throws(StorageError) {
        // Not through a link that somebody put in the backup's place.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .archiveNotUsable(path: path, reason: LMDBCall.text(of: errno))
        }
        var status = stat()
        // Safety: `status` lives for the call.
        let isStatusKnown = unsafe fstat(descriptor, &status) == 0
        self.path = path
        self.descriptor = descriptor
        remainingByteCount = isStatusKnown ? Int(status.st_size) : 0
        guard isStatusKnown, status.st_mode & S_IFMT == S_IFREG else { throw damaged("it is not a file") }
        guard try read(ArchiveWriter.magic.count) == ArchiveWriter.magic else {
            throw damaged("it is not an archive of this version")
        }
    }

    deinit { Glibc.close(descriptor) }

    /// The next block of entries; `nil` after the last, once everything is known to be there.
    ///
    /// - Throws: `StorageError.archiveDamaged`, `.archiveNotUsable`.
    package func nextBlock() throws(StorageError) -> ArchiveBlock? {
        if hasEnded { return nil }
        guard let header = ArchiveBlockHeader(try read(ArchiveBlockHeader.byteCount)) else {
            throw damaged("the header of a block makes no sense")
        }
        let stored = try read(Int(header.storedByteCount))
        let block =
            header.kind == .deflated
            ? ArchiveBlock(inflating: stored, byteCount: Int(header.plainByteCount)) : ArchiveBlock(bytes: stored)
        guard let block, block.checksum == header.checksum else { throw damaged("the checksum of a block is wrong") }
        if header.kind == .end {
            try check(end: block)
            hasEnded = true
            return nil
        }
        let isWhole = block.forEachEntry { key, value in
            summary.entryCount += 1
            summary.byteCount += key.count + value.count
        }
        guard isWhole else { throw damaged("an entry is cut off") }
        return block
    }

    private func check(end: ArchiveBlock) throws(StorageError) {
        var expected = ByteWriter(capacity: 16)
        expected.append(UInt64(summary.entryCount))
        expected.append(UInt64(summary.byteCount))
        guard end.bytes == expected.bytes else { throw damaged("entries are missing") }
        guard remainingByteCount == 0 else { throw damaged("something follows its end") }
    }

    private func read(_ count: Int) throws(StorageError) -> [UInt8] {
        guard count <= remainingByteCount else { throw damaged("it ends too early") }
        var code: Int32 = 0
        // Safety: the buffer lives for the calls, which stay inside it.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe Glibc.read(descriptor, buffer.baseAddress! + filled, count - filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    code = got < 0 ? errno : EIO
                    return
                }
                filled += got
            }
        }
        guard code == 0 else { throw .archiveNotUsable(path: path, reason: LMDBCall.text(of: code)) }
        remainingByteCount -= count
        return bytes
    }

    private func damaged(_ reason: String) -> StorageError { .archiveDamaged(path: path, reason: reason) }
}

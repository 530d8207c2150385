// SPDX-License-Identifier: Apache-2.0

import DataModel
import Glibc
import ImageVectorizer

/// Which random id each item was given, noted on the medium before the object is stored: an import that goes on after it was
/// killed gives the same id again, and finds that the object is there. Docs/formats/import-journal.md has its bytes.
///
/// Used by one task at a time; its operations block. Takes 48 bytes of memory an item.
package final class ImportJournal {
    /// What an item is known by: the beginning of the SHA-256 of its place and content.
    package struct Key: Hashable, Sendable {
        let bytes: [UInt8]

        /// - Parameter digest: of the content, 32 bytes.
        package init(place: String, digest: [UInt8]) {
            let text = Array(place.utf8) + [0] + digest
            bytes = Array(PictureDigest.sha256(of: text.span).prefix(Self.byteCount))
        }

        fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

        fileprivate static let byteCount = 16
    }

    static let header = Array("NTIJ0001".utf8)
    static let recordByteCount = 36

    private struct ShortKey: Hashable {
        var high: UInt64
        var low: UInt64
    }

    private let path: String
    private let descriptor: Int32
    private var ids: [ShortKey: ObjectID] = [:]

    /// Opens or makes the file, and cuts off what an interrupted write left at its end.
    ///
    /// - Throws: `ImportError.journal`, also if another import has it open.
    package init(path: String) throws(ImportError) {
        self.path = path
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .journal(path: path, reason: Self.systemReason) }
        self.descriptor = descriptor
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw .journal(path: path, reason: "another import of the same is under way")
        }
        try load()
    }

    deinit { Glibc.close(descriptor) }

    package var count: Int { ids.count }

    package func id(for key: Key) -> ObjectID? { ids[Self.short(key)] }

    /// Notes ids, and returns when they are on the medium.
    package func add(_ entries: [(key: Key, id: ObjectID)]) throws(ImportError) {
        var bytes: [UInt8] = []
        for (key, id) in entries {
            let body = key.bytes + Self.bytes(of: id.high) + Self.bytes(of: id.low)
            bytes += body + PictureDigest.sha256(of: body.span).prefix(4)
            ids[Self.short(key)] = id
        }
        guard !bytes.isEmpty else { return }
        try write(bytes)
        guard fdatasync(descriptor) == 0 else { throw .journal(path: path, reason: Self.systemReason) }
    }

    private func load() throws(ImportError) {
        let whole = try read(Self.header.count)
        if whole.isEmpty {
            try write(Self.header)
            return
        }
        guard whole == Self.header else {
            throw .journal(path: path, reason: "it is something else; name another file, or delete it")
        }
        var end = Self.header.count
        while true {
            let records = try read(Self.recordByteCount * 4_096)
            for start in stride(from: 0, to: records.count, by: Self.recordByteCount) {
                guard start + Self.recordByteCount <= records.count else { break }
                let body = Array(records[start..<start + 32])
                guard records[start + 32..<start + 36].elementsEqual(PictureDigest.sha256(of: body.span).prefix(4))
                else {
                    return try cut(to: end)
                }
                ids[Self.short(Key(bytes: Array(body[..<16])))] = ObjectID(
                    high: Self.number(body[16..<24]), low: Self.number(body[24..<32]))
                end += Self.recordByteCount
            }
            if records.count < Self.recordByteCount * 4_096 { return try cut(to: end) }
        }
    }

    /// What follows was being written when the power went: nothing was stored under its ids.
    private func cut(to end: Int) throws(ImportError) {
        guard ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else {
            throw .journal(path: path, reason: Self.systemReason)
        }
    }

    private func read(_ count: Int) throws(ImportError) -> [UInt8] {
        var isRead = true
        // Safety: the buffer lives for the calls, which stay inside it.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe Glibc.read(descriptor, buffer.baseAddress! + filled, count - filled)
                if got < 0, errno == EINTR { continue }
                isRead = got >= 0
                guard got > 0 else { return }
                filled += got
            }
        }
        guard isRead else { throw .journal(path: path, reason: Self.systemReason) }
        return bytes
    }

    private func write(_ bytes: [UInt8]) throws(ImportError) {
        var done = 0
        while done < bytes.count {
            // Safety: the buffer lives for the call, which stays inside it.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .journal(path: path, reason: Self.systemReason) }
            done += count
        }
    }

    // Safety: the text is copied at once.
    private static var systemReason: String { unsafe String(cString: strerror(errno)) }

    private static func short(_ key: Key) -> ShortKey {
        ShortKey(high: number(key.bytes[0..<8]), low: number(key.bytes[8..<16]))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(of number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

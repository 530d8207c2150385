// SPDX-License-Identifier: Apache-2.0

import CArchive

/// The files in a zip or tar archive, read where they are; no path of it ever reaches the file system.
final class ArchiveSource: PictureSource {
    let total: Int?
    private let path: String
    private let file: OpenFile
    private let limits: SourceLimits
    private let archive: ArchiveHandle
    private var discarded = 0
    private var isUnpackedAsAWhole = false

    /// Counts the entries where that does not mean unpacking them.
    init(_ source: SourceFile, limits: SourceLimits) throws(SourceError) {
        path = source.path
        self.limits = limits
        do throws(SourceFault) {
            total = try Self.count(source)
            file = try OpenFile(source)
            archive = try ArchiveHandle(file)
        } catch {
            throw .archiveDamaged(path: source.path, reason: error.reason)
        }
    }

    private static func count(_ source: SourceFile) throws(SourceFault) -> Int? {
        let archive = try ArchiveHandle(try OpenFile(source))
        var count = 0
        while let entry = try archive.next() {
            guard archive.isSeekable else { return nil }
            if entry.isWanted { count += 1 }
        }
        return count
    }

    var share: Double {
        file.size == 0 ? 1 : min(1, Double(archive.position) / Double(file.size))
    }

    func next() throws(SourceError) -> SourceItem? {
        while true {
            let entry: ArchiveHandle.Entry?
            do throws(SourceFault) { entry = try archive.next() } catch {
                throw .archiveDamaged(path: path, reason: error.reason)
            }
            guard let entry else { return nil }
            guard entry.isWanted else {
                try discard(entry)
                continue
            }
            return SourceItem(place: entry.path, path: entry.path, content: try content(of: entry))
        }
    }

    private func content(of entry: ArchiveHandle.Entry) throws(SourceError) -> SourceItem.Content {
        if entry.isEncrypted { return .unreadable("it is encrypted; unpack the archive first") }
        var bytes: [UInt8] = []
        if entry.size > 0 { bytes.reserveCapacity(min(entry.size, limits.pictureBytes)) }
        while bytes.count <= limits.pictureBytes {
            switch archive.read(into: &bytes) {
            case .more: continue
            case .end: return .bytes(bytes)
            case .damaged(let reason): return .unreadable("it is damaged: \(reason)")
            case .archiveDamaged(let reason): throw .archiveDamaged(path: path, reason: "'\(entry.path)': \(reason)")
            }
        }
        try discard(entry)
        return .unreadable("it has more than \(limits.pictureBytes) bytes")
    }

    /// Passes over content, which has to be unpacked where the archive is packed as a whole.
    private func discard(_ entry: ArchiveHandle.Entry) throws(SourceError) {
        // Elsewhere the next entry is looked for behind it.
        guard !archive.isSeekable else { return }
        var bytes: [UInt8] = []
        while true {
            bytes.removeAll(keepingCapacity: true)
            switch archive.read(into: &bytes) {
            case .more:
                discarded += bytes.count
                guard discarded <= limits.discardedBytes else {
                    throw .archiveTooLarge(path: path, limit: limits.discardedBytes)
                }
                if Task.isCancelled { return }
            case .end, .damaged: return
            case .archiveDamaged(let reason): throw .archiveDamaged(path: path, reason: reason)
            }
        }
    }
}

/// The door to libarchive. Used by one thread at a time.
@safe private final class ArchiveHandle {
    struct Entry {
        var path: String
        /// −1 where it is not known; not to be believed.
        var size: Int
        var isFile: Bool
        var isEncrypted: Bool

        /// Whether it may be a picture: a file, not hidden, and not what macOS keeps beside files.
        var isWanted: Bool {
            isFile
                && !path.split(separator: "/").contains { $0.hasPrefix(".") && $0 != ".." || $0 == "__MACOSX" }
        }
    }

    enum Reading {
        case more
        case end
        case damaged(String)
        case archiveDamaged(String)
    }

    private static let pieceBytes = 256 << 10

    // Safety: ended in `deinit` only, and used by one thread at a time.
    private let archive: OpaquePointer
    private let file: OpenFile

    init(_ file: OpenFile) throws(SourceFault) {
        self.file = file
        var isOpen: Int32 = 0
        // Safety: the file stays open as long as this lives.
        guard let archive = unsafe nt_archive_begin(file.descriptor, &isOpen) else {
            throw SourceFault("there is no memory")
        }
        unsafe self.archive = archive
        guard isOpen != 0 else { throw SourceFault(problem) }
    }

    deinit { unsafe nt_archive_end(archive) }

    var isSeekable: Bool { unsafe nt_archive_is_seekable(archive) != 0 }

    var position: Int { Int(clamping: unsafe nt_archive_position(archive)) }

    /// The next entry; `nil` at the end.
    func next() throws(SourceFault) -> Entry? {
        var entry = unsafe nt_archive_entry()
        switch unsafe nt_archive_next(archive, &entry) {
        case 1: break
        case 0: return nil
        default: throw SourceFault(problem)
        }
        // Safety: the path is valid until the next call and copied here.
        let bytes = unsafe UnsafeRawBufferPointer(start: entry.path, count: entry.path_length)
        var path = unsafe String(decoding: bytes, as: UTF8.self)[...]
        while path.hasPrefix("./") { path = path.dropFirst(2) }
        return unsafe Entry(
            path: String(path), size: Int(clamping: entry.size),
            isFile: entry.kind == nt_archive_kind_file, isEncrypted: entry.is_encrypted != 0)
    }

    /// Appends a piece of the entry's content.
    func read(into bytes: inout [UInt8]) -> Reading {
        var got = 0
        // Safety: at most as many bytes are written as there is room for.
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
            got = unsafe nt_archive_read(archive, buffer.baseAddress, Self.pieceBytes)
            filled = max(0, got)
        }
        bytes += piece
        return switch got {
        case 1...: .more
        case 0: .end
        case -1: .damaged(problem)
        default: .archiveDamaged(problem)
        }
    }

    private var problem: String {
        // Safety: the text is never NULL and copied at once.
        String(unsafe String(cString: nt_archive_error(archive)).prefix(300))
    }
}

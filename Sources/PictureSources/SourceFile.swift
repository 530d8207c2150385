// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc

/// A file that can be read, which may have to lie below a folder whatever links lead to it.
package struct SourceFile: Hashable, Sendable {
    package let path: String
    /// With all links resolved; `nil` for anywhere.
    package let root: String?

    package init(path: String, root: String? = nil) {
        self.path = path
        self.root = root
    }

    /// All bytes.
    ///
    /// - Throws: a reason, also for a file of more than `limit` bytes.
    package func read(limit: Int) throws(SourceFault) -> [UInt8] {
        let file = try OpenFile(self)
        guard file.size <= limit else { throw SourceFault("it has \(file.size) bytes; at most \(limit) are read") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(file.size)
        // It may grow while it is read.
        while bytes.count <= limit, try file.append(upTo: max(64 << 10, file.size - bytes.count), to: &bytes) {}
        guard bytes.count <= limit else { throw SourceFault("it has more than \(limit) bytes") }
        return bytes
    }
}

/// What is wrong with one item, in words.
package struct SourceFault: Error, Hashable, Sendable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }

    /// What the system says of the last call that failed.
    static func ofSystem() -> Self {
        // Safety: the text is copied at once.
        Self(unsafe String(cString: strerror(errno)))
    }
}

/// A file that is open for reading; closed with the last reference.
final class OpenFile {
    let descriptor: Int32
    /// When it was opened.
    let size: Int

    init(_ file: SourceFile) throws(SourceFault) {
        var size: Int64 = 0
        // Safety: the path is copied, and `size` lives for the call.
        descriptor = unsafe nt_open_regular_file(file.path, &size)
        guard descriptor >= 0 else {
            throw errno == EINVAL ? SourceFault("it is not a file") : .ofSystem()
        }
        self.size = Int(size)
        // What was opened counts, not what the path led to a moment before.
        guard let root = file.root, !Self.isPath(Self.path(of: descriptor), below: root) else { return }
        throw SourceFault("it leads out of the folder that the import has to stay below")
    }

    deinit { Glibc.close(descriptor) }

    /// Appends what comes next, up to `count` bytes.
    ///
    /// - Returns: `false` at the end.
    func append(upTo count: Int, to bytes: inout [UInt8]) throws(SourceFault) -> Bool {
        var got = 0
        // Safety: the buffer lives for the calls, which stay inside it.
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            repeat { got = unsafe Glibc.read(descriptor, buffer.baseAddress, count) } while got < 0 && errno == EINTR
            filled = max(0, got)
        }
        guard got >= 0 else { throw .ofSystem() }
        if bytes.isEmpty { bytes = piece } else { bytes += piece }
        return got > 0
    }

    private static func path(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        // Safety: at most `count` bytes are written.
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe readlink(
                "/proc/self/fd/\(descriptor)", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Whether `path`, which is absolute and without links, is `root` or lies below it.
    static func isPath(_ path: String, below root: String) -> Bool {
        path == root || path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
    }
}

package enum SourcePath {
    /// `path` with all links resolved; `nil` if there is nothing.
    package static func resolved(_ path: String) -> String? {
        // Safety: the text is the caller's to free, and copied before.
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(validatingCString: text)
    }

    /// Whether `path` is `root` or lies below it; both with all links resolved.
    package static func isPath(_ path: String, below root: String) -> Bool { OpenFile.isPath(path, below: root) }
}

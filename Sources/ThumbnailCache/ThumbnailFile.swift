// SPDX-License-Identifier: Apache-2.0

import CZlib
import Foundation

/// One file of the cache: a head of 16 bytes, and the JPEG (Docs/formats/thumbnails.md).
///
/// A file that does not hold together, for whatever reason, is none. All of these block.
package enum ThumbnailFile {
    private static let magic = Array("NTTHUMB\(ThumbnailKey.version)".utf8)
    private static let headByteCount = 16
    /// Nothing that is kept is larger.
    static let mostBytes = 8 << 20

    /// When a file was last asked for counts to the hour, so that not every reading writes.
    private static let secondsBetweenTouches = 3_600

    /// The JPEG in the file at `path`; `nil` if there is none, or what is there is none.
    static func jpeg(at path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let byteCount = Int(status.st_size)
        guard byteCount > headByteCount, byteCount <= headByteCount + mostBytes else { return nil }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            while count < byteCount {
                // Safety: what is left of the buffer is as long as the call is told.
                let read = unsafe Foundation.read(file, buffer.baseAddress! + count, byteCount - count)
                guard read > 0 else { break }
                count += read
            }
        }
        guard bytes.count == byteCount, let jpeg = Self.jpeg(in: bytes) else { return nil }
        if time(nil) - status.st_mtim.tv_sec > secondsBetweenTouches { _ = futimens(file, nil) }
        return jpeg
    }

    /// Writes a file beside its place and moves it there. `false` if that failed; then nothing is left.
    static func write(_ jpeg: [UInt8], to path: String) -> Bool {
        let temporary = "\(path)\(temporaryEnding)"
        let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { return false }
        let isWritten = writeAll(head(of: jpeg) + jpeg, to: file)
        close(file)
        // Without a flush: what a power loss leaves of it does not hold together.
        guard isWritten, unsafe rename(temporary, path) == 0 else {
            _ = unsafe unlink(temporary)
            return false
        }
        return true
    }

    /// What is free on the disk of the folder at `path`; 0 if that cannot be told.
    package static func freeBytes(at path: String) -> Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return 0 }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    static let temporaryEnding = ".tmp"

    static func byteCount(of jpeg: [UInt8]) -> Int { headByteCount + jpeg.count }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                // Safety: what is left of the buffer is as long as the call is told.
                let count = unsafe Foundation.write(file, buffer.baseAddress! + written, buffer.count - written)
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }

    private static func head(of jpeg: [UInt8]) -> [UInt8] {
        magic + littleEndian(checksum(jpeg.span)) + littleEndian(UInt32(jpeg.count))
    }

    private static func jpeg(in bytes: [UInt8]) -> [UInt8]? {
        guard bytes.starts(with: magic), bytes[12..<16].elementsEqual(littleEndian(UInt32(bytes.count - headByteCount)))
        else { return nil }
        let jpeg = bytes.span.extracting(headByteCount..<bytes.count)
        guard bytes[8..<12].elementsEqual(littleEndian(checksum(jpeg))) else { return nil }
        return Array(bytes[headByteCount...])
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }

    private static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        // Safety: the function reads as many bytes as there are.
        unsafe bytes.withUnsafeBufferPointer { unsafe nt_crc32($0.baseAddress, $0.count) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Observability
import Synchronization

/// Thumbnails on disk, in a folder that may be lost at any time: that costs nothing but making them again.
///
/// Files lie in 64 folders by their digest. Each may hold a 64th of the limit; beyond that those go which nobody has asked
/// for longest, to the hour, until three quarters are left. What is no thumbnail of ours is left alone and not counted.
/// Reading blocks the calling thread; a thread of its own writes, from a queue with a limit: what finds it full is not kept.
package final class ThumbnailFiles: Sendable {
    static let bucketCount = 64
    private static let mostWaitingBytes = 32 << 20
    /// What is left free on the disk, for what cannot be made again.
    static let reserveInBytes = 256 << 20

    private struct State {
        /// Not yet written; in order.
        var waiting: [(key: ThumbnailKey, jpeg: [UInt8])] = []
        var waitingByKey: [ThumbnailKey: [UInt8]] = [:]
        var waitingBytes = 0
        var worker: BackgroundWorker?
    }

    private let folder: String
    private let bucketLimitInBytes: Int
    private let logger: Logger?
    private let freeBytes: @Sendable (String) -> Int
    private let state = Mutex(State())
    private let writing: Writing

    /// What is known of the files.
    private final class Writing: @unchecked Sendable {
        // Safety (@unchecked): only touched on the worker's thread, and when that has ended.
        /// Bytes in each bucket; `nil` until it is counted.
        var byteCounts = [Int?](repeating: nil, count: bucketCount)
        var hasFailed = false
    }

    /// - Parameters:
    ///   - folder: is made when it is needed.
    ///   - limitInBytes: of all files together; below some MiB a bucket holds next to none.
    ///   - freeBytes: what is free on the disk of a folder.
    package init(
        folder: String, limitInBytes: Int, logger: Logger? = nil,
        freeBytes: @escaping @Sendable (String) -> Int = ThumbnailFile.freeBytes
    ) {
        self.folder = folder
        self.freeBytes = freeBytes
        self.logger = logger
        bucketLimitInBytes = limitInBytes / Self.bucketCount
        writing = Writing()
        let worker = BackgroundWorker(name: "thumbnails") { [weak self] _ in self?.writeWaiting() }
        state.withLock { $0.worker = worker }
    }

    /// The thumbnail kept under `key`. Blocks for a reading of the disk.
    package func jpeg(for key: ThumbnailKey) -> [UInt8]? {
        if let waiting = state.withLock({ $0.waitingByKey[key] }) { return waiting }
        return ThumbnailFile.jpeg(at: path(of: key))
    }

    /// Keeps a thumbnail, soon. Does not block.
    package func keep(_ jpeg: [UInt8], for key: ThumbnailKey) {
        guard ThumbnailFile.byteCount(of: jpeg) <= min(bucketLimitInBytes, ThumbnailFile.mostBytes) else { return }
        let worker = state.withLock { state -> BackgroundWorker? in
            guard state.worker != nil, state.waitingByKey[key] == nil,
                state.waitingBytes + jpeg.count <= Self.mostWaitingBytes
            else {
                return nil
            }
            state.waiting.append((key, jpeg))
            state.waitingByKey[key] = jpeg
            state.waitingBytes += jpeg.count
            return state.worker
        }
        worker?.wake()
    }

    /// Writes what waits and ends the thread. Nothing is kept afterwards.
    package func stop() {
        let worker = state.withLock { state in
            defer { state.worker = nil }
            return state.worker
        }
        guard let worker else { return }
        worker.stop()
        writeWaiting()
    }

    private func bucketFolder(_ bucket: Int) -> String { "\(folder)/\(bucket < 10 ? "0" : "")\(bucket)" }

    func path(of key: ThumbnailKey) -> String { "\(bucketFolder(key.bucket))/\(key.fileName)" }

    // MARK: - On the worker's thread, or when that has ended

    private func writeWaiting() {
        while let (key, jpeg) = state.withLock({ $0.waiting.first }) {
            write(jpeg, for: key)
            state.withLock { state in
                state.waiting.removeFirst()
                state.waitingByKey[key] = nil
                state.waitingBytes -= jpeg.count
            }
        }
    }

    private func write(_ jpeg: [UInt8], for key: ThumbnailKey) {
        let bucket = key.bucket
        if writing.byteCounts[bucket] == nil {
            try? FileManager.default.createDirectory(
                atPath: bucketFolder(bucket), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            writing.byteCounts[bucket] = Self.total(files(in: bucket))
        }
        guard freeBytes(bucketFolder(bucket)) >= Self.reserveInBytes else { return }
        guard ThumbnailFile.write(jpeg, to: path(of: key)) else {
            // Perhaps the folder is gone, and is made next time.
            writing.byteCounts[bucket] = nil
            if !writing.hasFailed { logger?.warning("thumbnails cannot be kept", ["folder": .text(folder)]) }
            writing.hasFailed = true
            return
        }
        writing.hasFailed = false
        let byteCount = (writing.byteCounts[bucket] ?? 0) + ThumbnailFile.byteCount(of: jpeg)
        writing.byteCounts[bucket] = byteCount > bucketLimitInBytes ? evict(from: bucket) : byteCount
    }

    private struct Entry {
        var path: String
        var byteCount: Int
        var lastUse: timespec
    }

    private static func total(_ entries: [Entry]) -> Int { entries.reduce(0) { $0 + $1.byteCount } }

    /// The thumbnails in a bucket; removes what writes that were cut off have left.
    private func files(in bucket: Int) -> [Entry] {
        let folder = bucketFolder(bucket)
        var entries: [Entry] = []
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            let path = "\(folder)/\(name)"
            if name.hasSuffix(ThumbnailFile.temporaryEnding),
                ThumbnailKey.isFileName(String(name.dropLast(ThumbnailFile.temporaryEnding.count)))
            {
                _ = unsafe unlink(path)
            }
            guard ThumbnailKey.isFileName(name) else { continue }
            var status = stat()
            guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            entries.append(Entry(path: path, byteCount: Int(status.st_size), lastUse: status.st_mtim))
        }
        return entries
    }

    /// Removes what was not asked for longest; returns what is left, in bytes.
    private func evict(from bucket: Int) -> Int {
        let entries = files(in: bucket).sorted { left, right in
            (left.lastUse.tv_sec, left.lastUse.tv_nsec) < (right.lastUse.tv_sec, right.lastUse.tv_nsec)
        }
        var byteCount = Self.total(entries)
        for entry in entries where byteCount > bucketLimitInBytes / 4 * 3 {
            if unsafe unlink(entry.path) == 0 { byteCount -= entry.byteCount }
        }
        return byteCount
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import ThumbnailCache

struct ThumbnailFilesTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/thumbnails-\(UUID().uuidString)"

    private static let limitInBytes = 16 << 20

    private func key(_ number: UInt8, size: Int = 256) -> ThumbnailKey {
        ThumbnailKey(digest: [UInt8](repeating: number, count: 32), size: size)
    }

    /// Has `body` use a cache, waits until everything is written, and hands over a new one.
    private func reopened(
        limitInBytes: Int = Self.limitInBytes, _ body: (ThumbnailFiles) -> Void
    ) -> ThumbnailFiles {
        let files = ThumbnailFiles(folder: folder, limitInBytes: limitInBytes)
        body(files)
        files.stop()
        return ThumbnailFiles(folder: folder, limitInBytes: limitInBytes)
    }

    @Test func `what was kept is there again, by digest and size`() {
        let jpeg: [UInt8] = [1, 2, 3]
        let files = reopened { files in
            files.keep(jpeg, for: key(1))
            #expect(files.jpeg(for: key(1)) == jpeg, "at once, whether it is written or not")
            files.keep([4], for: key(1, size: 64))
        }
        defer { files.stop() }
        #expect(files.jpeg(for: key(1)) == jpeg && files.jpeg(for: key(1, size: 64)) == [4])
        #expect(files.jpeg(for: key(2)) == nil && files.jpeg(for: key(1, size: 128)) == nil)
    }

    @Test func `files that are cut off, changed, foreign, links or folders are none`() throws {
        let jpeg = [UInt8](repeating: 7, count: 100)
        let files = reopened { files in for number in 1...6 { files.keep(jpeg, for: key(UInt8(number))) } }
        defer { files.stop() }
        func replace(_ number: UInt8, _ change: (inout Data) -> Void) throws {
            let path = files.path(of: key(number))
            var data = try Data(contentsOf: URL(filePath: path))
            change(&data)
            try data.write(to: URL(filePath: path))
        }
        try replace(1) { $0.removeLast() }
        try replace(2) { $0[50] ^= 1 }
        try replace(3) { $0 = Data("foreign".utf8) }
        try replace(4) { $0 = Data() }
        let manager = FileManager.default
        try manager.removeItem(atPath: files.path(of: key(5)))
        try manager.createSymbolicLink(atPath: files.path(of: key(5)), withDestinationPath: files.path(of: key(6)))
        for number in 1...5 { #expect(files.jpeg(for: key(UInt8(number))) == nil, "\(number)") }
        #expect(files.jpeg(for: key(6)) == jpeg)
        try manager.removeItem(atPath: files.path(of: key(6)))
        try manager.createDirectory(atPath: files.path(of: key(6)), withIntermediateDirectories: false)
        #expect(files.jpeg(for: key(6)) == nil)
    }

    @Test func `what is damaged is written again, and a folder that is gone is made again`() throws {
        var files = reopened { $0.keep([1], for: key(1)) }
        try Data("foreign".utf8).write(to: URL(filePath: files.path(of: key(1))))
        files.keep([1], for: key(1))
        files.stop()
        files = reopened { _ in }
        #expect(files.jpeg(for: key(1)) == [1])
        try FileManager.default.removeItem(atPath: folder)
        #expect(files.jpeg(for: key(1)) == nil)
        files.keep([1], for: key(1))
        files.stop()
        let again = reopened { _ in }
        defer { again.stop() }
        #expect(again.jpeg(for: key(1)) == [1])
    }

    @Test func `beyond the limit those go that were not asked for longest, and what is not ours stays`() throws {
        let limit = Self.limitInBytes
        let share = limit / ThumbnailFiles.bucketCount
        let jpeg = [UInt8](repeating: 1, count: share / 8)
        // All in one bucket: the first byte of the digest tells.
        func key(_ number: UInt8) -> ThumbnailKey {
            ThumbnailKey(digest: [0] + [UInt8](repeating: number, count: 31), size: 64)
        }
        let bucket = URL(filePath: folder).appending(path: "00")
        var files = reopened { files in for number in 0..<7 { files.keep(jpeg, for: key(UInt8(number))) } }
        let manager = FileManager.default
        for number in 0..<7 {
            // The first ones are the youngest.
            try manager.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000 - Double(number))],
                ofItemAtPath: files.path(of: key(UInt8(number))))
        }
        try Data("foreign".utf8).write(to: bucket.appending(path: "notes.txt"))
        let leftover = files.path(of: key(9)) + ThumbnailFile.temporaryEnding
        try Data("half".utf8).write(to: URL(filePath: leftover))
        files.keep(jpeg, for: key(7))
        files.stop()
        files = reopened { _ in }
        defer { files.stop() }
        let left = (0..<8).filter { files.jpeg(for: key(UInt8($0))) != nil }
        #expect(left == [0, 1, 2, 3, 7])
        #expect(manager.fileExists(atPath: bucket.appending(path: "notes.txt").path))
        #expect(!manager.fileExists(atPath: leftover))
    }

    @Test func `nothing is kept on a disk that is nearly full`() {
        let free = Mutex(ThumbnailFiles.reserveInBytes - 1)
        let files = ThumbnailFiles(folder: folder, limitInBytes: Self.limitInBytes) { _ in free.withLock { $0 } }
        files.keep([1], for: key(1))
        files.stop()
        let again = reopened { files in
            #expect(files.jpeg(for: key(1)) == nil)
            files.keep([1], for: key(1))
        }
        defer { again.stop() }
        #expect(again.jpeg(for: key(1)) == [1])
    }

    @Test func `what is asked for is young again`() throws {
        let files = reopened { $0.keep([1], for: key(1)) }
        defer { files.stop() }
        let path = files.path(of: key(1))
        let old = Date(timeIntervalSince1970: 1_000_000)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
        #expect(files.jpeg(for: key(1)) == [1])
        let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        #expect(try #require(date) > old)
    }

    @Test func `a folder that cannot be written costs the cache alone`() throws {
        try Data().write(to: URL(filePath: folder))
        let files = reopened { $0.keep([1], for: key(1)) }
        defer { files.stop() }
        #expect(files.jpeg(for: key(1)) == nil)
    }

    @Test(arguments: [
        ("", false), (String(repeating: "a", count: 64) + "-256.jpg", true),
        (String(repeating: "A", count: 64) + "-256.jpg", false), (String(repeating: "a", count: 64) + "-.jpg", false),
        (String(repeating: "a", count: 63) + "-2560.jpg", false),
        (String(repeating: "a", count: 64) + "-2a6.jpg", false),
        (String(repeating: "a", count: 64) + "-25600.jpg", false),
    ])
    func `names of thumbnails are known`(name: String, isOurs: Bool) {
        #expect(ThumbnailKey.isFileName(name) == isOurs)
    }
}

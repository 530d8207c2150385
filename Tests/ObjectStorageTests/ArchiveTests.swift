// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import ObjectStorage

struct ArchiveTests {
    private let storage: Storage
    private let path: String

    init() throws {
        storage = try Storage()
        path = "\(storage.folder.path)/1.archive"
        try storage.environment.write { transaction throws in
            for number in 0..<200 {
                try storage.insert(
                    ObjectID(number: UInt64(number)), [PropertyID(1): .text("text \(number % 7)")],
                    vector: [Float(number), 1], in: transaction)
            }
        }
    }

    @discardableResult
    private func archive(_ compression: ArchiveCompression = .fastest) throws -> ArchiveSummary {
        try? FileManager.default.removeItem(atPath: path)
        return try storage.environment.read { transaction in
            try transaction.archive(
                storage.shard.collection, to: path, compression: compression, isCancelled: { false })
        }
    }

    /// Restores the archive under another number.
    private func restore(named name: String) throws -> CollectionID {
        let reader = try ArchiveReader(path: path)
        return try storage.environment.write { transaction throws in
            let id = try #require(try transaction.beginRestoring(count: 1).first)
            var record: CollectionRecord?
            while let block = try reader.nextBlock() {
                if let found = try transaction.restore(block, as: id) { record = found }
            }
            var named = try #require(record)
            named.name = name
            try transaction.finishRestoring([named], ofFormat: StorageEnvironment.formatVersion)
            return id
        }
    }

    /// The entries of a collection, by what follows its number in their keys.
    private func entries(of collection: CollectionID) throws -> [[UInt8]: [UInt8]] {
        try storage.environment.read { transaction throws in
            var entries: [[UInt8]: [UInt8]] = [:]
            let prefix = Key.everything(of: collection, nil)
            try transaction.scan(prefix: prefix, from: prefix) { key, value in
                let rest = unsafe key.withUnsafeBytes { unsafe [UInt8]($0.dropFirst(prefix.count)) }
                entries[rest] = unsafe value.withUnsafeBytes { unsafe [UInt8]($0) }
                return true
            }
            return entries
        }
    }

    @Test(arguments: [ArchiveCompression.none, .fastest, .balanced, .smallest])
    func `a collection comes back as it was, under another number`(compression: ArchiveCompression) throws {
        let summary = try archive(compression)
        let restored = try restore(named: "Copy")
        let original = try entries(of: storage.shard.collection)
        #expect(try entries(of: restored) == original)
        // The catalog entry is one more.
        #expect(summary.entryCount == original.count + 1)
        #expect(try storage.problems() == [])
        let record = try storage.environment.read { try $0.collection(named: "Copy") }
        #expect(record?.definition == [1, 2, 3])
    }

    @Test func `packing makes it smaller`() throws {
        #expect(try archive(.smallest).fileByteCount < archive(.none).fileByteCount)
    }

    @Test func `what dropped shards left behind stays out`() throws {
        try storage.environment.write { transaction throws in
            let other = try transaction.createShard(named: "other", of: storage.shard.collection)
            let document = try transaction.takeDocumentNumber(in: other)
            try transaction.insert(.sample(ObjectID(number: 9)), vectors: [:], as: document, in: other)
            try transaction.flush()
            try transaction.dropShard(other)
        }
        try archive()
        let restored = try restore(named: "Copy")
        let numbers = Set(try entries(of: restored).keys.map { $0.prefix(4) })
        #expect(numbers == [[0, 0, 0, 0], [0, 0, 0, 1]])
        #expect(try storage.problems() == [])
    }

    @Test func `a byte that was changed is noticed, wherever it is`() throws {
        try archive()
        let whole = try storage.folder.bytes(of: "1.archive")
        for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 300)) {
            var changed = whole
            changed[offset] ^= 0x10
            try storage.folder.write(changed, to: "1.archive")
            #expect(throws: StorageError.self, "byte \(offset)") {
                let reader = try ArchiveReader(path: path)
                while try reader.nextBlock() != nil {}
            }
        }
    }

    @Test func `an archive that was cut off is refused`() throws {
        try archive()
        let whole = try storage.folder.bytes(of: "1.archive")
        for count in [0, 5, 21, 30, whole.count / 2, whole.count - 33, whole.count - 1] {
            try storage.folder.write(whole.prefix(count), to: "1.archive")
            #expect(throws: StorageError.self, "\(count) bytes") {
                let reader = try ArchiveReader(path: path)
                while try reader.nextBlock() != nil {}
            }
        }
    }

    @Test func `something behind the end is refused`() throws {
        try archive()
        try storage.folder.write(storage.folder.bytes(of: "1.archive") + [0], to: "1.archive")
        let reader = try ArchiveReader(path: path)
        #expect(throws: StorageError.archiveDamaged(path: path, reason: "something follows its end")) {
            while try reader.nextBlock() != nil {}
        }
    }

    @Test func `a link is not followed`() throws {
        try archive()
        let link = "\(storage.folder.path)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: StorageError.self) { try ArchiveReader(path: link) }
    }

    @Test func `a file that is there is not written over`() throws {
        try storage.folder.write(Data([1]), to: "1.archive")
        #expect(throws: StorageError.self) {
            try storage.environment.read { transaction in
                try transaction.archive(
                    storage.shard.collection, to: path, compression: .none, isCancelled: { false })
            }
        }
        #expect(try storage.folder.bytes(of: "1.archive") == Data([1]))
    }

    @Test func `archiving ends when it is cancelled`() throws {
        try storage.environment.write { transaction throws in
            for number in 1_000..<2_000 {
                try storage.insert(ObjectID(number: UInt64(number)), in: transaction)
            }
        }
        #expect(throws: CancellationError.self) {
            try storage.environment.read { transaction in
                try transaction.archive(
                    storage.shard.collection, to: path, compression: .none, isCancelled: { true })
            }
        }
    }

    @Test func `a restore that did not end is purged, unless it is still under way`() async throws {
        try archive()
        let queue = try CommitQueue(environment: storage.environment)
        let id = try await queue.submit { transaction in
            let id = try transaction.beginRestoring(count: 1)[0]
            let reader = try ArchiveReader(path: path)
            while let block = try reader.nextBlock() { _ = try transaction.restore(block, as: id) }
            return id
        }
        storage.environment.spare([id])
        #expect(try await !queue.purgeDropped())
        #expect(try storage.problems() == [])
        #expect(try !entries(of: id).isEmpty)
        storage.environment.unspare([id])
        #expect(try await queue.purgeDropped())
        #expect(try entries(of: id).isEmpty)
        #expect(try storage.problems() == [])
        await queue.close()
    }

    @Test func `a name that is taken fails the end of a restore`() throws {
        try archive()
        #expect(throws: StorageError.nameTaken("Picture")) { try restore(named: "Picture") }
        #expect(try storage.problems() == [])
    }
}

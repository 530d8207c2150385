// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing
import VectorIndexes

@testable import ObjectStorage

/// A database that is full can be read and emptied, and then filled again.
struct ReserveTests {
    private let folder = TemporaryFolder()
    private static let mapSizeInBytes = 16 << 20

    private func open(_ mapSizeInBytes: Int = ReserveTests.mapSizeInBytes) throws -> StorageEnvironment {
        var options = StorageEnvironment.Options.fast
        options.mapSizeInBytes = mapSizeInBytes
        return try StorageEnvironment.open(folder: folder.path, options: options)
    }

    private func makeShard(_ queue: CommitQueue) async throws -> ShardAddress {
        try await queue.submit { transaction in
            let collection = try transaction.createCollection(named: "C\(UUID().uuidString)", definition: [])
            return try transaction.createShard(named: "main", of: collection)
        }
    }

    /// Inserts objects with blobs of ever smaller sizes until each size is refused.
    ///
    /// - Returns: the documents, and how many of them have a blob of the largest size.
    private func fill(_ shard: ShardAddress, _ queue: CommitQueue) async throws -> (
        documents: [DocumentID], largest: Int
    ) {
        var documents: [DocumentID] = []
        var largest = 0
        for size in [20_000, 4_000, 500, 10] {
            do {
                while true {
                    let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: documents.count), count: size)
                    let document = try await queue.submit { transaction in
                        let document = try transaction.takeDocumentNumber(in: shard)
                        let object = StoredObject.sample(
                            ObjectID(number: UInt64(document.number)), [PropertyID(1): .blob(Blob(bytes: bytes))])
                        try transaction.insert(object, vectors: [VectorID(0): [1, 2, 3]], as: document, in: shard)
                        return document
                    }
                    documents.append(document)
                }
            } catch StorageError.databaseFull(let limit) {
                #expect(limit == Self.mapSizeInBytes)
                if size == 20_000 { largest = documents.count }
            }
        }
        return (documents, largest)
    }

    private func remove(_ documents: [DocumentID], _ shard: ShardAddress, _ queue: CommitQueue) async throws {
        try await queue.submit(isRemoval: true) { transaction in
            for document in documents { try transaction.remove(document, in: shard) }
        }
    }

    @Test func `a full map can be emptied by removals and drops, and filled as far again`() async throws {
        let environment = try open()
        let queue = try CommitQueue(environment: environment)
        var counts: [Int] = []
        for round in 0..<4 {
            let shard = try await makeShard(queue)
            let (documents, largest) = try await fill(shard, queue)
            counts.append(largest)
            #expect(try environment.read { try $0.counters(of: shard).objectCount } == UInt64(documents.count))
            if round % 2 == 0 {
                for document in documents.prefix(40) { try await remove([document], shard, queue) }
                try await remove(Array(documents.dropFirst(40).prefix(100)), shard, queue)
            }
            try await queue.submit(isRemoval: true) { try $0.dropCollection(shard.collection) }
            try await queue.purgeDropped()
            #expect(try environment.read { try $0.droppedParts() } == [])
            #expect(try environment.checkInvariants().isClean)
        }
        #expect(counts.allSatisfy { $0 >= counts[0] * 9 / 10 }, "20,000 bytes went in \(counts) times")
        #expect(try folder.bytes(of: "data.mdb").count <= Self.mapSizeInBytes)
        await queue.close()
        environment.close()
    }

    /// - Returns: whether there was room for it.
    private func insertSmall(_ number: UInt64, _ shard: ShardAddress, _ queue: CommitQueue) async throws -> Bool {
        do {
            try await queue.submit { transaction in
                let document = try transaction.takeDocumentNumber(in: shard)
                try transaction.insert(.sample(ObjectID(number: number)), vectors: [:], as: document, in: shard)
            }
            return true
        } catch StorageError.databaseFull {
            return false
        }
    }

    @Test func `every object can be removed one by one while the map is full`() async throws {
        let environment = try open(4 << 20)
        let queue = try CommitQueue(environment: environment)
        let shard = try await makeShard(queue)
        var count: UInt64 = 0
        while try await insertSmall(count, shard, queue) { count += 1 }
        for number in 0..<UInt32(count) { try await remove([DocumentID(number)], shard, queue) }
        #expect(try environment.read { try $0.counters(of: shard).objectCount } == 0)
        #expect(try environment.checkInvariants().isClean)
        await queue.close()
        environment.close()
    }

    @Test func `in one group the removal goes through and the write that does not fit is refused`() async throws {
        let environment = try open()
        let queue = try CommitQueue(environment: environment)
        let shard = try await makeShard(queue)
        let (documents, _) = try await fill(shard, queue)
        let gate = Gate()
        async let blocker: Void = queue.submit { _ in gate.wait() }
        await gate.waitUntilReached()
        let write = Task {
            try await queue.submit { try $0.setSetting("large", to: [UInt8](repeating: 1, count: 4 << 20)) }
        }
        while queue.statistics.waiting < 1 { await Task.yield() }
        async let removal: Void = remove([documents[0]], shard, queue)
        while queue.statistics.waiting < 2 { await Task.yield() }
        gate.open()
        try await blocker
        try await removal
        await #expect(throws: StorageError.databaseFull(mapSizeInBytes: Self.mapSizeInBytes)) { try await write.value }
        #expect(try environment.read { try $0.id(of: documents[0], in: shard) } == nil)
        await queue.close()
        environment.close()
    }

    @Test func `a snapshot that does not fit leaves nothing behind and the reserve alone`() async throws {
        let environment = try open()
        let queue = try CommitQueue(environment: environment)
        let shard = try await makeShard(queue)
        let before = try environment.statistics().entryCount
        #expect(throws: StorageError.databaseFull(mapSizeInBytes: Self.mapSizeInBytes)) {
            try writeSegments(100, shard, queue)
        }
        // The number of the next snapshot.
        #expect(try environment.statistics().entryCount == before + 1)
        _ = try await fill(shard, queue)
        try await queue.submit(isRemoval: true) { try $0.dropCollection(shard.collection) }
        try await queue.purgeDropped()
        await queue.close()
        environment.close()
    }

    /// Writes some segments of 1 MiB, without a header.
    private func writeSegments(_ count: UInt32, _ shard: ShardAddress, _ queue: CommitQueue) throws {
        var writer = SegmentWriter(queue: queue, vector: VectorID(0), shard: shard)
        for number in 0..<count {
            let segment = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1 << 20)
            try unsafe writer.put(SegmentName(.codes, number), segment.span.bytes)
        }
    }

    @Test func `purging goes on when the room that was missing returns`() async throws {
        let environment = try open()
        let queue = try CommitQueue(environment: environment)
        let shard = try await makeShard(queue)
        _ = try await fill(shard, queue)
        try await queue.submit(isRemoval: true) { try $0.dropCollection(shard.collection) }
        // A reader keeps all pages that are freed from now on.
        let gate = Gate()
        Thread.detachNewThread { _ = try? environment.read { _ in gate.wait() } }
        await gate.waitUntilReached()
        let changing = try await makeRoomless(queue)
        #expect(changing > 0)
        try await queue.purgeDropped(pausing: { _ in gate.open() })
        #expect(try environment.read { try $0.droppedParts() } == [])
        await queue.close()
        environment.close()
    }

    /// Removes nothing again and again until not even that has room.
    private func makeRoomless(_ queue: CommitQueue) async throws -> Int {
        for count in 0..<10_000 {
            do {
                try await queue.submit(isRemoval: true) { try $0.setSetting("changed", to: [UInt8(count % 256)]) }
            } catch StorageError.databaseFull {
                return count
            }
        }
        return 0
    }

    @Test func `the disk reserve is held, given up and taken again`() throws {
        let reserve = DiskReserve(folder: folder.path)
        #expect(reserve.hold(1 << 20))
        #expect(try folder.bytes(of: "reserve").count == 1 << 20)
        #expect(!reserve.hold(1 << 50))
        #expect(try folder.bytes(of: "reserve").count == 1 << 20)
        #expect(reserve.shrink(to: 1 << 16))
        #expect(!reserve.shrink(to: 1 << 16))
        #expect(reserve.hold(1 << 18))
        let again = DiskReserve(folder: folder.path)
        again.adopt()
        #expect(again.shrink(to: 0))
        #expect(try folder.bytes(of: "reserve").isEmpty)
    }

    @Test func `the reserve follows the data within its bounds`() {
        #expect(ReserveSize(usedPages: 0, mapPages: 1 << 28).whole == 512)
        #expect(ReserveSize(usedPages: 100_000, mapPages: 1 << 28).whole == 3_072)
        #expect(ReserveSize(usedPages: 1 << 27, mapPages: 1 << 28).whole == 4_096)
        #expect(ReserveSize(usedPages: 4_000, mapPages: 4_096).whole == 512)
        #expect(ReserveSize(usedPages: 200, mapPages: 256).whole == 32)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import ObjectStorage

/// Bytes that nobody wrote are reported, and never end the process.
struct DamageTests {
    private let storage: Storage

    init() throws { storage = try Storage() }

    private var shard: ShardAddress { storage.shard }
    private var vectors: VectorAddress { VectorAddress(shard: storage.shard, vector: VectorID(0)) }
    private var prefix: [UInt8] { Key.vectors(VectorID(0), in: storage.shard) }

    /// Runs `body` in a transaction after `damage` in one of its own, and expects that it throws damage at a key.
    private func expectDamage(
        at key: String, _ reason: String, after damage: (WriteTransaction) throws -> Void,
        in body: (WriteTransaction) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try storage.environment.write(damage)
        do {
            try storage.environment.write(body)
            Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        } catch StorageError.damaged(let foundKey, let foundReason) {
            #expect(foundKey.contains(key), sourceLocation: sourceLocation)
            #expect(foundReason.contains(reason), sourceLocation: sourceLocation)
        }
    }

    private func putRows(_ first: UInt32, _ last: UInt32, rowCount: Int, in transaction: WriteTransaction) throws {
        let header = VectorBlock.header(first: first, last: last, rowCount: rowCount, dimensions: 1)
        try transaction.put(
            header + [UInt8](repeating: 0, count: rowCount * 4),
            for: VectorBlock.rowsKey(prefix, last: last, first: first))
    }

    private func insert(_ count: UInt64, in transaction: WriteTransaction) throws {
        for number in 0..<count { try storage.insert(ObjectID(number: number), vector: [1], in: transaction) }
    }

    @Test func `counters that count more than there can be are damage`() throws {
        try expectDamage(at: "counters", "more than there can be") { transaction in
            try transaction.put(
                [ShardCounters.version, 1, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8),
                for: Key.inShard(.counters, shard))
        } in: {
            try insert(1, in: $0)
        }
    }

    @Test func `counters with bytes left over are damage`() throws {
        try expectDamage(at: "counters", "left over") { transaction in
            try transaction.put(
                [ShardCounters.version] + [UInt8](repeating: 0, count: 17), for: Key.inShard(.counters, shard))
        } in: {
            try insert(1, in: $0)
        }
    }

    @Test func `a collection never gets the number 0`() throws {
        try expectDamage(at: "nextCollection", "is 0") {
            try $0.put([0, 0, 0, 0], for: Key.global(.nextCollection))
        } in: {
            _ = try $0.createCollection(named: "Other", definition: [])
        }
    }

    @Test func `a shard never gets the number 0`() throws {
        try expectDamage(at: "nextShard", "is 0") {
            try $0.put([0, 0, 0, 0], for: Key.collectionWide(.nextShard, shard.collection))
        } in: {
            _ = try $0.createShard(named: "other", of: shard.collection)
        }
    }

    @Test func `rows without the directory they need are damage when others are put behind them`() throws {
        try expectDamage(at: "vector", "directory of the rows is missing") {
            try putRows(.max, .max, rowCount: 2, in: $0)
        } in: {
            try insert(1, in: $0)
            try $0.flush()
        }
    }

    @Test func `blocks that overlap are damage when they are merged`() throws {
        try expectDamage(at: "vector", "begin before those of the block before") {
            try insert(10, in: $0)
            try $0.flush()
            try putRows(3, 50, rowCount: 48, in: $0)
        } in: {
            var writer = VectorBlockWriter($0, vectors)
            try writer.remove(Array(12...50))
        }
    }

    @Test func `a block of more documents than it can have rows is damage in a scan`() throws {
        try expectDamage(at: "vector", "directory of the rows is missing") {
            try putRows(0, 5_000, rowCount: 2, in: $0)
        } in: {
            try $0.vectors(VectorID(0), of: shard).scanDocuments { _ in true }
        }
    }

    @Test func `a directory of other rows is damage in a scan`() throws {
        try expectDamage(at: "vector", "does not fit the rows") {
            try putRows(4, 9, rowCount: 2, in: $0)
            let directory = VectorBlock.Directory(documents: [4, 8], isDead: [false, false])
            try $0.put(VectorBlock.encode(directory), for: VectorBlock.directoryKey(prefix, last: 9))
        } in: {
            try $0.vectors(VectorID(0), of: shard).scanDocuments { _ in true }
        }
    }

    @Test func `a directory without rows is damage in a scan`() throws {
        try expectDamage(at: "vector", "rows of the directory before it are missing") {
            let directory = VectorBlock.Directory(documents: [4, 8], isDead: [false, false])
            try $0.put(VectorBlock.encode(directory), for: VectorBlock.directoryKey(prefix, last: 8))
            try $0.put(VectorBlock.encode(directory), for: VectorBlock.directoryKey(prefix, last: 9))
        } in: {
            try $0.vectors(VectorID(0), of: shard).scanDocuments { _ in true }
        }
    }
}

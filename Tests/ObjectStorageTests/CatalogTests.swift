// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import ObjectStorage

struct CatalogTests {
    private let storage: Storage

    init() throws { storage = try Storage() }

    private func read<R>(_ body: (ReadTransaction) throws -> R) throws -> R { try storage.environment.read(body) }
    private func write<R>(_ body: (WriteTransaction) throws -> R) throws -> R { try storage.environment.write(body) }

    @Test func `collections and shards are found by name and number`() throws {
        let collection = storage.shard.collection
        let record = CollectionRecord(id: collection, name: "Picture", definition: [1, 2, 3])
        #expect(try read { try $0.collections() } == [record])
        #expect(try read { try $0.collection(named: "Picture") } == record)
        #expect(try read { try $0.collection(collection) } == record)
        #expect(try read { try $0.collection(named: "picture") } == nil)
        let shard = ShardRecord(address: storage.shard, name: "main", definition: [])
        #expect(try read { try $0.shards(of: collection) } == [shard])
        #expect(try read { try $0.shard(named: "main", of: collection) } == shard)
        #expect(try read { try $0.shard(named: "other", of: collection) } == nil)
    }

    @Test func `a name can be had once`() throws {
        #expect(throws: StorageError.nameTaken("Picture")) {
            try write { try $0.createCollection(named: "Picture", definition: []) }
        }
        #expect(throws: StorageError.nameTaken("main")) {
            try write { try $0.createShard(named: "main", of: storage.shard.collection) }
        }
    }

    @Test func `names have 1 to 400 bytes`() throws {
        try write { transaction throws in
            _ = try transaction.createCollection(named: String(repeating: "x", count: 400), definition: [])
            for name in ["", String(repeating: "x", count: 401)] {
                #expect(throws: StorageError.nameNotUsable(name, limitInBytes: 400)) {
                    try transaction.createCollection(named: name, definition: [])
                }
            }
        }
    }

    @Test func `numbers are not given out again after a drop`() throws {
        let first = storage.shard.collection
        try write { try $0.dropCollection(first) }
        let second = try write { try $0.createCollection(named: "Picture", definition: []) }
        #expect(second > first)
        let shard = try write { try $0.createShard(named: "a", of: second) }
        try write { try $0.dropShard(shard) }
        #expect(try write { try $0.createShard(named: "a", of: second) } > shard)
    }

    @Test func `a shard is marked as not in use until the mark is taken away or it is dropped`() throws {
        let collection = storage.shard.collection
        let second = try write { try $0.createShard(named: "second", of: collection) }
        try write { try $0.setInactive(true, second) }
        try write { try $0.setInactive(true, second) }
        #expect(try read { try $0.inactiveShards(of: collection) } == [second.shard])
        #expect(try read { try $0.shards(of: collection).map(\.name) } == ["main", "second"])
        try write { try $0.setInactive(false, second) }
        #expect(try read { try $0.inactiveShards(of: collection) }.isEmpty)
        try write { transaction throws in
            try transaction.setInactive(true, second)
            try transaction.dropShard(second)
        }
        #expect(try read { try $0.inactiveShards(of: collection) }.isEmpty)
        #expect(throws: StorageError.noSuchShard(second)) { try write { try $0.setInactive(true, second) } }
    }

    @Test func `shards are visited from any number on, and looked up without their names`() throws {
        let collection = storage.shard.collection
        try write { transaction throws in
            for number in 2...5 { _ = try transaction.createShard(named: "s\(number)", of: collection) }
        }
        try read { transaction throws in
            var names: [String] = []
            try transaction.scanShards(of: collection, from: ShardID(3)) { shard in
                names.append(shard.name)
                return names.count < 2
            }
            #expect(names == ["s3", "s4"])
            #expect(try transaction.contains(ShardAddress(collection, ShardID(5))))
            #expect(try !transaction.contains(ShardAddress(collection, ShardID(6))))
            #expect(try !transaction.contains(CollectionID(99)))
        }
    }

    @Test func `a dropped collection has no shards, and many go in one transaction`() throws {
        let others = try write { transaction throws in
            try (0..<20).map { number in
                let collection = try transaction.createCollection(named: "C\(number)", definition: [])
                return try transaction.createShard(named: "main", of: collection)
            }
        }
        try write { transaction throws in
            for shard in others { try transaction.dropCollection(shard.collection) }
        }
        try read { transaction throws in
            #expect(try transaction.shards(of: others[0].collection) == [])
            #expect(try transaction.shard(others[0]) == nil)
            #expect(try transaction.shard(named: "main", of: others[0].collection) == nil)
            #expect(try !transaction.contains(others[0]))
        }
        #expect(throws: StorageError.noSuchShard(others[0])) { try write { try $0.takeDocumentNumber(in: others[0]) } }
        #expect(try storage.problems() == [])
        #expect(try !write { try $0.purgeDropped(limit: 2_000).isUnfinished })
        #expect(try read { try $0.droppedParts() } == [])
        #expect(try storage.problems() == [])
    }

    @Test func `a collection takes another name and definition`() throws {
        let collection = storage.shard.collection
        try write { transaction throws in
            try transaction.setDefinition([9], of: collection)
            try transaction.rename(collection, to: "Photo")
            try transaction.setDefinition([8], of: storage.shard)
        }
        #expect(try read { try $0.collection(named: "Picture") } == nil)
        #expect(
            try read { try $0.collection(named: "Photo") }
                == CollectionRecord(id: collection, name: "Photo", definition: [9]))
        #expect(try read { try $0.shard(storage.shard)?.definition } == [8])
        #expect(try storage.problems() == [])
    }

    @Test func `what does not exist cannot be changed`() throws {
        let missing = CollectionID(99)
        #expect(throws: StorageError.noSuchCollection(missing)) { try write { try $0.dropCollection(missing) } }
        #expect(throws: StorageError.noSuchCollection(missing)) {
            try write { try $0.createShard(named: "a", of: missing) }
        }
        let shard = ShardAddress(missing, ShardID(1))
        #expect(throws: StorageError.noSuchShard(shard)) { try write { try $0.dropShard(shard) } }
        #expect(throws: StorageError.noSuchShard(shard)) { try write { try $0.takeDocumentNumber(in: shard) } }
    }

    @Test func `what a dropped collection stored is purged, and nothing else`() async throws {
        let queue = try CommitQueue(environment: storage.environment)
        let other = try write { transaction throws in
            let collection = try transaction.createCollection(named: "Other", definition: [])
            let shard = try transaction.createShard(named: "main", of: collection)
            for number in 0..<3_000 {
                try storage.insert(ObjectID(number: UInt64(number)), vector: [1, 2], in: transaction)
            }
            let document = try transaction.takeDocumentNumber(in: shard)
            try transaction.insert(.sample(ObjectID(number: 1)), vectors: [:], as: document, in: shard)
            try transaction.invertedWriter(storage.shard).put([1], for: [1])
            return shard
        }
        try await queue.submit { [shard = storage.shard] in try $0.dropCollection(shard.collection) }
        #expect(try read { try $0.collections().map(\.name) } == ["Other"])
        #expect(try storage.problems() == [])
        try await queue.purgeDropped()
        #expect(try read { try $0.droppedParts() } == [])
        #expect(try storage.problems() == [])
        let prefix = Key.everything(of: storage.shard.collection, nil)
        var left = 0
        try read { transaction throws in
            try transaction.scan(prefix: prefix, from: prefix) { _, _ in
                left += 1
                return true
            }
            #expect(try transaction.document(of: ObjectID(number: 1), in: other) == DocumentID(0))
        }
        #expect(left == 0)
        await queue.close()
    }

    @Test func `a dropped shard leaves its collection alone`() async throws {
        let queue = try CommitQueue(environment: storage.environment)
        let second = try write { transaction throws in
            try storage.insert(ObjectID(number: 1), vector: [1], in: transaction)
            return try transaction.createShard(named: "second", of: storage.shard.collection)
        }
        try await queue.submit { [shard = storage.shard] in try $0.dropShard(shard) }
        try await queue.purgeDropped()
        #expect(try read { try $0.shards(of: second.collection).map(\.name) } == ["second"])
        #expect(try storage.problems() == [])
        await queue.close()
    }

    @Test func `settings are kept and removed`() throws {
        try write { try $0.setSetting("a", to: [1, 2]) }
        #expect(try read { try $0.setting("a") } == [1, 2])
        try write { try $0.setSetting("a", to: []) }
        #expect(try read { try $0.setting("a") } == [])
        try write { try $0.setSetting("a", to: nil) }
        #expect(try read { try $0.setting("a") } == nil)
    }

    @Test func `aliases are kept in order of their names, changed and removed`() throws {
        try write { transaction throws in
            try transaction.setAlias("B", to: "Nowhere")
            try transaction.setAlias("A", to: "Things")
        }
        #expect(
            try read { try $0.aliases() } == [
                AliasRecord(name: "A", collection: "Things"), AliasRecord(name: "B", collection: "Nowhere"),
            ])
        try write { transaction throws in
            try transaction.setAlias("A", to: "Others")
            try transaction.setAlias("B", to: nil)
        }
        #expect(try read { try $0.target(ofAlias: "A") } == "Others")
        #expect(try read { try $0.target(ofAlias: "B") } == nil)
        #expect(try storage.problems() == [])
        #expect(throws: StorageError.self) { try write { try $0.setAlias("", to: "Things") } }
    }
}

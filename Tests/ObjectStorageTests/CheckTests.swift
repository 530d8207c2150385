// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import ObjectStorage

struct CheckTests {
    private let storage: Storage
    private let document: DocumentID

    init() throws {
        let storage = try Storage()
        self.storage = storage
        document = try storage.environment.write { transaction throws in
            let document = try storage.insert(
                ObjectID(number: 1), [PropertyID(0): .blob(Blob(bytes: [1, 2]))], vector: [1, 2], in: transaction)
            for number in 2..<20 as Range<UInt64> {
                try storage.insert(ObjectID(number: number), vector: [1, 2], in: transaction)
            }
            return document
        }
    }

    private var shard: ShardAddress { storage.shard }

    /// Breaks something, and expects a finding that names the key.
    private func expect(
        _ key: String, _ problem: String, after damage: (WriteTransaction) throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try storage.problems() == [], sourceLocation: sourceLocation)
        try storage.environment.write(damage)
        let problems = try storage.problems()
        #expect(
            problems.contains { $0.contains(key) && $0.contains(problem) }, "\(problems)",
            sourceLocation: sourceLocation)
    }

    @Test func `a sound database has no findings, and is counted`() throws {
        let report = try storage.environment.checkInvariants()
        #expect(report.isClean)
        #expect(report.collectionCount == 1)
        #expect(report.shardCount == 1)
        #expect(report.objectCount == 19)
        #expect(report.blobCount == 1)
        #expect(report.vectorCount == 19)
        #expect(try report.entryCount == storage.environment.statistics().entryCount)
    }

    @Test func `an alias with the name of a collection is found, and one that does not decode`() throws {
        let name = try storage.environment.read { try $0.collections().first?.name } ?? ""
        try expect("alias", "the same name") { try $0.setAlias(name, to: "Nowhere") }
        try storage.environment.write { try $0.setAlias(name, to: nil) }
        let whole = try CatalogCodec.encode(name: "Nowhere", definition: [])
        for length in 0..<whole.count {
            try storage.environment.write { try $0.put(Array(whole.prefix(length)), for: Key.alias("Cut")) }
            #expect(try storage.problems().contains { $0.contains("alias") }, "\(length)")
        }
    }

    @Test func `a record that does not decode is found`() throws {
        try expect("collection 1 shard 1 object 00000000", "version 9") {
            try $0.put([9, 9, 9], for: Key.object(document, in: shard))
        }
    }

    @Test func `a missing blob is found`() throws {
        try expect("collection 1 shard 1 blob 0000000000000000", "missing") {
            try $0.removeValues(prefix: Key.blobs(of: document, in: shard))
        }
    }

    @Test func `a blob of another length is found`() throws {
        try expect("collection 1 shard 1 blob 0000000000000000", "another length") {
            let key = Key.blob(0, of: PropertyID(0), of: document, in: shard)
            try $0.put([1, 0, 0, 0, 1, 0, 0, 0, 5], for: key)
        }
    }

    @Test func `a blob of no object is found`() throws {
        try expect("collection 1 shard 1 blob", "no document 99") {
            try $0.put([], for: Key.blob(0, of: PropertyID(0), of: DocumentID(99), in: shard))
        }
    }

    @Test func `an id that leads nowhere is found`() throws {
        try expect("collection 1 shard 1 id", "no document 99") {
            try $0.put([99, 0, 0, 0], for: Key.id(ObjectID(number: 77), in: shard))
        }
    }

    @Test func `an object without its id is found`() throws {
        try expect("collection 1 shard 1 object 00000000", "does not lead to it") {
            try $0.removeValue(for: Key.id(ObjectID(number: 1), in: shard))
        }
    }

    @Test func `vectors that are missing are found`() throws {
        try expect("collection 1 shard 1 vector", "19 objects") {
            try $0.removeValues(prefix: Key.vectors(VectorID(0), in: shard))
        }
    }

    @Test func `vectors of no object are found`() throws {
        try expect("collection 1 shard 1 vector", "document 50 has no such vector") {
            let prefix = Key.vectors(VectorID(0), in: shard)
            var value = VectorBlock.header(first: 50, last: 50, rowCount: 1, dimensions: 1)
            value += [0, 0, 0, 0]
            try $0.put(value, for: VectorBlock.rowsKey(prefix, last: 50, first: 50))
        }
    }

    @Test func `blocks that overlap are found`() throws {
        try expect("collection 1 shard 1 vector", "begin before") {
            let prefix = Key.vectors(VectorID(0), in: shard)
            let value = VectorBlock.header(first: 3, last: 50, rowCount: 48, dimensions: 1)
            try $0.put(
                value + [UInt8](repeating: 0, count: 48 * 4), for: VectorBlock.rowsKey(prefix, last: 50, first: 3))
        }
    }

    @Test func `a block whose header does not fit is found`() throws {
        try expect("collection 1 shard 1 vector", "does not fit") {
            let prefix = Key.vectors(VectorID(0), in: shard)
            try $0.put([1, 2, 3], for: VectorBlock.rowsKey(prefix, last: 50, first: 40))
        }
    }

    @Test func `wrong counters are found`() throws {
        try expect("collection 1 shard 1 counters", "counts 18 objects") {
            $0.counters[shard] = WriteTransaction.CountersInMemory(
                values: ShardCounters(nextDocument: 3, objectCount: 18), isChanged: true)
        }
        #expect(try storage.problems().contains { $0.contains("the next document number is 3") })
    }

    @Test func `keys that belong to nothing are found`() throws {
        try expect("collection 7 shard 1 object", "belongs to nothing") {
            try $0.put([1], for: Key.object(document, in: ShardAddress(CollectionID(7), ShardID(1))))
        }
    }

    @Test func `names that lead nowhere are found`() throws {
        try expect("database collectionName", "no collection") {
            try $0.put([9, 0, 0, 0], for: Key.collectionName("Ghost"))
        }
    }

    @Test func `a mark of a shard that is not there is found`() throws {
        try expect("collection 1 inactiveShard", "no such shard") {
            try $0.put([], for: Key.inactiveShard(ShardAddress(CollectionID(1), ShardID(77))))
        }
    }

    @Test func `a snapshot without its header is found`() throws {
        try expect("collection 1 shard 1 segment", "header is missing") {
            var state = SnapshotState()
            state.current = 1
            state.next = 2
            try $0.put(state.encoded, for: SnapshotKeys(VectorAddress(shard: shard, vector: VectorID(0))).state)
        }
    }

    @Test func `findings beyond the limit are only counted`() throws {
        try storage.environment.write { transaction throws in
            for number in 0..<10 as Range<UInt32> {
                try transaction.put([9], for: Key.object(DocumentID(number), in: shard))
            }
        }
        let report = try storage.environment.checkInvariants(limit: 3)
        #expect(report.findings.count == 3)
        #expect(report.findingCount >= 10)
    }

    @Test func `reading damage names the key and leaves the rest readable`() throws {
        try storage.environment.write { try $0.put([1, 0], for: Key.object(document, in: shard)) }
        try storage.environment.read { transaction throws in
            let damage = StorageError.damaged(
                key: "collection 1 shard 1 object 00000000", reason: "it ends too early")
            #expect(throws: damage) { try transaction.object(document, in: shard) }
            #expect(try transaction.object(DocumentID(1), in: shard)?.id == ObjectID(number: 2))
        }
    }
}

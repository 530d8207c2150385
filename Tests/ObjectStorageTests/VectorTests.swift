// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Synchronization
import Testing

@testable import ObjectStorage

struct VectorTests {
    private let storage: Storage
    private let vector = VectorID(0)

    init() throws { storage = try Storage() }

    private var shard: ShardAddress { storage.shard }
    private var place: VectorAddress { VectorAddress(shard: shard, vector: vector) }

    /// A vector that tells its document.
    private func sample(_ document: UInt32, _ dimensions: Int) -> [Float] {
        (0..<dimensions).map { Float(document) + Float($0) / 65_536 }
    }

    private func read(_ reader: VectorReader, _ document: UInt32) throws -> [Float]? {
        var found: [Float]?
        let isThere = try reader.withVector(of: DocumentID(document)) { span in found = span.indices.map { span[$0] } }
        #expect(isThere == (found != nil))
        return found
    }

    /// Keeps vectors of `dimensions` for the next `count` documents, `batch` a transaction.
    private func insert(_ count: Int, _ dimensions: Int, batch: Int) throws {
        var rest = count
        while rest > 0 {
            try storage.environment.write { transaction throws in
                for _ in 0..<min(batch, rest) {
                    let document = try transaction.takeDocumentNumber(in: shard)
                    try transaction.insert(
                        .sample(ObjectID(number: UInt64(document.number))),
                        vectors: [vector: sample(document.number, dimensions)], as: document, in: shard)
                }
            }
            rest -= batch
        }
    }

    private func remove(_ documents: [UInt32]) throws {
        try storage.environment.write { transaction throws in
            for document in documents { try transaction.remove(DocumentID(document), in: shard) }
        }
    }

    @Test(arguments: [1, 3, 512, 2048])
    func `many vectors are lent at once, and those that are not there are left out`(dimensions: Int) throws {
        try insert(300, dimensions, batch: 70)
        try remove([3, 4, 5, 150, 299])
        let documents = (0..<310 as Range<UInt32>).map { DocumentID($0) }
        let seen = Mutex<[Int: [Float]]>([:])
        try storage.environment.read { transaction throws in
            try transaction.vectors(vector, of: shard).withVectors(of: documents) { position, span in
                let values = span.indices.map { span[$0] }
                seen.withLock { $0[position] = values }
            }
        }
        let there = (0..<300).filter { ![3, 4, 5, 150, 299].contains($0) }
        let expected = there.map { ($0, sample(UInt32($0), dimensions)) }
        #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: expected))
    }

    /// The blocks there are, by their number of rows that are alive.
    private func blocks() throws -> [Int] {
        try storage.environment.read { transaction throws in
            let prefix = Key.vectors(vector, in: shard)
            let cursor = try transaction.openCursor()
            var counts: [Int] = []
            var isFound = try cursor.seek(prefix)
            while isFound, cursor.hasPrefix(prefix) {
                counts.append(try VectorBlock.read(at: cursor, prefix: prefix).liveCount)
                isFound = try cursor.moveToNext()
            }
            return counts
        }
    }

    private func expect(_ documents: [UInt32], _ dimensions: Int, absent: [UInt32] = []) throws {
        try storage.environment.read { transaction throws in
            let reader = try transaction.vectors(vector, of: shard)
            for document in documents.shuffled() {
                #expect(try read(reader, document) == sample(document, dimensions), "document \(document)")
            }
            for document in absent { #expect(try read(reader, document) == nil, "document \(document)") }
            var scanned: [UInt32] = []
            try reader.scanVectors { document, span in
                #expect(span[0] == sample(document.number, 1)[0])
                scanned.append(document.number)
                return true
            }
            #expect(scanned == documents)
            var listed: [UInt32] = []
            try reader.scanDocuments { run in
                listed += Array(run)
                return true
            }
            #expect(listed == documents)
        }
        #expect(try storage.problems() == [])
    }

    @Test(arguments: [1, 3, 16, 128, 2_047, 8_192, 16_384, 20_000])
    func `vectors of any dimensions come back, one a transaction`(_ dimensions: Int) throws {
        let count = dimensions > 10_000 ? 5 : 40
        try insert(count, dimensions, batch: 1)
        try expect(Array(0..<UInt32(count)), dimensions, absent: [UInt32(count), .max])
    }

    @Test(arguments: [1, 2, 7, 8, 9, 100])
    func `vectors come back whatever the size of the transactions`(_ batch: Int) throws {
        try insert(100, 8_192, batch: batch)
        try expect(Array(0..<100), 8_192)
        // Eight rows of 8 KiB are a full block.
        #expect(try blocks().filter { $0 != 8 }.count <= 7)
    }

    @Test func `single inserts are folded into full blocks`() throws {
        try insert(7, 8_192, batch: 1)
        #expect(try blocks() == [1, 1, 1, 1, 1, 1, 1])
        try insert(1, 8_192, batch: 1)
        #expect(try blocks() == [8])
        try insert(17, 8_192, batch: 17)
        #expect(try blocks() == [8, 8, 8, 1])
    }

    @Test func `small vectors are merged step by step up to a full block`() throws {
        try insert(63, 4, batch: 1)
        #expect(try blocks().count <= 14)
        try insert(1, 4, batch: 1)
        #expect(try blocks() == [64])
        try insert(1_000, 4, batch: 1_000)
        #expect(try blocks() == [1_020, 44])
        try expect(Array(0..<1_064), 4)
    }

    @Test func `no vectors are no blocks`() throws { try expect([], 4, absent: [0, 1]) }

    @Test func `documents without a vector leave gaps`() throws {
        try storage.environment.write { transaction throws in
            for number in 0..<20 as Range<UInt32> {
                let document = try transaction.takeDocumentNumber(in: shard)
                let vectors = number % 3 == 0 ? [vector: sample(number, 8_192)] : [:]
                try transaction.insert(
                    .sample(ObjectID(number: UInt64(number))), vectors: vectors, as: document, in: shard)
            }
        }
        let present = (0..<20).filter { $0 % 3 == 0 } as [UInt32]
        try expect(present, 8_192, absent: (0..<20).filter { $0 % 3 != 0 })
    }

    @Test func `removed documents are gone, blocks without rows too`() throws {
        try insert(24, 8_192, batch: 24)
        try remove([0, 3, 9])
        #expect(try blocks() == [6, 7, 8])
        try expect((0..<24).filter { ![0, 3, 9].contains($0) }, 8_192, absent: [0, 3, 9])
        try remove(Array(8..<16))
        #expect(try blocks() == [6, 8])
        try remove(Array(0..<8) + Array(16..<24))
        #expect(try blocks() == [])
        try expect([], 8_192, absent: [0, 7, 8, 23])
    }

    @Test func `a block that is mostly dead is rewritten, with its neighbor if both fit`() throws {
        try insert(16, 8_192, batch: 16)
        try remove([0, 1, 2, 4])
        #expect(try blocks() == [4, 8])
        try remove([8, 9, 10, 11, 12])
        #expect(try blocks() == [7])
        try expect([3, 5, 6, 7, 13, 14, 15], 8_192)
        try insert(1, 8_192, batch: 1)
        #expect(try blocks() == [8])
        try expect([3, 5, 6, 7, 13, 14, 15, 16], 8_192, absent: [0, 8, 12])
    }

    @Test func `a vector that comes and goes in one transaction leaves nothing`() throws {
        try storage.environment.write { transaction throws in
            let document = try storage.insert(ObjectID(number: 1), vector: [1, 2], in: transaction)
            let reader = try transaction.vectors(vector, of: shard)
            #expect(try read(reader, document.number) == [1, 2])
            let other = try storage.insert(ObjectID(number: 2), vector: [3, 4], in: transaction)
            try transaction.remove(other, in: shard)
            try transaction.remove(document, in: shard)
            #expect(try read(reader, document.number) == nil)
        }
        #expect(try blocks() == [])
        #expect(try storage.problems() == [])
    }

    @Test func `a change of dimensions begins new blocks`() throws {
        try insert(3, 4, batch: 3)
        try insert(3, 5, batch: 1)
        try storage.environment.read { transaction throws in
            let reader = try transaction.vectors(vector, of: shard)
            #expect(try read(reader, 2) == sample(2, 4))
            #expect(try read(reader, 3) == sample(3, 5))
        }
        #expect(try storage.problems() == [])
    }

    @Test func `scans begin where they are told and end when told`() throws {
        try insert(30, 8_192, batch: 10)
        try remove([12])
        try storage.environment.read { transaction throws in
            let reader = try transaction.vectors(vector, of: shard)
            var scanned: [UInt32] = []
            try reader.scanVectors(from: DocumentID(11)) { document, _ in
                scanned.append(document.number)
                return scanned.count < 3
            }
            #expect(scanned == [11, 13, 14])
            var runs: [ClosedRange<UInt32>] = []
            try reader.scanDocuments(from: DocumentID(11)) { run in
                runs.append(run)
                return runs.count < 3
            }
            #expect(runs == [11...11, 13...15, 16...23])
        }
    }

    @Test func `a vector without or with too many dimensions is refused`() throws {
        try storage.environment.write { transaction throws in
            let document = try transaction.takeDocumentNumber(in: shard)
            for count in [0, 65_536] {
                #expect(throws: StorageError.self) {
                    try transaction.insert(
                        .sample(ObjectID(number: 1)), vectors: [vector: [Float](repeating: 0, count: count)],
                        as: document, in: shard)
                }
            }
        }
        #expect(try storage.problems() == [])
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `random inserts and removals agree with a dictionary`(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        // Full blocks of 8, 64, 512 and 1,024 rows.
        let dimensions = [8_192, 256, 32, 4][Int(seed) - 1]
        var present: Set<UInt32> = []
        for _ in 0..<60 {
            try storage.environment.write { transaction throws in
                for _ in 0..<Int.random(in: 1...30, using: &generator) {
                    if Int.random(in: 0..<5, using: &generator) < 2,
                        let document = present.randomElement(using: &generator)
                    {
                        present.remove(document)
                        try transaction.remove(DocumentID(document), in: shard)
                    } else {
                        let document = try transaction.takeDocumentNumber(in: shard)
                        if Int.random(in: 0..<10, using: &generator) == 0 { continue }
                        try transaction.insert(
                            .sample(ObjectID(number: UInt64(document.number))),
                            vectors: [vector: sample(document.number, dimensions)], as: document, in: shard)
                        present.insert(document.number)
                    }
                }
            }
        }
        try expect(present.sorted(), dimensions)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import ObjectStorage

/// Multi-vectors: several rows of a document under one key.
struct MultiVectorTests {
    private let storage: Storage
    private let tokens = VectorID(3)

    init() throws { storage = try Storage() }

    private var shard: ShardAddress { storage.shard }

    private func multiVector(rows: Int, dimensions: Int, from first: Int = 0) -> MultiVector {
        MultiVector(
            dimensions: dimensions, elements: (0..<rows * dimensions).map { Float(first + $0) / 8 })
    }

    @discardableResult
    private func insert(
        _ number: UInt64, _ vectors: [VectorID: MultiVector], vector: [Float] = [], in transaction: WriteTransaction
    ) throws -> DocumentID {
        let document = try transaction.takeDocumentNumber(in: shard)
        try transaction.insert(
            .sample(ObjectID(number: number)), vectors: vector.isEmpty ? [:] : [VectorID(0): vector],
            multiVectors: vectors, as: document, in: shard)
        return document
    }

    private func stored(_ document: DocumentID, _ vector: VectorID? = nil) throws -> MultiVector? {
        try storage.environment.read {
            try $0.multiVectors(vector ?? tokens, of: shard).copy(of: document)
        }
    }

    /// The numbers of the documents that a scan visits.
    private func scanned(from start: UInt32 = 0) throws -> [UInt32] {
        try storage.environment.read { transaction in
            var documents: [UInt32] = []
            try transaction.multiVectors(tokens, of: shard).scan(from: DocumentID(start)) { document, _, _ in
                documents.append(document.number)
                return true
            }
            return documents
        }
    }

    @Test(arguments: [(1, 1), (1, 2), (3, 5), (7, 33), (15, 128), (32, 128), (1_100, 128)])
    func `rows come back as they were, whatever page they lie in`(rows: Int, dimensions: Int) throws {
        let vectors = (0..<3).map { multiVector(rows: rows + $0, dimensions: dimensions, from: $0) }
        let documents = try storage.environment.write { transaction throws in
            try vectors.enumerated().map { try insert(UInt64($0.offset), [tokens: $0.element], in: transaction) }
        }
        for (document, vector) in zip(documents, vectors) { #expect(try stored(document) == vector) }
        #expect(try storage.problems() == [])
    }

    @Test func `a document has vectors and multi-vectors beside each other`() throws {
        let first = multiVector(rows: 2, dimensions: 3)
        let second = multiVector(rows: 1, dimensions: 4)
        let document = try storage.environment.write { transaction throws in
            try insert(1, [tokens: first, VectorID(1): second], vector: [1, 2], in: transaction)
        }
        let object = try storage.environment.read { try $0.object(document, in: shard) }
        #expect(object?.vectors == [VectorID(0)])
        #expect(object?.multiVectors == [VectorID(1), tokens])
        #expect(try stored(document) == first)
        #expect(try stored(document, VectorID(1)) == second)
        #expect(try storage.environment.checkInvariants().vectorCount == 3)
        #expect(try storage.problems() == [])
    }

    @Test func `a record without multi-vectors is one of version 1, as builds before them wrote it`() throws {
        let object = StoredObject.sample(ObjectID(number: 1), [PropertyID(0): .int(5)])
        let plain = try ObjectCodec.encode(object, vectors: [VectorID(0)]).record
        let multi = try ObjectCodec.encode(object, vectors: [VectorID(0)], multiVectors: [tokens]).record
        #expect(plain[0] == 1 && multi[0] == 2)
        #expect(plain[40..<48].allSatisfy { $0 == 0 })
        #expect(multi.count == plain.count + 2)
        let head = try unsafe ObjectCodec.head(of: multi.span.bytes, key: [])
        #expect(head.vectors == [VectorID(0)] && head.multiVectors == [tokens])
    }

    @Test func `the bytes are those that the format describes`() throws {
        let document = try storage.environment.write { transaction throws in
            try insert(1, [tokens: MultiVector(dimensions: 2, elements: [1, -2, 0.5, 0])], in: transaction)
        }
        let key: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0x21, 0, 3, 0, 0, 0, 0]
        #expect(Key.multiVector(tokens, of: document, in: shard) == key)
        let bytes: [UInt8] = [
            1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F, 0, 0, 0, 0,
        ]
        #expect(try storage.environment.read { try $0.bytes(under: key) } == bytes)
    }

    @Test func `a new document takes the place of the old one with its multi-vectors`() throws {
        let vector = multiVector(rows: 40, dimensions: 64, from: 9)
        let old = try storage.environment.write { transaction throws in
            try insert(1, [tokens: multiVector(rows: 2, dimensions: 64)], in: transaction)
        }
        let new = try storage.environment.write { transaction throws in
            let new = try transaction.takeDocumentNumber(in: shard)
            try transaction.replace(
                old, with: .sample(ObjectID(number: 1)), vectors: [:], multiVectors: [tokens: vector], as: new,
                in: shard)
            return new
        }
        #expect(try stored(old) == nil)
        #expect(try stored(new) == vector)
        #expect(try storage.problems() == [])
    }

    @Test func `an update leaves multi-vectors as they are`() throws {
        let vector = multiVector(rows: 3, dimensions: 2)
        let document = try storage.environment.write { try insert(1, [tokens: vector], in: $0) }
        try storage.environment.write {
            try $0.update(document, with: .sample(ObjectID(number: 1), [PropertyID(0): .int(1)]), in: shard)
        }
        #expect(try stored(document) == vector)
        #expect(try storage.environment.read { try $0.object(document, in: shard) }?.multiVectors == [tokens])
        #expect(try storage.problems() == [])
    }

    @Test func `what is removed leaves nothing behind`() throws {
        let documents = try storage.environment.write { transaction throws in
            try (0..<5 as Range<UInt64>).map {
                try insert($0, [tokens: multiVector(rows: 50, dimensions: 32)], in: transaction)
            }
        }
        try storage.environment.write { transaction throws in
            for document in [documents[1], documents[4]] { try transaction.remove(document, in: shard) }
        }
        #expect(try scanned() == [0, 2, 3])
        #expect(try scanned(from: 1) == [2, 3])
        #expect(try storage.problems() == [])
    }

    @Test func `a scan sees one vector of one shard`() throws {
        let other = try storage.environment.write { transaction throws in
            try insert(1, [tokens: multiVector(rows: 1, dimensions: 2)], in: transaction)
            try insert(2, [VectorID(4): multiVector(rows: 1, dimensions: 2)], in: transaction)
            try insert(3, [tokens: multiVector(rows: 1, dimensions: 2)], in: transaction)
            let other = try transaction.createShard(named: "other", of: shard.collection)
            let document = try transaction.takeDocumentNumber(in: other)
            try transaction.insert(
                .sample(ObjectID(number: 4)), vectors: [:],
                multiVectors: [tokens: multiVector(rows: 2, dimensions: 2)], as: document, in: other)
            return other
        }
        #expect(try scanned() == [0, 2])
        #expect(
            try storage.environment.read { try $0.multiVectors(tokens, of: other).copy(of: DocumentID(0)) }?.count == 2)
        #expect(try storage.problems() == [])
    }

    @Test func `rows beyond the longest that a vector may have are refused, and nothing is written`() throws {
        let tooLong = MultiVector(dimensions: 65_536, elements: [Float](repeating: 0, count: 65_536))
        #expect(throws: StorageError.self) {
            try storage.environment.write { _ = try insert(1, [tokens: tooLong], in: $0) }
        }
        #expect(try scanned() == [])
    }

    // MARK: Damage

    private func expectProblem(_ text: String, after damage: (WriteTransaction, DocumentID) throws -> Void) throws {
        let document = try storage.environment.write { transaction throws in
            try insert(1, [tokens: multiVector(rows: 2, dimensions: 2)], in: transaction)
            return try insert(2, [tokens: multiVector(rows: 2, dimensions: 2)], in: transaction)
        }
        #expect(try storage.problems() == [])
        try storage.environment.write { try damage($0, document) }
        let problems = try storage.problems()
        #expect(problems.contains { $0.contains("multiVector") && $0.contains(text) }, "\(problems)")
    }

    @Test func `a missing multi-vector is found`() throws {
        try expectProblem("1 multi-vectors, and 2 objects") {
            try $0.removeValue(for: Key.multiVector(tokens, of: $1, in: shard))
        }
    }

    @Test func `a multi-vector that no object has is found`() throws {
        try expectProblem("no such multi-vector") { transaction, document in
            let value = try #require(try transaction.bytes(under: Key.multiVector(tokens, of: document, in: shard)))
            try transaction.put(value, for: Key.multiVector(VectorID(9), of: document, in: shard))
        }
    }

    @Test func `rows of other dimensions than the ones before are found`() throws {
        try expectProblem("it has 4 dimensions") { transaction, document in
            let key = Key.multiVector(tokens, of: document, in: shard)
            var value = try #require(try transaction.bytes(under: key))
            (value[4], value[8]) = (4, 1)
            try transaction.put(value, for: key)
        }
    }

    @Test func `a value that was cut, or whose header lies, is damage and no crash`() throws {
        let document = try storage.environment.write {
            try insert(1, [tokens: multiVector(rows: 2, dimensions: 3)], in: $0)
        }
        let key = Key.multiVector(tokens, of: document, in: shard)
        let whole = try #require(try storage.environment.read { try $0.bytes(under: key) })
        #expect(whole.count == 40)
        let cut = (0..<40).map { Array(whole.prefix($0)) }
        let lying = ([0] + Array(4..<12)).map { place in whole.enumerated().map { $0 == place ? 255 : $1 } }
        for damaged in cut + lying {
            try storage.environment.write { try $0.put(damaged, for: key) }
            do {
                _ = try stored(document)
                Issue.record("nothing was thrown for \(damaged)")
            } catch StorageError.damaged(let found, _) {
                #expect(found.contains("multiVector"))
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import ObjectStorage

struct CodecTests {
    private static let key = Key.object(DocumentID(5), in: ShardAddress(CollectionID(1), ShardID(2)))

    private func decode(_ bytes: [UInt8]) throws -> StoredObject {
        try ObjectCodec.decode(unsafe bytes.span.bytes, key: Self.key, selection: .all) { _, reference in
            Blob(bytes: [UInt8](repeating: 0, count: Int(min(reference.byteCount, 10))))
        }
    }

    private func expectDamage(_ bytes: [UInt8], _ comment: Comment) {
        #expect(throws: StorageError.self, comment) { try decode(bytes) }
    }

    private var sample: [UInt8] {
        get throws {
            let vectors = [VectorID(1), VectorID(3)]
            return try ObjectCodec.encode(
                .sample(ObjectID(number: 9), ObjectTests.everyKind), vectors: vectors
            ).record
        }
    }

    @Test func `the bytes of a record are those of the specification`() throws {
        let object = StoredObject(
            id: ObjectID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10), creationTime: 1, updateTime: -1,
            properties: [PropertyID(7): .text("ab"), PropertyID(2): .array([.int(3)])])
        let record = try ObjectCodec.encode(object, vectors: [VectorID(0)]).record
        var expected: [UInt8] = [1, 0, 48, 0, 1, 0, 2, 0]
        expected += Array(1...16)
        expected += [1, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8) + [UInt8](repeating: 0, count: 8)
        expected += [0, 0]
        expected += [2, 0, 0, 0, 14, 0, 0, 0] + [7, 0, 0, 0, 21, 0, 0, 0]
        expected += [13, 1, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0] + [1, 2, 0, 0, 0, 97, 98]
        #expect(record == expected)
    }

    @Test func `every record that is cut off is damage`() throws {
        let record = try sample
        for count in 0..<record.count { expectDamage(Array(record.prefix(count)), "\(count) bytes") }
        expectDamage(record + [0], "a byte too many")
    }

    @Test func `damage names the key`() throws {
        #expect {
            try decode([9])
        } throws: { error in
            guard case .damaged("collection 1 shard 2 object 00000005", _) = error as? StorageError else {
                return false
            }
            return true
        }
    }

    @Test(arguments: [11, 12] as [UInt64])
    func `records with bytes changed at random decode or are damage, and never trap`(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let record = try sample
        var refusals = 0
        for _ in 0..<3_000 {
            var changed = record
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            do { _ = try decode(changed) } catch is StorageError { refusals += 1 }
        }
        #expect(refusals > 100)
    }

    @Test func `random bytes are refused by every reader`() {
        var generator = SplitMix64(seed: 13)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...200, using: &generator)
            // A right version and small numbers lead further in.
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) & 0x1F }
            if count > 0 { bytes[0] = 1 }
            let span = unsafe bytes.span.bytes
            _ = try? decode(bytes)
            _ = try? BlobCodec.decode(span, key: Self.key)
            _ = try? CatalogCodec.decode(span, key: Self.key)
            _ = try? SnapshotState(span, key: Self.key)
            _ = try? VectorBlock.directory(span, key: span)
            _ = try? VectorBlock.rowsHeader(span, first: 0, last: 3, key: span)
            _ = try? VectorBlock.parts(of: span, prefixByteCount: 11)
            var decoder = ValueDecoder(reader: ByteReader(key: Self.key)) { _ in Blob(bytes: []) }
            _ = try? decoder.value(in: span)
            _ = Key.describe(span)
        }
    }

    @Test func `a count that promises more than there is allocates nothing`() {
        // An array of 4 billion numbers in 10 bytes.
        let bytes: [UInt8] = [13, 255, 255, 255, 255, 3, 0, 0, 0, 0]
        var decoder = ValueDecoder(reader: ByteReader(key: Self.key)) { _ in Blob(bytes: []) }
        #expect(throws: StorageError.self) { try decoder.value(in: unsafe bytes.span.bytes) }
    }

    @Test func `nesting without end is damage`() {
        var bytes: [UInt8] = []
        for _ in 0..<10_000 { bytes += [13, 1, 0, 0, 0, 0] }
        var decoder = ValueDecoder(reader: ByteReader(key: Self.key)) { _ in Blob(bytes: []) }
        #expect(throws: StorageError.self) { try decoder.value(in: unsafe bytes.span.bytes) }
    }

    @Test func `a directory of documents comes back as it was`() throws {
        for count in [1, 7, 8, 9, 1_024] {
            let directory = VectorBlock.Directory(
                documents: (0..<UInt32(count)).map { $0 * 3 }, isDead: (0..<count).map { $0 % 5 == 0 })
            let bytes = VectorBlock.encode(directory)
            #expect(bytes.count == 8 + 4 * count + (count + 7) / 8)
            #expect(try VectorBlock.directory(unsafe bytes.span.bytes, key: unsafe bytes.span.bytes) == directory)
        }
    }
}

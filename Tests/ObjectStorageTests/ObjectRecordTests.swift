// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import ObjectStorage

struct ObjectRecordTests {
    private static let properties: [PropertyID: PropertyValue] = [
        PropertyID(1): .text("a \"text\" – ä"), PropertyID(2): .int(-7), PropertyID(3): .number(0.5),
        PropertyID(4): .boolean(true), PropertyID(5): .date("2024-02-29T12:00:00Z"),
        PropertyID(6): .uuid(ObjectID(number: 3)), PropertyID(7): .array([.text("x"), .text(""), .text("ß")]),
        PropertyID(8): .array([.date("2024-02-29T12:00:00Z")]), PropertyID(9): .array([.int(1), .int(2)]),
        PropertyID(10): .array([]), PropertyID(11): .object(["a": .text("b")]), PropertyID(12): .text(""),
        PropertyID(13): .geoCoordinates(GeoCoordinates(latitude: 1, longitude: 2)), PropertyID(14): .boolean(false),
    ]

    private func made(_ value: RecordedValue) -> PropertyValue {
        func text(_ bytes: ArraySlice<UInt8>) -> PropertyValue { .text(String(decoding: bytes, as: UTF8.self)) }
        return switch value {
        case .text(let bytes): text(bytes)
        case .int(let value): .int(value)
        case .number(let value): .number(value)
        case .boolean(let value): .boolean(value)
        case .texts(let texts): .array(PropertyArray(texts.map { text($0) }))
        case .other(let value): value
        }
    }

    /// With dates as the texts that they are in records.
    private func plain(_ value: PropertyValue?) -> PropertyValue? {
        switch value {
        case .date(let text)?: .text(text)
        case .array(let elements)?: .array(PropertyArray(elements.compactMap { plain($0) }))
        default: value
        }
    }

    @Test func `a record has the values of its object`() throws {
        let storage = try Storage()
        try storage.environment.write { transaction throws in
            let document = try storage.insert(ObjectID(number: 1), Self.properties, vector: [1, 2], in: transaction)
            let record = try #require(try transaction.record(document, in: storage.shard))
            #expect(record.id == ObjectID(number: 1))
            #expect(record.vectors == [VectorID(0)])
            #expect(record.values.map(\.property) == Self.properties.keys.sorted())
            for (property, value) in record.values { #expect(made(value) == plain(Self.properties[property])) }
            let some = try transaction.record(document, in: storage.shard, properties: .only([PropertyID(3)]))
            #expect(some?.values.map(\.property) == [PropertyID(3)])
            #expect(try transaction.record(DocumentID(99), in: storage.shard) == nil)
        }
    }

    @Test func `a record is not for who wants blobs`() throws {
        let storage = try Storage()
        try storage.environment.write { transaction throws in
            let blob = PropertyValue.blob(Blob(bytes: [1, 2, 3]))
            let document = try storage.insert(
                ObjectID(number: 1), [PropertyID(0): blob, PropertyID(1): .int(1)], in: transaction)
            #expect(try transaction.record(document, in: storage.shard) == nil)
            let record = try transaction.record(document, in: storage.shard, properties: .only([PropertyID(1)]))
            #expect(record?.values.map(\.property) == [PropertyID(1)])
            #expect(record?.blobProperties == [PropertyID(0)])
        }
    }

    @Test func `a record with bytes cut off or changed is damage, or another record`() throws {
        var random = SplitMix64(seed: 5)
        let sample = StoredObject.sample(ObjectID(number: 9), Self.properties)
        let bytes = try ObjectCodec.encode(sample, vectors: []).record
        func read(_ bytes: [UInt8]) throws -> ObjectRecord? {
            try ObjectCodec.record(unsafe bytes.span.bytes, key: [1], selection: .all)
        }
        for count in 0..<bytes.count {
            #expect(throws: StorageError.self) { try read(Array(bytes.prefix(count))) }
        }
        for _ in 0..<3_000 {
            var changed = bytes
            changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            do {
                for case (_, .text(let text)) in try read(changed)?.values ?? [] {
                    #expect(String(validating: text, as: UTF8.self) != nil)
                }
            } catch StorageError.damaged {}
        }
    }
}

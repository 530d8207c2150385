// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import ObjectStorage

/// Columns hold what the objects hold, whatever was done to these.
struct ColumnTests {
    private let storage: Storage
    private static let properties = (0..<6).map { PropertyID($0) }

    init() throws { storage = try Storage() }

    private var shard: ShardAddress { storage.shard }

    private func decoded(_ bytes: [UInt8]) throws -> ColumnBlock { try unsafe ColumnBlock(bytes.span.bytes, key: [1]) }

    private func value(of property: Int, using random: inout SplitMix64) -> PropertyValue {
        switch property {
        case 0: .int([.min, .max, 0, Int64.random(in: -5...1_000, using: &random)].randomElement(using: &random) ?? 0)
        case 1: .number(Double.random(in: -1...1, using: &random))
        case 2: .boolean(.random(using: &random))
        case 3:
            .date(
                ["2024-02-29T12:00:00.5Z", "1969-12-31T23:59:59Z", "2024-02-29T12:00:00+01:00"].randomElement(
                    using: &random) ?? "")
        case 4: .text(String(repeating: "ä", count: .random(in: 0...40, using: &random)))
        default: .array((0..<Int.random(in: 0...70, using: &random)).map { .text("t\($0 % 9)") })
        }
    }

    private func object(_ number: UInt64, using random: inout SplitMix64) -> StoredObject {
        var values: [PropertyID: PropertyValue] = [:]
        for (index, property) in Self.properties.enumerated() where Bool.random(using: &random) {
            values[property] = value(of: index, using: &random)
        }
        return .sample(ObjectID(number: number), values)
    }

    @Test func `objects written, changed, replaced and removed at random leave columns that hold what is left`() throws
    {
        var random = SplitMix64(seed: 3)
        var documents: [UInt64: DocumentID] = [:]
        for _ in 0..<60 {
            try storage.environment.write { transaction throws in
                for _ in 0..<20 {
                    let number = UInt64.random(in: 0..<200, using: &random)
                    let object = object(number, using: &random)
                    switch (documents[number], Int.random(in: 0..<3, using: &random)) {
                    case (nil, _):
                        let document = try transaction.takeDocumentNumber(in: shard)
                        try transaction.insert(object, vectors: [:], as: document, in: shard)
                        documents[number] = document
                    case (let document?, 0): try transaction.update(document, with: object, in: shard)
                    case (let document?, 1):
                        let new = try transaction.takeDocumentNumber(in: shard)
                        try transaction.replace(document, with: object, vectors: [:], as: new, in: shard)
                        documents[number] = new
                    case (let document?, _):
                        try transaction.remove(document, in: shard)
                        documents[number] = nil
                    }
                }
            }
            #expect(try storage.problems() == [])
        }
        try storage.environment.write { transaction throws in
            for document in documents.values { try transaction.remove(document, in: shard) }
        }
        #expect(try storage.problems() == [])
        try storage.environment.write { transaction throws in
            while try !transaction.tidyColumn(of: shard, atMost: 3) {}
        }
        try storage.environment.read { transaction throws in
            #expect(try !transaction.containsAny(prefix: Key.inShard(.column, shard)))
            #expect(try !transaction.isUnmerged(shard))
        }
    }

    @Test func `what an object leaves in columns is taken out when the shard is merged, and not what others have`()
        throws
    {
        try storage.environment.write { transaction throws in
            for number in 0..<300 as Range<UInt64> {
                try storage.insert(
                    ObjectID(number: number), [PropertyID(0): .int(Int64(number)), PropertyID(1): .text("t")],
                    in: transaction)
            }
        }
        try storage.environment.write { transaction throws in
            for number in [1, 130, 299] as [UInt32] { try transaction.remove(DocumentID(number), in: shard) }
        }
        #expect(try storage.problems() == [])
        #expect(try column(0, 0)?.ints.count == 128)
        #expect(try storage.environment.read { try $0.findUnmergedShards() } == [shard])
        // A block at a time, of two columns.
        for left in (0..<6).reversed() {
            let isDone = try storage.environment.write { try $0.tidyColumn(of: shard, atMost: 1) }
            #expect(isDone == (left == 0))
            #expect(try storage.problems() == [])
        }
        #expect(try column(0, 0)?.ints == [0] + (2..<128))
        #expect(try column(0, 2)?.ints == Array(256..<299))
        #expect(try column(1, 1)?.present == UInt128.max ^ 0b100)
        #expect(try storage.environment.read { try $0.findUnmergedShards() } == [])
    }

    private func column(_ property: UInt16, _ block: UInt32) throws -> ColumnBlock? {
        try storage.environment.read { transaction throws in
            try transaction.columnBlock(under: Key.appending(block, to: Key.column(PropertyID(property), in: shard)))
        }
    }

    @Test func `a column tells which documents have a value, and which value`() throws {
        let block = try storage.environment.write { transaction throws in
            for value in [3, nil, -4] as [Int64?] {
                let id = ObjectID(number: UInt64(bitPattern: value ?? 9))
                try storage.insert(id, value.map { [PropertyID(0): .int($0)] } ?? [:], in: transaction)
            }
            return try transaction.column(PropertyID(0), .int, in: shard).block(0)
        }
        #expect(block?.present == 0b101)
        #expect(block?.ints == [3, -4])
    }

    @Test func `a list of texts keeps its order, and what occurs twice in it`() throws {
        let block = try storage.environment.write { transaction throws in
            let list = PropertyValue.array([.text("b"), .text("a"), .text("b")])
            try storage.insert(ObjectID(number: 1), [PropertyID(0): list], in: transaction)
            return try transaction.column(PropertyID(0), .texts, in: shard).block(0)
        }
        #expect(block?.elementCounts == [3])
        #expect(block.map { block in block.codes.map { block.texts[Int($0)] } } == ["b", "a", "b"])
    }

    @Test func `a text too long for a column is marked as being in its object`() throws {
        let block = try storage.environment.write { transaction throws in
            for (number, length) in [64, 65].enumerated() {
                let text = PropertyValue.text(String(repeating: "x", count: length))
                try storage.insert(ObjectID(number: UInt64(number)), [PropertyID(0): text], in: transaction)
            }
            return try transaction.column(PropertyID(0), .text, in: shard).block(0)
        }
        #expect(block?.present == 0b11)
        #expect(block?.elsewhere == 0b10)
    }

    @Test func `a date that is not shown in UTC is marked`() throws {
        let block = try storage.environment.write { transaction throws in
            for (number, text) in ["2024-02-29T12:00:00Z", "2024-02-29T13:00:00+01:00"].enumerated() {
                try storage.insert(ObjectID(number: UInt64(number)), [PropertyID(0): .date(text)], in: transaction)
            }
            return try transaction.column(PropertyID(0), .date, in: shard).block(0)
        }
        #expect(block?.ints == [1_709_208_000, 1_709_208_000])
        #expect(block?.marked == 0b10)
    }

    @Test(arguments: 0..<6) func `a block with bytes cut off or changed is damage, or another block`(property: Int)
        throws
    {
        var random = SplitMix64(seed: UInt64(property))
        var block: ColumnBlock?
        for document in 0..<ColumnBlock.documentCount {
            guard let value = ColumnValue(value(of: property, using: &random)) else { continue }
            var filled = block ?? ColumnBlock(value.kind)
            filled.set(document, to: value)
            block = filled
        }
        let bytes = try #require(try block?.encoded())
        for length in 0..<bytes.count {
            #expect(throws: StorageError.self) { try decoded(Array(bytes[..<length])) }
        }
        for _ in 0..<2_000 {
            var changed = bytes
            changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            do {
                let other = try decoded(changed)
                #expect(other.codes.allSatisfy { Int($0) < other.texts.count })
            } catch StorageError.damaged {}
        }
    }

    @Test func `a column of another type than the property is damage`() throws {
        try storage.environment.write { transaction throws in
            try storage.insert(ObjectID(number: 1), [PropertyID(0): .int(1)], in: transaction)
            let column = try transaction.column(PropertyID(0), .number, in: shard)
            #expect(throws: StorageError.self) { try column.block(0) }
        }
    }

    @Test func `a column that holds something else than the objects is found by the check`() throws {
        try storage.environment.write { transaction throws in
            _ = try storage.insert(ObjectID(number: 1), [PropertyID(0): .int(1)], in: transaction)
        }
        var other = ColumnBlock(.int)
        other.set(0, to: .int(2))
        let bytes = try other.encoded()
        try storage.environment.write {
            try $0.put(bytes, for: Key.appending(UInt32(0), to: Key.column(PropertyID(0), in: shard)))
        }
        #expect(try storage.problems().contains { $0.contains("does not hold what the objects do") })
    }

    @Test func `a block that no object has a value for is found by the check`() throws {
        var stray = ColumnBlock(.int)
        stray.set(0, to: .int(2))
        let bytes = try stray.encoded()
        try storage.environment.write {
            try $0.put(bytes, for: Key.appending(UInt32(7), to: Key.column(PropertyID(0), in: shard)))
        }
        #expect(try storage.problems().contains { $0.contains("there are 1 blocks, and values for 0") })
    }
}

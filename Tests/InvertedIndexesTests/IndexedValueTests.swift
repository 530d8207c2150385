// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import InvertedIndexes

@Suite struct IndexedValueTests {
    private func shard(_ property: IndexedProperty, _ values: [UInt32: PropertyValue]) throws -> Shard {
        var shard = Shard(["p": property])
        for (number, value) in values { try shard.put(number, ["p": value]) }
        return shard
    }

    private func values(_ shard: Shard, among documents: DocumentSet? = nil) throws -> [String] {
        var found: [String] = []
        try shard.schema.visitValues(of: PropertyID(1), among: documents, in: shard.store) { value, count in
            found.append("\(value) \(count)")
            return true
        }
        return found
    }

    @Test(
        arguments: [
            (.int, [.int(.min), .int(-1), .int(0), .int(.max)]),
            (.number, [.number(-.greatestFiniteMagnitude), .number(-0.5), .number(0), .number(1e-300), .number(7)]),
            (.boolean, [.boolean(false), .boolean(true)]),
            (
                .date,
                [.date("0001-01-01T00:00:00Z"), .date("1969-12-31T23:59:59.5Z"), .date("2020-01-01T01:00:00+02:00")]
            ),
            (.uuid, [.uuid(ObjectID(high: 0, low: 1)), .uuid(ObjectID(high: .max, low: 0))]),
        ] as [(ScalarType, [PropertyValue])])
    func `values come back in order, exactly`(type: ScalarType, values: [PropertyValue]) throws {
        let shard = try shard(
            .scalar(1, type),
            Dictionary(uniqueKeysWithValues: values.enumerated().map { (UInt32($0.offset * 70_000), $0.element) }))
        var found: [IndexedValue] = []
        try shard.schema.visitValues(of: PropertyID(1), among: nil, in: shard.store) { value, count in
            #expect(count == 1)
            found.append(value)
            return true
        }
        let expected = values.map { value -> IndexedValue? in
            switch value {
            case .int(let value): .int(value)
            case .number(let value): .number(value)
            case .boolean(let value): .boolean(value)
            case .date(let text): Instant(text).map { .date($0) }
            case .uuid(let id): .uuid(id)
            default: nil
            }
        }
        #expect(found == expected)
        let extremes = try #require(try shard.schema.extremes(of: PropertyID(1), in: shard.store))
        #expect(extremes.least == found.first)
        #expect(extremes.greatest == found.last)
        for (number, value) in found.enumerated() {
            #expect(
                try shard.schema.documents(with: value, of: PropertyID(1), in: shard.store)
                    == [DocumentID(UInt32(number * 70_000))])
        }
    }

    @Test func `documents are counted over all chunks, or only those in question`() throws {
        let shard = try shard(
            .scalar(1, .int),
            [0: .int(5), 1: .int(5), 70_000: .int(5), 140_000: .int(6), 140_001: .int(6), 3: .int(-2)])
        #expect(try values(shard) == ["int(-2) 1", "int(5) 3", "int(6) 2"])
        #expect(
            try values(shard, among: [DocumentID(1), DocumentID(70_000), DocumentID(3)]) == ["int(-2) 1", "int(5) 2"])
        #expect(try values(shard, among: []) == [])
    }

    @Test func `a list counts its document once for each of its different values`() throws {
        var property = IndexedProperty.scalar(1, .int)
        property.type = .array(.int)
        let shard = try shard(property, [0: .array([.int(1), .int(1), .int(2)]), 1: .array([.int(2)])])
        #expect(try values(shard) == ["int(1) 1", "int(2) 2"])
    }

    @Test func `visiting ends when it is told to`() throws {
        let shard = try shard(.scalar(1, .int), [0: .int(1), 1: .int(2), 2: .int(3)])
        for limit in 1...3 {
            var count = 0
            try shard.schema.visitValues(of: PropertyID(1), among: nil, in: shard.store) { _, _ in
                count += 1
                return count < limit
            }
            #expect(count == limit)
        }
    }

    @Test func `texts, references and what is not filterable have no values here`() throws {
        var plain = IndexedProperty.scalar(1, .int)
        plain.isFilterable = false
        var reference = plain
        (reference.type, reference.isFilterable) = (.reference(["A"]), true)
        for property in [IndexedProperty.text(1), plain, reference] {
            let shard = try shard(property, [0: .text("a")])
            #expect(!shard.schema.holdsValues(of: PropertyID(1)))
            #expect(try values(shard) == [])
            let extremes = try shard.schema.extremes(of: PropertyID(1), in: shard.store)
            #expect(extremes == nil)
        }
    }

    @Test func `an empty index has no extremes`() throws {
        let shard = try shard(.scalar(1, .int), [:])
        let extremes = try shard.schema.extremes(of: PropertyID(1), in: shard.store)
        #expect(extremes == nil)
    }

    @Test func `a key that cannot be read is damage`() throws {
        let shard = try shard(.scalar(1, .int), [0: .int(1)])
        try shard.store.put([0, 1, 0], for: IndexKey.prefix(.term, PropertyID(1)) + [1, 2, 3])
        #expect(throws: IndexDamage.self) { try values(shard) }
    }
}

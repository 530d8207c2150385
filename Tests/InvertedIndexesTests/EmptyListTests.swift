// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

/// Every comparison of a list, with every type, with no, one and several values: nothing in a list is any of nothing, and all of nothing is in
/// every list.
@Suite struct EmptyListTests {
    private struct Case: CustomTestStringConvertible {
        var name: String
        var property: IndexedProperty
        /// Of documents 0, 1, 2; document 3 has none.
        var values: [PropertyValue]
        var list: @Sendable (ArraySlice<Int>) -> FilterValue

        var testDescription: String { name }
    }

    private static func scalars(_ number: UInt16) -> [Case] {
        let days = (1...3).map { "2020-01-0\($0)T00:00:00Z" }
        let ids = (1...3).map { ObjectID(high: 7, low: $0) }
        var range = IndexedProperty.scalar(number, .int)
        (range.isFilterable, range.hasRangeIndex) = (false, true)
        return [
            Case(name: "int", property: .scalar(number, .int), values: (1...3).map { .int($0) }) {
                .ints($0.map { Int64($0 + 1) })
            },
            Case(name: "range", property: range, values: (1...3).map { .int($0) }) { .ints($0.map { Int64($0 + 1) }) },
            Case(name: "number", property: .scalar(number, .number), values: [.number(0), .number(1), .number(2)]) {
                .numbers($0.map { Double($0) })
            },
            Case(
                name: "boolean", property: .scalar(number, .boolean),
                values: [.boolean(true), .boolean(false), .boolean(false)]
            ) { .booleans($0.map { $0 == 0 }) },
            Case(name: "date", property: .scalar(number, .date), values: days.map { .date($0) }) {
                .dates($0.map { days[$0] })
            },
            Case(name: "uuid", property: .scalar(number, .uuid), values: ids.map { .uuid($0) }) {
                .texts($0.map { ids[$0].description })
            },
            Case(name: "text", property: .text(number), values: ["x", "y", "z"].map { .text($0) }) {
                .texts($0.map { ["x", "y", "z"][$0] })
            },
        ]
    }

    private static var cases: [Case] {
        scalars(1)
            + scalars(1).map { scalar in
                var list = scalar
                list.name += "[]"
                if case .scalar(let type) = scalar.property.type { list.property.type = .array(type) }
                list.values = scalar.values.map { .array([$0, $0]) }
                return list
            }
    }

    private static func shard(_ one: Case) throws -> Shard {
        try Shard(["p": one.property], values: one.values.map { ["p": $0] } + [[:]])
    }

    @Test(arguments: cases)
    private func `any of nothing is nothing, all and none of nothing is everything`(one: Case) throws {
        let shard = try Self.shard(one)
        #expect(try shard.find("p", .containsAny, one.list([])) == [])
        #expect(try shard.find("p", .containsAll, one.list([])) == [0, 1, 2, 3])
        #expect(try shard.find("p", .containsNone, one.list([])) == [0, 1, 2, 3])
    }

    @Test(arguments: cases)
    private func `one value, and many`(one: Case) throws {
        let shard = try Self.shard(one)
        #expect(try shard.find("p", .containsAny, one.list([0])) == [0])
        #expect(try shard.find("p", .containsAll, one.list([0])) == [0])
        #expect(try shard.find("p", .containsNone, one.list([0])) == [1, 2, 3])
        #expect(try shard.find("p", .containsAny, one.list([0, 1, 2])) == [0, 1, 2])
        #expect(try shard.find("p", .containsAll, one.list([0, 1, 2])) == [])
        #expect(try shard.find("p", .containsNone, one.list([0, 1, 2])) == [3])
    }

    @Test(arguments: cases)
    private func `a list where one value is wanted is refused, empty or not`(one: Case) throws {
        let shard = try Self.shard(one)
        let lists: Set<FilterComparison> = [.containsAny, .containsAll, .containsNone]
        for comparison in FilterComparison.allCases where !lists.contains(comparison) {
            #expect(throws: FilterError.self) { try shard.find("p", comparison, one.list([])) }
            #expect(throws: FilterError.self) { try shard.find("p", comparison, one.list([0, 1])) }
        }
    }

    @Test func `ids, times and references too`() throws {
        let reference = IndexedProperty(id: PropertyID(1), type: .reference(["A"]))
        let other = InvertedIndexSchema(properties: ["n": .scalar(1, .int)], settings: InvertedIndexSettings())
        let target = Beacon(collection: "A", id: ObjectID(high: 1, low: 1))
        var shard = Shard(["r": reference], settings: InvertedIndexSettings(indexTimestamps: true))
        shard.others = { _ in ReferencedCollection(id: CollectionID(1), schema: other) }
        try shard.put(0, ["r": .references([target])])
        try shard.put(1, [:])
        let through = FilterPath.through(property: "r", collection: "A", rest: .property("n"))
        for (path, value) in [
            (FilterPath.id, FilterValue.texts([])), (.creationTime, .dates([])), (.updateTime, .texts([])),
            (through, .ints([])),
        ] {
            #expect(try shard.find(path, .containsAny, value) == [], "\(path)")
            #expect(try shard.find(path, .containsAll, value) == [0, 1], "\(path)")
            #expect(try shard.find(path, .containsNone, value) == [0, 1], "\(path)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import Testing

/// xorshift64*, so that a seed gives the same run everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Random documents and filters, against an evaluation that looks at every document.
@Suite struct ModelTests {
    static let properties: [String: IndexedProperty] = [
        "word": .text(1), "field": .text(2, .field), "tags": .text(3, .word, isArray: true), "int": .scalar(4, .int),
        "ints": .array(5, .int), "number": .scalar(6, .number), "flag": .scalar(7, .boolean), "day": .scalar(8, .date),
        "place": .scalar(9, .geoCoordinates), "uuid": .scalar(10, .uuid), "numbers": .array(11, .number),
        "flags": .array(12, .boolean), "days": .array(13, .date), "uuids": .array(14, .uuid),
    ]
    static let settings = InvertedIndexSettings(
        indexTimestamps: true, indexNullState: true, indexPropertyLength: true, stopWords: StopWords(preset: .none))
    private static let words = [
        "red", "green", "blue", "Red", "a\u{0}b", "größe", String(repeating: "x", count: 310) + "1",
    ]

    /// Numbers on both sides of every chunk border.
    static let numbers: [UInt32] =
        [0, 1, 511, 512, 2047, 2048, 65_535, 65_536, 65_537, 200_000, 16_777_216, .max - 1, .max] + (100..<160)

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `filters find what looking at every document finds, through inserts, updates and deletes`(seed: UInt64) throws
    {
        var generator = SeededGenerator(seed: seed)
        var shard = Shard(Self.properties, settings: Self.settings)
        for round in 0..<12 {
            var batch = PostingBatch()
            for _ in 0..<40 {
                let number = Self.numbers.randomElement(using: &generator)!  // The list is not empty.
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    shard.remove(number, in: &batch)
                } else {
                    let values = Self.values(&generator)
                    shard.put(number, values, creationTime: Int64(round), updateTime: 7, in: &batch)
                }
            }
            try batch.flush(into: shard.store)
            #expect(batch.isEmpty)
            #expect(try shard.findings() == [], "seed \(seed)")
            #expect(try shard.freshEntries() == shard.store.entries, "seed \(seed)")
            for _ in 0..<40 {
                let filter = Self.filter(&generator, depth: 0)
                let expected = shard.documents.values.filter { Self.matches($0, filter) }.map(\.id.number).sorted()
                #expect(try shard.find(filter) == expected, "seed \(seed): \(filter)")
                #expect(try shard.count(filter) == expected.count, "seed \(seed): \(filter)")
                let wanted = Int.random(in: 1..<20, using: &generator)
                let found = try shard.find(filter, atLeast: wanted)
                #expect(found.prefix(wanted) == expected.prefix(wanted), "seed \(seed): \(wanted) of \(filter)")
                #expect(Set(found).isSubset(of: expected), "seed \(seed): \(wanted) of \(filter)")
            }
        }
        #expect(shard.store.largestValueWritten <= 8_200)
        #expect(shard.store.longestKeyWritten <= 400)
        for number in Self.numbers { try shard.remove(number) }
        #expect(shard.store.entries.isEmpty)
    }

    // MARK: Random values

    private static func list<Value>(
        _ generator: inout SeededGenerator, _ value: (inout SeededGenerator) -> Value
    ) -> [Value] {
        var values: [Value] = []
        for _ in 0..<Int.random(in: 0...3, using: &generator) { values.append(value(&generator)) }
        return values
    }

    private static func number(_ generator: inout SeededGenerator) -> Double {
        [-2, -1.5, -0.0, 0, 2, 1e300].randomElement(using: &generator)!
    }

    private static func day(_ generator: inout SeededGenerator) -> String {
        "20\(Int.random(in: 10...14, using: &generator))-01-01T0\(Int.random(in: 0...1, using: &generator)):00:00+01:00"
    }

    private static func id(_ generator: inout SeededGenerator) -> ObjectID {
        ObjectID(high: .random(in: 0...1, using: &generator), low: .random(in: 0...2, using: &generator))
    }

    private static func text(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in words.randomElement(using: &generator)! }
            .joined(separator: " ")
    }

    static func values(_ generator: inout SeededGenerator) -> [String: PropertyValue] {
        var values: [String: PropertyValue] = [
            "word": .text(text(&generator)), "field": .text(text(&generator)),
            "tags": .array((0..<Int.random(in: 0...2, using: &generator)).map { _ in .text(text(&generator)) }),
            "int": .int(.random(in: -3...3, using: &generator)),
            "ints": .array(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in .int(.random(in: -3...3, using: &generator)) }
            ),
            "number": .number([-1.5, -0.0, 0, 2, 1e300].randomElement(using: &generator)!),
            "flag": .boolean(.random(using: &generator)),
            "day": .date("20\(Int.random(in: 10...14, using: &generator))-01-01T00:00:00Z"),
            "place": .geoCoordinates(GeoCoordinates(latitude: .random(in: -1...1, using: &generator), longitude: 0)),
            "uuid": .uuid(id(&generator)), "numbers": .array(list(&generator) { .number(number(&$0)) }),
            "flags": .array(list(&generator) { .boolean(.random(using: &$0)) }),
            "days": .array(list(&generator) { .date(day(&$0)) }),
            "uuids": .array(list(&generator) { .uuid(id(&$0)) }),
        ]
        for name in Array(values.keys).sorted() where Int.random(in: 0..<5, using: &generator) == 0 {
            values[name] = nil
        }
        return values
    }

    private static func filter(_ generator: inout SeededGenerator, depth: Int) -> Filter {
        switch Int.random(in: 0..<(depth < 3 ? 9 : 6), using: &generator) {
        case 6: .and((0...1).map { _ in filter(&generator, depth: depth + 1) })
        case 7: .or((0...1).map { _ in filter(&generator, depth: depth + 1) })
        case 8: .not(filter(&generator, depth: depth + 1))
        default: .condition(condition(&generator))
        }
    }

    private static func condition(_ generator: inout SeededGenerator) -> FilterCondition {
        let name = properties.keys.sorted().randomElement(using: &generator)!
        let orders: [FilterComparison] = [
            .equal, .notEqual, .greaterThan, .greaterThanEqual, .lessThan, .lessThanEqual,
        ]
        let lists: [FilterComparison] = [.containsAny, .containsAll, .containsNone]
        let isList = Int.random(in: 0..<3, using: &generator) == 0
        func make(_ path: FilterPath, _ comparison: FilterComparison, _ value: FilterValue) -> FilterCondition {
            FilterCondition(path: path, comparison: comparison, value: value)
        }
        if Int.random(in: 0..<8, using: &generator) == 0 {
            return make(.property(name), .isNull, .boolean(.random(using: &generator)))
        }
        let order = orders.randomElement(using: &generator)!
        let comparison = lists.randomElement(using: &generator)!
        switch name {
        case "word", "field", "tags":
            let values =
                [words.randomElement(using: &generator)!] + list(&generator) { words.randomElement(using: &$0)! }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                return make(.length(of: name), order, .int(.random(in: 0...8, using: &generator)))
            }
            return isList
                ? make(.property(name), comparison, .texts(Array(values.dropFirst())))
                : make(.property(name), order, .text(values[0]))
        case "int", "ints":
            func value(_ generator: inout SeededGenerator) -> Int64 { .random(in: -4...4, using: &generator) }
            return isList
                ? make(.property(name), comparison, .ints(list(&generator, value)))
                : make(.property(name), order, .int(value(&generator)))
        case "number", "numbers":
            return isList
                ? make(.property(name), comparison, .numbers(list(&generator, number)))
                : make(.property(name), order, .number(number(&generator)))
        case "flag", "flags":
            return isList
                ? make(.property(name), comparison, .booleans(list(&generator) { .random(using: &$0) }))
                : make(.property(name), order, .boolean(.random(using: &generator)))
        case "day", "days":
            return isList
                ? make(.property(name), comparison, .dates(list(&generator, day)))
                : make(.property(name), order, .date(day(&generator)))
        case "uuid", "uuids":
            return isList
                ? make(.property(name), comparison, .texts(list(&generator) { id(&$0).description }))
                : make(.property(name), order, .text(id(&generator).description))
        default:
            return make(
                .property(name), .withinGeoRange,
                .geoRange(center: GeoCoordinates(latitude: 0, longitude: 0), distanceInMeters: 50_000))
        }
    }

    // MARK: The naive evaluation

    private static func matches(_ document: IndexedDocument, _ filter: Filter) -> Bool {
        switch filter {
        case .and(let operands): operands.allSatisfy { matches(document, $0) }
        case .or(let operands): operands.contains { matches(document, $0) }
        case .not(let operand): !matches(document, operand)
        case .condition(let condition): matches(document, condition)
        }
    }

    private static func matches(_ document: IndexedDocument, _ condition: FilterCondition) -> Bool {
        switch condition.path {
        case .property(let name):
            let property = properties[name]!
            return matches(document.values[property.id], property, condition.comparison, condition.value)
        case .length(let name):
            guard case .int(let wanted) = condition.value else { return false }
            let length: Int64 =
                switch document.values[properties[name]!.id] {
                case .text(let text): Int64(text.unicodeScalars.count)
                case .array(let elements): Int64(elements.count)
                default: 0
                }
            return compare(length, condition.comparison, wanted)
        default: return false
        }
    }

    private static func matches(
        _ value: PropertyValue?, _ property: IndexedProperty, _ comparison: FilterComparison, _ wanted: FilterValue
    ) -> Bool {
        switch (comparison, wanted) {
        case (.isNull, .boolean(let isNull)):
            let hasValue = value != nil && value != .text("") && value != .array([])
            return isNull != hasValue
        case (.withinGeoRange, .geoRange(let center, let distance)):
            guard case .geoCoordinates(let place) = value else { return false }
            return place.distance(to: center) <= distance
        case (.notEqual, .text(let text)) where property.type != .scalar(.uuid) && property.type != .array(.uuid):
            let tokens = Tokenizer(property.tokenization).tokens(of: text)
            return tokens.allSatisfy { !has(value, property, .equal, .text($0)) }
        case (.notEqual, _): return !has(value, property, .equal, wanted)
        case (.containsAny, _): return single(wanted).contains { has(value, property, .equal, $0) }
        case (.containsAll, _): return single(wanted).allSatisfy { has(value, property, .equal, $0) }
        case (.containsNone, _): return !single(wanted).contains { has(value, property, .equal, $0) }
        default: return has(value, property, comparison, wanted)
        }
    }

    private static func single(_ value: FilterValue) -> [FilterValue] {
        switch value {
        case .texts(let values): values.map { .text($0) }
        case .ints(let values): values.map { .int($0) }
        case .numbers(let values): values.map { .number($0) }
        case .booleans(let values): values.map { .boolean($0) }
        case .dates(let values): values.map { .date($0) }
        default: [value]
        }
    }

    /// Whether some token or element compares so; for a text every token of the wanted value has to find one.
    private static func has(
        _ value: PropertyValue?, _ property: IndexedProperty, _ comparison: FilterComparison, _ wanted: FilterValue
    ) -> Bool {
        let elements: [PropertyValue] =
            if case .array(let elements) = value { Array(elements) } else { value.map { [$0] } ?? [] }
        if case .text(let text) = wanted, property.type == .scalar(.uuid) || property.type == .array(.uuid) {
            return elements.contains { $0.isUUID(comparison, ObjectID(text)!) }
        }
        if case .text(let text) = wanted {
            let tokenizer = Tokenizer(property.tokenization)
            let tokens = elements.flatMap { element -> [[UInt8]] in
                guard case .text(let text) = element else { return [] }
                return tokenizer.tokens(of: text).map { Array($0.utf8) }
            }
            return tokenizer.tokens(of: text).allSatisfy { wanted in
                let wanted = Array(wanted.utf8)
                return tokens.contains { token in
                    let order = token == wanted ? 0 : token.lexicographicallyPrecedes(wanted) ? -1 : 1
                    return compare(order, comparison, 0)
                }
            }
        }
        return elements.contains { element in
            switch (element, wanted) {
            case (.int(let left), .int(let right)): compare(left, comparison, right)
            case (.number(let left), .number(let right)): compare(left, comparison, right)
            case (.boolean(let left), .boolean(let right)): compare(left ? 1 : 0, comparison, right ? 1 : 0)
            case (.date(let left), .date(let right)): compare(Instant(left)!, comparison, Instant(right)!)
            default: false
            }
        }
    }

    fileprivate static func compare<Value: Comparable>(_ left: Value, _ comparison: FilterComparison, _ right: Value)
        -> Bool
    {
        switch comparison {
        case .equal: left == right
        case .notEqual: left != right
        case .greaterThan: left > right
        case .greaterThanEqual: left >= right
        case .lessThan: left < right
        case .lessThanEqual: left <= right
        default: false
        }
    }
}

extension PropertyValue {
    fileprivate func isUUID(_ comparison: FilterComparison, _ other: ObjectID) -> Bool {
        if case .uuid(let id) = self { ModelTests.compare(id, comparison, other) } else { false }
    }
}

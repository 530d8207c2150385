// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import InvertedIndexes

@Suite struct SortPruningTests {
    /// Ways in which values come in, by the number of the document; nil is none.
    private static let series: [(name: String, value: @Sendable (Int, inout SeededGenerator) -> Int?)] = [
        ("ascending", { number, _ in number }),
        ("descending", { number, _ in -number }),
        ("up and down", { number, _ in number % 2 == 0 ? number : 9_999 - number }),
        ("random", { _, generator in Int.random(in: -1_000_000...1_000_000, using: &generator) }),
        ("few", { _, generator in Int.random(in: -3...3, using: &generator) }),
        ("one", { _, _ in 7 }),
        ("some missing", { number, generator in number % 300 == 5 ? nil : Int.random(in: 0...400, using: &generator) }),
        ("mostly missing", { number, _ in number % 50 == 0 ? number : nil }),
        // Blocks of lists between ones of slices.
        ("seldom", { number, generator in number % 1_024 < 600 ? Int.random(in: 0...90, using: &generator) : nil }),
    ]

    private static let properties: [String: IndexedProperty] = [
        "n": .scalar(1, .int), "x": .scalar(2, .number), "d": .scalar(3, .date), "ns": .array(4, .int),
    ]

    private static func shard(_ values: [UInt32: Int?]) throws -> Shard {
        var shard = Shard(properties)
        var batch = PostingBatch()
        for (number, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let value else {
                shard.put(number, [:], in: &batch)
                continue
            }
            let date = Instant(seconds: 1_600_000_000 + Int64(value), nanoseconds: 5_000_000).description
            shard.put(
                number, ["n": .int(Int64(value)), "x": .number(Double(value) / 4), "d": .date(date)], in: &batch)
        }
        try batch.flush(into: shard.store)
        return shard
    }

    /// Those that come before the `count`-th in the order, and all equal to it, by their values.
    private static func first(
        _ count: Int, _ values: [UInt32: Int?], isDescending: Bool, of documents: DocumentSet
    ) -> [[DocumentID]] {
        // No value is before all others, and after them in descending order.
        let lists = Dictionary(grouping: documents) { values[$0.number].flatMap { $0 } ?? .min }
            .sorted { isDescending ? $0.key > $1.key : $0.key < $1.key }
        var wanted: [[DocumentID]] = []
        var found = 0
        for list in lists where found < count {
            wanted.append(list.value)
            found += list.value.count
        }
        return wanted
    }

    @Test(arguments: series.indices)
    func `just the first are left, with all that are equal to the last of them`(series: Int) throws {
        var generator = SeededGenerator(seed: 11)
        let numbers = Array(0..<2_100) + Array(65_100..<66_900)
        let values = Dictionary(
            uniqueKeysWithValues: numbers.map { (UInt32($0), Self.series[series].value($0, &generator)) })
        let shard = try Self.shard(values)
        let all = try shard.schema.allDocuments(in: shard.store)
        for share in [1, 0.3, 0.02] {
            let documents = DocumentSet(all.filter { _ in Double.random(in: 0..<1, using: &generator) < share })
            for count in [1, 2, 10, 70, documents.count / 2 - 1] where count < documents.count / 2 {
                for property in 1...3 as ClosedRange<UInt16> {
                    for isDescending in [false, true] {
                        let found = try shard.schema.first(
                            count, by: PropertyID(property), isDescending: isDescending, of: documents,
                            in: shard.store)
                        let hasValues = isDescending ? documents.count { values[$0.number] != .some(nil) } : .max
                        let wanted =
                            hasValues < count
                            ? nil : Self.first(count, values, isDescending: isDescending, of: documents)
                        #expect(
                            found == wanted,
                            "\(Self.series[series].name), \(share), first \(count) by \(property), \(isDescending)")
                    }
                }
            }
        }
    }

    @Test func `nothing is said where there is nothing to save, or no slices`() throws {
        let shard = try Self.shard(Dictionary(uniqueKeysWithValues: (0..<2_000).map { ($0, Int($0)) }))
        let all = try shard.schema.allDocuments(in: shard.store)
        func first(_ count: Int, by property: UInt16, of documents: DocumentSet) throws -> [[DocumentID]]? {
            try shard.schema.first(
                count, by: PropertyID(property), isDescending: false, of: documents, in: shard.store)
        }
        #expect(try first(1_500, by: 1, of: all) == nil)
        #expect(try first(0, by: 1, of: all) == nil)
        #expect(try first(3, by: 4, of: all) == nil)
        #expect(try first(3, by: 99, of: all) == nil)
        #expect(try first(1, by: 1, of: DocumentSet()) == nil)
        #expect(try first(2, by: 1, of: all) == [[DocumentID(0)], [DocumentID(1)]])
        try shard.store.removeValue(for: IndexKey.prefix(.bitSlices, PropertyID(1)))
        #expect(try first(3, by: 1, of: all) == nil)
    }

    @Test func `a damaged block is thrown, with its key`() throws {
        let shard = try Self.shard(Dictionary(uniqueKeysWithValues: (0..<2_000).map { ($0, Int($0)) }))
        let key = IndexKey.smallChunk(IndexKey.prefix(.bitSlices, PropertyID(1)), 1)
        try shard.store.put([1, 2, 3], for: key)
        let all = try shard.schema.allDocuments(in: shard.store)
        #expect(throws: IndexDamage.malformedEntry(key: key)) {
            try shard.schema.first(3, by: PropertyID(1), isDescending: false, of: all, in: shard.store)
        }
    }

    @Test func `the least numbers of many are kept with all that are equal to the last`() {
        var generator = SeededGenerator(seed: 12)
        for (limit, different) in [(1, 3), (5, 10), (100, 1_000_000), (3_000, 20_000), (20, 1)] {
            var least = LeastNumbers(limit: limit)
            var offered: [UInt32: UInt128] = [:]
            for number in 0..<20_000 as Range<UInt32> {
                // Growing better all the time, so that what is driven out is many.
                let value = UInt128(Int.random(in: 0..<different, using: &generator)) + UInt128(20_000 - number)
                offered[number] = value
                if number % 512 < 500 { least.offer(value, of: DocumentID(number)) } else { continue }
            }
            for block in 0..<39 as Range<UInt32> {
                var documents = SIMD8<UInt64>()
                for number in block * 512 + 500..<block * 512 + 512 {
                    offered[number] = UInt128(block) * 300
                    documents[7] |= 1 << UInt64(number & 63)
                }
                least.offer(UInt128(block) * 300, ofAll: documents, in: block)
            }
            let last = offered.values.sorted()[limit - 1]
            #expect(
                least.documents()?.joined().map(\.number).sorted() == offered.filter { $0.value <= last }.keys.sorted())
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing

@testable import InvertedIndexes

@Suite struct BitSlicedIndexTests {
    private typealias Change = (offset: UInt16, number: UInt128?)

    private static func block(_ numbers: [UInt16: UInt128], width: Int = 8) -> BitSlicedBlock {
        var block = BitSlicedBlock(width: width)
        block.apply(numbers.sorted { $0.key < $1.key }.map { (offset: $0.key, number: $0.value) })
        return block
    }

    /// The documents of a stored block in a range.
    private static func found(_ bytes: [UInt8], _ range: ClosedRange<UInt128>, width: Int = 8) -> [UInt16]? {
        // Safety: integers have no padding.
        let words = BitSlicedBlock.documents(unsafe bytes.span.bytes, in: range, width: width)
        return words.map { words in
            (0..<512).filter { words[Int($0 >> 6)] >> UInt64($0 & 63) & 1 == 1 }
        }
    }

    private static func expect(
        _ numbers: [UInt16: UInt128], width: Int = 8, sourceLocation: SourceLocation = #_sourceLocation
    )
        throws
    {
        let bytes = try #require(block(numbers, width: width).encoded())
        // Safety: integers have no padding.
        let read = try #require(BitSlicedBlock(unsafe bytes.span.bytes, width: width), sourceLocation: sourceLocation)
        #expect(read.encoded() == bytes, sourceLocation: sourceLocation)
        #expect(read.count == numbers.count, sourceLocation: sourceLocation)
        for offset in 0..<512 as Range<UInt16> {
            #expect(read[offset] == numbers[offset], sourceLocation: sourceLocation)
        }
        let greatest = UInt128.max >> UInt128(128 - 8 * width)
        var generator = SeededGenerator(seed: 5)
        let near = Array(Set(numbers.values).sorted().shuffled(using: &generator).prefix(12))
        let bounds = Set(near.flatMap { [$0, $0 == 0 ? 0 : $0 - 1, Swift.min($0 + 1, greatest)] } + [0, greatest])
            .sorted()
        for (index, lower) in bounds.enumerated() {
            for upper in bounds[index...] {
                let wanted = numbers.filter { lower...upper ~= $0.value }.keys.sorted()
                #expect(found(bytes, lower...upper, width: width) == wanted, sourceLocation: sourceLocation)
            }
        }
    }

    @Test func `a block finds what comparing each number finds, in lists and in slices of both widths`() throws {
        var generator = SeededGenerator(seed: 3)
        let top: UInt128 = 1 << 63
        try Self.expect([7: 0])
        try Self.expect([0: UInt128(UInt64.max), 511: 0])
        try Self.expect(Dictionary(uniqueKeysWithValues: (0..<512).map { ($0, top + UInt128($0 / 3)) }))
        try Self.expect(Dictionary(uniqueKeysWithValues: (0..<512).map { ($0, top - 40 + UInt128($0 % 80)) }))
        for count in [1, 20, 64, 100, 511, 512] {
            let offsets = (0..<512).shuffled(using: &generator).prefix(count).map { UInt16($0) }
            try Self.expect(
                Dictionary(
                    uniqueKeysWithValues: offsets.map {
                        ($0, UInt128(UInt64.random(in: 0 ... .max, using: &generator)))
                    }))
            // Dates: nanoseconds that are all alike, and ones that are not.
            try Self.expect(
                Dictionary(
                    uniqueKeysWithValues: offsets.map { offset in
                        let seconds = UInt128(UInt64.random(in: 1 << 63...1 << 63 + 1 << 20, using: &generator))
                        return (offset, seconds << 32 | UInt128(offset % 2 == 0 ? 0 : 5_000_000))
                    }), width: 12)
        }
    }

    @Test func `the same values have the same bytes, whichever way they came in`() throws {
        var generator = SeededGenerator(seed: 4)
        var block = BitSlicedBlock(width: 8)
        var numbers: [UInt16: UInt128] = [:]
        var hasBeenSliced = false
        for round in 0..<60 {
            // Grows, then shrinks to nothing.
            var changes: [UInt16: UInt128?] = [:]
            for _ in 0..<40 {
                let isIn = round < 25 ? Int.random(in: 0..<10, using: &generator) > 0 : false
                let offset =
                    round < 30
                    ? UInt16.random(in: 0..<512, using: &generator) : numbers.keys.randomElement(using: &generator) ?? 0
                changes[offset] = .some(isIn ? UInt128(UInt64.random(in: 0..<1000, using: &generator)) : nil)
            }
            for (offset, number) in changes { numbers[offset] = number }
            block.apply(changes.sorted { $0.key < $1.key }.map { (offset: $0.key, number: $0.value) })
            let bytes = block.encoded()
            #expect(bytes == (numbers.isEmpty ? nil : Self.block(numbers).encoded()))
            guard let bytes else { continue }
            hasBeenSliced = hasBeenSliced || bytes[0] == 1
            // Safety: integers have no padding.
            block = try #require(BitSlicedBlock(unsafe bytes.span.bytes, width: 8))
        }
        #expect(hasBeenSliced)
        for offset in Array(numbers.keys) { block.apply([(offset, nil)]) }
        #expect(block.encoded() == nil)
    }

    @Test func `values that all agree take no slice, and few of them a list`() throws {
        let same = try #require(Self.block(Dictionary(uniqueKeysWithValues: (0..<512).map { ($0, 77) })).encoded())
        #expect(same.count == 1 + 8 + 8 + 64)
        #expect(Self.block([3: 77]).encoded()?.count == 1 + 2 + 8)
        let wide = Self.block(
            Dictionary(uniqueKeysWithValues: (0..<512).map { ($0, $0 % 2 == 0 ? 0 : .max >> 32) }), width: 12)
        let byteCount: Int = 1 + 12 + 12 + 64 * 97
        #expect(wide.encoded()?.count == byteCount)
    }

    @Test func `a block cut off at any byte is refused, and so are bytes that are none`() throws {
        let list = try #require(Self.block([3: 77, 9: 8]).encoded())
        let slices = try #require(
            Self.block(Dictionary(uniqueKeysWithValues: (0..<512).map { ($0, UInt128($0)) })).encoded())
        for bytes in [list, slices] {
            for end in 0..<bytes.count where bytes[0] == 1 || end % 10 != 1 || end == 1 {
                let cut = Array(bytes[..<end])
                #expect(Self.found(cut, 0...9) == nil)
                // Safety: integers have no padding.
                #expect(BitSlicedBlock(unsafe cut.span.bytes, width: 8) == nil)
            }
        }
        var twice = list
        twice[11] = 3
        #expect(Self.found(twice, 0...9) == nil)
        var beyond = list
        beyond[12] = 2
        #expect(Self.found(beyond, 0...9) == nil)
        #expect(Self.found([2] + slices.dropFirst(), 0...9) == nil)
        // A place that has a slice and none.
        var both = slices
        both[16] |= 1
        #expect(Self.found(both, 0...9) == nil)
    }

    // MARK: In a shard

    private static func find(_ shard: Shard, _ name: String, _ bounds: [(FilterComparison, FilterValue)]) throws
        -> [UInt32]
    {
        try shard.find(
            .and(bounds.map { .condition(FilterCondition(path: .property(name), comparison: $0.0, value: $0.1)) }))
    }

    private static let properties: [String: IndexedProperty] = [
        "n": .scalar(1, .int), "x": .scalar(2, .number), "d": .scalar(3, .date),
        "r": IndexedProperty(id: PropertyID(4), type: .scalar(.int), isFilterable: false, hasRangeIndex: true),
    ]

    private static func values(_ number: Int) -> [String: PropertyValue] {
        let second = number % 60 < 10 ? "0\(number % 60)" : "\(number % 60)"
        return [
            "n": .int(Int64(number * 37 % 1_000 - 500)), "x": .number(Double(number * 31 % 700) / 4 - 60),
            "d": .date("2020-01-0\(1 + number % 7)T0\(number % 9):00:\(second).5Z"), "r": .int(Int64(number)),
        ]
    }

    private static func shard(_ count: Int) throws -> Shard {
        var shard = Shard(properties)
        var batch = PostingBatch()
        for number in 0..<count where number % 10 != 3 { shard.put(UInt32(number), values(number), in: &batch) }
        try batch.flush(into: shard.store)
        return shard
    }

    private static func expectRanges(_ shard: Shard, sourceLocation: SourceLocation = #_sourceLocation) throws {
        func wanted(_ property: UInt16, _ isIn: (PropertyValue) -> Bool) -> [UInt32] {
            shard.documents.values.filter { $0.values[PropertyID(property)].map(isIn) ?? false }.map(\.id.number)
                .sorted()
        }
        for (low, high) in [(-500, 500), (-90, -10), (3, 3), (250, 900), (7, -7)] as [(Int64, Int64)] {
            #expect(
                try find(shard, "n", [(.greaterThanEqual, .int(low)), (.lessThan, .int(high))])
                    == wanted(1) { if case .int(let value) = $0 { low <= value && value < high } else { false } },
                sourceLocation: sourceLocation)
            #expect(
                try find(shard, "n", [(.greaterThan, .int(low))])
                    == wanted(1) { if case .int(let value) = $0 { value > low } else { false } },
                sourceLocation: sourceLocation)
            let (least, most) = (Double(low) / 4, Double(high) / 4)
            #expect(
                try find(shard, "x", [(.lessThanEqual, .number(most)), (.greaterThan, .number(least))])
                    == wanted(2) { if case .number(let value) = $0 { least < value && value <= most } else { false } },
                sourceLocation: sourceLocation)
        }
        let (from, to) = ("2020-01-02T03:00:00+01:00", "2020-01-05T04:00:11.5Z")
        #expect(
            try find(shard, "d", [(.greaterThan, .date(from)), (.lessThanEqual, .date(to))])
                == wanted(3) {
                    if case .date(let value) = $0 {
                        Instant(from)! < Instant(value)! && Instant(value)! <= Instant(to)!
                    } else {
                        false
                    }
                }, sourceLocation: sourceLocation)
        #expect(
            try shard.find("r", .notEqual, .int(40)) == wanted(4) { $0 != .int(40) }, sourceLocation: sourceLocation)
        #expect(try shard.findings() == [], sourceLocation: sourceLocation)
    }

    @Test func `ranges over many different values come from the slices, and stay right through changes`() throws {
        var shard = try Self.shard(1_500)
        try Self.expectRanges(shard)
        var batch = PostingBatch()
        for number in stride(from: 0, to: 1_500, by: 7) { shard.remove(UInt32(number), in: &batch) }
        for number in stride(from: 3, to: 1_500, by: 11) {
            shard.put(UInt32(number), Self.values(number * 3), in: &batch)
        }
        for number in stride(from: 4, to: 1_500, by: 13) { shard.put(UInt32(number), ["n": .int(.min)], in: &batch) }
        try batch.flush(into: shard.store)
        try Self.expectRanges(shard)
        #expect(try shard.freshEntries() == shard.store.entries)
        // Whatever the terms say: a range with many of them does not come from them.
        let term = IndexKey.chunk(IndexKey.prefix(.term, PropertyID(1), IndexTerm.int(499)), 0)
        try shard.store.removeValue(for: term)
        #expect(
            try shard.find("n", .greaterThan, .int(-600)).count
                == shard.documents.values.count { ![nil, .int(.min)].contains($0.values[PropertyID(1)]) })
    }

    @Test func `two ranges of a list may be met by two elements`() throws {
        let shard = try Shard(
            ["ns": .array(1, .int)], values: [["ns": .array([.int(1), .int(9)])], ["ns": .array([.int(5)])]])
        #expect(try Self.find(shard, "ns", [(.greaterThan, .int(4)), (.lessThan, .int(6))]) == [0, 1])
        #expect(shard.store.entries.keys.allSatisfy { $0[0] != EntryKind.bitSlices.rawValue })
    }

    @Test func `two bounds of a time are one range`() throws {
        var shard = Shard([:], settings: InvertedIndexSettings(indexTimestamps: true))
        for number in 0..<9 as Range<UInt32> { try shard.put(number, [:], creationTime: Int64(number), updateTime: 5) }
        let times: [(FilterComparison, Int64)] = [(.greaterThan, 2), (.lessThanEqual, 6), (.greaterThanEqual, 3)]
        let filter = Filter.and(
            times.map { .condition(FilterCondition(path: .creationTime, comparison: $0.0, value: .text("\($0.1)"))) })
        #expect(try shard.find(filter) == [3, 4, 5, 6])
    }

    @Test func `a shard whose values are older than the slices answers from the terms, until it was empty once`() throws
    {
        var shard = try Self.shard(1_500)
        for key in shard.store.entries.keys where key[0] == EntryKind.bitSlices.rawValue {
            try shard.store.removeValue(for: key)
        }
        try Self.expectRanges(shard)
        var batch = PostingBatch()
        for number in 0..<700 { shard.remove(UInt32(number), in: &batch) }
        for number in 1_500..<1_600 { shard.put(UInt32(number), Self.values(number), in: &batch) }
        try batch.flush(into: shard.store)
        #expect(shard.store.entries.keys.allSatisfy { $0[0] != EntryKind.bitSlices.rawValue })
        try Self.expectRanges(shard)
        for document in Array(shard.documents.keys) { shard.remove(document.number, in: &batch) }
        try batch.flush(into: shard.store)
        #expect(shard.store.entries.isEmpty)
        for number in 0..<600 { shard.put(UInt32(number), Self.values(number), in: &batch) }
        try batch.flush(into: shard.store)
        #expect(try shard.store.bitSlicedIndex(of: PropertyID(1))?.documentCount == 600)
        try Self.expectRanges(shard)
    }

    @Test func `a batch of documents writes each block once`() throws {
        var shard = Shard(["n": .scalar(1, .int)])
        var batch = PostingBatch()
        for number in 0..<400 as Range<UInt32> { shard.put(number, ["n": .int(7)], in: &batch) }
        try batch.flush(into: shard.store)
        // Live documents and their number, the term, the block and that there is one.
        #expect(shard.store.writeCount == 5)
    }

    @Test func `damage to slices is reported and thrown, with its key`() throws {
        let whole = try Self.shard(700)
        let property = IndexKey.prefix(.bitSlices, PropertyID(1))
        let block = IndexKey.smallChunk(property, 1)
        for (key, value) in [
            (property, [8, 1]), (property, [9] + [UInt8](repeating: 1, count: 8)), (block, []), (block, [1, 2, 3]),
        ] as [([UInt8], [UInt8])] {
            let shard = try Self.shard(700)
            try shard.store.put(value, for: key)
            #expect(throws: IndexDamage.malformedEntry(key: key)) { try shard.find("n", .greaterThan, .int(-400)) }
            #expect(try !shard.findings().isEmpty)
        }
        // A document that is missing, one too many, a wrong value, a wrong number of them, slices without their head.
        let stored = try #require(whole.store.entries[block])
        // Safety: integers have no padding.
        for change in [(10, nil), (3, 5), (11, 5)] as [(UInt16, UInt128?)] {
            let shard = try Self.shard(700)
            var changed = try #require(BitSlicedBlock(unsafe stored.span.bytes, width: 8))
            changed.apply([(offset: change.0, number: change.1)])
            try shard.store.put(try #require(changed.encoded()), for: block)
            #expect(try !shard.findings().isEmpty)
        }
        try whole.store.put(try #require(BitSlicedIndex(width: 8, documentCount: 9).encoded()), for: property)
        #expect(try whole.findings() == ["property 1: 630 values are in slices; 9 are counted"])
        try whole.store.removeValue(for: property)
        #expect(try !whole.findings().isEmpty)
    }

    @Test func `dropping the indexes of a property drops its slices`() throws {
        let shard = try Self.shard(600)
        for number in 1...4 as ClosedRange<UInt16> {
            try shard.schema.removeEntries(of: PropertyID(number), in: shard.store)
        }
        #expect(
            Set(shard.store.entries.keys.map { $0[0] }) == [EntryKind.live.rawValue, EntryKind.statistics.rawValue])
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import RandomNumbers
import Testing

@testable import DatabaseCore

@Suite struct ValueSumsTests {
    private func sums(_ values: [Double]) -> NumberSums {
        var sums = NumberSums()
        for value in values { sums.add(value) }
        return sums
    }

    @Test func `the sum of numbers does not depend on their order`() {
        var generator = SplitMix64(seed: 6)
        let values = (0..<20_000).map { _ in Double.random(in: -1...1_000, using: &generator) }
        let sum = sums(values).sum
        for _ in 0..<10 { #expect(sums(values.shuffled(using: &generator)).sum == sum) }
        var merged = sums(Array(values[..<777]))
        merged.merge(sums(Array(values[777...])))
        #expect(merged.sum == sum)
        #expect(merged.minimum == values.min() && merged.maximum == values.max() && merged.count == values.count)
    }

    @Test func `what additions round off is not lost`() {
        #expect(sums([1e16, 1, -1e16]).sum == 1)
        #expect(sums(Array(repeating: 0.1, count: 10)).sum == 1)
        var counted = NumberSums()
        counted.add(0.1, count: 10)
        #expect(counted.sum == 1)
        #expect(counted.count == 10)
    }

    @Test func `a sum beyond float64 is infinite`() {
        let greatest = Double.greatestFiniteMagnitude
        #expect(sums([greatest, greatest]).sum == .infinity)
        #expect(sums([-greatest, -greatest, 1]).sum == -.infinity)
        var counted = NumberSums()
        counted.add(greatest, count: 2)
        #expect(counted.sum == .infinity)
    }

    @Test func `numbers that are only added up say the same as numbers that are kept`() throws {
        var generator = SplitMix64(seed: 7)
        let measures: AggregationRequest.Measures = [.count, .minimum, .maximum, .mean, .sum]
        for type in [PropertyType.scalar(.int), .scalar(.number)] {
            for count in [0, 1, 5_000] {
                var kept = try #require(PropertyTally(type))
                var added = try #require(PropertyTally(type, for: measures))
                for _ in 0..<count {
                    let number = Int64.random(in: -50...1_000, using: &generator)
                    let value = type == .scalar(.int) ? PropertyValue.int(number) : .number(Double(number) / 10)
                    kept.add(value)
                    added.add(value)
                }
                switch (kept.aggregate(.init(measures)), added.aggregate(.init(measures))) {
                case (.ints(var left), .ints(let right)):
                    (left.mode, left.median) = (nil, nil)
                    #expect(left == right)
                case (.numbers(var left), .numbers(let right)):
                    (left.mode, left.median) = (nil, nil)
                    #expect(left == right)
                default: Issue.record("\(type)")
                }
            }
        }
    }

    @Test(arguments: [0, 1, 40, 1_000, 9_000])
    func `blocks have all documents of a set, many or few`(count: Int) {
        var generator = SplitMix64(seed: UInt64(count))
        let documents = Set((0..<count).map { _ in DocumentID(.random(in: 0..<10_000, using: &generator)) })
        var found: [DocumentID] = []
        DocumentSet(documents).forEachBlock { number, bits in
            for place in 0..<128 where bits >> UInt128(place) & 1 != 0 {
                found.append(DocumentID(number * 128 + UInt32(place)))
            }
        }
        #expect(found == documents.sorted())
    }
}

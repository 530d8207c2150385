// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing

@testable import DatabaseCore

@Suite struct ValueTallyTests {
    private typealias Run = ValueTally<Int64>.Run

    private func aggregate(_ values: [Int64]) -> IntAggregate {
        var tally = ValueTally(values)
        return IntAggregate(&tally)
    }

    @Test func `values become runs in order, however they came`() {
        var tally = ValueTally<Int64>()
        for value: Int64 in [3, 1, 3, 2] { tally.add(value) }
        tally.append(7, count: 2)
        tally.add(1)
        #expect(
            tally.runs() == [
                Run(value: 1, count: 2), Run(value: 2, count: 1), Run(value: 3, count: 2), Run(value: 7, count: 2),
            ])
        #expect(tally.count == 7)
    }

    @Test func `tallies of parts merge into the tally of the whole`() {
        var generator = SplitMix64(seed: 11)
        let values = (0..<5_000).map { _ in Int64.random(in: -40...40, using: &generator) }
        for cut in [0, 1, 2_500, 5_000] {
            var left = ValueTally(values[..<cut])
            left.merge(ValueTally(values[cut...]))
            var whole = ValueTally(values)
            #expect(left.runs() == whole.runs())
            #expect(left.count == 5_000)
        }
    }

    @Test func `more values than wait at once are counted all the same`() {
        var tally = ValueTally<Int64>()
        for value in 0..<200_000 { tally.add(Int64(value % 3)) }
        #expect(tally.runs().map(\.count) == [66_667, 66_667, 66_666])
    }

    @Test(
        arguments: [
            ([5], 5, 5), ([1, 2], 1.5, 1), ([1, 2, 2], 2, 2), ([3, 1, 3, 1], 2, 1), ([9, 1, 5], 5, 1),
            ([2, 2, 8, 9], 5, 2),
        ] as [([Int64], Double, Int64)])
    func `the median lies in the middle, and the mode is the least of the most frequent`(
        values: [Int64], median: Double, mode: Int64
    ) {
        let result = aggregate(values)
        #expect(result.median == median)
        #expect(result.mode == mode)
    }

    @Test func `ints are added exactly, beyond 64 bits too`() {
        let result = aggregate([.max, .max, 1])
        #expect(result.sum == Int128(Int64.max) * 2 + 1)
        #expect(result.maximum == .max)
        #expect(aggregate([.min, .min]).median == Double(Int64.min))
        #expect(aggregate([9_007_199_254_740_993]).mode == 9_007_199_254_740_993)
    }

    @Test func `nothing has a count and nothing else`() {
        #expect(aggregate([]) == IntAggregate())
        var numbers = ValueTally<Double>()
        #expect(NumberAggregate(&numbers) == NumberAggregate())
        var dates = ValueTally<DatedText>()
        #expect(DateAggregate(&dates) == DateAggregate())
        #expect(BooleanAggregate().trueShare == nil)
    }

    @Test func `the median of two huge numbers does not overflow`() {
        var tally = ValueTally([Double.greatestFiniteMagnitude, .greatestFiniteMagnitude / 2])
        #expect(NumberAggregate(&tally).median == .greatestFiniteMagnitude * 0.75)
    }

    @Test func `dates keep their texts, but for a median between two`() throws {
        var tally = PropertyTally(.scalar(.date))
        for text in ["2021-01-01T02:00:00+02:00", "2021-01-01T00:00:01Z", "2021-01-01T03:00:01+03:00"] {
            tally?.add(.date(text))
        }
        guard case .dates(let three)? = tally?.aggregate(.init([.minimum])) else { throw DatabaseError.cancelled }
        #expect(three.minimum == "2021-01-01T02:00:00+02:00")
        #expect(three.median == "2021-01-01T00:00:01Z")
        #expect(three.maximum == "2021-01-01T03:00:01+03:00")
        tally?.add(.date("2021-01-01T02:00:00+02:00"))
        guard case .dates(let four)? = tally?.aggregate(.init([.median])) else { throw DatabaseError.cancelled }
        #expect(four.median == "2021-01-01T00:00:00.5Z")
        #expect(four.mode == "2021-01-01T02:00:00+02:00")
    }

    @Test(arguments: [
        "0000-01-01T00:00:00Z", "1582-10-04T23:59:59.999999999Z", "1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00Z",
        "2000-02-29T12:00:00Z", "2024-12-31T23:59:59.01Z", "9999-12-31T23:59:59Z",
    ])
    func `an instant is written as it is read`(text: String) {
        #expect(Instant(text)?.description == text)
    }

    @Test func `texts are ordered by how often they occur, then by their bytes`() {
        var tally = TextTally()
        for text in ["b", "a", "c", "c", "é", "Z"] { tally.add(text) }
        #expect(tally.top(3).map(\.value) == ["c", "Z", "a"])
        #expect(tally.top(-1).map(\.value) == ["c", "Z", "a", "b", "é"])
        #expect(tally.top(0).isEmpty)
        #expect(tally.count == 6)
        var other = TextTally()
        other.add("b")
        other.add("b")
        tally.merge(other)
        #expect(tally.top(1) == [.init(value: "b", count: 3)])
    }

    @Test func `the first of many are those that sorting would put first`() {
        var generator = SplitMix64(seed: 5)
        let values = (0..<3_000).map { _ in Int.random(in: 0...500, using: &generator) }
        for count in [0, 1, 7, 1_000, 1_001, 5_000] {
            #expect(values.first(count, by: <) == Array(values.sorted().prefix(count)))
        }
    }
}

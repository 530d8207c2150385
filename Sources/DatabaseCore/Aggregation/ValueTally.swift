// SPDX-License-Identifier: Apache-2.0

/// How often each of some values occurs: what minimum, maximum, mode and median are computed from.
///
/// Tallies of parts merge into the tally of the whole. Memory grows with the different values, not with their number.
struct ValueTally<Value: Comparable & Hashable & Sendable>: Sendable {
    struct Run: Hashable, Sendable {
        var value: Value
        var count: Int
    }

    /// How many values wait at most until they are sorted in.
    private static var looseLimit: Int { 1 << 16 }

    /// Ascending, each value once.
    private var sorted: [Run] = []
    /// In the order in which they came.
    private var loose: [Value] = []

    /// How many values there are.
    private(set) var count = 0

    init() {}

    init(_ values: some Sequence<Value>) {
        for value in values { add(value) }
    }

    mutating func add(_ value: Value) {
        count += 1
        loose.append(value)
        if loose.count >= Self.looseLimit { settle() }
    }

    /// Adds a value that is greater than all before.
    mutating func append(_ value: Value, count: Int) {
        settle()
        self.count += count
        sorted.append(Run(value: value, count: count))
    }

    mutating func merge(_ other: Self) {
        settle()
        var other = other
        other.settle()
        count += other.count
        sorted = Self.merged(sorted, other.sorted)
    }

    /// The different values, ascending, with how often each occurs.
    mutating func runs() -> [Run] {
        settle()
        return sorted
    }

    private mutating func settle() {
        if loose.isEmpty { return }
        loose.sort()
        var added: [Run] = []
        for value in loose {
            if added.last?.value == value {
                added[added.count - 1].count += 1
            } else {
                added.append(Run(value: value, count: 1))
            }
        }
        loose.removeAll(keepingCapacity: true)
        sorted = Self.merged(sorted, added)
    }

    private static func merged(_ left: [Run], _ right: [Run]) -> [Run] {
        if left.isEmpty { return right }
        var result: [Run] = []
        result.reserveCapacity(left.count + right.count)
        var position = 0
        for run in right {
            while position < left.count, left[position].value < run.value {
                result.append(left[position])
                position += 1
            }
            if position < left.count, left[position].value == run.value {
                result.append(Run(value: run.value, count: left[position].count + run.count))
                position += 1
            } else {
                result.append(run)
            }
        }
        result.append(contentsOf: left[position...])
        return result
    }
}

extension Array {
    /// Of runs: the least of the values that occur most often.
    func mode<Value>() -> Value? where Element == ValueTally<Value>.Run {
        var best: Element?
        for run in self where run.count > best?.count ?? 0 { best = run }
        return best?.value
    }

    /// Of runs: the two values in the middle; the same one twice if the number of values is odd.
    func middle<Value>() -> (lower: Value, upper: Value)? where Element == ValueTally<Value>.Run {
        let count = reduce(0) { $0 + $1.count }
        guard count > 0 else { return nil }
        var lower: Value?
        var seen = 0
        for run in self {
            seen += run.count
            if lower == nil, seen > (count - 1) / 2 { lower = run.value }
            if let lower, seen > count / 2 { return (lower, run.value) }
        }
        return nil
    }
}

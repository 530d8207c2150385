// SPDX-License-Identifier: Apache-2.0

/// What count, sum, mean and extremes of ints need, without keeping them. Exact.
struct IntSums: Sendable {
    private(set) var count = 0
    private(set) var minimum = Int64.max
    private(set) var maximum = Int64.min
    /// 2⁶³ values of 64 bits do not overflow 127.
    private(set) var sum: Int128 = 0

    @inline(__always)
    mutating func add(_ value: Int64) {
        count += 1
        minimum = Swift.min(minimum, value)
        maximum = Swift.max(maximum, value)
        sum += Int128(value)
    }

    mutating func add(_ value: Int64, count: Int) {
        self.count += count
        minimum = Swift.min(minimum, value)
        maximum = Swift.max(maximum, value)
        sum += Int128(value) * Int128(count)
    }

    mutating func merge(_ other: Self) {
        count += other.count
        minimum = Swift.min(minimum, other.minimum)
        maximum = Swift.max(maximum, other.maximum)
        sum += other.sum
    }
}

/// What count, sum, mean and extremes of numbers need, without keeping them.
///
/// The sum is compensated (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974): what each
/// addition rounds off is added up beside. So it does not depend on the order of the values, which columns, objects and the term index
/// give differently, unless they cancel each other almost wholly.
struct NumberSums: Sendable {
    private(set) var count = 0
    /// Without values infinity, and below negative infinity.
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private var rounded = 0.0
    private var remainder = 0.0

    /// Infinite where it is beyond float64.
    var sum: Double { rounded.isFinite ? rounded + remainder : rounded }

    @inline(__always)
    mutating func add(_ value: Double) {
        count += 1
        note(value)
        addUp(value)
    }

    mutating func add(_ value: Double, count: Int) {
        self.count += count
        note(value)
        let product = value * Double(count)
        addUp(product)
        if product.isFinite { remainder += (-product).addingProduct(value, Double(count)) }
    }

    mutating func merge(_ other: Self) {
        count += other.count
        minimum = Swift.min(minimum, other.minimum)
        maximum = Swift.max(maximum, other.maximum)
        addUp(other.rounded)
        remainder += other.remainder
    }

    @inline(__always)
    private mutating func note(_ value: Double) {
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
    }

    @inline(__always)
    private mutating func addUp(_ value: Double) {
        // What `rounded + value` leaves out, without a branch (Knuth's TwoSum).
        let total = rounded + value
        let added = total - rounded
        remainder += (rounded - (total - added)) + (value - added)
        rounded = total
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How many requests there are in a second, over the last minute.
struct RequestRate: Sendable {
    private static let seconds = 60

    /// The requests of second n are in place n % count, if `numbers` says so.
    private var counts = [Int](repeating: 0, count: seconds + 1)
    private var numbers = [Int](repeating: -1, count: seconds + 1)

    mutating func add(at time: Duration) {
        let number = Int(time.components.seconds)
        let place = number % counts.count
        if numbers[place] != number {
            numbers[place] = number
            counts[place] = 0
        }
        counts[place] += 1
    }

    /// - Parameter time: since the process began.
    func perSecond(at time: Duration) -> Double {
        let number = Int(time.components.seconds)
        let sum = zip(numbers, counts).reduce(0) { sum, entry in
            entry.0 > number - Self.seconds && entry.0 <= number ? sum + entry.1 : sum
        }
        return Double(sum) / Double(min(number + 1, Self.seconds))
    }
}

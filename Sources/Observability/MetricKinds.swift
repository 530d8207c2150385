// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that only grows.
package final class Counter: Metric {
    private let count = Atomic<Int>(0)

    package static var typeName: String { "counter" }

    package var value: Int { count.load(ordering: .relaxed) }

    /// - Parameter amount: 0 or more.
    package func add(_ amount: Int = 1) { count.wrappingAdd(amount, ordering: .relaxed) }

    package func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(braced(labels)) \(value)\n"
    }
}

/// A number that goes up and down.
package final class Gauge: Metric {
    private let bits = Atomic<UInt64>(0)

    package static var typeName: String { "gauge" }

    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    package func add(_ amount: Double = 1) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let outcome = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if outcome.exchanged { return }
            old = outcome.original
        }
    }

    package func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(braced(labels)) \(plain(value))\n"
    }
}

/// How values are spread over buckets.
package final class Histogram: Metric {
    /// Bounds for what takes from 50 us to 30 s, in seconds.
    package static let latencies: [Double] = [
        0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]

    private struct State {
        /// One for each bound, and one for what lies beyond.
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    package static var typeName: String { "histogram" }

    /// - Parameter bounds: ascending, each included in its bucket.
    package init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bounds do not ascend: \(bounds)")
        self.bounds = bounds
        state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    /// How many values there were.
    package var count: Int { state.withLock { $0.counts.reduce(0, +) } }

    package func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    /// Counts a duration, in seconds.
    package func observe(_ duration: Duration) { observe(duration.inSeconds) }

    package func write(name: String, labels: String, to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let prefix = labels.isEmpty ? "" : labels + ","
        var total = 0
        for (count, bound) in zip(counts, bounds.map(plain) + ["+Inf"]) {
            total += count
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
        }
        text += "\(name)_sum\(braced(labels)) \(plain(sum))\n\(name)_count\(braced(labels)) \(total)\n"
    }
}

private func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

/// As Prometheus writes numbers; integers without a point.
private func plain(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
}

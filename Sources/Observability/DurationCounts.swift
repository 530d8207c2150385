// SPDX-License-Identifier: Apache-2.0

/// How durations are spread, in buckets whose width grows with them: a quantile is right to about 6 %.
///
/// Below 8 us there is a bucket for each microsecond, and from there on 8 for each doubling, up to 71 minutes.
struct DurationCounts: Sendable {
    private static let partBits = 3
    private static let parts = 1 << partBits
    private static let bucketCount = (32 - partBits + 1) * parts

    private var counts = [UInt32](repeating: 0, count: bucketCount)
    private(set) var total = 0

    mutating func add(_ duration: Duration) {
        counts[Self.bucket(of: duration)] += 1
        total += 1
    }

    mutating func add(_ other: Self) {
        for index in counts.indices { counts[index] += other.counts[index] }
        total += other.total
    }

    /// What the share `rank` of the durations does not exceed; `nil` without any.
    ///
    /// - Parameter rank: more than 0, up to 1.
    /// - Complexity: O(buckets).
    func quantile(_ rank: Double) -> Duration? {
        guard total > 0 else { return nil }
        let wanted = max(1, Int((rank * Double(total)).rounded(.up)))
        var before = 0
        for (index, count) in counts.enumerated() where count > 0 {
            if before + Int(count) >= wanted {
                let (start, width) = Self.range(of: index)
                let share = (Double(wanted - before) - 0.5) / Double(count)
                return .nanoseconds(Int64((Double(start) + Double(width) * share) * 1_000))
            }
            before += Int(count)
        }
        return nil
    }

    private static func bucket(of duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        guard seconds < 1 << 12 else { return bucketCount - 1 }
        let microseconds = max(0, Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
        guard microseconds >= parts else { return microseconds }
        let exponent = Int.bitWidth - 1 - microseconds.leadingZeroBitCount
        let part = (microseconds >> (exponent - partBits)) & (parts - 1)
        return min((exponent - partBits + 1) * parts + part, bucketCount - 1)
    }

    /// Where a bucket begins and how wide it is, in microseconds.
    private static func range(of bucket: Int) -> (start: Int, width: Int) {
        guard bucket >= parts else { return (bucket, 1) }
        let shift = bucket / parts - 1
        return ((parts + bucket % parts) << shift, 1 << shift)
    }
}

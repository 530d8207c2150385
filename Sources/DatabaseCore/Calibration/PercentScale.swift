// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// Turns distances into per cent that people understand: 100 for what is equal, 0 for what is as far away as two objects of
/// the collection are from each other at random, and straight in between.
///
/// The distance at random is the median over pairs of a sample, since the distances of a network's vectors lie in a range of
/// their own: two photos that have nothing in common may have a cosine distance of 0.4 or of 0.9.
struct PercentScale: Hashable, Sendable {
    /// The distance of a vector to itself: 0 but for dot products, where it is the median over the sample.
    let equality: Float
    /// The median distance of pairs.
    let random: Float

    /// How many vectors are looked at, and how many pairs of them.
    static let sampleSize = 512
    private static let pairsPerVector = 4

    init(equality: Float, random: Float) {
        self.equality = equality
        self.random = random
    }

    /// The scale of a sample; `nil` for fewer than two vectors.
    ///
    /// - Parameters:
    ///   - vectors: all of the same dimensions, in an order that has nothing to do with their contents.
    ///   - metric: what distances are.
    /// - Complexity: O(vectors · dimensions).
    init?(of vectors: [[Float]], metric: VectorMetric) {
        guard vectors.count >= 2 else { return nil }
        var distances: [Float] = []
        var own: [Float] = []
        for (index, vector) in vectors.enumerated() {
            let exact = ExactDistance(metric: metric, query: vector.span)
            if metric == .dot { own.append(exact.distance(to: vector.span)) }
            for step in 1...Self.pairsPerVector where step < vectors.count {
                let other = vectors[(index + step) % vectors.count]
                distances.append(exact.distance(to: other.span))
            }
        }
        self.init(equality: metric == .dot ? Self.median(own) : 0, random: Self.median(distances))
    }

    private static func median(_ values: [Float]) -> Float {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// 0 to 100; never larger for a larger distance.
    func percent(of distance: Float) -> Double {
        let span = Double(random) - Double(equality)
        // Where all vectors are equal, what is not farther than that is equal, and all else is not.
        guard span > 0 else { return distance <= equality ? 100 : 0 }
        return min(100, max(0, 100 * (Double(random) - Double(distance)) / span))
    }
}

// SPDX-License-Identifier: Apache-2.0

import RandomNumbers

/// Makes vectors that are as hard to search as those of real networks: points near a small piece of space of few
/// dimensions around each of 250 centers.
///
/// A point is `0.5·center + Σ zᵢ·axisᵢ + 0.2·noise`, where each center has 24 axes of its own; the numbers of centers and
/// noise and the 24 `z` are normally distributed with variance 1, those of the axes with 1/24. Real embeddings are such a
/// union: of many dimensions on paper, of few around any point. Among 500,000 of 128 dimensions the hundred nearest of
/// a query have a local intrinsic dimension (maximum likelihood, Levina and Bickel) of about 15; real sets of this size
/// have 10 to 25. Points scattered around 1,000 centers in all 128 dimensions have 23 among 200,000 already. Centers
/// twice as far apart tear the graph into pieces, of which a query misses the right one altogether now and then.
///
/// The same seed gives the same points, on every machine: only additions and multiplications in one order are used.
struct ClusteredVectors {
    private static let centerCount = 250
    private static let distance: Float = 0.5
    private static let noise: Float = 0.2

    private let dimensions: Int
    private let axisCount: Int
    /// Shape [centers, dimensions].
    private let centers: [Float]
    /// Shape [centers, axes, dimensions].
    private let axes: [Float]
    private let seed: UInt64

    init(dimensions: Int, seed: UInt64) {
        self.dimensions = dimensions
        self.seed = seed
        let axisCount = min(24, max(dimensions / 2, 1))
        let scale = 1 / Float(axisCount).squareRoot()
        var generator = SplitMix64(seed: seed)
        self.axisCount = axisCount
        centers = (0..<Self.centerCount * dimensions).map { _ in generator.gaussian() * Self.distance }
        axes = (0..<Self.centerCount * axisCount * dimensions).map { _ in generator.gaussian() * scale }
    }

    /// - Parameter queryCount: how many further points are queries; none of them is in the base.
    func dataSet(count: Int, queryCount: Int) -> DataSet {
        DataSet(
            name: "clustered", dimensions: dimensions, base: points(count, seed: seed &+ 1),
            queries: points(queryCount, seed: seed &+ 2))
    }

    private func points(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SplitMix64(seed: seed)
        var values = [Float](repeating: 0, count: count * dimensions)
        for start in stride(from: 0, to: values.count, by: dimensions) {
            let center = Int(generator.next() % UInt64(Self.centerCount))
            for dimension in 0..<dimensions {
                values[start + dimension] = centers[center * dimensions + dimension] + Self.noise * generator.gaussian()
            }
            for axis in 0..<axisCount {
                let weight = generator.gaussian()
                let from = (center * axisCount + axis) * dimensions
                for dimension in 0..<dimensions { values[start + dimension] += weight * axes[from + dimension] }
            }
        }
        return values
    }
}

extension SplitMix64 {
    /// Nearly normal: the sum of four uniform numbers, of variance 1.
    mutating func gaussian() -> Float {
        let bits = next()
        let sum =
            Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF) + Float(bits >> 32 & 0xFFFF) + Float(bits >> 48)
        return (sum / 65_536 - 2) * 1.732
    }

    /// At least 0, below 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}

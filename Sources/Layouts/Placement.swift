// SPDX-License-Identifier: Apache-2.0

/// Gives points a place in a layout that was made without them: between those of their nearest neighbors in it.
package struct Placement: Sendable {
    /// How many neighbors have a say.
    private static let neighborCount = 5

    private let interleaved: [Float]
    private let count: Int
    private let dimensions: Int
    private let positions: [Float]

    /// - Parameters:
    ///   - coordinates: those that the layout was made of, shape [n, dimensions].
    ///   - positions: shape [n, 2], n at least 1.
    package init(coordinates: [Float], dimensions: Int, positions: [Float]) {
        count = positions.count / 2
        precondition(
            count > 0 && coordinates.count == count * dimensions, "\(coordinates.count) numbers for \(count) points")
        interleaved = LayoutKernels.interleaved(coordinates, dimensions: dimensions)
        self.dimensions = dimensions
        self.positions = positions
    }

    /// The mean place of the nearest neighbors, weighted by 1 / squared distance; a point that is there already lies on it.
    ///
    /// - Parameter others: shape [m, dimensions], finite.
    /// - Returns: shape [m, 2].
    /// - Complexity: O(n · m · dimensions).
    package func positions(of others: [Float]) -> [Float] {
        let found = LayoutKernels.neighbors(
            of: others, among: interleaved, count: count, dimensions: dimensions, firstQuery: nil,
            wanted: min(Self.neighborCount, count))
        var result: [Float] = []
        result.reserveCapacity(2 * found.rowCount)
        for row in 0..<found.rowCount {
            let near = row * found.width..<(row + 1) * found.width
            // Relative to the nearest, so that no scale is too small or too large.
            let nearest = Double(found.distances[near.lowerBound])
            var place = SIMD2<Double>.zero
            var sum = 0.0
            for index in near {
                let distance = Double(found.distances[index])
                let weight = nearest > 0 ? nearest / distance : distance > 0 ? 0 : 1
                let point = Int(found.indices[index])
                place += weight * SIMD2(Double(positions[2 * point]), Double(positions[2 * point + 1]))
                sum += weight
            }
            result.append(Float(place.x / sum))
            result.append(Float(place.y / sum))
        }
        return result
    }
}

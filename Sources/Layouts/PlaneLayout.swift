// SPDX-License-Identifier: Apache-2.0

import RandomNumbers

/// A place in the plane for each of some points, such that near points lie together: Barnes-Hut t-SNE.
///
/// van der Maaten 2014, "Accelerating t-SNE using tree-based algorithms": affinities of exact nearest neighbors, a quadtree for
/// what repels, early exaggeration, momentum and gains; the learning rate is n / 12 (Belkina et al. 2019), and the start are the
/// first two principal components (Kobak & Berens 2019), which keeps the picture the same when the points change a little.
/// Equal points give equal places, on however many threads.
package struct PlaneLayout: Sendable {
    /// How a layout is made.
    package struct Options: Sendable {
        package var perplexity = 30.0
        package var exaggeratedSteps = 250
        package var steps = 750
        /// How far away a square has to be to count as one point, in sides: below the square root of a half.
        package var theta: Float = 0.5

        package init() {}
    }

    /// Fewer points lie where their first two components say.
    private static let leastCount = 8
    private static let exaggeration: Float = 12
    private static let startDeviation = 1e-4

    /// Inside the square from 0 to 1, shape [n, 2].
    package let positions: [Float]

    /// - Parameters:
    ///   - coordinates: shape [n, dimensions], finite; the first two columns are where they start from.
    ///   - progress: told the share that is done, 0 to 1, now and then.
    /// - Throws: `CancellationError`; `LayoutError`.
    /// - Complexity: O(n²·dimensions) for the neighbors, and O(n log n) a step.
    package init(
        of coordinates: [Float], dimensions: Int, options: Options = Options(),
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws {
        precondition(
            dimensions > 0 && coordinates.count.isMultiple(of: dimensions),
            "\(coordinates.count) numbers, \(dimensions) a point")
        let count = coordinates.count / dimensions
        let points = Self.scaled(coordinates)
        guard points.indices.contains(where: { points[$0] != points[$0 % dimensions] }) else {
            // There is nothing to tell them apart by.
            positions = [Float](repeating: 0.5, count: 2 * count)
            return
        }
        let start = Self.start(points, dimensions)
        guard count >= Self.leastCount else {
            positions = Self.fitted(start)
            return
        }
        let affinities = try await Self.affinities(of: points, dimensions, perplexity: options.perplexity)
        progress(0.1)
        positions = Self.fitted(try await Self.descended(from: start, affinities, options, progress))
    }

    /// In a scale in which no square overflows.
    private static func scaled(_ coordinates: [Float]) -> [Float] {
        let largest = coordinates.reduce(0) { max($0, abs($1)) }
        return largest > 0 && largest.isFinite ? coordinates.map { $0 / largest } : coordinates.map { _ in 0 }
    }

    /// The first two columns, small, with a hundredth of disorder: else points on a line would never leave it.
    private static func start(_ points: [Float], _ dimensions: Int) -> [Float] {
        let count = points.count / dimensions
        var squares = 0.0
        for index in 0..<count { squares += Double(points[index * dimensions]) * Double(points[index * dimensions]) }
        let deviation = (squares / Double(max(1, count))).squareRoot()
        let factor = deviation > 0 ? startDeviation / deviation : 0
        var generator = SplitMix64(seed: 0x7473_6E65)
        var start: [Float] = []
        start.reserveCapacity(2 * count)
        for index in 0..<count {
            for axis in 0..<2 {
                let value = axis < dimensions ? Double(points[index * dimensions + axis]) * factor : 0
                let disorder = Double.random(in: -0.01...0.01, using: &generator) * startDeviation
                start.append(Float(value + (factor > 0 && count >= leastCount ? disorder : 0)))
            }
        }
        return start
    }

    private static func affinities(
        of points: [Float], _ dimensions: Int, perplexity: Double
    ) async throws -> SparseAffinities {
        let count = points.count / dimensions
        let perplexity = min(perplexity, Double(count - 1) / 3)
        let width = min(count - 1, Int(3 * perplexity))
        let interleaved = LayoutKernels.interleaved(points, dimensions: dimensions)
        // Short pieces: requests may wait for the same threads.
        let parts = pieces(of: count, leastSize: 64, most: max(8, count / 256))
        let found = try await inParallel(parts.count) { index in
            try Task.checkCancellation()
            let queries = Array(points[parts[index].lowerBound * dimensions..<parts[index].upperBound * dimensions])
            let near = LayoutKernels.neighbors(
                of: queries, among: interleaved, count: count, dimensions: dimensions,
                firstQuery: parts[index].lowerBound, wanted: width)
            return (near, LayoutKernels.affinities(near.distances, width: width, perplexity: perplexity))
        }
        var neighbors = Neighbors(width: width, rowCount: 0)
        var shares: [Float] = []
        for (part, partShares) in found {
            neighbors.indices += part.indices
            neighbors.distances += part.distances
            shares += partShares
        }
        guard let affinities = LayoutKernels.symmetrized(neighbors, shares: shares) else { throw LayoutError.noMemory }
        return affinities
    }

    private static func descended(
        from start: [Float], _ affinities: SparseAffinities, _ options: Options,
        _ progress: @Sendable (Double) -> Void
    ) async throws -> [Float] {
        let count = start.count / 2
        let parts = pieces(of: count)
        let learningRate = max(200, Float(count) / exaggeration)
        var moving = MovingPoints(start)
        for step in 0..<options.steps {
            try Task.checkCancellation()
            let isEarly = step < options.exaggeratedSteps
            let points = moving.positions
            guard let tree = LayoutKernels.tree(over: points) else { throw LayoutError.noMemory }
            let forces = try await inParallel(parts.count) { index in
                LayoutKernels.forces(on: points, tree, affinities, range: parts[index], theta: options.theta)
            }
            moving.step(
                Array(forces.joined()), tree, exaggeration: isEarly ? exaggeration : 1, learningRate: learningRate,
                momentum: isEarly ? 0.5 : 0.8, longestStep: 5)
            if step % 10 == 9 { progress(0.1 + 0.9 * Double(step + 1) / Double(options.steps)) }
        }
        return moving.positions
    }

    /// Moved and scaled, equally in both directions, into the square from 0 to 1.
    private static func fitted(_ points: [Float]) -> [Float] {
        guard points.count >= 2 else { return points }
        var low = SIMD2<Float>(points[0], points[1])
        var high = low
        for index in stride(from: 0, to: points.count, by: 2) {
            let point = SIMD2<Float>(points[index], points[index + 1])
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        let side = (high - low).max()
        guard side > 0, side.isFinite else { return points.map { _ in 0.5 } }
        let middle = (low + high) / 2
        return points.indices.map { index in
            min(max((points[index] - middle[index % 2]) / side + 0.5, 0), 1)
        }
    }
}

package enum LayoutError: Error {
    case noMemory

    package var message: String {
        switch self {
        case .noMemory: "there is not enough memory for the layout"
        }
    }
}

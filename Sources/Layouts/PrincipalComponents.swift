// SPDX-License-Identifier: Apache-2.0

import RandomNumbers

/// The directions in which vectors differ most, by randomized subspace iteration.
///
/// Halko, Martinsson & Tropp 2011 (arXiv:0909.4061): a few random directions more than are wanted are multiplied by the
/// covariance several times and made orthonormal each time, and the wanted ones are found among them. The covariance itself is never
/// made: each round goes through the rows once, so that they need not be in memory. The start is drawn from a fixed
/// seed and sums are in a fixed order, so equal rows give equal components.
package struct PrincipalComponents: Sendable {
    /// Shape [dimensions].
    package let mean: [Float]
    /// Orthonormal, shape [count, dimensions], the most important first; zeros where the rows span less.
    package let directions: [Float]
    package let count: Int

    private static let excess = 10
    private static let rounds = 4
    private static let rowsInChunk = 256
    /// How many chunks are in memory at once: their partial sums too.
    private static let chunksAtOnce = 4

    /// - Parameters:
    ///   - wanted: how many directions, at most.
    ///   - progress: told of each of `passCount` times the rows have been gone through.
    /// - Throws: what the rows throw, or `CancellationError`.
    /// - Complexity: O(n · dimensions · wanted) a pass.
    package init(of rows: some VectorRows, wanted: Int = 50, progress: @Sendable (Int) -> Void = { _ in }) async throws
    {
        let dimensions = rows.dimensions
        let size = min(wanted + Self.excess, dimensions)
        var generator = SplitMix64(seed: 0x6C61_796F_7574)
        var basis = (0..<size * dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
        LayoutKernels.orthonormalize(&basis, dimensions: dimensions)
        let mean = try await Self.mean(of: rows)
        progress(1)
        for round in 0..<Self.rounds {
            let directions = basis
            var sums = [Float](repeating: 0, count: size * dimensions)
            try await Self.forEachChunk(of: rows) { chunk in
                let weights = LayoutKernels.projected(chunk, mean: mean, directions: directions)
                return LayoutKernels.weightedSums(chunk, mean: mean, weights: weights, k: size)
            } then: { part in
                for index in sums.indices { sums[index] += part[index] }
            }
            basis = sums
            LayoutKernels.orthonormalize(&basis, dimensions: dimensions)
            progress(2 + round)
        }
        let final = basis
        var products = [Double](repeating: 0, count: size * size)
        try await Self.forEachChunk(of: rows) { chunk in
            Self.products(LayoutKernels.projected(chunk, mean: mean, directions: final), size)
        } then: { part in
            for index in products.indices { products[index] += part[index] }
        }
        progress(Self.passCount)
        self.mean = mean
        count = min(wanted, size)
        directions = Self.rotated(basis, by: SymmetricEigenvectors(products, size: size), count: count, dimensions)
    }

    /// How often the rows are gone through.
    package static let passCount = rounds + 2

    /// Where rows lie along the components: shape [rows, count].
    ///
    /// - Parameter rows: shape [n, dimensions].
    package func coordinates(of rows: [Float]) -> [Float] {
        LayoutKernels.projected(rows, mean: mean, directions: directions)
    }

    /// Where all rows lie: shape [rows.count, count].
    package func coordinates(of rows: some VectorRows) async throws -> [Float] {
        var all: [Float] = []
        all.reserveCapacity(rows.count * count)
        try await Self.forEachChunk(of: rows) {
            coordinates(of: $0)
        } then: {
            all += $0
        }
        return all
    }

    private static func mean(of rows: some VectorRows) async throws -> [Float] {
        let zero = [Float](repeating: 0, count: rows.dimensions)
        var sums = [Double](repeating: 0, count: rows.dimensions)
        try await forEachChunk(of: rows) { chunk in
            let ones = [Float](repeating: 1, count: chunk.count / zero.count)
            return LayoutKernels.weightedSums(chunk, mean: zero, weights: ones, k: 1)
        } then: { part in
            for index in sums.indices { sums[index] += Double(part[index]) }
        }
        return sums.map { Float($0 / Double(max(1, rows.count))) }
    }

    /// Works chunks out side by side, and hands the results on in order.
    private static func forEachChunk<Part: Sendable>(
        of rows: some VectorRows, _ work: @escaping @Sendable ([Float]) -> Part, then take: (Part) -> Void
    ) async throws {
        let chunks = (rows.count + rowsInChunk - 1) / rowsInChunk
        for first in stride(from: 0, to: chunks, by: chunksAtOnce) {
            try Task.checkCancellation()
            let parts = try await inParallel(min(chunksAtOnce, chunks - first)) { offset in
                let start = (first + offset) * rowsInChunk
                return work(try await rows.rows(start..<min(start + rowsInChunk, rows.count)))
            }
            for part in parts { take(part) }
        }
    }

    /// Σ yᵀy over the rows y of shape [size].
    private static func products(_ rows: [Float], _ size: Int) -> [Double] {
        let zero = [Float](repeating: 0, count: size)
        return LayoutKernels.weightedSums(rows, mean: zero, weights: rows, k: size).map { Double($0) }
    }

    private static func rotated(
        _ basis: [Float], by eigenvectors: SymmetricEigenvectors, count: Int, _ dimensions: Int
    ) -> [Float] {
        let size = basis.count / dimensions
        let zero = [Float](repeating: 0, count: dimensions)
        var directions: [Float] = []
        for vector in eigenvectors.vectors.prefix(count) {
            // Σ weight · row: the rows are those of the basis.
            let weights = vector.map { Float($0) }
            var direction = LayoutKernels.weightedSums(basis, mean: zero, weights: weights, k: 1)
            // A direction has no sign of its own: its largest component is made positive, so that it is the same every time.
            let largest = direction.max { abs($0) < abs($1) } ?? 0
            if largest < 0 { for index in direction.indices { direction[index].negate() } }
            directions += direction
        }
        precondition(directions.count == min(count, size) * dimensions, "a direction is missing")
        return directions
    }
}

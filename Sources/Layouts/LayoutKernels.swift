// SPDX-License-Identifier: Apache-2.0

import CLayoutKernels

/// The loops in C, with their arguments checked.
///
/// Safety of all: a function in C reads and writes as much as the shapes in its header say, which are held against the arrays.
enum LayoutKernels {
    /// Shape [rows, k].
    static func projected(_ rows: [Float], mean: [Float], directions: [Float]) -> [Float] {
        let dimensions = mean.count
        let count = rows.count / dimensions
        let k = directions.count / dimensions
        precondition(rows.count == count * dimensions && directions.count == k * dimensions, "rows of other lengths")
        return unsafe [Float](unsafeUninitializedCapacity: count * k) { out, initialized in
            unsafe nl_project(rows, count, dimensions, mean, directions, k, out.baseAddress)
            initialized = count * k
        }
    }

    /// The sum over the rows of weight · (row − mean), for each of the k weights of a row. Shape [k, dimensions].
    static func weightedSums(_ rows: [Float], mean: [Float], weights: [Float], k: Int) -> [Float] {
        let dimensions = mean.count
        let count = rows.count / dimensions
        precondition(rows.count == count * dimensions && weights.count == count * k, "rows or weights of other lengths")
        var sums = [Float](repeating: 0, count: k * dimensions)
        unsafe nl_accumulate(rows, count, dimensions, mean, weights, k, &sums)
        return sums
    }

    static func orthonormalize(_ vectors: inout [Float], dimensions: Int) {
        precondition(vectors.count.isMultiple(of: dimensions), "\(vectors.count) numbers, \(dimensions) a vector")
        unsafe nl_orthonormalize(&vectors, vectors.count / dimensions, dimensions)
    }

    static func interleaved(_ points: [Float], dimensions: Int) -> [Float] {
        let count = points.count / dimensions
        let lanes = Int(nl_lanes)
        let size = (count + lanes - 1) / lanes * lanes * dimensions
        return unsafe [Float](unsafeUninitializedCapacity: size) { out, initialized in
            if size > 0 { unsafe nl_interleave(points, count, dimensions, out.baseAddress) }
            initialized = size
        }
    }

    /// The nearest points to each query, nearest first.
    ///
    /// - Parameters:
    ///   - interleaved: `count` points.
    ///   - firstQuery: which point the first query is, which is left out, and so on; `nil`: the queries are others.
    static func neighbors(
        of queries: [Float], among interleaved: [Float], count: Int, dimensions: Int, firstQuery: Int?, wanted: Int
    ) -> Neighbors {
        let queryCount = queries.count / dimensions
        precondition(
            wanted >= 1 && wanted <= count - (firstQuery == nil ? 0 : 1) && interleaved.count >= count * dimensions,
            "\(wanted) neighbors among \(count) points")
        var found = Neighbors(width: wanted, rowCount: queryCount)
        unsafe nl_neighbors(
            interleaved, count, dimensions, queries, queryCount, Int64(firstQuery ?? -1), wanted, &found.indices,
            &found.distances)
        return found
    }

    /// What each neighbor counts, so that every row has the entropy of `perplexity` equal ones.
    static func affinities(_ distances: [Float], width: Int, perplexity: Double) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: distances.count) { out, initialized in
            unsafe nl_affinities(distances, distances.count / width, width, perplexity, out.baseAddress)
            initialized = distances.count
        }
    }

    static func symmetrized(_ neighbors: Neighbors, shares: [Float]) -> SparseAffinities? {
        let count = neighbors.rowCount
        precondition(
            shares.count == count * neighbors.width && neighbors.indices.count == shares.count
                && neighbors.indices.allSatisfy { $0 < count }, "neighbors that are not there")
        var result = SparseAffinities(
            starts: [UInt32](repeating: 0, count: count + 1),
            columns: [UInt32](repeating: 0, count: 2 * shares.count),
            values: [Float](repeating: 0, count: 2 * shares.count))
        let isMade = unsafe nl_symmetrize(
            neighbors.indices, shares, count, neighbors.width, &result.starts, &result.columns, &result.values)
        return isMade ? result : nil
    }

    /// A quadtree over points of shape [n, 2]; `nil` if there is no memory.
    static func tree(over points: [Float]) -> PlaneTree? {
        let count = points.count / 2
        var order = [UInt32](repeating: 0, count: count)
        var cellCount = 0
        let cells = unsafe [nl_cell](unsafeUninitializedCapacity: max(1, 2 * count)) { out, initialized in
            unsafe cellCount = nl_tree(points, count, &order, out.baseAddress)
            initialized = cellCount
        }
        return cellCount > 0 || count == 0 ? PlaneTree(order: order, cells: cells) : nil
    }

    /// Five numbers for each of the points `tree.order[range]`.
    static func forces(
        on points: [Float], _ tree: PlaneTree, _ affinities: SparseAffinities, range: Range<Int>, theta: Float
    ) -> [Float] {
        precondition(
            range.upperBound <= tree.order.count && affinities.starts.count * 2 == points.count + 2,
            "points \(range) of \(tree.order.count)")
        return unsafe [Float](unsafeUninitializedCapacity: 5 * range.count) { out, initialized in
            unsafe nl_forces(
                points, tree.cells, tree.cells.count, tree.order, range.lowerBound, range.upperBound, affinities.starts,
                affinities.columns, affinities.values, theta * theta, out.baseAddress)
            initialized = 5 * range.count
        }
    }
}

/// The nearest points to some others: `width` a row, nearest first.
struct Neighbors {
    let width: Int
    /// Shape [rows, width].
    var indices: [UInt32]
    /// Squared; shape [rows, width].
    var distances: [Float]

    init(width: Int, rowCount: Int) {
        self.width = width
        indices = [UInt32](repeating: 0, count: width * rowCount)
        distances = [Float](repeating: 0, count: width * rowCount)
    }

    var rowCount: Int { width > 0 ? indices.count / width : 0 }
}

/// The affinities p of t-SNE, as sparse rows.
struct SparseAffinities {
    var starts: [UInt32]
    var columns: [UInt32]
    var values: [Float]
}

struct PlaneTree {
    /// The points along the curve that the tree follows.
    var order: [UInt32]
    var cells: [nl_cell]
}

/// What moves: shapes [n, 2].
struct MovingPoints {
    private(set) var positions: [Float]
    private var velocities: [Float]
    private var gains: [Float]

    init(_ positions: [Float]) {
        self.positions = positions
        velocities = [Float](repeating: 0, count: positions.count)
        gains = [Float](repeating: 1, count: positions.count)
    }

    /// One step down the gradient.
    ///
    /// - Parameter forces: five numbers for each point, in the order of `tree`.
    mutating func step(
        _ forces: [Float], _ tree: PlaneTree, exaggeration: Float, learningRate: Float, momentum: Float,
        longestStep: Float
    ) {
        let count = positions.count / 2
        precondition(forces.count == 5 * count && tree.order.count == count, "\(forces.count) forces, \(count) points")
        unsafe nl_step(
            &positions, &velocities, &gains, count, tree.order, forces, exaggeration, learningRate, momentum,
            longestStep)
    }
}

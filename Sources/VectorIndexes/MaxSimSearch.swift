// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorKernels

/// The documents nearest to a multi-vector among all that it is shown, by late interaction (MaxSim of ColBERT,
/// arXiv:2004.12832): for each row of the query the greatest dot product with a row of the document, summed up and negated.
///
/// Exact: every document that is shown is measured. Rows are taken as they are, not normalized.
package struct MaxSimSearch {
    private let dimensions: Int
    /// How many rows the query has.
    private let queryCount: Int
    /// Shape [blocks, dimensions, 16]: 16 rows of the query side by side; zeros behind the last.
    private let queries: [Float]
    private let maximumDistance: Float
    private var nearest: NearestHeap
    private let tier: KernelTier
    /// Shape [blocks, 16]: of each row of the query, with the rows of a document that were looked at.
    private var maxima: [Float]
    /// Multiplications since `check` was called last.
    private var workSinceCheck = 0

    /// How many multiplications pass between two calls of `check`: well under a millisecond.
    private static let workBetweenChecks = 1 << 20
    /// How many numbers of a document are compared with one block of the query after the other: 32 KiB.
    private static let elementsAtATime = 1 << 13

    /// - Parameters:
    ///   - count: how many documents to keep, at least 1.
    ///   - query: all finite.
    ///   - maximumDistance: what is farther away is not kept; `nil`: however far.
    package init(
        _ count: Int, nearestTo query: MultiVector, maximumDistance: Float? = nil, tier: KernelTier = .best
    ) {
        dimensions = query.dimensions
        queryCount = query.count
        queries = Self.transposed(query)
        self.maximumDistance = maximumDistance ?? .infinity
        nearest = NearestHeap(count: count)
        self.tier = tier
        maxima = Array(repeating: -.infinity, count: queries.count / query.dimensions)
    }

    private static func transposed(_ query: MultiVector) -> [Float] {
        let (width, dimensions) = (KernelTier.queriesPerBlock, query.dimensions)
        let blockCount = (query.count + width - 1) / width
        var queries = [Float](repeating: 0, count: blockCount * width * dimensions)
        for row in 0..<query.count {
            let start = row / width * width * dimensions + row % width
            for slot in 0..<dimensions {
                queries[start + slot * width] = query.elements[row * dimensions + slot]
            }
        }
        return queries
    }

    /// The nearest shown so far, nearest first, equal distances by document.
    package var neighbors: [Neighbor] { nearest.sorted }

    /// Keeps a document if it is among the nearest. None may be shown twice.
    ///
    /// - Parameters:
    ///   - rows: shape [count, dimensions of the query], at least one.
    ///   - check: called about every half millisecond; what it throws ends the search.
    /// - Complexity: O(rows of the query · rows · dimensions).
    package mutating func visit(
        _ document: DocumentID, _ rows: Span<Float>, checking check: () throws -> Void
    ) throws {
        let distance = try distance(to: rows, checking: check)
        if distance <= maximumDistance { nearest.push(Neighbor(document: document, distance: distance)) }
    }

    /// Never NaN, and no larger than the largest float.
    private mutating func distance(to rows: Span<Float>, checking check: () throws -> Void) throws -> Float {
        precondition(
            rows.count >= dimensions && rows.count.isMultiple(of: dimensions),
            "\(rows.count) elements are no rows of \(dimensions) dimensions")
        let width = KernelTier.queriesPerBlock
        // A span of the property would keep the maxima from being written.
        let queries = queries
        // Few enough rows at a time to stay in the nearest cache for all blocks of the query.
        let step = max(1, Self.elementsAtATime / dimensions)
        for slot in maxima.indices { maxima[slot] = -.infinity }
        for start in stride(from: 0, to: rows.count / dimensions, by: step) {
            let end = min(start + step, rows.count / dimensions)
            let part = rows.extracting(start * dimensions..<end * dimensions)
            for block in 0..<maxima.count / width {
                tier.raise(&maxima, block: block, queries: queries.span, rows: part, dimensions: dimensions)
                workSinceCheck += width * part.count
                if workSinceCheck >= Self.workBetweenChecks {
                    workSinceCheck = 0
                    try check()
                }
            }
        }
        let distance = -maxima.prefix(queryCount).reduce(0, +)
        if distance.isNaN { return .greatestFiniteMagnitude }
        return min(max(distance, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }
}

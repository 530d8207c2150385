// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The documents nearest to a query among all that it is shown: the truth that an index's answer is held to.
///
/// Distances are those of `VectorIndex.nearest`, bit for bit, since the same kernels compute them from the same vectors.
package struct ExactSearch: Sendable {
    /// How many documents are kept.
    package let count: Int
    /// The nearest shown so far, nearest first, equal distances by document.
    package private(set) var neighbors: [Neighbor] = []
    private let exact: ExactDistance

    /// - Parameters:
    ///   - count: how many documents to keep, at least 1.
    ///   - query: shape [dimensions], finite, not normalized.
    package init(_ count: Int, nearestTo query: Span<Float>, metric: VectorMetric) {
        precondition(count >= 1, "an exact search keeps a document or more, not \(count)")
        self.count = count
        exact = ExactDistance(metric: metric, query: query)
        neighbors.reserveCapacity(count + 1)
    }

    package var dimensions: Int { exact.query.count }

    /// Keeps a document if it is among the nearest. None may be shown twice.
    ///
    /// - Parameter vector: shape [dimensions].
    /// - Complexity: O(dimensions), and O(count) for a document that is kept.
    package mutating func visit(_ document: DocumentID, _ vector: Span<Float>) {
        let found = Neighbor(document: document, distance: exact.distance(to: vector))
        if neighbors.count == count, let last = neighbors.last {
            guard Self.precedes(found, last) else { return }
            neighbors.removeLast()
        }
        var position = neighbors.count
        while position > 0, Self.precedes(found, neighbors[position - 1]) { position -= 1 }
        neighbors.insert(found, at: position)
    }

    private static func precedes(_ left: Neighbor, _ right: Neighbor) -> Bool {
        (left.distance, left.document) < (right.distance, right.document)
    }
}

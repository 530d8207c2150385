// SPDX-License-Identifier: Apache-2.0

/// Several vectors that stand for one thing together, e.g. one for each token of a text (late interaction, as in ColBERT).
///
/// A value: one or more rows of the same dimensions, in the order in which they were given.
///
///     let tokens = MultiVector(rows: [[1, 0], [0, 1]])
package struct MultiVector: Hashable, Sendable {
    /// The length of each row, at least 1.
    package let dimensions: Int
    /// Shape [count, dimensions], row by row; at least one row.
    package let elements: [Float]

    /// How many rows there are, at least 1.
    package var count: Int { elements.count / dimensions }

    /// - Parameter elements: shape [count, dimensions], at least one row.
    package init(dimensions: Int, elements: [Float]) {
        precondition(
            dimensions > 0 && !elements.isEmpty && elements.count.isMultiple(of: dimensions),
            "\(elements.count) elements are no rows of \(dimensions) dimensions")
        self.dimensions = dimensions
        self.elements = elements
    }

    /// `nil` where `rows` has none, or one that is empty or of another length than the first.
    package init?(rows: some Collection<[Float]>) {
        guard let dimensions = rows.first?.count, dimensions > 0, rows.allSatisfy({ $0.count == dimensions }) else {
            return nil
        }
        self.init(dimensions: dimensions, elements: rows.flatMap { $0 })
    }

    /// A copy of each row. O(elements).
    package var rows: [[Float]] {
        stride(from: 0, to: elements.count, by: dimensions).map { Array(elements[$0..<$0 + dimensions]) }
    }
}

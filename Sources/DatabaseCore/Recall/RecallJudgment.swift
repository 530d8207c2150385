// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// An answer of an index held against the exact one.
struct RecallJudgment: Equatable {
    /// How many more neighbors an exact search keeps than are compared, in place of those that are removed meanwhile.
    static let spareCount = 32

    /// How many neighbors there were to find.
    let expectedCount: Int
    /// How many the answer had.
    let foundCount: Int

    /// - Parameters:
    ///   - answer: what the index answered, nearest first.
    ///   - exact: the exact search, which keeps `spareCount` more than `count`.
    ///   - count: how many neighbors are compared.
    ///   - isStored: whether a document still exists; asked after the index has answered, so that one it may have left out
    ///     rightly, because it was removed meanwhile, is not expected.
    /// - Returns: `nil` if nothing can be said: there are no neighbors, or more were removed than `spareCount`.
    init?(
        of answer: [Neighbor], against exact: ExactSearch, count: Int, isStored: (DocumentID) throws -> Bool
    ) rethrows {
        var expected: [Neighbor] = []
        for neighbor in exact.neighbors {
            if expected.count == count { break }
            if try isStored(neighbor.document) { expected.append(neighbor) }
        }
        let knowsAll = exact.neighbors.count < exact.count
        guard let farthest = expected.last?.distance, knowsAll || expected.count == count else { return nil }
        expectedCount = expected.count
        // Whichever of equally distant documents an answer has is right.
        foundCount = min(answer.count { $0.distance <= farthest }, expected.count)
    }

    /// The share of the neighbors that was found, from 0 to 1.
    var recall: Double { Double(foundCount) / Double(expectedCount) }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// Makes one distance of those to several target vectors.
enum DistanceCombination {
    enum Method: Hashable, Sendable {
        /// The least of those that are known.
        case minimum
        /// Σ weight · distance.
        case weightedSum
        /// Σ weight · (distance − least) / (greatest − least), each leg by itself; the whole weight where all are equal.
        case relativeScore

        /// Whether it takes the distances to all targets; objects that lack one drop out.
        var needsAll: Bool { self != .minimum }
    }

    /// - Parameters:
    ///   - legs: what each leg has found, in any order, no document twice in one.
    ///   - weights: one a leg.
    /// - Returns: nearest first, equal distances by document.
    /// - Complexity: O(n log n) for n entries.
    static func combined(_ legs: [[Neighbor]], weights: [Float], by method: Method) -> [Neighbor] {
        var counts: [DocumentID: Int] = [:]
        for leg in legs {
            for neighbor in leg { counts[neighbor.document, default: 0] += 1 }
        }
        var distances: [DocumentID: Float] = [:]
        for (leg, weight) in zip(legs, weights) {
            let known = method.needsAll ? leg.filter { counts[$0.document] == legs.count } : leg
            let least = known.lazy.map(\.distance).min() ?? 0
            let greatest = known.lazy.map(\.distance).max() ?? 0
            for neighbor in known {
                let before = distances[neighbor.document]
                distances[neighbor.document] =
                    switch method {
                    case .minimum: min(before ?? neighbor.distance, neighbor.distance)
                    case .weightedSum: (before ?? 0) + weight * neighbor.distance
                    case .relativeScore:
                        (before ?? 0)
                            + (greatest > least ? weight * ((neighbor.distance - least) / (greatest - least)) : weight)
                    }
            }
        }
        return distances.map { Neighbor(document: $0.key, distance: finite($0.value)) }
            .sorted { ($0.distance, $0.document) < ($1.distance, $1.document) }
    }

    /// Distances are finite; sums of large ones may not be.
    private static func finite(_ distance: Float) -> Float {
        if distance.isNaN { return .greatestFiniteMagnitude }
        return min(max(distance, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import VectorIndexes

/// One object whose neighbors are looked for, and those found so far.
struct QualityQuery: Sendable {
    struct Found: Sendable {
        var distance: Float
        var id: ObjectID
        /// Where the object is in the table of labels.
        var place: Int
        var isRight: Bool
    }

    let place: Int
    let id: ObjectID
    let labels: [UInt32]
    let dimensions: Int
    private let distance: ExactDistance
    private let depth: Int
    /// The nearest labeled ones, nearest first; of equally near ones the lesser id.
    private(set) var nearest: [Found] = []
    /// The distances of the nearest of all objects, nearest first.
    private(set) var distances: [Float] = []
    /// How many others have a label in common with it.
    private(set) var rightCount = 0

    init(place: Int, id: ObjectID, labels: ArraySlice<UInt32>, vector: [Float], metric: VectorMetric, depth: Int) {
        self.place = place
        self.id = id
        self.labels = Array(labels)
        self.depth = depth
        dimensions = vector.count
        distance = ExactDistance(metric: metric, query: vector.span)
    }

    /// Looks at another object; those come in order of their ids.
    mutating func visit(_ other: Int, _ id: ObjectID, _ vector: [Float], _ otherLabels: ArraySlice<UInt32>) {
        guard other != place else { return }
        let measured = distance.distance(to: vector.span)
        if distances.count < depth || measured < distances[distances.count - 1] {
            if distances.count == depth { distances.removeLast() }
            distances.insert(measured, at: distances.firstIndex { $0 > measured } ?? distances.count)
        }
        guard !otherLabels.isEmpty else { return }
        let isRight = labels.contains { otherLabels.contains($0) }
        if isRight { rightCount += 1 }
        guard nearest.count < depth || measured < nearest[nearest.count - 1].distance else { return }
        if nearest.count == depth { nearest.removeLast() }
        nearest.insert(
            Found(distance: measured, id: id, place: other, isRight: isRight),
            at: nearest.firstIndex { $0.distance > measured } ?? nearest.count)
    }

    /// The share of right ones among the first `rank`; of fewer where there are not so many others.
    func precision(at rank: Int) -> Double {
        let count = min(rank, nearest.count)
        return count == 0 ? 0 : Double(nearest.prefix(count).count(where: \.isRight)) / Double(count)
    }

    /// AP@depth.
    var averagePrecision: Double {
        var sum = 0.0
        var right = 0
        for (index, found) in nearest.enumerated() where found.isRight {
            right += 1
            sum += Double(right) / Double(index + 1)
        }
        let possible = min(depth, rightCount)
        return possible == 0 ? 0 : sum / Double(possible)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// How well vectors find what belongs together, by cosine and exactly.
struct Retrieval {
    let list: PictureList
    /// Of length 1, one an entry.
    private let vectors: [[Float]]

    /// - Parameter centered: whether the mean of the originals is taken out first.
    init(_ list: PictureList, _ vectors: [[Float]], centered: Bool) {
        self.list = list
        var mean = [Float](repeating: 0, count: vectors[0].count)
        if centered {
            for vector in vectors.prefix(list.originalCount) {
                for index in mean.indices { mean[index] += vector[index] / Float(list.originalCount) }
            }
        }
        self.vectors = vectors.map { vector in
            let moved = zip(vector, mean).map { $0 - $1 }
            let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return length > 0 ? moved.map { $0 / length } : moved
        }
    }

    /// Precision among the first and the first ten neighbors, and mean average precision at ten, of originals with labels.
    func byLabel() -> (p1: Double, p10: Double, map10: Double) {
        var sums = (p1: 0.0, p10: 0.0, map10: 0.0)
        var count = 0.0
        let counts = Dictionary(grouping: list.entries.prefix(list.originalCount), by: \.label).mapValues(\.count)
        for (number, entry) in list.entries.prefix(list.originalCount).enumerated() where !entry.label.isEmpty {
            let neighbors = nearest(10, to: number, without: number)
            let hits = neighbors.map { list.entries[$0].label == entry.label }
            var (found, precisions) = (0.0, 0.0)
            for (rank, isHit) in hits.enumerated() where isHit {
                found += 1
                precisions += found / Double(rank + 1)
            }
            sums.p1 += hits[0] ? 1 : 0
            sums.p10 += found / 10
            sums.map10 += precisions / Double(min(10, max(1, (counts[entry.label] ?? 1) - 1)))
            count += 1
        }
        return (sums.p1 / count, sums.p10 / count, sums.map10 / count)
    }

    /// The share of distorted pictures whose nearest original is the one they were made from.
    func foundSources(of distortion: String) -> Double {
        var (found, count) = (0.0, 0.0)
        for (number, entry) in list.entries.enumerated() where entry.distortion == distortion {
            found += nearest(1, to: number, without: nil)[0] == entry.source ? 1 : 0
            count += 1
        }
        return count > 0 ? found / count : 0
    }

    private func nearest(_ count: Int, to number: Int, without: Int?) -> [Int] {
        let query = vectors[number]
        let scores = (0..<list.originalCount).map { other -> (Int, Float) in
            if other == without { return (other, -.infinity) }
            let row = vectors[other]
            var sum: Float = 0
            for index in query.indices { sum += query[index] * row[index] }
            return (other, sum)
        }
        return scores.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }.prefix(count).map(\.0)
    }
}

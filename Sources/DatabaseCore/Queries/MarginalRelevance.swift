// SPDX-License-Identifier: Apache-2.0

/// Maximal marginal relevance (Carbonell & Goldstein 1998): what is near to a query, and far from what has been selected before it.
enum MarginalRelevance {
    /// Selects candidates one after another, each the one with the largest
    /// balance · relevance − (1 − balance) · (similarity to the most similar of those that are selected).
    ///
    /// - Parameters:
    ///   - count: how many to select; all if there are fewer.
    ///   - relevance: one a candidate, larger is better, in the unit of the similarities.
    ///   - balance: 0 to 1.
    ///   - similarities: calls its second argument with each of the candidates that are left and its similarity to the first argument, which
    ///     was just selected.
    /// - Returns: their indices, in the order of selection; of equal ones the first candidate.
    /// - Complexity: O(count · candidates).
    static func selection(
        _ count: Int, relevance: [Double], balance: Double,
        similarities: (_ selected: Int, _ left: [Int], _ body: (Int, Double) -> Void) throws -> Void
    ) rethrows -> [Int] {
        var left = Array(relevance.indices)
        var nearest = [Double](repeating: -.infinity, count: relevance.count)
        var selected: [Int] = []
        while selected.count < count {
            func value(_ index: Int) -> Double {
                balance * relevance[index] - (selected.isEmpty ? 0 : (1 - balance) * nearest[index])
            }
            var best: (place: Int, value: Double)?
            for (place, index) in left.enumerated() {
                let value = value(index)
                if let known = best, known.value >= value { continue }
                best = (place, value)
            }
            guard let best else { break }
            let index = left.remove(at: best.place)
            selected.append(index)
            if selected.count < count {
                try similarities(index, left) { nearest[$0] = max(nearest[$0], $1) }
            }
        }
        return selected
    }
}

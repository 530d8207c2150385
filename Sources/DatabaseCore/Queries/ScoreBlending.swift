// SPDX-License-Identifier: Apache-2.0

/// Makes one score of a search's own and of what the conditions of a boost say.
enum ScoreBlending {
    /// What one condition says of each candidate.
    struct Signal {
        var weight: Double
        var values: [Double]
    }

    /// (1 − weight) · primary + weight · Σ signal weight · signal, with each signal, their sum, `primary` and the result brought to
    /// 0...1 over the candidates.
    ///
    /// - Parameters:
    ///   - primary: the search's own scores, one a candidate, larger is better.
    ///   - signals: as many values each as `primary`, finite like their weights.
    ///   - weight: 0 to 1.
    /// - Returns: one score a candidate.
    /// - Complexity: O(candidates · signals).
    static func scores(primary: [Double], signals: [Signal], weight: Double) -> [Double] {
        var sums = [Double](repeating: 0, count: primary.count)
        for signal in signals {
            precondition(
                signal.values.count == primary.count, "\(signal.values.count) values for \(primary.count) candidates")
            for (index, value) in normalized(signal.values).enumerated() { sums[index] += signal.weight * value }
        }
        let blended = zip(normalized(primary), normalized(sums)).map { (1 - weight) * $0 + weight * $1 }
        return normalized(blended)
    }

    /// (value − minimum) / (maximum − minimum); 0 where all are equal.
    static func normalized(_ values: [Double]) -> [Double] {
        guard let minimum = values.min(), let maximum = values.max(), minimum < maximum else {
            return values.map { _ in 0 }
        }
        // Halves, whose difference is finite whatever they are.
        let range = maximum / 2 - minimum / 2
        guard range > 0 else { return values.map { $0 > minimum ? 1 : 0 } }
        return values.map { ($0 / 2 - minimum / 2) / range }
    }
}

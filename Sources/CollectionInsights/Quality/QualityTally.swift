// SPDX-License-Identifier: Apache-2.0

/// Adds queries up, over all and by label.
struct QualityTally {
    private struct Sums {
        var queryCount = 0
        var precision: [Double]
        var averagePrecision = 0.0
        /// Neighbors that were looked at.
        var neighborCount = 0

        var figures: QualityReport.Figures {
            let count = Double(max(1, queryCount))
            return QualityReport.Figures(
                queryCount: queryCount, precision: precision.map { $0 / count },
                meanAveragePrecision: averagePrecision / count)
        }
    }

    private struct Pair: Hashable {
        var label: UInt32
        var found: UInt32
    }

    private let ranks: [Int]
    private var overall: Sums
    private var byLabel: [UInt32: Sums] = [:]
    private var confusions: [Pair: Int] = [:]
    private(set) var loneCount = 0

    init(ranks: [Int]) {
        self.ranks = ranks
        overall = Sums(precision: [Double](repeating: 0, count: ranks.count))
    }

    mutating func add(_ query: QualityQuery, _ labels: LabelTable) {
        guard query.rightCount > 0 else {
            loneCount += 1
            return
        }
        let precision = ranks.map { query.precision(at: $0) }
        add(query, precision, to: &overall)
        for label in query.labels {
            add(
                query, precision,
                to: &byLabel[label, default: Sums(precision: [Double](repeating: 0, count: ranks.count))])
            for found in query.nearest where !found.isRight {
                for other in labels.labels(at: found.place) {
                    confusions[Pair(label: label, found: other), default: 0] += 1
                }
            }
        }
    }

    private func add(_ query: QualityQuery, _ precision: [Double], to sums: inout Sums) {
        sums.queryCount += 1
        for index in ranks.indices { sums.precision[index] += precision[index] }
        sums.averagePrecision += query.averagePrecision
        sums.neighborCount += query.nearest.count
    }

    func fill(_ report: inout QualityReport, _ labels: LabelTable) {
        let counts = labels.counts
        report.overall = overall.figures
        report.loneCount = loneCount
        let parts = byLabel.map { label, sums in
            QualityReport.Label(
                name: labels.names[Int(label)], objectCount: counts[Int(label)], figures: sums.figures)
        }
        report.labels = Array(
            parts.sorted { left, right in
                let (first, second) = (left.figures.meanAveragePrecision, right.figures.meanAveragePrecision)
                return first != second ? first < second : left.name < right.name
            }.prefix(QualityReport.labelLimit))
        let pairs = confusions.map { pair, count in
            QualityReport.Confusion(
                label: labels.names[Int(pair.label)], found: labels.names[Int(pair.found)], count: count,
                share: Double(count) / Double(max(1, byLabel[pair.label]?.neighborCount ?? 1)))
        }
        report.confusions = Array(
            pairs.sorted { left, right in
                if left.count != right.count { return left.count > right.count }
                return (left.label, left.found) < (right.label, right.found)
            }.prefix(QualityReport.confusionLimit))
    }
}

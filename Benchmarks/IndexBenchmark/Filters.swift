// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import VectorIndexes

/// Measures searches among allowed documents.
struct Filters {
    let searches: Searches
    let exact: ExactSearch

    func measure(report: inout Report) throws {
        try random(report: &report)
        try farHalf(report: &report)
    }

    /// Documents allowed at random: how near a document is says nothing about whether it is allowed.
    private func random(report: inout Report) throws {
        var generator = SplitMix64(seed: 9)
        let shares = [0.0001, 0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 1]
        let selections = shares.map { share in
            DocumentBits(
                (0..<UInt32(searches.data.count)).filter { _ in generator.uniform() < share }.map { DocumentID($0) })
        }
        let truth = exact.nearest(10, among: selections)
        for (number, share) in shares.enumerated() where selections[number].count > 0 {
            report.add("filter \(share)", try searches.ask(ef: nil, allowed: selections[number], truth: truth[number]))
        }
    }

    /// Only the half of the documents that lies farther from the query is allowed: a walk that goes straight toward the
    /// query finds none of them.
    private func farHalf(report: inout Report) throws {
        var answers: [[Neighbor]] = []
        var truth: [[Neighbor]] = []
        var time = 0.0
        for query in 0..<min(50, searches.data.queryCount) {
            let distances = exact.distances(from: query)
            let middle = distances.sorted()[distances.count / 2]
            let allowed = DocumentBits(
                distances.indices.filter { distances[$0] >= middle }.map { DocumentID(UInt32($0)) })
            truth.append(exact.nearest(10, beyond: middle, of: query, distances))
            time += try threadSeconds {
                answers.append(try searches.nearest(10, query, ef: nil, allowed: allowed))
            }
        }
        let recall = Searches.recall(of: answers, truth)
        // Thousands lie equally far away but for the last digits: how much farther the last found one is says more.
        let excess = zip(answers, truth).reduce(0.0) { sum, pair in
            sum + Double((pair.0.last?.distance ?? 2) - (pair.1.last?.distance ?? 2))
        }
        report.add(
            "filter far half",
            [
                ("recall", recall), ("ms", time / Double(truth.count) * 1000),
                ("excess", max(excess / Double(truth.count), 0)),
            ])
    }
}

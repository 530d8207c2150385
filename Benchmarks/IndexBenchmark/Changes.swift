// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import VectorIndexes

/// Measures what documents that come and go do to searches.
struct Changes {
    let searches: Searches

    private var index: VectorIndex { searches.index }
    private var data: DataSet { searches.data }

    /// How long a query takes while so many documents wait for their links and are scanned. Leaves the index as it was.
    func tail(report: inout Report) throws {
        var end = data.count
        for length in searches.isSmoke ? [0, 100] : [0, 1000, 10_000, 32_000] {
            try data.append(end..<data.count + length, to: index)
            end = data.count + length
            let queries = 0..<data.queryCount
            let times = try queries.map { query in
                try threadSeconds { _ = try searches.nearest(10, query, ef: 100, allowed: nil) } * 1000
            }.sorted()
            report.add(
                "tail \(length)", [("ms", times[times.count / 2]), ("p99 ms", times[times.count * 99 / 100])])
        }
        for number in stride(from: end - 1, through: data.count, by: -1) {
            index.retract(document: DocumentID(UInt32(number)))
        }
    }

    /// Recall after every document has been replaced three times by a new one with the same vector: a tenth at a time
    /// is removed, added, linked and repaired.
    func replace(threads: Int, _ truth: [[Neighbor]], report: inout Report) throws {
        let count = data.count
        report.add("fresh, ef 100", try searches.ask(ef: 100, truth: truth))
        report.add("fresh, ef 28", try searches.ask(ef: 28, truth: truth))
        let batch = max(count / 10, 1)
        var repairing = 0.0
        for start in stride(from: 0, to: 3 * count, by: batch) {
            let leaving = start..<min(start + batch, 3 * count)
            for number in leaving { index.remove(document: DocumentID(UInt32(number))) }
            try data.append(leaving.lowerBound + count..<leaving.upperBound + count, to: index)
            _ = IndexBenchmark.link(index, threads: threads)
            repairing += threadSeconds { index.repair() }
        }
        report.add("replaced three times, ef 100", try searches.ask(ef: 100, truth: truth))
        report.add("replaced three times, ef 28", try searches.ask(ef: 28, truth: truth))
        report.add("repair s, all rounds", repairing)
    }

    /// Recall after all vectors have been dealt out anew three times, as updates do it: new documents come, others with any
    /// vectors leave, and for a while many vectors are there twice. To be called after `replace`.
    func dealOut(threads: Int, _ truth: [[Neighbor]], report: inout Report) throws {
        let count = data.count
        var generator = SplitMix64(seed: 11)
        for round in 3..<6 {
            let coming = (0..<count).shuffled(using: &generator)
            let leaving = (0..<count).shuffled(using: &generator)
            for start in stride(from: 0, to: count, by: 100) {
                let batch = start..<min(start + 100, count)
                for number in batch {
                    let document = (round + 1) * count + coming[number]
                    try data.append(document..<document + 1, to: index)
                }
                for number in batch { index.remove(document: DocumentID(UInt32(round * count + leaving[number]))) }
                _ = IndexBenchmark.link(index, threads: threads)
                if index.tombstoneCount > index.liveCount / 10 { index.repair() }
            }
        }
        report.add("dealt out three times, ef 100", try searches.ask(ef: 100, truth: truth))
        report.add("dealt out three times, ef 28", try searches.ask(ef: 28, truth: truth))
    }
}

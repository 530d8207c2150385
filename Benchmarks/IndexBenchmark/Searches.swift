// SPDX-License-Identifier: Apache-2.0

import DataModel
import Dispatch
import Synchronization
import VectorIndexes

/// Asks an index all queries of a data set, in several ways.
struct Searches: Sendable {
    /// Distances this much behind the last of the true neighbors count as ties: single precision tells no more.
    static let tie: Float = 1e-6

    let index: VectorIndex
    let data: DataSet
    let isSmoke: Bool

    /// Recall beside queries a second, from a hasty ef to a thorough one.
    func sweep(_ truth: [[Neighbor]], report: inout Report) throws {
        for ef in [10, 14, 20, 28, 40, 56, 80, 100, 112, 160, 224, 320, 448] {
            report.add("ef \(ef)", try ask(ef: ef, truth: truth))
        }
    }

    /// Asks all queries over and over, three times at least and for half a second; the best time counts.
    func ask(_ count: Int = 10, ef: Int?, allowed: DocumentBits? = nil, truth: [[Neighbor]]) throws -> Outcome {
        var answers: [[Neighbor]] = []
        var best = Double.infinity
        var rounds = 0
        var spent = 0.0
        while rounds < 3 || spent < 0.5 && !isSmoke {
            answers.removeAll(keepingCapacity: true)
            let time = try threadSeconds {
                for query in truth.indices { answers.append(try nearest(count, query, ef: ef, allowed: allowed)) }
            }
            best = min(best, time)
            spent += time
            rounds += 1
        }
        let recall = Self.recall(of: answers, truth)
        return Outcome(recall: recall, milliseconds: best / Double(max(truth.count, 1)) * 1000)
    }

    func nearest(_ count: Int, _ query: Int, ef: Int?, allowed: DocumentBits?) throws -> [Neighbor] {
        try data.withQuery(query) {
            try index.nearest(count, to: $0, ef: ef, allowed: allowed, vectors: data, isCancelled: { false })
        }
    }

    /// Of the true neighbors, how many were found; ties count as found.
    static func recall(of answers: [[Neighbor]], _ truth: [[Neighbor]]) -> Double {
        var found = 0
        var wanted = 0
        for (answer, sure) in zip(answers, truth) {
            guard let last = sure.last else { continue }
            found += min(answer.count { $0.distance <= last.distance + tie }, sure.count)
            wanted += sure.count
        }
        return wanted == 0 ? 1 : Double(found) / Double(wanted)
    }

    /// How much more two threads answer than one, at ef 100.
    func twoThreads(report: inout Report) throws {
        _ = rate(threads: 1)
        let one = rate(threads: 1)
        let two = rate(threads: 2)
        report.add("one thread", [("rate", one.byClock)])
        report.add("two threads", [("rate", two.byClock)])
        report.add("two threads / one by the clock", two.byClock / one.byClock)
        report.add("two threads / one by processor time", 2 * one.cost / two.cost)
    }

    /// Queries a second by the clock, and processor time of a query.
    private func rate(threads: Int) -> (byClock: Double, cost: Double) {
        let rounds = 8
        let busy = Mutex(0.0)
        let time = seconds {
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                let spent = threadSeconds {
                    for number in 0..<rounds * data.queryCount {
                        // A failure would be a measurement of nothing; the sweep before has found none.
                        _ = try? nearest(10, number % data.queryCount, ef: 100, allowed: nil)
                    }
                }
                busy.withLock { $0 += spent }
            }
        }
        let queries = Double(rounds * threads * data.queryCount)
        return (queries / time, busy.withLock { $0 } / queries)
    }

    /// Far more neighbors than users see: 10,000, or half of all that there are.
    func large(_ exact: ExactSearch, report: inout Report) throws {
        let count = min(10_000, data.count / 2)
        let queries = 0..<min(20, data.queryCount)
        let limits = queries.map { exact.distances(from: $0).sorted()[count - 1] + Self.tie }
        var found = 0
        let time = try threadSeconds {
            for query in queries {
                found += try nearest(count, query, ef: nil, allowed: nil).count { $0.distance <= limits[query] }
            }
        }
        let recall = min(Double(found) / Double(count * queries.count), 1)
        report.add("nearest \(count)", Outcome(recall: recall, milliseconds: time / Double(queries.count) * 1000))
    }
}

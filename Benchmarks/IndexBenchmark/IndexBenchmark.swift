// SPDX-License-Identifier: Apache-2.0

import DataModel
import Dispatch
import Foundation
import VectorIndexes

/// Measures the vector index alone: recall beside queries a second, build, memory, filters, threads, snapshot, tail,
/// replaced documents.
///
///     IndexBenchmark --vectors FOLDER [--count N] | --clustered N,DIMENSIONS | --small INDEXES,VECTORS,DIMENSIONS
///                    [--m 32] [--efc 128] [--threads 1] [--parts PART,…] [--json FILE] [--write FOLDER] [--smoke]
///
/// Parts, all of them unless some are named: search, threads, filters, large, snapshot, tail, replaced. `--write` leaves
/// the vectors in a folder for `yardsticks.py`. Rates and times are by processor time where they are of one thread, so
/// that what runs beside counts little.
@main
struct IndexBenchmark {
    static func main() throws {
        let options = Options(CommandLine.arguments)
        let data = try options.dataSet()
        Report.tell("\(data.name): \(data.count) x \(data.dimensions), \(data.queryCount) queries")
        if let folder = options.writeFolder { try data.write(to: folder) }
        var report = Report(data: data, options)
        if var small = options.small {
            if options.isSmoke { small.indexCount = min(small.indexCount, 100) }
            try small.measure(report: &report, data: data)
            if let path = options.json { try report.json().write(toFile: path, atomically: true, encoding: .utf8) }
            return
        }
        let index = try build(data, options, report: &report)
        let searches = Searches(index: index, data: data, isSmoke: options.isSmoke)
        let exact = ExactSearch(data)
        var truth: [[Neighbor]] = []
        if options.has("search") || options.has("replaced") {
            let nearest = exact.nearest(100)[0]
            report.add("local intrinsic dimension", ExactSearch.localIntrinsicDimension(nearest))
            truth = nearest.map { Array($0.prefix(10)) }
        }
        if options.has("search") { try searches.sweep(truth, report: &report) }
        if options.has("threads") { try searches.twoThreads(report: &report) }
        if options.has("filters") { try Filters(searches: searches, exact: exact).measure(report: &report) }
        if options.has("large") { try searches.large(exact, report: &report) }
        if options.has("snapshot") { try measureSnapshot(index, report: &report) }
        let changes = Changes(searches: searches)
        if options.has("tail") { try changes.tail(report: &report) }
        if options.has("replaced") {
            try changes.replace(threads: options.threads, truth, report: &report)
            try changes.dealOut(threads: options.threads, truth, report: &report)
        }
        let findings = index.checkInvariants()
        guard findings.isEmpty else { throw Failure(text: findings.joined(separator: "\n")) }
        if let path = options.json { try report.json().write(toFile: path, atomically: true, encoding: .utf8) }
    }

    private static func build(_ data: DataSet, _ options: Options, report: inout Report) throws -> VectorIndex {
        let configuration = VectorIndexConfiguration(
            maxConnections: options.connections, efConstruction: options.efConstruction)
        let index = try VectorIndex(dimensions: data.dimensions, configuration: configuration, seed: 1)
        let encoding = try threadSeconds { try data.append(0..<data.count, to: index) }
        let linking = link(index, threads: options.threads)
        report.add("encode s", encoding)
        report.add("link s", linking)
        report.add("build s", encoding + linking)
        report.add("memory bytes a vector", Double(index.memoryInBytes) / Double(data.count))
        let findings = index.checkInvariants()
        guard findings.isEmpty else { throw Failure(text: findings.joined(separator: "\n")) }
        return index
    }

    /// Links all that is not linked; seconds of processor time on one thread, by the clock on several.
    static func link(_ index: VectorIndex, threads: Int) -> Double {
        guard threads > 1 else { return threadSeconds { index.linkNext(maximum: .max) } }
        return seconds { DispatchQueue.concurrentPerform(iterations: threads) { _ in index.linkNext(maximum: .max) } }
    }
}

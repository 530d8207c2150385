// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import VectorIndexes

/// Measures many small indexes in one process, as tenants of a few vectors each make them: what one takes of memory and of
/// the mappings of the process, and what appends and searches cost.
struct SmallIndexes {
    var indexCount: Int
    var vectorCount: Int
    var dimensions: Int

    /// The vectors of one index: rows of a larger set, from an offset on.
    private struct Rows: VectorReading {
        var data: DataSet
        var offset: Int

        func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool {
            try data.withVector(of: DocumentID(document.number + UInt32(offset)), body)
        }
    }

    func measure(report: inout Report, data: DataSet) throws {
        var indexes: [VectorIndex] = []
        indexes.reserveCapacity(indexCount)
        let before = Self.usage()
        let appending = try threadSeconds {
            for number in 0..<indexCount {
                let index = try VectorIndex(dimensions: dimensions, configuration: .init(), seed: UInt64(number))
                let rows = rows(of: number, data)
                for document in 0..<UInt32(vectorCount) {
                    _ = try rows.withVector(of: DocumentID(document)) { vector in
                        // A failure would leave a vector out, which the searches below would tell.
                        try? index.append(document: DocumentID(document), vector: vector)
                    }
                }
                indexes.append(index)
            }
        }
        let after = Self.usage()
        let count = Double(indexCount)
        report.add("resident bytes an index", Double(after.residentBytes - before.residentBytes) / count)
        report.add("counted bytes an index", Double(indexes.reduce(0) { $0 + $1.memoryInBytes }) / count)
        report.add("mappings an index", Double(after.mappings - before.mappings) / count)
        report.add("append us a vector", appending / count / Double(vectorCount) * 1e6)
        try measureSearches(of: indexes, data, report: &report)
        let findings = indexes.flatMap { $0.checkInvariants() }
        guard findings.isEmpty else { throw Failure(text: findings.joined(separator: "\n")) }
    }

    private func rows(of number: Int, _ data: DataSet) -> Rows {
        Rows(data: data, offset: number * vectorCount % data.count)
    }

    /// Ten neighbors of a query, by the index and by going through its vectors.
    private func measureSearches(of indexes: [VectorIndex], _ data: DataSet, report: inout Report) throws {
        var byIndex: [[Neighbor]] = []
        var byScan: [[Neighbor]] = []
        let searching = try threadSeconds {
            for (number, index) in indexes.enumerated() {
                let found = try data.withQuery(number % data.queryCount) {
                    try index.nearest(10, to: $0, vectors: rows(of: number, data))
                }
                byIndex.append(found)
            }
        }
        let scanning = try threadSeconds {
            for number in indexes.indices {
                let rows = rows(of: number, data)
                var exact = data.withQuery(number % data.queryCount) {
                    VectorIndexes.ExactSearch(10, nearestTo: $0, metric: .cosine)
                }
                for document in 0..<UInt32(vectorCount) {
                    _ = try rows.withVector(of: DocumentID(document)) { exact.visit(DocumentID(document), $0) }
                }
                byScan.append(exact.neighbors)
            }
        }
        report.add("search us", searching / Double(indexes.count) * 1e6)
        report.add("exact scan us", scanning / Double(indexes.count) * 1e6)
        guard vectorCount > 256 || byIndex == byScan else { throw Failure(text: "answers are not the exact ones") }
    }

    /// Resident memory and mappings of this process.
    private static func usage() -> (residentBytes: Int, mappings: Int) {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8))?.utf8.count { $0 == 10 }
        return ((pages ?? 0) * 4096, maps ?? 0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import Dispatch
import Foundation
import ObjectStorage
import RandomNumbers
import VectorIndexes

/// Measures the recall of every vector index of a data folder: draws stored vectors, asks for the nearest others, and
/// compares with the exact answers.
///
/// An index is what a server has some time after its start: loaded from its snapshot, brought up to the stored vectors,
/// everything linked. The storage is read in pieces, so a server that runs meanwhile is not held up.
package struct RecallCheck {
    /// What was measured of one index.
    struct Measurement: Equatable {
        var queryCount: Int
        var expectedCount: Int
        var foundCount: Int
        var vectorCount: Int
        /// `nil` for a flat index.
        var ef: Int?
        var timePerQuery: Duration

        var recall: Double { expectedCount == 0 ? 1 : Double(foundCount) / Double(expectedCount) }
    }

    /// An index to be measured.
    private struct Target {
        var label: VectorLabel
        var shard: ShardAddress
        var vector: VectorDefinition
    }

    /// How many neighbors a query asks for: recall@10.
    static let neighborCount = 10
    /// The recall below which an index is a finding.
    static let lowRecall = 0.9
    private static let secondsBetweenProgress = Duration.seconds(5)

    private let environment: StorageEnvironment
    private let queryCount: Int

    /// - Parameter queryCount: how many queries each index is asked, at least 1.
    package init(environment: StorageEnvironment, queryCount: Int) {
        precondition(queryCount >= 1, "recall is measured with a query or more, not \(queryCount)")
        self.environment = environment
        self.queryCount = queryCount
    }

    /// - Parameters:
    ///   - report: is told a line for each index.
    ///   - progress: is told how far it is, every few seconds.
    /// - Returns: indexes whose recall is low, as sentences with what to do about it.
    package func run(report: (String) -> Void, progress: (String) -> Void) throws -> [String] {
        var findings: [String] = []
        for target in try targets() {
            let label =
                "collection \(target.label.collection), shard \(target.label.shard)"
                + (target.label.vector.isEmpty ? "" : ", vector \(target.label.vector)")
            let index = ShardVectorIndex(
                vector: target.vector.id, shard: target.shard, configuration: .init(target.vector.index))
            guard let measured = try measure(index, progress: { progress("\(label): \($0)") }) else { continue }
            report("\(label): \(measured.text)")
            guard measured.recall < Self.lowRecall else { continue }
            findings.append(
                "\(label): recall@\(Self.neighborCount) is \(Self.text(measured.recall)); raise 'ef' in the vectorIndexConfig of "
                    + "the class (or dynamicEfMin, where ef is -1), or import it into a class with more maxConnections and a "
                    + "higher efConstruction")
        }
        return findings
    }

    /// Every index there is, not loaded yet.
    private func targets() throws -> [Target] {
        try environment.read { transaction in
            try transaction.collections().flatMap { record in
                let definition = try DefinitionCodec.decoded(record.definition)
                return try transaction.shards(of: record.id).flatMap { shard in
                    definition.vectors.lazy.filter(\.hasVectorIndex).map { vector in
                        Target(
                            label: VectorLabel(
                                collection: definition.name, shard: shard.name, vector: vector.name ?? ""),
                            shard: shard.address, vector: vector)
                    }
                }
            }
        }
    }

    /// - Returns: `nil` if there are no two vectors.
    func measure(_ target: ShardVectorIndex, progress: (String) -> Void) throws -> Measurement? {
        try environment.read { transaction in
            let state = try ShardState(of: target.shard, in: transaction)
            guard let dimensions = state.vectors[target.vector]?.dimensions else { return }
            // What is wrong with the snapshot, the check of the indexes has said.
            _ = try target.load(dimensions: dimensions, in: transaction)
        }
        guard let index = target.index, index.liveCount > 1 else { return nil }
        link(index, progress)
        let documents = index.documents()
        let queries = try drawn(from: documents, target)
        guard !queries.isEmpty else { return nil }
        return try compare(index, with: queries, among: documents, target, progress)
    }

    /// Links the tail with all cores, as a server does after its start.
    private func link(_ index: VectorIndex, _ progress: (String) -> Void) {
        let count = index.unlinkedCount
        guard count > 0 else { return }
        progress("linking \(count) vectors that the snapshot lacks")
        DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
            while index.linkNext(maximum: 64) > 0 {}
        }
    }

    /// Some stored vectors, the same ones each time.
    private func drawn(
        from documents: DocumentBits, _ target: ShardVectorIndex
    ) throws -> [(document: DocumentID, vector: [Float])] {
        var all: [DocumentID] = []
        all.reserveCapacity(documents.count)
        documents.forEach { all.append($0) }
        var generator = SplitMix64(seed: 10)
        let chosen = all.indices.shuffledPrefix(queryCount, using: &generator).map { all[$0] }.sorted()
        return try environment.read { transaction in
            try chosen.compactMap { document in
                try transaction.vector(target.vector, of: document, in: target.shard).map { (document, $0) }
            }
        }
    }

    private func compare(
        _ index: VectorIndex, with queries: [(document: DocumentID, vector: [Float])],
        among documents: DocumentBits, _ target: ShardVectorIndex, _ progress: (String) -> Void
    ) throws -> Measurement {
        let metric = index.configuration.metric
        // One more: each vector finds itself.
        let searches = queries.map { query in
            ExactSearch(
                Self.neighborCount + 1 + RecallJudgment.spareCount, nearestTo: query.vector.span, metric: metric)
        }
        var scan = ExactScan(searches, of: target.vector, in: target.shard, allowed: documents)
        let clock = ContinuousClock()
        var lastProgress = clock.now
        while try !environment.read({ try scan.advance(in: $0) }) {
            guard clock.now - lastProgress > Self.secondsBetweenProgress else { continue }
            lastProgress = clock.now
            progress("measured \(scan.visitedCount) of \(documents.count) vectors")
        }
        var measurement = Measurement(
            queryCount: 0, expectedCount: 0, foundCount: 0, vectorCount: documents.count,
            ef: index.configuration.kind == .flat
                ? nil : index.configuration.effectiveEf(limit: Self.neighborCount + 1),
            timePerQuery: .zero)
        for (query, exact) in zip(queries, scan.searches) {
            let start = clock.now
            let answer = try environment.read { transaction in
                try index.nearest(
                    Self.neighborCount + 1, to: query.vector.span,
                    vectors: try transaction.vectors(target.vector, of: target.shard))
            }
            measurement.timePerQuery += clock.now - start
            let others = answer.filter { $0.document != query.document }.prefix(Self.neighborCount)
            let judgment = try environment.read { transaction in
                let vectors = try transaction.vectors(target.vector, of: target.shard)
                return try RecallJudgment(of: Array(others), against: exact, count: Self.neighborCount) { document in
                    try document != query.document && vectors.withVector(of: document) { _ in }
                }
            }
            guard let judgment else { continue }
            measurement.queryCount += 1
            measurement.expectedCount += judgment.expectedCount
            measurement.foundCount += judgment.foundCount
        }
        measurement.timePerQuery /= max(1, queries.count)
        return measurement
    }

    fileprivate static func text(_ recall: Double) -> String { String(format: "%.4f", recall) }
}

extension RecallCheck.Measurement {
    /// `recall@10 0.9987 over 100 queries, 0.42 ms a query, 12000 vectors, ef 100`.
    fileprivate var text: String {
        "recall@\(RecallCheck.neighborCount) \(RecallCheck.text(recall)) over \(queryCount) queries, "
            + String(format: "%.2f", timePerQuery / .milliseconds(1)) + " ms a query, \(vectorCount) vectors, "
            + (ef.map { "ef \($0)" } ?? "flat")
    }
}

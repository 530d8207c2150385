// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import RandomNumbers
import VectorIndexes

extension Database: RecallOperations {
    package func recallCurve(
        of request: RecallCurveRequest, progress: (_ done: Int, _ total: Int) -> Void
    ) async throws -> RecallCurve? {
        let collection = try requireCollection(request.collection)
        let definition = collection.definition
        guard let vector = request.vector.map({ definition.vector(named: $0) }) ?? definition.defaultVector else {
            throw DatabaseError.unknownVector(request.vector ?? "")
        }
        let shard = try await wakenShard(of: collection, for: request.tenant)
        let lease = try await lease(shard, of: collection)
        defer { withExtendedLifetime(lease) {} }
        if shard.state.replacement != nil {
            throw DatabaseError.revectorizationUnfinished(collection: definition.name)
        }
        guard let target = shard.index(of: vector.id), let index = target.index, index.liveCount > 1 else { return nil }
        let run = RecallCurveRun(
            environment: environment, target: target, index: index, kind: vector.index.kind, request: request)
        do {
            return try run.measure(progress: progress)
        } catch is CancellationError {
            throw CancellationError()
        } catch VectorIndexError.cancelled {
            throw CancellationError()
        } catch {
            throw databaseError(error)
        }
    }
}

/// One measurement of one index:
///
///     queries are drawn ──> all vectors are compared with them ──> a few are searched exactly, alone ──> the index is asked, ef by ef
///
/// Everything the index reads has been read before, so the times are those of vectors in memory.
private struct RecallCurveRun {
    /// How many exact searches are timed, if one does not take longer than `exactPatience`.
    private static let exactCount = 5
    private static let exactPatience = Duration.seconds(1)
    private static let seed: UInt64 = 0x7265_6361_6C6C_6566

    private typealias Query = (document: DocumentID, vector: [Float])

    let environment: StorageEnvironment
    let target: ShardVectorIndex
    let index: VectorIndex
    let kind: VectorIndexDefinition.Kind
    let request: RecallCurveRequest
    private let clock = ContinuousClock()

    init(
        environment: StorageEnvironment, target: ShardVectorIndex, index: VectorIndex,
        kind: VectorIndexDefinition.Kind, request: RecallCurveRequest
    ) {
        self.environment = environment
        self.target = target
        self.index = index
        self.kind = kind
        self.request = request
    }

    /// Each vector finds itself first, so one more is asked for.
    private var count: Int { request.neighborCount + 1 }

    func measure(progress: (_ done: Int, _ total: Int) -> Void) throws -> RecallCurve? {
        let documents = index.documents()
        let queries = try drawn(from: documents)
        guard !queries.isEmpty else { return nil }
        let efs = index.hasGraph ? request.efs : []
        // Comparing a query with all vectors and asking the index with one ef count alike.
        let total = queries.count * (1 + efs.count)
        progress(0, total)
        let searches = try exactSearches(queries) { progress(queries.count * $0 / max(1, documents.count), total) }
        let exactTime = try timeOfExactSearch(queries)
        var points: [RecallCurve.Point] = []
        for (number, ef) in efs.enumerated() {
            points.append(
                try point(ef, queries, searches) { progress(queries.count * (number + 1) + $0, total) })
        }
        let configuration = index.configuration
        return RecallCurve(
            queryCount: queries.count, vectorCount: index.liveCount, unlinkedCount: index.unlinkedCount,
            dimensions: index.dimensions, kind: kind.rawValue, metric: configuration.metric.rawValue,
            currentEf: index.hasGraph ? configuration.effectiveEf(limit: request.neighborCount) : nil, points: points,
            exactTime: exactTime)
    }

    /// Some stored vectors, the same ones of the same index.
    private func drawn(from documents: DocumentBits) throws -> [Query] {
        var all: [DocumentID] = []
        all.reserveCapacity(documents.count)
        documents.forEach { all.append($0) }
        var generator = SplitMix64(seed: Self.seed)
        let chosen = all.indices.shuffledPrefix(request.queryCount, using: &generator).map { all[$0] }.sorted()
        return try environment.read { transaction in
            try chosen.compactMap { document in
                try transaction.vector(target.vector, of: document, in: target.shard).map { (document, $0) }
            }
        }
    }

    private func exactSearch(_ query: Query) -> ExactSearch {
        ExactSearch(
            count + RecallJudgment.spareCount, nearestTo: query.vector.span, metric: index.configuration.metric)
    }

    /// - Parameter visited: told how many vectors have been compared.
    private func exactSearches(_ queries: [Query], visited: (Int) -> Void) throws -> [ExactSearch] {
        var scan = ExactScan(queries.map(exactSearch), of: target.vector, in: target.shard, allowed: nil)
        while try !environment.read({ try scan.advance(in: $0) }) {
            try Task.checkCancellation()
            visited(scan.visitedCount)
        }
        return scan.searches
    }

    /// The median of a few.
    private func timeOfExactSearch(_ queries: [Query]) throws -> Duration {
        var times: [Duration] = []
        let start = clock.now
        for query in queries.prefix(Self.exactCount) {
            let begin = clock.now
            if begin - start > Self.exactPatience { break }
            var scan = ExactScan([exactSearch(query)], of: target.vector, in: target.shard, allowed: nil)
            while try !environment.read({ try scan.advance(in: $0) }) { try Task.checkCancellation() }
            times.append(clock.now - begin)
        }
        return times.sorted()[times.count / 2]
    }

    private func point(
        _ ef: Int, _ queries: [Query], _ searches: [ExactSearch], done: (Int) -> Void
    ) throws -> RecallCurve.Point {
        var times: [Duration] = []
        var expected = 0
        var found = 0
        for (number, (query, exact)) in zip(queries, searches).enumerated() {
            try Task.checkCancellation()
            let start = clock.now
            let answer = try environment.read { transaction in
                try index.nearest(
                    count, to: query.vector.span, ef: ef, allowed: nil,
                    vectors: try transaction.vectors(target.vector, of: target.shard),
                    isCancelled: { Task.isCancelled })
            }
            times.append(clock.now - start)
            done(number + 1)
            guard let judgment = try judgment(of: answer, query, exact) else { continue }
            expected += judgment.expectedCount
            found += judgment.foundCount
        }
        times.sort()
        let sum = times.reduce(.zero, +)
        return RecallCurve.Point(
            ef: ef, recall: expected == 0 ? 1 : Double(found) / Double(expected), median: times[times.count / 2],
            percentile99: times[min(times.count - 1, times.count * 99 / 100)],
            queriesPerSecond: Double(times.count) / max(sum / .seconds(1), 1e-9),
            isScan: index.isScanned(count: count, ef: ef))
    }

    private func judgment(
        of answer: [Neighbor], _ query: Query, _ exact: ExactSearch
    ) throws -> RecallJudgment? {
        let others = Array(answer.filter { $0.document != query.document }.prefix(request.neighborCount))
        return try environment.read { transaction in
            let vectors = try transaction.vectors(target.vector, of: target.shard)
            return try RecallJudgment(of: others, against: exact, count: request.neighborCount) { document in
                try document != query.document && vectors.withVector(of: document) { _ in }
            }
        }
    }
}

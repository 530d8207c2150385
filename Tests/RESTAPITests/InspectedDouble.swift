// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Execution
import Foundation
import ImageVectorizer
import Observability
import ServerInspection

/// A database that holds a class, and is as well as it is told to be.
struct InspectedDouble: InspectionOperations {
    var indexMemoryInBytes: Int { 2_000 }
    var clockDelay: Duration { .zero }
    var isBroken = false

    func storageFigures() -> StorageFigures { StorageFigures(mapSizeInBytes: 1 << 40, lastCommit: 7) }

    func collectionFigures() -> [CollectionFigures] {
        var vector = VectorFigures(name: "a", vectorizer: "none", index: "hnsw", metric: "cosine")
        (vector.dimensions, vector.unlinkedCount, vector.memoryInBytes) = (8, 1, 2_000)
        return [CollectionFigures(name: "Meme", objectCount: 3, tenantCount: nil, vectors: [vector])]
    }

    func storedSizes(of collection: String) -> CollectionSizes? {
        CollectionSizes(objects: 10, pictures: 20, inverted: 30, vectors: ["a": 40], total: 101)
    }

    func tryStorage() async throws(DatabaseError) { if isBroken { throw .storage("the disk is on fire") } }

    func tryIndexes() -> [IndexTrial] {
        var trial = IndexTrial(collection: "Meme", vector: "a")
        trial.triedCount = 2
        if isBroken { trial.failedShards = ["s1"] }
        return [trial]
    }
}

/// An index that finds everything.
struct MeasuredDouble: RecallOperations {
    func recallCurve(
        of request: RecallCurveRequest, progress: (_ done: Int, _ total: Int) -> Void
    ) async throws -> RecallCurve? {
        progress(1, 1)
        let points = request.efs.map { ef in
            RecallCurve.Point(
                ef: ef, recall: 1, median: .milliseconds(1), percentile99: .milliseconds(2), queriesPerSecond: 999.7,
                isScan: ef >= 100)
        }
        return RecallCurve(
            queryCount: request.queryCount, vectorCount: 50, unlinkedCount: 7, dimensions: 2, kind: "hnsw",
            metric: "cosine", currentEf: 100, points: points, exactTime: .milliseconds(3))
    }
}

extension ServerInspector {
    /// One that looks at nothing real but the machine.
    ///
    /// - Parameter background: measures sizes.
    static func double(
        _ database: InspectedDouble = InspectedDouble(), settings: [SettingReport] = [], log: LogRing = LogRing(),
        requests: RequestLog = RequestLog(), network: NetworkReport = .none(reason: "it is being loaded"),
        background: ComputePool
    ) -> ServerInspector {
        var features = ServerFeatures()
        features.importRootCount = 2
        return ServerInspector(
            facts: .init(
                version: "0.1.0", weaviateVersion: "1.39.0", start: Date(timeIntervalSince1970: 1_700_000_000),
                features: features, settings: settings),
            start: ContinuousClock.now, log: log, requests: requests, database: database,
            vectorizer: EmptyVectorizer(reason: "tests"), dataFolder: DataFolder(path: NSTemporaryDirectory()),
            background: background,
            transport: {
                .init(
                    connectionCount: 3, refusedCount: 2, memoryInUse: 10, memoryLimit: 100, processLimit: 1_000,
                    processHolds: 500)
            },
            network: { network }, metrics: { "up 1\n" })
    }
}

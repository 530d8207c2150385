// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Execution
import Jobs

/// Measurements and maps of collections, made in the background and kept for a while.
///
///     asked ──> running ──> succeeded, kept until it is asked for anew or newer ones push it out; maps on disk, too
///
/// The same request finds the same job. One of each kind (measurements, maps, curves of recall) is made at a time, on threads that yield to requests.
package final class Insights: Sendable {
    private static let keptMeasurements = 32
    private static let keptMaps = 8
    private static let keptCurves = 32

    private let database: any DatabaseOperations
    private let pool: ComputePool
    private let measurements: JobTable<QualityProgress>
    private let maps: JobTable<MapProgress>
    private let curves: JobTable<RecallProgress>
    private let recall: (any RecallOperations)?
    private let files: MapFiles?

    /// - Parameters:
    ///   - recall: measures the indexes of `database`; `nil`: nothing does.
    ///   - pool: what runs the work; not the one that requests run on.
    ///   - files: where maps are kept beyond the life of the process; `nil`: nowhere.
    package init(
        database: any DatabaseOperations, recall: (any RecallOperations)? = nil, pool: ComputePool,
        files: MapFiles? = nil
    ) {
        self.database = database
        self.recall = recall
        self.pool = pool
        self.files = files
        measurements = JobTable(runningLimit: 1, keptLimit: Self.keptMeasurements, executor: pool)
        maps = JobTable(runningLimit: 1, keptLimit: Self.keptMaps, executor: pool)
        curves = JobTable(runningLimit: 1, keptLimit: Self.keptCurves, executor: pool)
    }

    /// The job of a measurement, begun if there is none.
    ///
    /// - Parameter refresh: begin it anew if it has ended.
    package func quality(
        _ request: QualityRequest, refresh: Bool
    ) async throws(InsightsError) -> Job<QualityProgress> {
        let run = QualityRun(database: database, request: request, width: pool.threadCount)
        try await run.check()
        if let job = measurements.job(request.identifier), job.isRunning || !refresh { return job }
        let progress = QualityProgress(request: request, objectsAtStart: objectCount(request.target))
        return try Self.starting("measurement") { () throws(TooManyJobs) in
            try measurements.start(progress, id: request.identifier) { job in
                let report = try await run.run { done, total in
                    job.update { progress in (progress.done, progress.total) = (done, total) }
                }
                job.update { progress in
                    progress.report = report
                    progress.done = progress.total
                }
            }
        }
    }

    /// The job of a map, begun if there is none.
    package func map(_ target: InsightsTarget, refresh: Bool) async throws(InsightsError) -> Job<MapProgress> {
        let run = MapRun(database: database, target: target)
        try await run.check()
        if let job = maps.job(target.identifier), job.isRunning || !refresh { return job }
        if !refresh, let kept = files?.progress(of: target) { return maps.take(kept, id: target.identifier) }
        let progress = MapProgress(target: target, objectsAtStart: objectCount(target))
        return try Self.starting("map") { () throws(TooManyJobs) in
            try maps.start(progress, id: target.identifier) { [files] job in
                let map = try await run.run { done in job.update { $0.done = done } }
                job.update { progress in
                    progress.map = map
                    progress.done = MapProgress.total
                }
                files?.keep(job.status.report)
            }
        }
    }

    /// Whether indexes are measured.
    package var measuresRecall: Bool { recall != nil }

    /// The job that measures an index, begun if there is none; only where `measuresRecall`.
    package func recall(_ request: RecallRequest, refresh: Bool) async throws(InsightsError) -> Job<RecallProgress> {
        guard let recall else { preconditionFailure("no indexes are measured here") }
        let target = try await ResolvedTarget(request.target, in: database)
        if let job = curves.job(request.identifier), job.isRunning || !refresh { return job }
        let wanted = RecallCurveRequest(
            collection: target.definition.name, tenant: request.target.tenant, vector: target.vectorName,
            efs: request.efs, queryCount: request.queryCount, neighborCount: request.neighborCount)
        let progress = RecallProgress(request: request, objectsAtStart: objectCount(request.target))
        return try Self.starting("measurement of recall") { () throws(TooManyJobs) in
            try curves.start(progress, id: request.identifier) { job in
                let curve: RecallCurve?
                do {
                    curve = try await recall.recallCurve(of: wanted) { done, total in
                        job.update { progress in (progress.done, progress.total) = (done, total) }
                    }
                } catch let error as DatabaseError {
                    throw InsightsError.database(error)
                }
                guard let curve else { throw InsightsError.tooFewVectors(collection: wanted.collection) }
                job.update { progress in
                    progress.curve = curve
                    progress.done = progress.total
                }
            }
        }
    }

    package func cancelRecall(_ request: RecallRequest) async -> Bool {
        await Self.cancel(curves.job(request.identifier))
    }

    /// Cancels a measurement that is being made, and waits until it has ended.
    ///
    /// - Returns: `false` if there is no such one under way.
    package func cancelQuality(_ request: QualityRequest) async -> Bool {
        await Self.cancel(measurements.job(request.identifier))
    }

    package func cancelMap(_ target: InsightsTarget) async -> Bool { await Self.cancel(maps.job(target.identifier)) }

    /// Cancels all work and waits until it has ended.
    package func close() async {
        await measurements.close()
        await maps.close()
        await curves.close()
    }

    /// How many objects the collection, or the tenant, has now.
    package func objectCount(_ target: InsightsTarget) -> Int {
        let name = database.collection(named: target.collection)?.name ?? target.collection
        return database.shards(of: name).filter { target.tenant == nil || $0.name == target.tenant }
            .reduce(0) { $0 + $1.objectCount }
    }

    private static func cancel<Report>(_ job: Job<Report>?) async -> Bool {
        guard let job, job.isRunning else { return false }
        job.cancel()
        await job.waitUntilEnded()
        return true
    }

    private static func starting<Report>(
        _ kind: String, _ start: () throws(TooManyJobs) -> Job<Report>
    ) throws(InsightsError) -> Job<Report> {
        do { return try start() } catch { throw .tooManyJobs(kind, limit: error.limit) }
    }
}

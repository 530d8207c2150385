// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DatabaseCore
import HTTPServer
import JSON
import Jobs

/// `/v1/recall/{class}`.
extension RESTHandler {
    /// 202 while it is measured, 200 when it has ended.
    func recall(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let insights = try requireRecall()
        let request = try recallRequest(call)
        let refresh = try call.flag("refresh")
        let job: Job<RecallProgress>
        do { job = try await insights.recall(request, refresh: refresh) } catch { throw Self.refusal(error) }
        let status = job.status
        return try Self.answer(
            job, status, done: status.report.done, total: status.report.total, collection: request.target.collection
        ) { writer in
            guard let curve = status.report.curve else { return }
            let count = insights.objectCount(request.target)
            writer.member("stale", .boolean(count != status.report.objectsAtStart))
            Self.write(curve, request, to: &writer)
        }
    }

    func cancelRecall(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let request = try recallRequest(call)
        guard try await requireRecall().cancelRecall(request) else {
            throw .noMeasurement
        }
        return HTTPResponse(status: 204)
    }

    // MARK: - Parameters

    private func requireRecall() throws(Refusal) -> Insights {
        let insights = try requireInsights()
        guard insights.measuresRecall else { throw .unsupported("measuring indexes") }
        return insights
    }

    private func recallRequest(_ call: Call) throws(Refusal) -> RecallRequest {
        let queries = try call.number("queries", in: RecallRequest.queryRange)
        let limit = try call.number("limit", in: RecallRequest.neighborRange)
        return RecallRequest(
            target: try call.insightsTarget(), efs: try efs(call),
            queryCount: queries ?? RecallRequest.defaultQueryCount,
            neighborCount: limit ?? RecallRequest.defaultNeighborCount)
    }

    private func efs(_ call: Call) throws(Refusal) -> [Int] {
        guard let text = call.queryValue("ef"), !text.isEmpty else { return RecallRequest.defaultEfs }
        let efs = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard efs.count <= RecallRequest.efLimit, efs.allSatisfy(RecallRequest.efRange.contains) else {
            let range = RecallRequest.efRange
            throw .handler(
                422,
                "ef in query: '\(text.prefix(100))' does not do; give up to \(RecallRequest.efLimit) whole numbers from \(range.lowerBound) to \(range.upperBound): ef=16,64,256"
            )
        }
        return efs
    }

    // MARK: - Answers

    private static func write(_ curve: RecallCurve, _ request: RecallRequest, to writer: inout JSONWriter) {
        writer.number("k", request.neighborCount)
        writer.number("queries", curve.queryCount)
        writer.number("objects", curve.vectorCount)
        writer.number("unlinked", curve.unlinkedCount)
        writer.number("dimensions", curve.dimensions)
        writer.member("index", .string(curve.kind))
        writer.member("metric", .string(curve.metric))
        writer.number("currentEf", curve.currentEf)
        writer.key("curve")
        writer.beginArray()
        for point in curve.points {
            writer.beginObject()
            writer.number("ef", point.ef)
            writer.key("recall")
            writer.number(point.recall)
            writer.milliseconds("p50Ms", point.median)
            writer.milliseconds("p99Ms", point.percentile99)
            writer.key("qps")
            writer.number(point.queriesPerSecond.rounded())
            writer.member("scan", .boolean(point.isScan))
            writer.endObject()
        }
        writer.endArray()
        writer.milliseconds("exactMs", curve.exactTime)
        writer.member("note", note(on: curve).map { .string($0) } ?? .null)
    }

    /// What has to be known to read the figures.
    private static func note(on curve: RecallCurve) -> String? {
        if curve.points.isEmpty {
            return curve.kind == "flat"
                ? "a flat index has no ef: every search goes through all vectors"
                : "there are so few vectors that the index has no links yet: every search goes through all of them, and ef does nothing"
        }
        var notes: [String] = []
        if let first = curve.points.first(where: \.isScan) {
            notes.append(
                "from ef \(first.ef) on searches go through all \(curve.vectorCount) vectors, which is cheaper than following links"
            )
        }
        if curve.unlinkedCount > 0 {
            notes.append(
                "\(curve.unlinkedCount) vectors wait for their links and are compared by every search; measure again when there are none"
            )
        }
        return notes.isEmpty ? nil : notes.joined(separator: "; ")
    }
}

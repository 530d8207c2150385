// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DatabaseCore
import HTTPServer
import JSON
import Jobs

/// `/v1/quality/{class}`.
extension RESTHandler {
    /// 202 while it is measured, 200 when it has ended.
    func quality(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let insights = try requireInsights()
        let request = try qualityRequest(call)
        let refresh = try call.flag("refresh")
        let job: Job<QualityProgress>
        do { job = try await insights.quality(request, refresh: refresh) } catch { throw Self.refusal(error) }
        let status = job.status
        return try Self.answer(
            job, status, done: status.report.done, total: status.report.total, collection: request.target.collection
        ) { writer in
            writer.member("label", .string(request.label))
            guard let report = status.report.report else { return }
            let count = insights.objectCount(request.target)
            writer.member("stale", .boolean(count != status.report.objectsAtStart))
            QualityEncoder.write(report, to: &writer)
        }
    }

    func cancelQuality(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let request = try qualityRequest(call)
        guard try await requireInsights().cancelQuality(request) else {
            throw .noMeasurement
        }
        return HTTPResponse(status: 204)
    }

    // MARK: - Parameters

    private func qualityRequest(_ call: Call) throws(Refusal) -> QualityRequest {
        guard let label = call.queryValue("label"), !label.isEmpty else {
            throw .handler(422, "label in query is required: the property that says which objects belong together")
        }
        return QualityRequest(
            target: try call.insightsTarget(), label: label, sample: try sample(call), ranks: try ranks(call))
    }

    private func sample(_ call: Call) throws(Refusal) -> QualityRequest.Sample {
        guard let text = call.queryValue("sample"), !text.isEmpty else {
            return .count(QualityRequest.defaultSample)
        }
        if text == "all" { return .all }
        guard let count = Int(text), QualityRequest.sampleRange.contains(count) else {
            let range = QualityRequest.sampleRange
            throw .handler(
                422,
                "sample in query: '\(text.prefix(100))' does not do; give a whole number from \(range.lowerBound) to \(range.upperBound), or all"
            )
        }
        return .count(count)
    }

    private func ranks(_ call: Call) throws(Refusal) -> [Int] {
        guard let text = call.queryValue("k"), !text.isEmpty else { return QualityRequest.defaultRanks }
        let ranks = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard ranks.count <= QualityRequest.rankLimit, ranks.allSatisfy(QualityRequest.rankRange.contains) else {
            let range = QualityRequest.rankRange
            throw .handler(
                422,
                "k in query: '\(text.prefix(100))' does not do; give up to \(QualityRequest.rankLimit) whole numbers from \(range.lowerBound) to \(range.upperBound): k=1,5,10"
            )
        }
        return ranks
    }

    func requireInsights() throws(Refusal) -> Insights {
        guard let insights = context.insights else { throw .unsupported("measuring classes") }
        return insights
    }

    // MARK: - Answers

    static func refusal(_ error: InsightsError) -> Refusal {
        switch error {
        case .tooManyJobs:
            var refusal = Refusal.handler(429, error.message)
            refusal.response.headers.append(("Retry-After", "5"))
            return refusal
        case .database(.collectionNotFound): return .handler(404, error.message)
        case .database(let inner): return ErrorMapping.refusal(inner, in: .write)
        case .layout: return .handler(500, error.message)
        case .unknownProperty, .unusableProperty, .unknownVector, .vectorNotNamed, .multiVector, .noVectors,
            .tooFewVectors, .noLabels, .noSharedLabels, .tooManyLabels:
            return .handler(422, error.message)
        }
    }
}

extension Call {
    func insightsTarget() throws(Refusal) -> InsightsTarget {
        let vector = queryValue("targetVector").flatMap { $0.isEmpty ? nil : $0 }
        return InsightsTarget(collection: collection ?? "", tenant: tenant, vector: vector)
    }

    /// `true` or `false` in the query; false when it is not there.
    func flag(_ name: String) throws(Refusal) -> Bool {
        switch queryValue(name) {
        case nil, "", "false": return false
        case "true": return true
        case .some(let text): throw .format(name, in: "query", of: "boolean", value: text)
        }
    }
}

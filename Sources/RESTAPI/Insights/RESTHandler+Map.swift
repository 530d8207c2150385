// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DataModel
import HTTPServer
import JSON
import Jobs

/// `/v1/map/{class}`.
extension RESTHandler {
    /// 202 while it is drawn, 200 when it has ended. Blocks while the values of `color` are read.
    func map(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let insights = try requireInsights()
        let target = try call.insightsTarget()
        let color = call.queryValue("color").flatMap { $0.isEmpty ? nil : $0 }
        let refresh = try call.flag("refresh")
        let job: Job<MapProgress>
        do {
            if let color { try MapColors.check(color, of: target, in: database) }
            job = try await insights.map(target, refresh: refresh)
        } catch {
            throw Self.refusal(error)
        }
        let status = job.status
        return try Self.answer(
            job, status, done: status.report.done, total: MapProgress.total, collection: target.collection
        ) { (writer) throws(Refusal) in
            guard let map = status.report.map else { return }
            let colors: MapColors
            do throws(InsightsError) {
                colors = try MapColors(of: map, property: color, in: database)
            } catch {
                throw Self.refusal(error)
            }
            let isStale = insights.objectCount(target) != status.report.objectsAtStart
            write(map, colors, color: color, objectCount: status.report.objectsAtStart, isStale: isStale, to: &writer)
        }
    }

    func cancelMap(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let target = try call.insightsTarget()
        guard try await requireInsights().cancelMap(target) else {
            throw .handler(404, "no map of this class is being drawn")
        }
        return HTTPResponse(status: 204)
    }

    private func write(
        _ map: CollectionMap, _ colors: MapColors, color: String?, objectCount: Int, isStale: Bool,
        to writer: inout JSONWriter
    ) {
        writer.member("stale", .boolean(isStale))
        writer.key("objects")
        writer.number(objectCount)
        writer.key("vectors")
        writer.number(map.vectorCount)
        writer.key("laidOut")
        writer.number(map.laidOutCount)
        if let color { writer.member("color", .string(color)) }
        writer.key("points")
        writer.beginArray()
        for (index, id) in map.ids.enumerated() {
            // What is gone has no place any more.
            guard let value = colors.values[index] else { continue }
            writer.beginObject()
            writer.member("id", .string(id.description))
            writer.key("x")
            writer.number(map.positions[2 * index])
            writer.key("y")
            writer.number(map.positions[2 * index + 1])
            if color != nil { writer.member("color", MapColors.label(of: value).map { .string($0) } ?? .null) }
            writer.endObject()
        }
        writer.endArray()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer
import JSON
import Observability
import ServerInspection

/// `/v1/server` and what is below it.
extension RESTHandler {
    private static let logLimitRange = 1...LogRing.lineLimit
    private static let defaultLogLimit = 500

    func server(_ call: Call) throws(Refusal) -> HTTPResponse {
        let inspector = try requireInspector()
        let mapSize = try reading(.write) { () throws(DatabaseError) in try inspector.mapSizeInBytes() }
        var writer = JSONWriter()
        ServerEncoder.write(inspector, mapSizeInBytes: mapSize, isReady: context.isReady(), to: &writer)
        return .json(writer.bytes)
    }

    func serverSettings(_ call: Call) throws(Refusal) -> HTTPResponse {
        let inspector = try requireInspector()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("settings")
        writer.beginArray()
        for setting in inspector.facts.settings { ServerEncoder.write(setting, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    func serverLog(_ call: Call) throws(Refusal) -> HTTPResponse {
        let inspector = try requireInspector()
        let after = try call.number("after", in: 0...Int.max)
        let limit = try call.number("limit", in: Self.logLimitRange) ?? Self.defaultLogLimit
        let page = inspector.log.page(after: after, limit: limit, level: try logLevel(call))
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("lines")
        writer.beginArray()
        for line in page.lines { ServerEncoder.write(line, to: &writer) }
        writer.endArray()
        writer.key("next")
        writer.number(page.next)
        writer.key("dropped")
        writer.number(page.dropped)
        writer.endObject()
        return .json(writer.bytes)
    }

    func serverCollections(_ call: Call) throws(Refusal) -> HTTPResponse {
        let inspector = try requireInspector()
        let report = try reading(.write) { () throws(DatabaseError) in try inspector.collections() }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("collections")
        writer.beginArray()
        for (figures, measured) in report.collections { ServerEncoder.write(figures, measured, to: &writer) }
        writer.endArray()
        writer.member("isMeasuring", .boolean(report.isMeasuring))
        writer.endObject()
        return .json(writer.bytes)
    }

    func slowRequests(_ call: Call) throws(Refusal) -> HTTPResponse {
        let inspector = try requireInspector()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("requests")
        writer.beginArray()
        for request in inspector.requests.slowest { ServerEncoder.write(request, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    func serverMetrics(_ call: Call) throws(Refusal) -> HTTPResponse {
        let inspector = try requireInspector()
        let text = try reading(.write) { () throws(DatabaseError) in try inspector.metrics() }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", Metrics.contentType)],
            body: Array(text.utf8))
    }

    func selfTest(_ call: Call) async throws(Refusal) -> HTTPResponse {
        guard let report = await (try requireInspector()).selfTest.run() else {
            throw .handler(429, "another self-test is running; ask again when it has ended")
        }
        var writer = JSONWriter()
        ServerEncoder.write(report, to: &writer)
        return .json(writer.bytes)
    }

    // MARK: - Parts

    func requireInspector() throws(Refusal) -> ServerInspector {
        guard let inspector = context.inspector else { throw .unsupported("looking at the server") }
        return inspector
    }

    private func logLevel(_ call: Call) throws(Refusal) -> Logger.Level {
        guard let name = call.queryValue("level"), !name.isEmpty else { return .trace }
        guard let level = Logger.Level(name: name) else {
            throw .notOneOf("level", in: "query", Logger.Level.allCases.map(\.name))
        }
        return level
    }
}

extension Call {
    /// A whole number in the query within a range; `nil` when it is not there or empty.
    func number(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text = queryValue(name), !text.isEmpty else { return nil }
        guard let number = Int(text), range.contains(number) else {
            let end = range.upperBound == .max ? "on" : "to \(range.upperBound)"
            throw .handler(
                422,
                "\(name) in query: '\(text.prefix(100))' does not do; give a whole number from \(range.lowerBound) \(end)"
            )
        }
        return number
    }
}

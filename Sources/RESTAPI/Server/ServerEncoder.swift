// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImageVectorizer
import JSON
import Observability
import ServerInspection

/// Writes what is told of the running server.
enum ServerEncoder {
    static func write(
        _ inspector: ServerInspector, mapSizeInBytes: Int, isReady: Bool, to writer: inout JSONWriter
    ) {
        let facts = inspector.facts
        let transport = inspector.transport
        writer.beginObject()
        writer.member("version", .string(facts.version))
        writer.member("weaviateVersion", .string(facts.weaviateVersion))
        writer.member("startedAt", .string(text(facts.start)))
        writer.number("uptimeSeconds", Int(inspector.uptime / .seconds(1)))
        writer.member("isReady", .boolean(isReady))
        writer.object("processor") { writer in
            writer.member("name", .string(MachineFigures.processorName))
            writer.number("cores", MachineFigures.coreCount)
            writer.member("kernels", .string(MachineFigures.kernelName))
        }
        writer.object("memory") { writer in
            writer.number("residentBytes", MachineFigures.residentBytes)
            writer.number("machineBytes", MachineFigures.memoryInBytes)
            writer.number("limitBytes", transport.processLimit)
            writer.number("heldBytes", transport.processHolds)
            writer.number("indexBytes", inspector.indexMemoryInBytes)
            writer.number("requestBudgetBytes", transport.memoryLimit)
            writer.number("requestUsedBytes", transport.memoryInUse)
        }
        let room = inspector.dataFolder.room
        writer.object("disk") { writer in
            writer.number("usedBytes", room?.usedBytes)
            writer.number("freeBytes", room?.freeBytes)
            writer.number("totalBytes", room?.totalBytes)
            writer.number("mapBytes", mapSizeInBytes)
        }
        write(inspector.requests.figures, transport, to: &writer)
        write(inspector.network, to: &writer)
        writer.object("features") { writer in
            writer.member("imports", .boolean(facts.features.importRootCount > 0))
            writer.number("importRoots", facts.features.importRootCount)
            writer.member("fetchHosts", .boolean(facts.features.fetchesPictures))
            writer.member("backups", .boolean(facts.features.makesBackups))
            writer.member("thumbnails", .boolean(facts.features.keepsThumbnails))
        }
        writer.endObject()
    }

    static func write(_ setting: SettingReport, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", .string(setting.name))
        writer.member("value", .string(setting.value))
        writer.member("default", .string(setting.defaultValue))
        writer.member("source", .string(setting.source.rawValue))
        writer.member("section", .string(setting.section))
        writer.member("help", .string(setting.help))
        writer.endObject()
    }

    static func write(_ line: LogRing.Line, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.number("number", line.number)
        writer.member("time", .string(text(line.entry.time)))
        writer.member("level", .string(line.entry.level.name))
        writer.member("message", .string("\(line.entry.message)"))
        writer.object("values") { writer in
            // A later value of the same name stands for both, as readers of JSON have it.
            for (name, value) in line.entry.values {
                writer.key(name)
                switch value {
                case .text(let text): writer.string(text)
                case .integer(let number): writer.number(number)
                case .number(let number): writer.number(number)
                case .boolean(let flag): writer.boolean(flag)
                }
            }
        }
        writer.endObject()
    }

    /// RFC 3339 in UTC, with milliseconds.
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func write(
        _ figures: RequestLog.Figures, _ transport: ServerInspector.Transport, to writer: inout JSONWriter
    ) {
        writer.object("requests") { writer in
            writer.number("inProgress", figures.inProgress)
            writer.number("connections", transport.connectionCount)
            writer.number("total", figures.count + transport.refusedCount)
            writer.number("failed", figures.failedCount)
            writer.number("refused", figures.refusedCount + transport.refusedCount)
            writer.key("perSecond")
            writer.number(figures.perSecond)
            writer.key("byEndpoint")
            writer.beginArray()
            for endpoint in figures.endpoints {
                writer.beginObject()
                writer.member("method", .string(endpoint.endpoint.method))
                writer.member("path", .string(endpoint.endpoint.path))
                writer.number("count", endpoint.count)
                writer.number("failed", endpoint.failedCount)
                writer.number("refused", endpoint.refusedCount)
                writer.milliseconds("p50Ms", endpoint.median)
                writer.milliseconds("p95Ms", endpoint.percentile95)
                writer.milliseconds("p99Ms", endpoint.percentile99)
                writer.endObject()
            }
            writer.endArray()
        }
    }

    private static func write(_ network: NetworkReport, to writer: inout JSONWriter) {
        switch network {
        case .none(let reason):
            writer.member("network", .null)
            writer.member("networkReason", .string(reason))
        case .loaded(let network):
            writer.object("network") { writer in
                writer.member("name", .string(network.identity.name))
                writer.object("licence") { writer in
                    writer.member("name", .string(network.license.name))
                    writer.member("note", .string(network.license.note))
                    writer.member("nonCommercial", network.license.isNonCommercial.map { .boolean($0) } ?? .null)
                }
                writer.member("sha256", .string(network.identity.sha256))
                writer.number("dimensions", network.identity.dimensions)
                writer.member("precision", .string(network.precision))
                writer.member("streams", network.streams.map { .string($0) } ?? .null)
                writer.member("source", .string(network.source))
            }
        }
    }
}

extension JSONWriter {
    /// A member that is an object, whose members `body` writes.
    mutating func object(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        beginObject()
        body(&self)
        endObject()
    }

    /// `null` for `nil`.
    mutating func number(_ name: String, _ value: Int?) {
        key(name)
        if let value { number(value) } else { null() }
    }

    /// With three digits behind the point; `null` for `nil`.
    mutating func milliseconds(_ name: String, _ duration: Duration?) {
        key(name)
        if let duration { number((duration / .microseconds(1)).rounded() / 1_000) } else { null() }
    }
}

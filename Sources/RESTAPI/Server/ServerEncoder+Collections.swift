// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON
import Observability
import ServerInspection

extension ServerEncoder {
    /// Sizes are `null` until they are measured first.
    static func write(
        _ figures: CollectionFigures, _ measured: CollectionSizing.Measured?, to writer: inout JSONWriter
    ) {
        let sizes = measured?.sizes
        writer.beginObject()
        writer.member("class", .string(figures.name))
        writer.number("objects", figures.objectCount)
        writer.key("vectors")
        writer.beginArray()
        for vector in figures.vectors {
            writer.beginObject()
            writer.member("name", vector.name.map { .string($0) } ?? .null)
            writer.member("index", .string(vector.index))
            writer.member("metric", .string(vector.metric))
            writer.member("vectorizer", .string(vector.vectorizer))
            writer.number("dimensions", vector.dimensions)
            writer.number("bytes", sizes.map { $0.vectors[vector.name ?? ""] ?? 0 })
            writer.number("memoryBytes", vector.memoryInBytes)
            writer.number("unlinked", vector.unlinkedCount)
            writer.endObject()
        }
        writer.endArray()
        writer.object("bytes") { writer in
            writer.number("objects", sizes?.objects)
            writer.number("pictures", sizes?.pictures)
            writer.number("vectors", sizes?.vectors.values.reduce(0, +))
            writer.number("inverted", sizes?.inverted)
            writer.number("total", sizes?.total)
        }
        writer.number("tenants", figures.tenantCount)
        let vectorizers = Set(figures.vectors.map(\.vectorizer))
        writer.member("vectorizer", .string(vectorizers.count > 1 ? "several" : vectorizers.first ?? "none"))
        writer.member("measuredAt", measured.map { .string(text($0.date)) } ?? .null)
        writer.endObject()
    }

    static func write(_ request: SlowRequest, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("at", .string(text(request.end)))
        writer.member("method", .string(request.method))
        writer.member("path", .string(request.path))
        writer.milliseconds("ms", request.duration)
        writer.number("status", request.status)
        writer.endObject()
    }

    static func write(_ report: SelfTest.Report, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("passed", .boolean(report.passed))
        writer.key("checks")
        writer.beginArray()
        for check in report.checks {
            writer.beginObject()
            writer.member("name", .string(check.name))
            writer.member("passed", .boolean(check.passed))
            writer.member("detail", .string(check.detail))
            writer.milliseconds("ms", check.time)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `DELETE /v1/batch/objects`.
extension RESTHandler {
    func batchDelete(_ call: Call) async throws(Refusal) -> HTTPResponse {
        try call.checkConsistency(nodeName: context.nodeName)
        let body = try BatchDeleteBody(reading: call.request)
        guard body.hasMatch else { throw .handler(422, "validate: empty match clause") }
        guard !body.collection.isEmpty else { throw .handler(422, "validate: empty match.class clause") }
        guard let clause = body.filter else { throw .handler(422, "validate: empty match.where clause") }
        guard ["minimal", "verbose"].contains(body.output) else {
            throw .handler(
                500,
                "validate: invalid output: \"\(body.output.prefix(100))\", possible values are: \"minimal\", \"verbose\""
            )
        }
        let collection = CollectionName.normalized(body.collection)
        guard database.collection(named: collection) != nil else {
            throw ErrorMapping.refusal(.collectionNotFound(body.collection), in: .batchDelete)
        }
        let filter = try clause.filter()
        let report = try await during(.batchDelete) { () throws(DatabaseError) in
            try await database.deleteObjects(
                matching: filter, in: collection, tenant: call.tenant, isDryRun: body.isDryRun)
        }
        return .json(answer(body, clause, report))
    }

    private func answer(_ body: BatchDeleteBody, _ clause: WhereClause, _ report: DeletionReport) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("deletionTimeUnixMilli")
        writer.number(Int(body.deletionTime ?? Self.noTime))
        writer.key("dryRun")
        writer.boolean(body.isDryRun)
        writer.key("match")
        writer.beginObject()
        writer.key("class")
        writer.string(body.collection)
        writer.key("where")
        clause.write(to: &writer)
        writer.endObject()
        writer.key("output")
        writer.string(body.output)
        writer.key("results")
        write(report, of: body, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// What the original answers where no time was sent: the year 1, in milliseconds since 1970.
    private static let noTime: Int64 = -62_135_596_800_000

    private func write(_ report: DeletionReport, of body: BatchDeleteBody, to writer: inout JSONWriter) {
        let failed = report.items.filter { $0.error != nil }
        let shown = body.output == "verbose" ? report.items : failed
        writer.beginObject()
        writer.key("failed")
        writer.number(failed.count)
        writer.key("limit")
        writer.number(report.limit)
        writer.key("matches")
        writer.number(report.matches)
        writer.key("objects")
        if shown.isEmpty {
            writer.null()
        } else {
            writer.beginArray()
            for item in shown {
                writer.beginObject()
                if let error = item.error {
                    writer.key("errors")
                    writer.beginObject()
                    Refusal.writeErrors(error.wordingInBatch, to: &writer)
                    writer.endObject()
                }
                writer.member("id", .string(item.id.description))
                writer.member(
                    "status", .string(item.error != nil ? "FAILED" : body.isDryRun ? "DRYRUN" : "SUCCESS"))
                writer.endObject()
            }
            writer.endArray()
        }
        writer.key("successful")
        writer.number(body.isDryRun ? 0 : report.items.count - failed.count)
        writer.endObject()
    }
}

/// What a batch delete asks for.
private struct BatchDeleteBody {
    var hasMatch = false
    var collection = ""
    var filter: WhereClause?
    var output = "minimal"
    var isDryRun = false
    /// Milliseconds since 1970.
    var deletionTime: Int64?

    init(reading request: HTTPRequest) throws(Refusal) {
        var reader = try BodyReader(request)
        var read = Self()
        try reader.members(ofType: "models.BatchDelete") { (reader, name) throws(Refusal) in
            switch name {
            case "match": try read.readMatch(&reader)
            case "output":
                let output = try reader.text("BatchDelete.output") ?? ""
                if !output.isEmpty { read.output = output }
            case "dryRun": read.isDryRun = try reader.boolean("BatchDelete.dryRun") ?? false
            case "deletionTimeUnixMilli": read.deletionTime = try reader.int("BatchDelete.deletionTimeUnixMilli")
            default: try reader.skip()
            }
        }
        self = read
    }

    private init() {}

    private mutating func readMatch(_ reader: inout BodyReader) throws(Refusal) {
        guard try !reader.skipNull() else { return }
        hasMatch = true
        var (collection, filter) = (collection, filter)
        try reader.members(ofType: "models.BatchDeleteMatch") { (reader, name) throws(Refusal) in
            switch name {
            case "class": collection = try reader.text("BatchDeleteMatch.class") ?? ""
            case "where": filter = try reader.skipNull() ? nil : try WhereClause(&reader, place: "match.where")
            default: try reader.skip()
            }
        }
        self.collection = collection
        self.filter = filter
    }
}

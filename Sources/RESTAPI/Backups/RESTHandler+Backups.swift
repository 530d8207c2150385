// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import Foundation
import HTTPServer
import JSON

/// `/v1/backups`.
extension RESTHandler {
    func startBackup(_ call: Call) throws(Refusal) -> HTTPResponse {
        let backend = try checkBackend(call)
        let wanted = try BackupBody.reading(call.request, id: nil)
        let record = try backingUp { () throws(DatabaseError) in try database.startBackup(wanted) }
        return answer(record, backend: backend, lists: true)
    }

    func backupStatus(_ call: Call) throws(Refusal) -> HTTPResponse {
        let backend = try checkBackend(call)
        let record = try backingUp { () throws(DatabaseError) in try database.backup(backupID(call)) }
        return answer(record, backend: backend, showsTimes: true)
    }

    func listBackups(_ call: Call) throws(Refusal) -> HTTPResponse {
        _ = try checkBackend(call)
        let order = call.queryValue("order") ?? "desc"
        guard order == "asc" || order == "desc" else { throw .notOneOf("order", in: "query", ["asc", "desc"]) }
        let records = try backingUp { () throws(DatabaseError) in try database.backups() }
        let sorted = records.sorted { left, right in
            let first = order == "asc" ? left : right
            let second = order == "asc" ? right : left
            return first.startTime != second.startTime ? first.startTime < second.startTime : first.id < second.id
        }
        var writer = JSONWriter()
        writer.beginArray()
        for record in sorted {
            writer.beginObject()
            writeCollections(of: record, to: &writer)
            writer.member("completedAt", .string(Self.time(record.endTime)))
            writer.member("id", .string(record.id))
            writer.key("size")
            writer.number(Self.gibibytes(record.sizeInBytes))
            writer.member("startedAt", .string(Self.time(record.startTime)))
            writer.member("status", .string(record.phase.wireName))
            writer.endObject()
        }
        writer.endArray()
        return .json(writer.bytes)
    }

    func cancelBackup(_ call: Call) throws(Refusal) -> HTTPResponse {
        _ = try checkBackend(call)
        try backingUp { () throws(DatabaseError) in try database.cancelBackup(backupID(call)) }
        return HTTPResponse(status: 204)
    }

    func startRestore(_ call: Call) throws(Refusal) -> HTTPResponse {
        let backend = try checkBackend(call)
        let wanted = try BackupBody.reading(call.request, id: backupID(call))
        let record = try backingUp { () throws(DatabaseError) in try database.startRestore(wanted) }
        return answer(record, backend: backend, lists: true)
    }

    func restoreStatus(_ call: Call) throws(Refusal) -> HTTPResponse {
        let backend = try checkBackend(call)
        let record = try backingUp { () throws(DatabaseError) in try database.restore(backupID(call)) }
        return answer(record, backend: backend, showsTimes: true)
    }

    func cancelRestore(_ call: Call) throws(Refusal) -> HTTPResponse {
        _ = try checkBackend(call)
        try backingUp { () throws(DatabaseError) in try database.cancelRestore(backupID(call)) }
        return HTTPResponse(status: 204)
    }

    // MARK: - Parts

    private func backupID(_ call: Call) -> String { call.parameters["id"] ?? "" }

    /// - Throws: the refusal of a backend that is not there.
    private func checkBackend(_ call: Call) throws(Refusal) -> String {
        let backend = call.parameters["backend"] ?? ""
        guard backend == "filesystem", database.settings.backupFolder != nil else {
            throw .handler(
                422,
                "no backup backend \"\(backend.prefix(100))\": backup: backend not found, did you enable the right module?"
            )
        }
        return backend
    }

    private func backingUp<Result>(_ body: () throws(DatabaseError) -> Result) throws(Refusal) -> Result {
        do throws(DatabaseError) { return try body() } catch {
            throw ErrorMapping.refusal(error, in: .backup)
        }
    }

    private func answer(
        _ record: BackupRecord, backend: String, lists: Bool = false, showsTimes: Bool = false
    ) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("backend", .string(backend))
        if lists { writeCollections(of: record, to: &writer) }
        if showsTimes { writer.member("completedAt", .string(Self.time(record.endTime))) }
        if let problem = record.problem { writer.member("error", .string(problem)) }
        writer.member("id", .string(record.id))
        writer.member("path", .string(record.path))
        if showsTimes {
            writer.key("size")
            writer.number(Self.gibibytes(record.sizeInBytes))
            writer.member("startedAt", .string(Self.time(record.startTime)))
        }
        writer.member("status", .string(record.phase.wireName))
        writer.endObject()
        return .json(writer.bytes)
    }

    private func writeCollections(of record: BackupRecord, to writer: inout JSONWriter) {
        writer.member("classes", .array(record.collections.map { .string($0) }))
    }

    private static func gibibytes(_ byteCount: Int) -> Double { Double(byteCount) / Double(1 << 30) }

    /// A time as Go writes it, to the millisecond; its zero for none.
    private static func time(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "0001-01-01T00:00:00.000Z" }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(style)
    }
}

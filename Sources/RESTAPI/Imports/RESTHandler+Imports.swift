// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Importing
import JSON
import Jobs

/// `/v1/imports`.
extension RESTHandler {
    func startImport(_ call: Call) throws(Refusal) -> HTTPResponse {
        let service = try importService()
        let request = try ImportBody.reading(call.request)
        do throws(ImportRefusal) {
            let job = try service.start(request)
            var response = answer(job, status: 202)
            response.headers.append(("Location", "\(context.origin)/v1/imports/\(job.id)"))
            return response
        } catch {
            throw .handler(Self.status(of: error), error.message)
        }
    }

    func listImports(_ call: Call) throws(Refusal) -> HTTPResponse {
        let service = try importService()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("imports")
        writer.beginArray()
        for job in service.all { write(job, details: false, to: &writer) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes)
    }

    func importStatus(_ call: Call) throws(Refusal) -> HTTPResponse { answer(try job(call), status: 200) }

    func cancelImport(_ call: Call) throws(Refusal) -> HTTPResponse {
        try job(call).cancel()
        return HTTPResponse(status: 204)
    }

    // MARK: - Parts

    private func importService() throws(Refusal) -> ImportService {
        guard let service = context.imports else {
            throw .handler(Self.status(of: .off), ImportRefusal.off.message)
        }
        return service
    }

    private func job(_ call: Call) throws(Refusal) -> ImportService.ImportJob {
        let id = call.parameters["id"] ?? ""
        guard let job = try importService().job(id) else {
            throw .handler(404, "there is no import '\(id.prefix(100))'; those that ended long ago are forgotten")
        }
        return job
    }

    private static func status(of refusal: ImportRefusal) -> Int {
        switch refusal {
        case .off: 422
        case .outside: 403
        case .tooMany: 429
        }
    }

    private func answer(_ job: ImportService.ImportJob, status: Int) -> HTTPResponse {
        var writer = JSONWriter()
        write(job, details: true, to: &writer)
        return .json(writer.bytes, status: status)
    }

    private func write(_ job: ImportService.ImportJob, details: Bool, to writer: inout JSONWriter) {
        let status = job.status
        let report = status.report
        let reading = report.progress.reading
        writer.beginObject()
        writer.member("id", .string(job.id))
        writer.member("href", .string("\(context.origin)/v1/imports/\(job.id)"))
        writer.member("state", .string(status.state.wireName))
        writer.member("class", .string(report.request.options.collection))
        writer.member("sources", .array(report.request.sources.map { .string($0) }))
        writer.member("dryRun", .boolean(report.request.options.isDryRun))
        let counts = reading.counts
        writer.member("total", counts.total.map { .number(JSONNumber($0)) } ?? .null)
        let numbers = [
            ("done", counts.done), ("stored", counts.stored), ("skipped", counts.skipped), ("failed", counts.failed),
            ("ignored", counts.ignored),
        ]
        for (name, number) in numbers { writer.member(name, .number(JSONNumber(number))) }
        writer.key("share")
        writer.number(counts.share)
        writer.key("rate")
        writer.number(reading.rate)
        writer.key("secondsLeft")
        if let seconds = reading.secondsLeft { writer.number(seconds) } else { writer.null() }
        writer.key("seconds")
        writer.number(status.elapsed / .seconds(1))
        if case .failed(let reason) = status.state { writer.member("error", .string(reason)) }
        if details { writeDetails(report, to: &writer) }
        writer.endObject()
    }

    private func writeDetails(_ report: ImportJobReport, to writer: inout JSONWriter) {
        if let definition = report.newClass { writer.member("definition", definition.json) }
        writer.member("notes", .array(report.notes.map { .string($0) }))
        writer.key("failures")
        writer.beginArray()
        for failure in report.failures {
            writer.value(.object(["path": .string(failure.place), "reason": .string(failure.reason)]))
        }
        writer.endArray()
    }
}

extension Job.State {
    /// As backups have it.
    fileprivate var wireName: String {
        switch self {
        case .running: "STARTED"
        case .succeeded: "SUCCESS"
        case .failed: "FAILED"
        case .cancelled: "CANCELED"
        }
    }
}

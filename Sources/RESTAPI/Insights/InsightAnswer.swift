// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import JSON
import Jobs

/// What measurements and maps are answered with.
extension RESTHandler {
    /// How far the work is, and what there is of its result: status 202 while it goes on, 200 when it has ended.
    ///
    /// - Parameter result: writes members of the answer.
    /// - Throws: 422 if the work failed; what `result` throws.
    static func answer<Report>(
        _ job: Job<Report>, _ status: Job<Report>.Status, done: Int, total: Int, collection: String,
        _ result: (inout JSONWriter) throws(Refusal) -> Void
    ) throws(Refusal) -> HTTPResponse {
        if case .failed(let text) = status.state { throw .handler(422, "\(text) (refresh=true tries it again)") }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", .string(job.id))
        writer.member("state", .string(name(of: status.state)))
        writer.number("done", done)
        writer.number("total", total)
        writer.key("progress")
        writer.number(status.state == .succeeded ? 1 : total > 0 ? Double(done) / Double(total) : 0)
        writer.number("elapsedMs", Int(status.elapsed / .milliseconds(1)))
        writer.member("class", .string(collection))
        try result(&writer)
        writer.endObject()
        return .json(writer.bytes, status: status.state == .running ? 202 : 200)
    }

    private static func name<Report>(of state: Job<Report>.State) -> String {
        switch state {
        case .running: "running"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}

extension Refusal {
    /// Of a cancellation.
    static let noMeasurement = handler(
        404, "no such measurement is under way; it is found by the same parameters as it was begun with")
}

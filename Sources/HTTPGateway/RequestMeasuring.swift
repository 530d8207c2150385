// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Observability

/// Notes of every request how long its answer took and with which status it ended, by endpoint.
///
/// A streamed answer ends with its stream. What the transport refuses by itself never comes here.
package struct RequestMeasuring: HTTPHandler {
    private let inner: any HTTPHandler
    private let apis: any GuardedHandler
    private let log: RequestLog

    /// Everything without an endpoint of its own.
    static let otherPath = "other"
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// - Parameters:
    ///   - inner: answers.
    ///   - apis: knows the patterns of paths.
    package init(inner: any HTTPHandler, apis: any GuardedHandler, log: RequestLog) {
        self.inner = inner
        self.apis = apis
        self.log = log
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let pending = log.begin()
        let note = Note(request, pattern: apis.pathPattern(for: request))
        let response = await inner.respond(to: request)
        guard let stream = response.stream, request.method != "HEAD" else {
            note.end(pending, status: response.status, in: log)
            return response
        }
        var measured = response
        measured.stream = ResponseStream { [log] body in
            defer { note.end(pending, status: response.status, in: log) }
            try await stream.produce(body)
        }
        return measured
    }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        let pending = log.begin()
        guard let response = inner.immediateResponse(to: request) else {
            log.cancel(pending)
            return nil
        }
        Note(request, pattern: apis.pathPattern(for: request)).end(pending, status: response.status, in: log)
        return response
    }

    /// What is kept of a request until its end.
    private struct Note: Sendable {
        let endpoint: RequestLog.Endpoint
        let segments: [String]

        init(_ request: HTTPRequest, pattern: String?) {
            endpoint = RequestLog.Endpoint(
                method: RequestMeasuring.methods.contains(request.method) ? request.method : RequestMeasuring.otherPath,
                path: pattern ?? RequestMeasuring.otherPath)
            segments = request.pathSegments
        }

        func end(_ pending: RequestLog.Pending, status: Int, in log: RequestLog) {
            log.end(pending, of: endpoint, status: status) { place }
        }

        /// The pattern with the name of the class: what else a client sent is its own.
        private var place: String {
            let parts = endpoint.path.split(separator: "/")
            guard parts.count == segments.count else { return endpoint.path }
            return zip(parts, segments).reduce("") { path, part in
                path + "/" + (part.0 == "{class}" ? String(part.1.prefix(100)) : String(part.0))
            }
        }
    }
}

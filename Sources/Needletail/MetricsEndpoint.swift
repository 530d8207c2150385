// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer
import Observability
import ProcessMemory
import Synchronization

/// Answers `GET /metrics` on the port for Prometheus. Every figure is read when it is asked for.
final class MetricsEndpoint: HTTPHandler {
    /// `nil` while the database opens: then there are only the build and the requests to tell of.
    private let database = Mutex<Database?>(nil)
    private let requests: RequestLog
    private let memory: MemoryGate

    init(requests: RequestLog, memory: MemoryGate) {
        self.requests = requests
        self.memory = memory
    }

    func open(_ database: Database) { self.database.withLock { $0 = database } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.pathSegments == ["metrics"] else {
            return Self.refusal(status: 404, "there is only /metrics on this port")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Self.refusal(status: 405, "/metrics is read with GET")
            response.headers.append(("Allow", "GET, HEAD"))
            return response
        }
        do throws(DatabaseError) {
            return HTTPResponse(
                status: 200, headers: [("Content-Type", Metrics.contentType)],
                body: Array(try exposition().utf8))
        } catch {
            return Self.refusal(status: 503, error.message)
        }
    }

    /// The text that Prometheus reads.
    func exposition() throws(DatabaseError) -> String {
        let metrics = Metrics()
        metrics.gauge(
            "weaviate_build_info", help: "1, labeled with the version of Weaviate that is answered as.",
            labels: ["version"])[[Program.weaviateVersion]].set(1)
        metrics.gauge(
            "needletail_build_info", help: "1, labeled with the version of Needletail.", labels: ["version"]
        )[[Program.version]].set(1)
        if let figures = memory.figures { report(figures, to: metrics) }
        try database.withLock { $0 }?.report(to: metrics)
        return metrics.exposition + requests.exposition
    }

    private func report(_ figures: MemoryGate.Figures, to metrics: Metrics) {
        metrics.gauge(
            "needletail_memory_limit_bytes", help: "What the process may hold, mapped files not counted.", labels: []
        )[[]].set(Double(figures.limitInBytes))
        metrics.gauge("needletail_memory_held_bytes", help: "What it holds.", labels: [])[[]].set(
            Double(figures.heldBytes))
        metrics.counter(
            "needletail_memory_refused_writes_total", help: "Writes that were refused because memory was full.",
            labels: [])[[]].add(figures.refusedCount)
    }

    private static func refusal(status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array("\(text)\n".utf8))
    }
}

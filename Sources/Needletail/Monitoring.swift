// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Execution
import HTTPServer
import Observability
import ProcessMemory

/// The port for Prometheus, if the settings ask for it: open from before the database opens until it closes.
struct Monitoring {
    let endpoint: MetricsEndpoint
    /// `nil` without monitoring.
    private let listener: HTTPListener?
    private let logger: Logger

    init(settings: Settings, requests: RequestLog, memory: MemoryGate, logger: Logger) {
        self.logger = logger
        endpoint = MetricsEndpoint(requests: requests, memory: memory)
        guard settings.monitoringEnabled, let port = UInt16(exactly: settings.monitoringPort) else {
            listener = nil
            return
        }
        var configuration = HTTPListener.Configuration(host: settings.host, port: port)
        configuration.threadCount = 1
        configuration.connectionLimit = 64
        configuration.bodyLimitInBytes = 1_024
        configuration.responseTimeout = settings.requestTimeout
        configuration.idleTimeout = settings.idleTimeout
        listener = HTTPListener(
            configuration: configuration, handler: endpoint,
            // A thread of its own: an operator wants to see what keeps all the others busy.
            pool: ComputePool(threadCount: 1, name: "monitoring"), memory: MemoryBudget(limitInBytes: 1 << 20),
            logger: logger)
    }

    /// - Throws: `MonitoringError`, which names the setting.
    func start() throws {
        guard let listener else { return }
        do throws(HTTPServerError) { try listener.start() } catch { throw MonitoringError(reason: error) }
        logger.info("metrics are served", ["path": "/metrics", "port": .integer(listener.port ?? 0)])
    }

    /// Has the figures of `database` shown from now on.
    func open(_ database: Database) { endpoint.open(database) }

    /// Closes the port, after the answer that is under way. Does nothing if it was never opened.
    func stop() async { await listener?.stop(drainingFor: .seconds(1)) }
}

/// Why the port for Prometheus can't be opened.
struct MonitoringError: Error {
    let reason: HTTPServerError

    /// For whoever started the server.
    var message: String { "PROMETHEUS_MONITORING_PORT: \(reason.message)" }
}

// SPDX-License-Identifier: Apache-2.0

import Configuration
import Execution
import HTTPGateway
import HTTPServer
import InferenceAPI
import Observability

/// The port on which another Weaviate finds the network, if the settings ask for it.
struct InferenceEndpoint {
    /// `nil` if there is none.
    private let listener: HTTPListener?
    private let logger: Logger

    /// - Parameter network: what is loaded.
    init(
        settings: Settings, network: VectorizerLoading.Announced, pool: ComputePool, memory: MemoryBudget,
        logger: Logger
    ) {
        self.logger = logger
        guard settings.inferencePort != 0, let port = UInt16(exactly: settings.inferencePort) else {
            listener = nil
            return
        }
        let host = settings.inferenceHost.isEmpty ? settings.host : settings.inferenceHost
        var configuration = HTTPListener.Configuration(host: host, port: port)
        configuration.connectionLimit = settings.maximumConnections
        configuration.bodyLimitInBytes = settings.maximumRequestBytes
        configuration.bodyTimeout = settings.requestTimeout
        configuration.responseTimeout = settings.requestTimeout
        configuration.idleTimeout = settings.idleTimeout
        listener = HTTPListener(
            configuration: configuration, handler: MemoryTrimming(inner: InferenceHandler { network.network }),
            pool: pool, memory: memory, logger: logger)
    }

    /// - Throws: `InferenceEndpointError`, which names the setting.
    func start() throws {
        guard let listener else { return }
        do throws(HTTPServerError) { try listener.start() } catch { throw InferenceEndpointError(reason: error) }
        logger.info("inference is served", ["path": "/vectors", "port": .integer(listener.port ?? 0)])
    }

    /// Closes the port, after the requests that are under way. Does nothing if it was never opened.
    ///
    /// - Returns: whether all of them have ended.
    func stop(drainingFor time: Duration) async -> Bool { await listener?.stop(drainingFor: time) ?? true }
}

/// Why the port for inference can't be opened.
struct InferenceEndpointError: Error {
    let reason: HTTPServerError

    /// For whoever started the server.
    var message: String { "NEEDLETAIL_INFERENCE_PORT: \(reason.message)" }
}

// SPDX-License-Identifier: Apache-2.0

import Configuration
import Execution
import GRPCServer
import Observability

/// The port of gRPC: open from before the database opens, when it takes no calls but those for health, until the drain ends.
struct GRPCEndpoint {
    private let front = GRPCFrontDoor()
    private let listener: GRPCListener

    /// - Parameter memory: what requests of all ports may take together.
    init(settings: Settings, pool: ComputePool, memory: MemoryBudget, logger: Logger) throws(GRPCServerError) {
        guard let port = UInt16(exactly: settings.grpcPort) else {
            throw .cannotListen(
                host: settings.host, port: settings.grpcPort, reason: "ports are numbers from 0 to 65535")
        }
        var configuration = GRPCListener.Configuration(host: settings.host, port: port)
        configuration.connectionLimit = settings.maximumConnections
        configuration.messageLimitInBytes = settings.grpcMaximumMessageBytes
        configuration.receiveTimeout = settings.requestTimeout
        configuration.responseTimeout = settings.requestTimeout
        configuration.idleTimeout = settings.idleTimeout
        listener = GRPCListener(
            configuration: configuration, handler: front, pool: pool, memory: memory, logger: logger)
    }

    /// The port it listens on; `nil` unless it runs.
    var port: Int? { listener.port }

    func start() throws(GRPCServerError) { try listener.start() }

    /// Lets calls through to the API.
    func open(_ handler: any GRPCHandler) { front.open(handler) }

    /// Has the health service tell that the end is near.
    func close() { front.close() }

    /// - Returns: whether every handler has ended.
    func stop(drainingFor patience: Duration) async -> Bool { await listener.stop(drainingFor: patience) }
}

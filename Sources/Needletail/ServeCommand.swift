// SPDX-License-Identifier: Apache-2.0

import Configuration
import DatabaseCore
import Execution
import Foundation
import GraphQLAPI
import HTTPServer
import ImageVectorizer
import JSON
import Observability
import RESTAPI

/// `needletail serve`: opens everything, answers requests until a signal comes, and closes cleanly.
///
///     listening (live, not ready) ──> ready ──signal──> draining ──> closed
struct ServeCommand {
    let settings: Settings
    /// What the settings had to say that stops nothing.
    let warnings: [String]

    func run() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let signals = StopSignals()
        let logger = DatabaseOpening(settings: settings).logger
        for warning in warnings { logger.warning("setting", ["note": .text(warning)]) }

        let pool = ComputePool(threadCount: settings.effectiveComputeThreads)
        let front = FrontDoor()
        let listener = HTTPListener(
            configuration: try listenerConfiguration(), handler: front, pool: pool, logger: logger)
        try listener.start()
        let monitoring = Monitoring(settings: settings, pool: pool, logger: logger)
        let opened: (database: Database, network: VectorizerLoading.Loaded)
        do {
            try monitoring.start()
            opened = try await pool.run { [self] in try open(pool) }
        } catch {
            await monitoring.stop()
            await listener.stop(drainingFor: .zero)
            throw error
        }
        front.open(handler(opened.database, opened.network, port: listener.port ?? settings.port, front))
        monitoring.open(opened.database)
        let purging = Task(executorPreference: pool) { try? await opened.database.purgeDropped() }

        let seconds = (clock.now - start).inSeconds
        Console.tell(startLine(opened.database, opened.network, port: listener.port ?? settings.port, seconds: seconds))
        let signal = await signals.first()
        logger.info("stopping", ["signal": .text(signal)])
        front.close()
        purging.cancel()
        await listener.stop(drainingFor: settings.drainTimeout)
        await monitoring.stop()
        await opened.database.close()
        logger.info("stopped; everything is saved")
        logger.flush()
    }

    /// Opens the database and loads the network, at the same time.
    private func open(_ pool: ComputePool) throws -> (database: Database, network: VectorizerLoading.Loaded) {
        // The identity of the network decides whether collections may be searched: it is there before the first request.
        let network = VectorizerLoading(settings: settings, pool: pool).load()
        return (try DatabaseOpening(settings: settings).open(vectorizer: network.vectorizer), network)
    }

    private func listenerConfiguration() throws -> HTTPListener.Configuration {
        guard let port = UInt16(exactly: settings.port) else {
            throw HTTPServerError.cannotListen(
                host: settings.host, port: settings.port, reason: "ports are numbers from 0 to 65535")
        }
        var configuration = HTTPListener.Configuration(host: settings.host, port: port)
        configuration.connectionLimit = settings.maximumConnections
        configuration.bodyLimitInBytes = settings.maximumRequestBytes
        configuration.totalBodyLimitInBytes = settings.maximumBufferedBytes
        configuration.bodyTimeout = settings.requestTimeout
        configuration.responseTimeout = settings.requestTimeout
        configuration.idleTimeout = settings.idleTimeout
        return configuration
    }

    private func handler(
        _ database: Database, _ network: VectorizerLoading.Loaded, port: Int, _ front: FrontDoor
    ) -> any HTTPHandler {
        var context = RESTContext(
            hostname: "http://[::]:\(port)", nodeName: nodeName, modules: modules(network), isReady: { front.isOpen },
            clock: DatabaseOpening.millisecondsSince1970)
        context.grpcMaxMessageSize = settings.grpcMaximumMessageBytes
        context.origin = settings.origin
        context.allowedOrigins = settings.allowedOrigins
        context.allowedMethods = settings.allowedMethods
        context.allowedHeaders = settings.allowedHeaders
        let graphql = GraphQLHandler(database: database, width: settings.effectiveComputeThreads)
        let rest = RESTHandler(database: database, graphql: graphql, context: context)
        let keys = settings.apiKeysEnabled ? settings.apiKeys : []
        let guarded = KeyCheck(inner: rest, keys: keys, allowsAnonymous: settings.allowsAnonymousAccess)
        return MemoryTrimming(inner: guarded)
    }

    private var nodeName: String { settings.nodeName.isEmpty ? ProcessInfo.processInfo.hostName : settings.nodeName }

    /// What `/v1/meta` tells of the modules.
    private func modules(_ network: VectorizerLoading.Loaded) -> JSONObject {
        guard settings.enabledModules.contains("img2vec-neural") else { return JSONObject() }
        guard let identity = network.vectorizer.network else {
            return JSONObject([("img2vec-neural", .object(JSONObject([("network", .null)])))])
        }
        let description = JSONObject([
            ("network", .string(identity.name)), ("sha256", .string(identity.sha256)),
            ("dimensions", .number(JSONNumber(identity.dimensions))),
            ("precision", .string(network.precision?.rawValue ?? "")),
        ])
        return JSONObject([("img2vec-neural", .object(description))])
    }

    private func startLine(
        _ database: Database, _ network: VectorizerLoading.Loaded, port: Int, seconds: Double
    ) -> String {
        let objects = database.shards().reduce(0) { $0 + $1.objectCount }
        let address =
            "\(settings.scheme.rawValue)://\(settings.host.contains(":") ? "[\(settings.host)]" : settings.host):\(port)"
        return
            "needletail \(Needletail.version) is ready at \(address) | data: \(settings.dataPath) | network: \(network.summary) | "
            + "\(objects) objects | \(String(format: "%.2f", seconds)) s"
    }
}

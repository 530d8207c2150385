// SPDX-License-Identifier: Apache-2.0

import Authentication
import CollectionInsights
import Configuration
import DatabaseCore
import Execution
import Fetching
import Foundation
import GRPCAPI
import GRPCServer
import GRPCWeb
import GraphQLAPI
import HTTPGateway
import HTTPServer
import ImageVectorizer
import JSON
import Observability
import RESTAPI
import ServerInspection
import WebConsole

/// `needletail serve`: opens everything, answers requests until a signal comes, and closes cleanly.
///
///     listening (live, not ready) ──> ready ──signal──> draining ──> closed
///
/// It is ready when the database is: the network is loaded after that, and requests with pictures wait for it.
///
/// It ends in bounded time: requests may take `NEEDLETAIL_DRAIN_TIMEOUT`, then they are cancelled; one that does not look for
/// that is left to the end of the process, when everything is saved.
struct ServeCommand {
    let settings: Settings
    /// What the settings had to say that stops nothing.
    let warnings: [String]

    func run() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let startDate = Date()
        let signals = StopSignals()
        let logger = DatabaseOpening(settings: settings).logger
        for warning in warnings { logger.warning("setting", ["note": .text(warning)]) }

        let pool = ComputePool(threadCount: settings.effectiveComputeThreads)
        let front = FrontDoor(opening: RESTHealth(isReady: { false }, crossOrigin: crossOrigin))
        let limit = MemoryLimit(settings: settings, logger: logger)
        let memory = limit.requests
        let limited = limit.applied(to: settings)
        let listener = HTTPListener(
            configuration: try listenerConfiguration(), handler: front, pool: pool, memory: memory, logger: logger)
        let fetcher = try PictureFetcher.allowed(by: settings)
        let console = try ConsoleHandler.serving(settings)
        let grpc = try GRPCEndpoint(settings: settings, pool: pool, memory: memory, logger: logger)
        try listener.start()
        let requests = RequestLog()
        let monitoring = Monitoring(settings: settings, requests: requests, memory: limit.gate, logger: logger)
        let network = VectorizerLoading(settings: limited, pool: pool).announce()
        let inference = InferenceEndpoint(
            settings: settings, network: network, pool: pool, memory: memory, logger: logger)
        let database: Database
        do {
            try grpc.start()
            try monitoring.start()
            try inference.start()
            database = try await pool.run {
                try DatabaseOpening(settings: limited, memory: limit.gate).open(vectorizer: network.vectorizer)
            }
        } catch {
            _ = await inference.stop(drainingFor: .zero)
            await monitoring.stop()
            _ = await grpc.stop(drainingFor: .zero)
            await listener.stop(drainingFor: .zero)
            throw error
        }
        // Whoever finds the server ready finds in its log what was wrong with the data.
        logger.flush()
        let service = WeaviateService(database: database, authenticator: authenticator, nodeName: nodeName)
        let background = ComputePool(threadCount: Self.insightsThreads, name: "insights", yields: true)
        let insights = Insights(
            database: database, recall: database, pool: background,
            files: MapFiles(folder: "\(settings.dataPath)/maps"))
        let services = Services(
            thumbnails: Thumbnails(settings: limited, logger: logger),
            imports: Imports(settings: settings, database: database, fetcher: fetcher), insights: insights,
            fetcher: fetcher,
            inspector: Inspection(
                settings: settings, start: start, startDate: startDate, requests: requests, listener: listener,
                memory: limit, metrics: monitoring.endpoint
            ).inspector(database, network, background: background))
        let port = listener.port ?? settings.port
        let apis = apis(database, service, network, services, port: port, front)
        front.open(guarded(console.map { ConsoleEntrance(inner: apis, console: $0) } ?? apis, requests))
        grpc.open(GRPCMeasuring(inner: GRPCMemoryTrimming(inner: service), log: requests))
        monitoring.open(database)
        let seconds = (clock.now - start).inSeconds
        let ports = (http: listener.port ?? settings.port, grpc: grpc.port ?? settings.grpcPort)
        Console.tell(startLine(database, network, ports: ports, seconds: seconds))
        log(network.problem, logger)
        network.start { [self] loaded in
            Console.tell("network: \(loaded.summary) | \((clock.now - start).inSeconds.toHundredths) s")
            log(loaded.problem, logger)
        }
        let purging = Task(executorPreference: pool) { try? await database.purgeDropped() }
        let expiration = Task(executorPreference: pool) {
            await database.deleteExpiredObjects(every: settings.expirationInterval)
        }
        let signal = await signals.first()
        logger.info("stopping", ["signal": .text(signal)])
        front.close()
        grpc.close()
        purging.cancel()
        expiration.cancel()
        await services.stopJobs()
        async let haveCallsEnded = grpc.stop(drainingFor: settings.drainTimeout)
        async let hasInferenceEnded = inference.stop(drainingFor: settings.drainTimeout)
        let haveRequestsEnded = await listener.stop(drainingFor: settings.drainTimeout)
        let haveHandlersEnded = await (haveCallsEnded, hasInferenceEnded) == (true, true) && haveRequestsEnded
        await monitoring.stop()
        services.thumbnails.stop()
        let haveReadsEnded = await database.close(waitingForReads: .seconds(5))
        limit.stop()
        // The process cannot end well while a thread is in the engine.
        await network.waitUntilLoaded()
        guard haveHandlersEnded, haveReadsEnded else {
            logger.warning("stopped; everything is saved, and requests that did not end are cut off")
            logger.flush()
            // Their threads would meet what `exit` tears down.
            _exit(0)
        }
        logger.info("stopped; everything is saved")
        logger.flush()
    }

    /// Puts into the log why there is no network, for those who read it elsewhere than at the terminal.
    private func log(_ problem: String?, _ logger: Logger) {
        if let problem { logger.warning("there is no network for pictures", ["reason": .text(problem)]) }
    }

    private func listenerConfiguration() throws -> HTTPListener.Configuration {
        guard let port = UInt16(exactly: settings.port) else {
            throw HTTPServerError.cannotListen(
                host: settings.host, port: settings.port, reason: "ports are numbers from 0 to 65535")
        }
        var configuration = HTTPListener.Configuration(host: settings.host, port: port)
        configuration.connectionLimit = settings.maximumConnections
        configuration.bodyLimitInBytes = settings.maximumRequestBytes
        configuration.bodyTimeout = settings.requestTimeout
        configuration.responseTimeout = settings.requestTimeout
        configuration.idleTimeout = settings.idleTimeout
        return configuration
    }

    /// The APIs behind the checks that every request passes; all of them are measured.
    private func guarded(_ apis: any GuardedHandler, _ requests: RequestLog) -> any HTTPHandler {
        let pages = ForeignPageCheck(inner: apis, authenticator: authenticator, crossOrigin: crossOrigin)
        let checked = MemoryTrimming(inner: KeyCheck(inner: pages, authenticator: authenticator))
        return RequestMeasuring(inner: checked, apis: apis, log: requests)
    }

    private func apis(
        _ database: Database, _ service: WeaviateService, _ network: VectorizerLoading.Announced,
        _ services: Services, port: Int, _ front: FrontDoor
    ) -> any GuardedHandler {
        var context = RESTContext(
            hostname: "http://[::]:\(port)", nodeName: nodeName, modules: { [self] in modules(network.network) },
            isReady: { front.isOpen }, clock: DatabaseOpening.millisecondsSince1970)
        context.grpcMaxMessageSize = settings.grpcMaximumMessageBytes
        context.origin = settings.origin
        context.crossOrigin = crossOrigin
        context.fetcher = services.fetcher
        context.thumbnails = services.thumbnails.service
        context.imports = services.imports.service
        context.insights = services.insights
        context.inspector = services.inspector
        let graphql = GraphQLHandler(
            database: database, width: settings.effectiveComputeThreads, origin: settings.origin)
        let rest = RESTHandler(database: database, graphql: graphql, context: context)
        let web = GRPCWebHandler(
            handler: service, prefix: Self.webPrefix, messageLimitInBytes: settings.grpcMaximumMessageBytes,
            crossOrigin: crossOrigin)
        return Mounts([(Self.webPrefix, web)], others: rest)
    }

    /// How many threads measure and draw collections, when no other wants the processor.
    private static let insightsThreads = 2

    /// Where gRPC is spoken over HTTP/1.1.
    private static let webPrefix = ["v1", "grpc-web"]

    private var authenticator: Authenticator {
        let hasKeys = settings.apiKeysEnabled
        return Authenticator(
            keys: hasKeys ? settings.apiKeys : [], users: hasKeys ? settings.apiKeyUsers : [],
            allowsAnonymous: settings.allowsAnonymousAccess)
    }

    private var crossOrigin: CrossOriginHeaders {
        var headers = CrossOriginHeaders()
        headers.allowedOrigins = settings.allowedOrigins
        headers.allowedMethods = settings.allowedMethods
        headers.allowedHeaders = settings.allowedHeaders
        return headers
    }

    private var nodeName: String { settings.nodeName.isEmpty ? ProcessInfo.processInfo.hostName : settings.nodeName }

    /// What `/v1/meta` tells of the modules.
    private func modules(_ network: NeuralVectorizer?) -> JSONObject {
        var modules = JSONObject()
        if settings.enabledModules.contains("backup-filesystem") {
            modules["backup-filesystem"] = .object(
                JSONObject([("backupsPath", .string(settings.effectiveBackupPath))]))
        }
        if settings.enabledModules.contains("img2vec-neural") {
            modules["img2vec-neural"] = .object(description(of: network))
        }
        return modules
    }

    private func description(of network: NeuralVectorizer?) -> JSONObject {
        guard let network, let identity = network.network else { return JSONObject([("network", .null)]) }
        return JSONObject([
            ("network", .string(identity.name)), ("sha256", .string(identity.sha256)),
            ("dimensions", .number(JSONNumber(identity.dimensions))),
            ("precision", .string(network.precisionInUse.rawValue)),
            ("streams", network.streamsInUse.map { .string($0.rawValue) } ?? .null),
        ])
    }

    private func startLine(
        _ database: Database, _ network: VectorizerLoading.Announced, ports: (http: Int, grpc: Int), seconds: Double
    ) -> String {
        let objects = database.shards().reduce(0) { $0 + $1.objectCount }
        let address =
            "\(settings.scheme.rawValue)://\(settings.host.contains(":") ? "[\(settings.host)]" : settings.host):\(ports.http)"
        let console = settings.consoleEnabled ? " | console: \(address)/console" : ""
        return
            "needletail \(Program.version) is ready at \(address)\(console) | gRPC: \(ports.grpc) | data: \(settings.dataPath) | network: \(network.summary) | "
            + "\(objects) objects | \(seconds.toHundredths) s"
    }
}

extension Double {
    fileprivate var toHundredths: String { String(format: "%.2f", self) }
}

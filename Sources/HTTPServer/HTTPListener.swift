// SPDX-License-Identifier: Apache-2.0

import CMicroHTTPD
import CSystem
import Execution
import Foundation
import Observability
import Synchronization

/// An HTTP/1.1 server: reads requests whole, has them answered on the pool, writes each response at once.
///
/// libmicrohttpd reads and writes, on a few threads of its own. When a request is complete its connection is suspended,
/// a task on the pool answers it, and the connection is resumed with the response; so a slow handler holds up neither
/// other connections nor those threads.
///
/// Lifecycle: `init` -> `start()` -> `stop(drainingFor:)`; each once.
package final class HTTPListener: Sendable {
    @safe private struct Running {
        // Safety: given to its own functions only, up to `nt_http_stop`, once.
        nonisolated(unsafe) let server: OpaquePointer
        nonisolated(unsafe) let options: UnsafeMutablePointer<NTHTTPOptions>
        let socket: Int32
        let port: Int
    }

    private enum Lifecycle {
        case new
        case running(Running)
        case stopping
        case stopped
    }

    /// How far beyond its limit a body is read and thrown away, so that the client reads the refusal instead of an error
    /// in sending.
    static let patienceInBytes = 64 << 20

    let configuration: Configuration
    private let handler: any HTTPHandler
    private let pool: ComputePool
    let logger: Logger
    let memory: MemoryBudget
    let watch: ConnectionWatch
    private let lifecycle = Mutex(Lifecycle.new)
    let isDraining = Atomic(false)
    let totalRequests = Atomic(0)
    let refusedRequests = Atomic(0)

    /// - Parameters:
    ///   - pool: where the handler runs.
    ///   - memory: what the requests of this server, and of others that share it, may take together.
    package init(
        configuration: Configuration, handler: any HTTPHandler, pool: ComputePool,
        memory: MemoryBudget = MemoryBudget(limitInBytes: 1 << 30), logger: Logger
    ) {
        self.configuration = configuration
        self.memory = memory
        self.handler = handler
        self.pool = pool
        self.logger = logger
        watch = ConnectionWatch(interval: configuration.watchInterval)
    }

    /// The port it listens on; `nil` unless it runs.
    package var port: Int? {
        lifecycle.withLock { if case .running(let running) = $0 { running.port } else { nil } }
    }

    package var statistics: Statistics {
        let connections = watch.counts
        return Statistics(
            openConnections: connections.open, totalConnections: connections.total,
            requestsInFlight: watch.handlersAtWork,
            totalRequests: totalRequests.load(ordering: .relaxed),
            refusedRequests: refusedRequests.load(ordering: .relaxed),
            requestBytesInUse: memory.bytesInUse)
    }

    // MARK: Start

    /// Binds the port and takes requests from now on.
    package func start() throws(HTTPServerError) {
        let listening = try listen()
        let options = unsafe makeOptions(socket: listening.socket)
        // Safety: `options` stays allocated until the server has stopped.
        guard let server = unsafe nt_http_start(options) else {
            unsafe options.deallocate()
            nt_close_socket(listening.socket)
            throw .cannotStart
        }
        let running = unsafe Running(
            server: server, options: options, socket: listening.socket, port: Int(listening.port))
        lifecycle.withLock { lifecycle in
            guard case .new = lifecycle else { preconditionFailure("a server is started once") }
            lifecycle = .running(running)
        }
    }

    private func listen() throws(HTTPServerError) -> nt_listening {
        let host = configuration.host
        // Safety: the name is passed with its NUL and only read during the call.
        let listening = unsafe nt_listen(host, configuration.port, SOMAXCONN)
        if listening.socket >= 0 { return listening }
        // Safety: the texts are constants of the C library.
        let reason = unsafe String(cString: nt_listening_error_text(listening.failed_step, listening.error))
        if listening.failed_step == nt_listening_step_resolve { throw .cannotResolve(host: host, reason: reason) }
        if listening.error == EADDRINUSE { throw .portInUse(host: host, port: Int(configuration.port)) }
        throw .cannotListen(host: host, port: Int(configuration.port), reason: reason)
    }

    /// The callbacks find their way back through an unretained pointer: `stop` ends them before `self` may go.
    private func makeOptions(socket: Int32) -> UnsafeMutablePointer<NTHTTPOptions> {
        let threads = max(1, configuration.threadCount)
        let options = UnsafeMutablePointer<NTHTTPOptions>.allocate(capacity: 1)
        unsafe options.initialize(
            to: NTHTTPOptions(
                listening_socket: socket, thread_count: UInt32(threads),
                connection_limit: UInt32(max(threads, configuration.connectionLimit)),
                connection_memory: configuration.connectionMemoryInBytes,
                idle_timeout: UInt32(max(1, configuration.idleTimeout.components.seconds)),
                context: Unmanaged.passRetained(self).toOpaque(),
                request_began: Self.requestBegan, request_advanced: Self.requestAdvanced,
                request_ended: Self.requestEnded, connection_changed: Self.connectionChanged, work: Self.work,
                log: Self.logged))
        return unsafe options
    }

    // MARK: Work

    /// Has the request answered; the connection is suspended. By this thread if it can be spared, else on the pool.
    func answer(_ exchange: Exchange, _ request: HTTPRequest) {
        watch.began(exchange)
        guard nt_http_can_keep() != 0 else { return startTask(exchange, request) }
        guard let job = pool.keepingFirstJob(of: { startTask(exchange, request) }) else { return }
        unsafe nt_http_keep(Unmanaged.passRetained(job).toOpaque())
    }

    private func startTask(_ exchange: Exchange, _ request: HTTPRequest) {
        let encodings = exchange.values(of: "content-encoding")
        let task = Task(executorPreference: pool) {
            let response = await self.response(to: request, encodings: encodings)
            guard let stream = response.stream, request.method != "HEAD" else {
                exchange.memory.releaseAll()
                self.watch.ended(exchange)
                return exchange.complete(with: response)
            }
            await self.produce(stream, for: exchange, exchange.completeWithStream(response))
            exchange.memory.releaseAll()
            self.watch.ended(exchange)
        }
        exchange.isAnswered(by: task)
    }

    private func produce(_ stream: ResponseStream, for exchange: Exchange, _ pipe: BodyPipe) async {
        do {
            try await stream.produce(pipe.writer)
            pipe.finish()
        } catch {
            if !exchange.isCancelled { logger.warning("an answer was broken off", ["path": .text(exchange.rawPath)]) }
            pipe.abort()
        }
    }

    /// What the handler says without work, if it does.
    func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        guard request.body.isEmpty, request.method == "GET" || request.method == "HEAD" else { return nil }
        return handler.immediateResponse(to: request)
    }

    private func response(to request: consuming HTTPRequest, encodings: [String]) async -> HTTPResponse {
        // It may have waited long for a thread.
        if request.isCancelled() { return TransportRefusal.stopping.response }
        guard !encodings.isEmpty else { return await handler.respond(to: request) }
        var request = request
        do throws(TransportRefusal) {
            let packedByteCount = request.memory.byteCount
            request.body = try ContentDecoding.decoded(
                request.body, encodings: encodings, limit: configuration.bodyLimitInBytes, memory: request.memory)
            // The packed body has gone, unless it was not packed.
            if request.memory.byteCount > packedByteCount { request.memory.shrink(by: packedByteCount) }
        } catch {
            refusedRequests.add(1, ordering: .relaxed)
            return error.response
        }
        return await handler.respond(to: request)
    }

    // MARK: Stop

    /// Answers what is under way and nothing new, closes idle connections, and ends.
    ///
    /// 1. For `patience` at most, requests under way are worked on. New ones get status 503, but for those that take no work
    ///    (`HTTPHandler.immediateResponse`).
    /// 2. Then no connection is accepted any more; handlers that are not done are cancelled, and their clients get status 503.
    /// 3. For `grace` at most the cancelled handlers are waited for, those included whose clients have gone before.
    ///
    /// - Returns: whether every handler has ended. One that does not look for its cancellation runs on, unheard; the HTTP threads, of
    ///   which it may have one, are left to the end of the process then.
    @discardableResult
    package func stop(drainingFor patience: Duration, grace: Duration = .seconds(5)) async -> Bool {
        let running: Running? = lifecycle.withLock { lifecycle in
            guard case .running(let running) = lifecycle else { return nil }
            lifecycle = .stopping
            return running
        }
        guard let running else { return true }
        return await withCheckedContinuation { continuation in
            let thread = Thread { [self] in
                continuation.resume(returning: stop(running, drainingFor: patience, grace: grace))
            }
            thread.start()
        }
    }

    private func stop(_ running: Running, drainingFor patience: Duration, grace: Duration) -> Bool {
        isDraining.store(true, ordering: .sequentiallyConsistent)
        for connection in watch.all { connection.shutDownIfIdle() }
        let hasDrained = watch.waitUntilOnlyLateOnesAreOpen(before: Date(timeIntervalSinceNow: patience.inSeconds))

        // Safety: the server is stopped below and nowhere else.
        unsafe nt_http_accept_no_more(running.server)
        nt_stop_listening(running.socket)
        let late = watch.all
        if !hasDrained {
            logger.warning("requests are cut off by the stop", ["connections": .integer(late.count)])
        }
        for connection in late { connection.abandon(saying: .stopping) }
        for connection in late { connection.shutDownIfIdle() }
        // Their last words.
        _ = watch.waitUntilEmpty(before: Date(timeIntervalSinceNow: 1))
        // libmicrohttpd ends the process when it is stopped with suspended connections. Those that were resumed above
        // are taken up again within microseconds.
        let areTakenUp = watch.waitUntilNoneIsSuspended(before: Date(timeIntervalSinceNow: 5))
        if !areTakenUp {
            logger.error("connections did not resume; the HTTP threads are left to the end of the process")
        }
        // One of the HTTP threads may be at work on a request itself.
        let haveEnded = watch.waitUntilNoneIsAnswered(before: Date(timeIntervalSinceNow: grace.inSeconds))
        guard areTakenUp, haveEnded else {
            lifecycle.withLock { $0 = .stopped }
            return haveEnded
        }
        unsafe nt_http_stop(running.server)
        nt_close_socket(running.socket)
        watch.end()
        // Safety: the callbacks that used them have ended; this balances `passRetained` in `makeOptions`.
        unsafe Unmanaged<HTTPListener>.fromOpaque(running.options.pointee.context).release()
        unsafe running.options.deallocate()
        lifecycle.withLock { $0 = .stopped }
        return true
    }
}

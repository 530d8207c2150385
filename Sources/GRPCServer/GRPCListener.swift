// SPDX-License-Identifier: Apache-2.0

import CGRPC
import CSystem
import Execution
import Foundation
import Observability
import Synchronization

/// A gRPC server: receives unary and bidirectional calls, has them answered on the pool, sends what the handler says.
///
/// gRPC's C core reads and writes, on a thread of its own that waits for events of its completion queue, and on the threads of the
/// pool that send. When a unary call's message is there, a task on the pool answers it; a bidirectional call's task begins with the
/// call. `grpc.health.v1.Health/Check` is answered at once, however busy the pool is.
///
/// Lifecycle: `init` -> `start()` -> `stop(drainingFor:)`; each once.
package final class GRPCListener: Sendable {
    @safe struct Running: Sendable {
        let server: CorePointer
        let gate: ConnectionGate
        let port: Int
    }

    private enum Lifecycle {
        case new
        case running(Running)
        case stopping
        case stopped
    }

    let configuration: Configuration
    let handler: any GRPCHandler
    let pool: ComputePool
    let memory: MemoryBudget
    let logger: Logger
    let calls: CallTable
    private let lifecycle = Mutex(Lifecycle.new)

    /// - Parameters:
    ///   - pool: where the handler runs.
    ///   - memory: what the requests of this server, and of others that share it, may take together.
    package init(
        configuration: Configuration, handler: any GRPCHandler, pool: ComputePool,
        memory: MemoryBudget = MemoryBudget(limitInBytes: 1 << 30), logger: Logger
    ) {
        self.configuration = configuration
        self.handler = handler
        self.pool = pool
        self.memory = memory
        self.logger = logger
        calls = CallTable(callLimit: configuration.callLimit, streamLimit: configuration.streamLimit)
    }

    /// The port it listens on; `nil` unless it runs.
    package var port: Int? {
        lifecycle.withLock { if case .running(let running) = $0 { running.port } else { nil } }
    }

    /// O(open connections).
    package var statistics: Statistics {
        var statistics = Statistics()
        calls.count(into: &statistics)
        let gate: ConnectionGate? = lifecycle.withLock {
            if case .running(let running) = $0 { running.gate } else { nil }
        }
        gate?.count(into: &statistics)
        return statistics
    }

    // MARK: Start

    /// Binds the port and takes calls from now on.
    package func start() throws(GRPCServerError) {
        let listening = try listen()
        CoreLog.goes(to: logger)
        let event = nt_grpc_event_create()
        guard event >= 0, let server = makeServer() else {
            nt_close_socket(listening.socket)
            if event >= 0 { nt_grpc_event_close(event) }
            throw .cannotStart
        }
        for number in 0..<max(1, configuration.threadCount) {
            calls.threadBegan()
            let thread = Thread { [self] in
                nameThisThread("grpc-\(number)")
                handleEvents(of: server, looksAtDeadlines: number == 0)
                calls.threadEnded()
            }
            thread.start()
        }
        askForCalls(of: server)
        let gate = ConnectionGate(
            server: server, listener: listening.socket, event: event, limit: configuration.connectionLimit,
            logger: logger)
        lifecycle.withLock { lifecycle in
            guard case .new = lifecycle else { preconditionFailure("a server is started once") }
            lifecycle = .running(Running(server: server, gate: gate, port: Int(listening.port)))
        }
    }

    private func listen() throws(GRPCServerError) -> nt_listening {
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

    private func makeServer() -> CorePointer? {
        var limits = nt_grpc_limits()
        limits.maximum_receive_bytes = Int32(clamping: configuration.messageLimitInBytes)
        // Longer ones are refused before gRPC sees them, with the words that clients know.
        limits.maximum_send_bytes = -1
        limits.maximum_metadata_bytes = Int32(clamping: configuration.metadataLimitInBytes)
        limits.maximum_streams_per_connection = Int32(clamping: configuration.streamsPerConnection)
        limits.idle_milliseconds = Int32(clamping: configuration.idleTimeout.inMilliseconds)
        limits.keepalive_milliseconds = Int32(clamping: configuration.keepaliveTime.inMilliseconds)
        limits.keepalive_timeout_milliseconds = Int32(clamping: configuration.keepaliveTimeout.inMilliseconds)
        limits.minimum_ping_milliseconds = 1_000
        // Messages that are being received are gRPC's, and count against the budget when they are there. Before that there may be
        // as much again.
        limits.quota_bytes = max(64 << 20, memory.limitInBytes)
        // Safety: the limits are read during the call.
        guard let server = unsafe nt_grpc_server_create(&limits) else { return nil }
        unsafe nt_grpc_server_register(server, HealthService.check)
        unsafe nt_grpc_server_start(server)
        return unsafe CorePointer(address: server)
    }

    // MARK: Stop

    /// Answers what is under way and nothing new, and ends.
    ///
    /// 1. For `patience` at most, calls under way are worked on; bidirectional ones are told (`GRPCStream.Event.stopping`). Clients
    ///    are told to take new calls elsewhere.
    /// 2. Then the calls that are left end with UNAVAILABLE, their handlers are cancelled, and all connections are closed.
    /// 3. For `grace` at most the cancelled handlers are waited for, those included whose clients have gone before.
    ///
    /// - Returns: whether every handler has ended. One that does not look for its cancellation runs on, unheard.
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
                stop(running, drainingFor: patience)
                continuation.resume(returning: calls.waitUntilEmpty(before: .now + grace.inSeconds))
            }
            thread.start()
        }
    }

    private func stop(_ running: Running, drainingFor patience: Duration) {
        // Safety of what follows: the server is there until it is destroyed below, and nowhere else.
        let server = running.server
        running.gate.close()
        calls.takeNoMore()
        unsafe nt_grpc_server_shut_down(server.address)
        for exchange in calls.all { exchange.beginToStop() }
        if !calls.waitUntilEmpty(before: .now + patience.inSeconds) {
            let late = calls.all
            logger.warning("calls are cut off by the stop", ["calls": .integer(late.count)])
            for exchange in late { exchange.abandon(with: GRPCStatus(.unavailable, "the server is stopping")) }
        }
        // Time for the last bytes; clients close the connections of a server that is going.
        if !calls.waitUntilServerIsDown(before: .now + 1) {
            unsafe nt_grpc_server_cancel_all(server.address)
        }
        guard calls.waitUntilServerIsDown(before: .now + 5) else {
            logger.error("connections did not close; the gRPC threads are left to the end of the process")
            lifecycle.withLock { $0 = .stopped }
            return
        }
        unsafe nt_grpc_server_end_queue(server.address)
        guard calls.waitUntilThreadsHaveEnded(before: .now + 5) else {
            logger.error("the gRPC threads did not end; they are left to the end of the process")
            lifecycle.withLock { $0 = .stopped }
            return
        }
        unsafe nt_grpc_server_destroy(server.address)
        lifecycle.withLock { $0 = .stopped }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

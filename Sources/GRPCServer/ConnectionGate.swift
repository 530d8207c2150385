// SPDX-License-Identifier: Apache-2.0

import CGRPC
import CSystem
import Execution
import Foundation
import Observability

/// Takes connections from the listening socket and hands them to gRPC, up to a limit; on a thread of its own.
///
/// gRPC could listen by itself, but version 1.51 knows no limit, and its listener is dead for good after the first time that the
/// process has no descriptor left. What gRPC does not tell is when a connection ends: whether a descriptor is still the socket that it
/// was, the system tells.
///
/// Safety of `@unchecked Sendable`: the stored properties that change are only touched while `condition` is held.
final class ConnectionGate: @unchecked Sendable {
    private struct Connection {
        let socket: Int32
        let identity: UInt64

        var isOpen: Bool { nt_grpc_socket_identity(socket) == identity }
    }

    /// How long it waits when the process has no descriptors or memory left.
    private static let pauseInMilliseconds: Int32 = 100

    private let condition = NSCondition()
    private let listener: Int32
    private let event: Int32
    private let limit: Int
    private let logger: Logger
    private let server: CorePointer
    private var connections: [Connection] = []
    private var total = 0
    private var refused = 0
    private var hasEnded = false

    /// Takes connections from now on.
    ///
    /// - Parameters:
    ///   - server: gRPC's, which must stay until `close` has returned.
    ///   - listener: a listening socket; owned from now on.
    ///   - event: what ends the wait for connections; owned from now on.
    init(server: CorePointer, listener: Int32, event: Int32, limit: Int, logger: Logger) {
        self.server = server
        self.listener = listener
        self.event = event
        self.limit = limit
        self.logger = logger
        let thread = Thread { [self] in
            nameThisThread("grpc-accept")
            while waitForConnection() { takeConnection() }
            condition.withLock {
                hasEnded = true
                condition.broadcast()
            }
        }
        thread.start()
    }

    /// Takes no more connections and closes the port.
    func close() {
        nt_grpc_event_signal(event)
        condition.withLock { while !hasEnded { condition.wait() } }
        nt_close_socket(listener)
        nt_grpc_event_close(event)
    }

    /// O(open connections).
    func count(into statistics: inout GRPCListener.Statistics) {
        condition.withLock {
            connections.removeAll { !$0.isOpen }
            statistics.openConnections = connections.count
            statistics.totalConnections = total
            statistics.refusedConnections = refused
        }
    }

    /// `false` when it is to end.
    private func waitForConnection() -> Bool {
        while true {
            switch nt_grpc_wait_for_connection(listener, event, -1) {
            case 0: return false
            case 1: return true
            default: continue
            }
        }
    }

    private func takeConnection() {
        let isFull = condition.withLock {
            if connections.count >= limit { connections.removeAll { !$0.isOpen } }
            return connections.count >= limit
        }
        // Safety: the server stays until this thread has ended.
        let socket = unsafe nt_grpc_server_accept(isFull ? nil : server.address, listener)
        if socket < 0 {
            // Whoever waits is still there afterwards. A connection that has gone meanwhile is no reason to wait.
            let isExhausted = [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno)
            if isExhausted {
                logger.warning("no connection can be taken", ["error": .integer(Int(errno))])
                _ = nt_grpc_wait_for_connection(-1, event, Self.pauseInMilliseconds)
            }
            return
        }
        condition.withLock {
            total += 1
            if isFull {
                refused += 1
            } else {
                connections.append(Connection(socket: socket, identity: nt_grpc_socket_identity(socket)))
            }
        }
    }
}

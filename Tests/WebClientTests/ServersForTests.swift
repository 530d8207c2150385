// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import HTTPServer
import Observability
import Synchronization
import Testing

/// Answers with what it was asked.
final class EchoHandler: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch request.rawPath {
        case "/redirect": return HTTPResponse(status: 302, headers: [("Location", "/elsewhere")])
        case "/chunked": return .stream { body in try await body.write(request.body) }
        default: break
        }
        return HTTPResponse(
            status: 200,
            headers: [
                ("X-Method", request.method), ("X-Path", request.rawPath), ("X-Host", request.header("host") ?? ""),
                ("X-Names", request.headers.map(\.name).sorted().joined(separator: ",")),
            ], body: request.body)
    }
}

/// Answers nothing until it is opened.
final class SilentHandler: HTTPHandler {
    private struct State {
        var arrivals = 0
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var arrivals: Int { state.withLock { $0.arrivals } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        return HTTPResponse(status: 204)
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// Runs `body` with the port of a server, on a thread where it may block, and stops the server afterwards.
func withServer(
    _ handler: any HTTPHandler = EchoHandler(), _ body: @escaping @Sendable (_ port: Int) async throws -> Void,
    finally: (HTTPListener.Statistics) -> Void = { _ in }
) async throws {
    let pool = ComputePool(threadCount: 2)
    let server = HTTPListener(
        configuration: .init(host: "127.0.0.1", port: 0), handler: handler, pool: pool,
        logger: Logger(level: .error, sink: LogSink { _ in }))
    try server.start()
    let port = try #require(server.port)
    let clientPool = ComputePool(threadCount: 1, name: "client")
    let outcome = await Task(executorPreference: clientPool) { try await body(port) }.result
    finally(server.statistics)
    await server.stop(drainingFor: .seconds(5))
    clientPool.stop()
    pool.stop()
    try outcome.get()
}

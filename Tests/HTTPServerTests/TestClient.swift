// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Glibc
import Observability
import Synchronization
import Testing

@testable import HTTPServer

/// A blocking client that sends what it is told, byte for byte.
final class TestClient {
    struct Response: Equatable {
        var status: Int
        var headers: [String: String]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct NoConnection: Error {}

    private let socket: Int32
    private var unread: [UInt8] = []

    init(port: Int?) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(try #require(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // Safety: a sockaddr_in is given with its own size.
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw NoConnection() }
        // A server that never answers fails the test instead of holding it.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { Glibc.close(socket) }

    /// Whether everything could be sent.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            // Safety: the bytes from `sent` on are within the buffer.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// Ends sending; the other direction stays open.
    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// The next response; `nil` when the connection has ended.
    func receive(to method: String = "GET") -> Response? {
        guard let end = read(until: "\r\n\r\n") else { return nil }
        let head = String(decoding: unread[..<end], as: UTF8.self)
        unread.removeFirst(end)
        var lines = head.split(separator: "\r\n")
        guard let status = lines.removeFirst().split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            return nil
        }
        if status == 100 { return Response(status: 100, headers: [:], body: []) }
        var headers: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        if headers["transfer-encoding"] == "chunked", method != "HEAD" {
            guard let body = receiveChunks() else { return nil }
            return Response(status: status, headers: headers, body: body)
        }
        let count = method == "HEAD" ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
        guard let body = take(count) else { return nil }
        return Response(status: status, headers: headers, body: body)
    }

    /// The chunks up to the empty one; `nil` if the connection ends before.
    private func receiveChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let end = read(until: "\r\n") else { return nil }
            let size = Int(String(decoding: unread[..<(end - 2)], as: UTF8.self), radix: 16)
            unread.removeFirst(end)
            guard let size, let chunk = take(size), take(2) != nil else { return nil }
            if size == 0 { return body }
            body += chunk
        }
    }

    private func take(_ count: Int) -> [UInt8]? {
        while unread.count < count { if !readMore() { return nil } }
        let bytes = Array(unread[..<count])
        unread.removeFirst(count)
        return bytes
    }

    /// Everything up to the end of the connection.
    func receiveToTheEnd() -> [UInt8] {
        while readMore() {}
        defer { unread = [] }
        return unread
    }

    /// Whether the server has closed the connection, waiting for it.
    func isClosedByServer() -> Bool { unread.isEmpty && !readMore() }

    private func read(until mark: String) -> Int? {
        while true {
            if let range = unread.firstRange(of: Array(mark.utf8)) { return range.upperBound }
            if !readMore() { return nil }
        }
    }

    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(socket, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }
}

/// Answers with what it was asked: method, path, query, and the body as it is.
struct EchoHandler: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if request.method == "OPTIONS" { return HTTPResponse(status: 204, headers: [("Allow", "GET, POST")]) }
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "text/plain"), ("X-Method", request.method), ("X-Path", request.rawPath),
                ("X-Segments", request.pathSegments.joined(separator: "|")), ("X-Query", query),
                ("X-Length", String(request.body.count)), ("X-Agent", request.header("user-agent") ?? "none"),
            ], body: request.body)
    }
}

/// Holds requests until it is told to let them go.
final class GateHandler: HTTPHandler {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
        var arrivalWaiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var requests: [HTTPRequest] = []
    }

    private let state = Mutex(State())

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let ready = state.withLock { state in
            state.arrivals += 1
            state.requests.append(request)
            let ready = state.arrivalWaiters.filter { $0.count <= state.arrivals }
            state.arrivalWaiters.removeAll { $0.count <= state.arrivals }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        return HTTPResponse(status: 200, body: request.body)
    }

    /// The requests that are held.
    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    /// Waits until so many requests have come.
    func waitForArrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrivals < count { state.arrivalWaiters.append((count, continuation)) }
                return state.arrivals >= count
            }
            if isThere { continuation.resume() }
        }
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

/// Runs `body` with a server on a free port, on a thread where it may block, and stops the server afterwards.
func withServer(
    _ handler: any HTTPHandler = EchoHandler(), drainingFor patience: Duration = .seconds(5),
    memory: MemoryBudget = MemoryBudget(limitInBytes: 1 << 30),
    change: (inout HTTPListener.Configuration) -> Void = { _ in },
    _ body: @escaping @Sendable (HTTPListener) async throws -> Void
) async throws {
    var configuration = HTTPListener.Configuration(host: "127.0.0.1", port: 0)
    change(&configuration)
    let pool = ComputePool(threadCount: 2)
    let logger = Logger(level: .error, sink: LogSink { _ in })
    let server = HTTPListener(
        configuration: configuration, handler: handler, pool: pool, memory: memory, logger: logger)
    try server.start()
    // The client blocks, so it gets threads of its own; a second one for what it does beside.
    let clientPool = ComputePool(threadCount: 2, name: "client")
    let outcome = await Task(executorPreference: clientPool) { try await body(server) }.result
    await server.stop(drainingFor: patience)
    #expect(server.statistics.openConnections == 0)
    #expect(memory.bytesInUse == 0)
    clientPool.stop()
    pool.stop()
    try outcome.get()
}

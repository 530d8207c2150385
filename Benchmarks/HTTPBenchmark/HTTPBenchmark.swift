// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import HTTPServer
import Observability
import Synchronization

/// How fast small requests are answered: a server that echoes, and clients on threads of their own beside it.
///
/// ```
/// HTTPBenchmark [--smoke]              requests a second and latencies with 1, 2 and 64 connections
/// HTTPBenchmark --serve PORT           only the server, for another load generator
/// ```
/// Clients and server share the processor, so the figures are a lower bound.
@main struct HTTPBenchmark {
    struct Echo: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse { .json(request.body) }
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        let port = arguments.firstIndex(of: "--serve").flatMap { UInt16(arguments[$0 + 1]) }
        let pool = ComputePool(threadCount: 2)
        let server = HTTPListener(
            configuration: .init(host: "127.0.0.1", port: port ?? 0), handler: Echo(), pool: pool,
            logger: Logger(level: .warning))
        try server.start()
        guard port == nil, let bound = server.port else {
            print("echo on port \(server.port ?? 0); ends with its standard input")
            while readLine() != nil {}
            await server.stop(drainingFor: .seconds(5))
            return
        }
        for connections in [1, 2, 64] {
            let requests = arguments.contains("--smoke") ? 200 : 20_000
            try await measure(connections: connections, requests: requests / connections, port: UInt16(bound))
        }
        await server.stop(drainingFor: .seconds(5))
    }

    private static func measure(connections: Int, requests: Int, port: UInt16) async throws {
        let clients = ComputePool(threadCount: connections, name: "client")
        let watch = Stopwatch()
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<connections {
                group.addTask { try await clients.run { () throws in try load(requests: requests, port: port) } }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let seconds = watch.elapsed.inSeconds
        clients.stop()
        func milliseconds(_ share: Double) -> Double {
            (latencies[min(latencies.count - 1, Int(Double(latencies.count) * share))] * 1e6).rounded() / 1e3
        }
        print(
            "\(connections) connections: \(Int(Double(latencies.count) / seconds)) requests/s,",
            "p50 \(milliseconds(0.5)) ms, p99 \(milliseconds(0.99)) ms")
    }

    private struct Failure: Error {}

    /// Sends POSTs of 64 bytes one after another; the time of each, in seconds.
    private static func load(requests: Int, port: UInt16) throws -> [Double] {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // Safety: a sockaddr_in is given with its own size.
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Failure() }
        let body = String(repeating: "x", count: 64)
        let request = Array("POST /v1/graphql HTTP/1.1\r\nHost: h\r\nContent-Length: 64\r\n\r\n\(body)".utf8)
        var buffer = [UInt8](repeating: 0, count: 4096)
        var times: [Double] = []
        for _ in 0..<requests {
            let watch = Stopwatch()
            // Safety: each call is given its buffer's own size.
            guard unsafe request.withUnsafeBytes({ unsafe send(socket, $0.baseAddress, $0.count, 0) }) == request.count
            else { throw Failure() }
            // A response is sent by one write, so one read gets it; its end tells.
            var count = 0
            while count < 64 || !buffer[..<count].suffix(64).allSatisfy({ $0 == UInt8(ascii: "x") }) {
                let more = unsafe buffer.withUnsafeMutableBytes {
                    unsafe recv(socket, $0.baseAddress! + count, $0.count - count, 0)  // the buffer is not empty
                }
                guard more > 0 else { throw Failure() }
                count += more
            }
            times.append(watch.elapsed.inSeconds)
        }
        return times
    }
}

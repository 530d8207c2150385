// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Observability
import Testing

@testable import HTTPServer

@Suite struct HTTPListenerTests {
    @Test func `a request is answered with what the handler returns`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send(
                "POST /v1/a%2Fb/c%20d/?x=1&y=a+b%21&z HTTP/1.1\r\nHost: h\r\nUser-Agent: T\r\nContent-Length: 5\r\n\r\nhello"
            )
            let response = try #require(client.receive())
            #expect(response.status == 200)
            #expect(response.text == "hello")
            #expect(response.headers["x-method"] == "POST")
            #expect(response.headers["x-path"] == "/v1/a%2Fb/c%20d/")
            #expect(response.headers["x-segments"] == "v1|a/b|c d")
            #expect(response.headers["x-query"] == "x=1&y=a b!&z=")
            #expect(response.headers["x-agent"] == "T")
        }
    }

    @Test func `a connection serves one request after another`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            for number in 0..<50 {
                let body = String(repeating: "x", count: number * 100)
                client.send("PUT /\(number) HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                let response = try #require(client.receive())
                #expect(response.headers["x-path"] == "/\(number)")
                #expect(response.text == body)
            }
            #expect(server.statistics.totalConnections == 1)
            #expect(server.statistics.totalRequests == 50)
        }
    }

    @Test func `requests sent ahead are answered in their order`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send(
                (0..<20).map { "POST /\($0) HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n\(10 + $0)" }.joined())
            for number in 0..<20 {
                let response = try #require(client.receive())
                #expect(response.headers["x-path"] == "/\(number)")
                #expect(response.text == "\(10 + number)")
            }
        }
    }

    @Test func `a chunked body is put together`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
            )
            #expect(client.receive()?.text == "hello world")
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
            #expect(client.receive()?.text == "")
        }
    }

    @Test func `a body of several megabytes comes through whole`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            let pattern = (0..<1_021).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            var body: [UInt8] = []
            for _ in 0..<20_000 { body += pattern }
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
            client.send(body)
            // A Boolean, so that a failure does not tell every byte.
            let isWhole = client.receive()?.body == body
            #expect(isWhole)
        }
    }

    @Test func `HEAD and OPTIONS are the handler's, and HEAD has no body`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
            let head = try #require(client.receive(to: "HEAD"))
            #expect(head.status == 200)
            #expect(head.headers["x-method"] == "HEAD")
            client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
            let options = try #require(client.receive())
            #expect(options.status == 204)
            #expect(options.headers["allow"] == "GET, POST")
            #expect(options.headers["content-length"] == nil)
        }
    }

    @Test func `who waits for leave to send a body gets it`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(client.receive()?.status == 100)
            client.send("ok")
            #expect(client.receive()?.text == "ok")
        }
    }

    @Test func `a client of HTTP 1.0 gets its answer and the end of the connection`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("GET /old HTTP/1.0\r\n\r\n")
            #expect(client.receive()?.headers["x-path"] == "/old")
            #expect(client.isClosedByServer())
        }
    }

    @Test func `many connections at once are all answered`() async throws {
        try await withServer { server in
            let clients = try (0..<300).map { _ in try TestClient(port: server.port) }
            for (number, client) in clients.enumerated() {
                client.send("POST /\(number) HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            }
            for (number, client) in clients.enumerated() {
                #expect(client.receive()?.headers["x-path"] == "/\(number)")
            }
            #expect(server.statistics.openConnections == 300)
        }
    }

    @Test func `slow handlers hold up nobody beyond the pool`() async throws {
        let gate = GateHandler()
        try await withServer(gate) { server in
            let clients = try (0..<100).map { _ in try TestClient(port: server.port) }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
            await gate.waitForArrivals(100)
            #expect(server.statistics.requestsInFlight == 100)
            gate.open()
            for client in clients { #expect(client.receive()?.status == 200) }
        }
    }

    @Test func `a port in use is named`() async throws {
        try await withServer { server in
            let port = try #require(server.port)
            let configuration = HTTPListener.Configuration(host: "127.0.0.1", port: UInt16(port))
            let second = HTTPListener(
                configuration: configuration, handler: EchoHandler(), pool: ComputePool(threadCount: 1),
                logger: Logger(sink: LogSink { _ in }))
            let error = #expect(throws: HTTPServerError.self) { try second.start() }
            #expect(error == .portInUse(host: "127.0.0.1", port: port))
            #expect(error?.message.contains("port \(port) of host '127.0.0.1' is in use") == true)
        }
    }

    @Test func `a host that is no address is named`() {
        let configuration = HTTPListener.Configuration(host: "999.1.2.3.4:x", port: 0)
        let server = HTTPListener(
            configuration: configuration, handler: EchoHandler(), pool: ComputePool(threadCount: 1),
            logger: Logger(sink: LogSink { _ in }))
        let error = #expect(throws: HTTPServerError.self) { try server.start() }
        #expect(error?.message.contains("999.1.2.3.4:x") == true)
    }

    @Test(arguments: ["", "localhost", "0.0.0.0"])
    func `hosts that mean all or this machine are reached by IPv4`(host: String) async throws {
        try await withServer(change: { $0.host = host }) { server in
            let client = try TestClient(port: server.port)
            client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive()?.headers["x-path"] == "/x")
        }
    }
}

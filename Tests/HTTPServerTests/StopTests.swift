// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct StopTests {
    @Test func `a stop waits for the request in flight and tells the client that the connection ends`() async throws {
        let gate = GateHandler()
        try await withServer(gate) { server in
            let client = try TestClient(port: server.port)
            let idle = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            await gate.waitForArrivals(1)
            async let stopping = server.stop(drainingFor: .seconds(20))
            #expect(idle.isClosedByServer())
            gate.open()
            let response = try #require(client.receive())
            #expect(response.text == "hi")
            #expect(response.headers["connection"] == "close")
            #expect(client.isClosedByServer())
            #expect(await stopping)
        }
    }

    @Test func `a handler that outlasts the patience is cancelled and its client told`() async throws {
        let gate = GateHandler()
        try await withServer(gate) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            await gate.waitForArrivals(1)
            #expect(!gate.requests[0].isCancelled())
            async let stopping = server.stop(drainingFor: .milliseconds(50), grace: .zero)
            let response = try #require(client.receive())
            #expect(response.status == 503)
            #expect(await !stopping)
            #expect(gate.requests[0].isCancelled())
            gate.open()
        }
    }

    @Test func `a stop ends connections in the middle of a request`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            let port = server.port
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf")
            await server.stop(drainingFor: .milliseconds(50))
            #expect(client.receive() == nil)
            #expect(throws: (any Error).self) { try TestClient(port: port) }
        }
    }

    @Test func `a port is free again after the stop`() async throws {
        let port = Mutex<UInt16>(0)
        for _ in 0..<5 {
            try await withServer(change: { $0.port = port.withLock { $0 } }) { server in
                let bound = try UInt16(#require(server.port))
                port.withLock { $0 = bound }
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(client.receive()?.status == 200)
            }
        }
    }

    @Test func `a client that vanishes while its body comes in leaves nothing behind`() async throws {
        try await withServer { server in
            for _ in 0..<20 {
                let client = try TestClient(port: server.port)
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
                client.send([UInt8](repeating: 0x61, count: 300_000))
            }
        }
    }

    @Test func `a client that vanishes before its response leaves nothing behind and is noticed`() async throws {
        let gate = GateHandler()
        try await withServer(gate, change: { $0.headTimeout = .milliseconds(40) }) { server in
            do {
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                await gate.waitForArrivals(1)
            }
            // Set by the watch's next round; the test's time limit is the deadline.
            while !gate.requests[0].isCancelled() { await Task.yield() }
            gate.open()
        }
    }

    @Test func `the task that answers a client that vanishes is cancelled`() async throws {
        let handler = PatientHandler()
        try await withServer(handler, change: { $0.headTimeout = .milliseconds(40) }) { server in
            do {
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                while !handler.hasStarted.load(ordering: .relaxed) { await Task.yield() }
            }
            while !handler.hasEnded.load(ordering: .relaxed) { await Task.yield() }
        }
    }

    @Test func `a client that vanishes while its response is sent leaves nothing behind`() async throws {
        try await withServer { server in
            for _ in 0..<5 {
                let client = try TestClient(port: server.port)
                let body = [UInt8](repeating: 0x61, count: 8_000_000)
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
                client.send(body)
            }
        }
    }

    @Test func `stops under load neither crash nor hang`() async throws {
        for round in 0..<10 {
            try await withServer(drainingFor: .milliseconds(round * 3)) { server in
                let clients = try (0..<50).map { _ in try TestClient(port: server.port) }
                for client in clients {
                    client.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
                }
            }
        }
    }
}

/// Works for as long as its task is not cancelled.
private final class PatientHandler: HTTPHandler {
    let hasStarted = Atomic(false)
    let hasEnded = Atomic(false)

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        hasStarted.store(true, ordering: .relaxed)
        while !Task.isCancelled { await Task.yield() }
        hasEnded.store(true, ordering: .relaxed)
        return HTTPResponse(status: 503)
    }
}

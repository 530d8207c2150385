// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct ImmediateResponseTests {
    @Test func `what takes no work is answered while every thread of the pool is blocked`() async throws {
        let handler = BlockingHandler()
        try await withServer(handler) { server in
            let busy = try (0..<4).map { _ in try TestClient(port: server.port) }
            for client in busy { client.send("GET /blocked HTTP/1.1\r\nHost: h\r\n\r\n") }
            // As many as `withServer`'s pool has threads.
            await handler.waitUntilBlocked(2)
            let client = try TestClient(port: server.port)
            for method in ["GET", "HEAD", "GET"] {
                client.send("\(method) /alive HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(client.receive(to: method)?.status == 204)
            }
            handler.open()
            for client in busy { #expect(client.receive()?.status == 200) }
        }
    }

    @Test func `a stop that waits for requests still answers what takes no work, on new connections too`() async throws
    {
        let handler = BlockingHandler()
        try await withServer(handler) { server in
            let port = server.port
            let busy = try TestClient(port: port)
            let idle = try TestClient(port: port)
            busy.send("GET /blocked HTTP/1.1\r\nHost: h\r\n\r\n")
            await handler.waitUntilBlocked(1)
            async let stopping = server.stop(drainingFor: .seconds(20))
            #expect(idle.isClosedByServer())
            let probe = try TestClient(port: port)
            probe.send("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n")
            let alive = try #require(probe.receive())
            #expect(alive.status == 204 && alive.headers["connection"] == "close")
            let late = try TestClient(port: port)
            late.send("POST /blocked HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            let refusal = try #require(late.receive())
            #expect(refusal.status == 503 && refusal.headers["retry-after"] == "1")
            #expect(late.isClosedByServer())
            // Nothing is owed to it, so the stop does not wait for it.
            let silent = try TestClient(port: port)
            handler.open()
            #expect(busy.receive()?.status == 200)
            #expect(await stopping)
            #expect(silent.isClosedByServer())
        }
    }

    @Test(arguments: [127, 128, 129])
    func `requests that come at once on one thread are all answered, also as many as it asks the kernel for`(count: Int)
        async throws
    {
        let handler = BlockingHandler()
        try await withServer(handler, change: { $0.threadCount = 1 }) { server in
            let holder = try TestClient(port: server.port)
            let clients = try (0..<count).map { _ in try TestClient(port: server.port) }
            for client in clients {
                client.send("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(client.receive()?.status == 204)
            }
            holder.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n")
            await handler.waitUntilBlocked(1)
            for client in clients { client.send("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n") }
            handler.open()
            #expect(holder.receive()?.status == 204)
            for client in clients { #expect(client.receive()?.status == 204) }
        }
    }

    @Test func `a handler at work on a connection's thread keeps no other connection waiting`() async throws {
        let handler = BlockingHandler()
        try await withServer(handler, change: { $0.threadCount = 1 }) { server in
            let first = try TestClient(port: server.port)
            let second = try TestClient(port: server.port)
            first.send("GET /blocked HTTP/1.1\r\nHost: h\r\n\r\n")
            await handler.waitUntilBlocked(1)
            // As many further ones as a round of accepting takes, and one.
            let others = try (0..<11).map { _ in try TestClient(port: server.port) }
            for client in others + [second] {
                client.send("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(client.receive()?.status == 204)
            }
            second.send("GET /blocked HTTP/1.1\r\nHost: h\r\n\r\n")
            await handler.waitUntilBlocked(1)
            handler.open()
            for client in [first, second] { #expect(client.receive()?.status == 200) }
        }
    }

    @Test func `a stop waits for handlers whose clients have gone, as long as it may`() async throws {
        let handler = BlockingHandler()
        try await withServer(handler) { server in
            do {
                let client = try TestClient(port: server.port)
                client.send("GET /blocked HTTP/1.1\r\nHost: h\r\n\r\n")
                await handler.waitUntilBlocked(1)
            }
            #expect(await !server.stop(drainingFor: .zero, grace: .milliseconds(20)))
            handler.open()
        }
    }

    @Test func `a request that was cancelled while it waited for a thread is not begun`() async throws {
        let handler = BlockingHandler()
        try await withServer(handler) { server in
            let clients = try (0..<3).map { _ in try TestClient(port: server.port) }
            for client in clients { client.send("GET /blocked HTTP/1.1\r\nHost: h\r\n\r\n") }
            await handler.waitUntilBlocked(2)
            while server.statistics.requestsInFlight < 3 { sched_yield() }
            #expect(await !server.stop(drainingFor: .zero, grace: .zero))
            for client in clients { #expect(client.receive()?.status == 503) }
            handler.open()
            while server.statistics.requestsInFlight > 0 { sched_yield() }
            #expect(handler.arrivalCount == 2)
        }
    }
}

/// Answers `/alive` at once; blocks the connection's thread for `/held` and the pool's for all else, until it is opened.
private final class BlockingHandler: HTTPHandler {
    private let condition = NSCondition()
    private let isOpen = Mutex(false)
    private let arrivals = AsyncStream<Void>.makeStream()
    private let count = Atomic(0)

    var arrivalCount: Int { count.load(ordering: .relaxed) }

    func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        if request.pathSegments == ["held"] {
            arrivals.continuation.yield()
            block()
        } else if request.pathSegments != ["alive"] {
            return nil
        }
        return HTTPResponse(status: 204)
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        count.add(1, ordering: .relaxed)
        arrivals.continuation.yield()
        block()
        return HTTPResponse(status: 200)
    }

    private func block() {
        condition.withLock {
            while !isOpen.withLock({ $0 }) { condition.wait() }
        }
    }

    func waitUntilBlocked(_ count: Int) async {
        var iterator = arrivals.stream.makeAsyncIterator()
        for _ in 0..<count { await iterator.next() }
    }

    func open() {
        condition.withLock {
            isOpen.withLock { $0 = true }
            condition.broadcast()
        }
    }
}

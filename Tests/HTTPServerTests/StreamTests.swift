// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import Testing

@testable import HTTPServer

@Suite struct StreamTests {
    @Test func `a body that is produced while it is sent arrives whole, and the connection goes on`() async throws {
        let handler = StreamHandler { body in
            for number in 0..<1000 {
                try await body.write([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number))
            }
        }
        let expected = (0..<1000).flatMap { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: $0) }
        try await withServer(handler) { server in
            let client = try TestClient(port: server.port)
            for _ in 0..<3 {
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                let response = try #require(client.receive())
                #expect(response.status == 200 && response.headers["transfer-encoding"] == "chunked")
                #expect(response.headers["content-type"] == "text/plain")
                #expect(response.body == expected)
            }
            client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive(to: "HEAD")?.status == 200)
            #expect(server.statistics.totalConnections == 1)
        }
    }

    @Test func `an empty body is one too, and a client of HTTP 1.0 reads to the end of the connection`() async throws {
        try await withServer(StreamHandler { _ in }) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive()?.body == [])
        }
        try await withServer(StreamHandler { try await $0.write(Array("old".utf8)) }) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(client.receive()?.status == 200)
            #expect(client.receiveToTheEnd() == Array("old".utf8))
        }
    }

    @Test func `the producer waits for a client that does not read`() async throws {
        let written = Atomic(0)
        let handler = StreamHandler { body in
            for _ in 0..<1000 {
                try await body.write([UInt8](repeating: 0x61, count: 100_000))
                written.add(1, ordering: .relaxed)
            }
        }
        try await withServer(handler) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            // What the sockets take and the buffer holds is some megabytes; 100 are produced only if they are read.
            var last = -1
            while last != written.load(ordering: .relaxed) {
                last = written.load(ordering: .relaxed)
                for _ in 0..<10_000 { sched_yield() }
            }
            #expect(last < 900)
            #expect(client.receive()?.body.count == 100_000_000)
            #expect(written.load(ordering: .relaxed) == 1000)
        }
    }

    @Test func `a producer whose client goes is told so`() async throws {
        let outcome = AsyncStream<Bool>.makeStream()
        let begun = AsyncStream<Void>.makeStream()
        let handler = StreamHandler { body in
            do {
                begun.continuation.yield()
                while true { try await body.write([UInt8](repeating: 0x61, count: 100_000)) }
            } catch {
                outcome.continuation.yield(error is CancellationError)
                throw error
            }
        }
        try await withServer(handler) { server in
            do {
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                // A client that goes before its answer has begun never gets a producer.
                for await _ in begun.stream { break }
                withExtendedLifetime(client) {}
            }
            for await wasCancelled in outcome.stream {
                #expect(wasCancelled)
                break
            }
        }
    }

    @Test func `a producer that waits for something else is cancelled when its client goes`() async throws {
        let handler = StreamHandler { body in
            try await body.write(Array("first".utf8))
            while !Task.isCancelled { await Task.yield() }
        }
        try await withServer(handler, change: { $0.headTimeout = .milliseconds(40) }) { server in
            do {
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            }
            while server.statistics.requestsInFlight > 0 || server.statistics.openConnections > 0 { sched_yield() }
        }
    }

    @Test func `a producer that fails cuts the connection off, so that a part is not taken for the whole`() async throws
    {
        struct Failure: Error {}
        let handler = StreamHandler { body in
            try await body.write([UInt8](repeating: 0x61, count: 10))
            throw Failure()
        }
        try await withServer(handler) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive() == nil)
            let next = try TestClient(port: server.port)
            next.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(next.receive() == nil)
        }
    }

    @Test func `a stop breaks off what is still produced after its patience`() async throws {
        let handler = StreamHandler { body in
            while true {
                try await body.write([UInt8](repeating: 0x61, count: 10))
                await Task.yield()
            }
        }
        try await withServer(handler) { server in
            let clients = try (0..<5).map { _ in try TestClient(port: server.port) }
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
            while server.statistics.requestsInFlight < 5 { sched_yield() }
            #expect(await server.stop(drainingFor: .milliseconds(20)))
            for client in clients { #expect(client.receive() == nil) }
        }
    }

    @Test func `a stop waits for a body that comes to its end`() async throws {
        let isReleased = Atomic(false)
        let handler = StreamHandler { body in
            try await body.write(Array("one ".utf8))
            while !isReleased.load(ordering: .relaxed) { await Task.yield() }
            try await body.write(Array("two".utf8))
        }
        try await withServer(handler) { server in
            let client = try TestClient(port: server.port)
            let idle = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            while server.statistics.requestsInFlight < 1 { sched_yield() }
            async let stopping = server.stop(drainingFor: .seconds(20))
            #expect(idle.isClosedByServer())
            isReleased.store(true, ordering: .relaxed)
            #expect(client.receive()?.text == "one two")
            #expect(await stopping)
        }
    }

    @Test func `without a connection the whole body can be collected`() async throws {
        let stream = ResponseStream { body in
            try await body.write([1, 2])
            try await body.write([])
            try await body.write([3])
        }
        #expect(try await stream.collected() == [1, 2, 3])
    }
}

private struct StreamHandler: HTTPHandler {
    let produce: ResponseStream.Producer

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        .stream(headers: [("Content-Type", "text/plain")], produce)
    }
}

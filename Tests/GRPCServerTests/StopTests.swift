// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Observability
import Testing

@testable import GRPCServer

@Suite(.timeLimit(.minutes(2))) struct StopTests {
    @Test func `a stop waits for the calls under way and takes no new ones`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let port = server.port
            let channel = TestChannel(port: port)
            let held = Task { await channel.call("/test.Test/Wait", [1]) }
            await until { handler.gate.arrivals == 1 }
            let stopping = Task { await server.stop(drainingFor: .seconds(20)) }
            await until { server.calls.hasBegunToStop }
            #expect(await TestChannel(port: port).call("/test.Test/Echo", [2]).code == .unavailable)
            handler.gate.open()
            #expect(await held.value == TestReply(message: [1], status: GRPCStatus(.ok, "")))
            #expect(await stopping.value)
        }
    }

    @Test func `a call that outlasts the patience ends with UNAVAILABLE, and its handler is cancelled`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let channel = TestChannel(port: server.port)
            let held = Task { await channel.call("/test.Test/Wait", [1]) }
            await until { handler.gate.arrivals == 1 }
            #expect(await server.stop(drainingFor: .milliseconds(50)))
            #expect(await held.value.status == GRPCStatus(.unavailable, "the server is stopping"))
            #expect(handler.gate.cancellations == 1)
        }
    }

    @Test func `a stop does not wait for ever for a handler that does not look for its cancellation`() async throws {
        let handler = DeafHandler()
        try await withServer(handler) { server in
            let channel = TestChannel(port: server.port)
            let held = Task { await channel.call("/test.Test/Echo", [1]) }
            await until { handler.gate.arrivals == 1 }
            #expect(await !server.stop(drainingFor: .milliseconds(20), grace: .milliseconds(20)))
            #expect(await held.value.code == .unavailable)
            handler.gate.open()
            await until { server.calls.all.isEmpty }
        }
    }

    @Test func `a stream is told that the server stops, and may end by itself`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Farewell")
            await call.write([1])
            #expect(await call.read() == [1])
            let stopping = Task { await server.stop(drainingFor: .seconds(20)) }
            // Without a message from the client.
            #expect(await call.read() == Array("farewell".utf8))
            #expect(await call.write([2]) == .taken)
            #expect(await call.read() == [2])
            await call.close()
            #expect(await call.finish() == GRPCStatus(.ok, ""))
            #expect(await stopping.value)
            #expect(handler.events.all == [.message([1]), .stopping, .message([2]), .closed])
        }
    }

    @Test func `a stream that outlasts the patience ends with UNAVAILABLE`() async throws {
        try await withServer { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            await call.write([1])
            #expect(await call.read() == [1])
            #expect(await server.stop(drainingFor: .milliseconds(50)))
            #expect(await call.finish() == GRPCStatus(.unavailable, "the server is stopping"))
        }
    }

    @Test func `health is served while the server is open, and not before or after`() async throws {
        let front = GRPCFrontDoor()
        try await withServer(front) { server in
            let channel = TestChannel(port: server.port)
            #expect(await channel.call(HealthService.check).message == [8, 2])
            #expect(
                await channel.call("/test.Test/Echo", [1]).status
                    == GRPCStatus(.unavailable, "the server is starting; try again in a moment"))
            front.open(TestHandler())
            #expect(await channel.call(HealthService.check, [0x0A, 1, 0x78]).message == [8, 1])
            #expect(await channel.call("/test.Test/Echo", [1]).message == [1])
            front.close()
            #expect(await channel.call(HealthService.check).message == [8, 2])
            #expect(await channel.call("/test.Test/Echo", [1]).message == [1])
        }
    }

    @Test func `health is answered while every thread of the pool is busy`() async throws {
        let handler = BlockingHandler()
        try await withServer(handler, threads: 1) { server in
            let channel = TestChannel(port: server.port)
            let held = Task { await channel.call("/test.Test/Block", [1]) }
            await until { handler.arrivals.all.count == 1 }
            #expect(await channel.call(HealthService.check).message == [8, 1])
            handler.semaphore.signal()
            #expect(await held.value.code == .ok)
        }
    }

    @Test func `a port in use is told from one that cannot be had`() async throws {
        try await withServer { server in
            let port = try #require(server.port)
            let other = listener(host: "127.0.0.1", port: UInt16(port))
            #expect(throws: GRPCServerError.portInUse(host: "127.0.0.1", port: port)) { try other.start() }
            #expect(other.port == nil)
            do throws(GRPCServerError) {
                try listener(host: "no.such.host.invalid", port: 0).start()
                Issue.record("it started")
            } catch {
                guard case .cannotResolve(host: "no.such.host.invalid", _) = error else {
                    Issue.record(error)
                    return
                }
            }
        }
    }

    private func listener(host: String, port: UInt16) -> GRPCListener {
        GRPCListener(
            configuration: GRPCListener.Configuration(host: host, port: port), handler: TestHandler(),
            pool: ComputePool(threadCount: 1), logger: Logger(level: .error, format: .text))
    }

    @Test func `a port is free again after the stop`() async throws {
        var port: UInt16 = 0
        for _ in 0..<3 {
            try await withServer(change: { $0.port = port }) { server in
                port = UInt16(try #require(server.port))
                #expect(await TestChannel(port: server.port).call("/test.Test/Echo", [1]).code == .ok)
            }
        }
    }

    @Test func `stops under load neither crash nor hang`() async throws {
        for round in 0..<10 {
            try await withServer(drainingFor: .milliseconds(round * 2)) { server in
                let channels = (0..<4).map { _ in TestChannel(port: server.port) }
                for number in 0..<80 {
                    let channel = channels[number % 4]
                    Task { await channel.call("/test.Test/Echo", [UInt8](repeating: 1, count: number * 1_000)) }
                    let stream = channel.start("/test.Test/Talk")
                    Task {
                        await stream.write([1])
                        _ = await stream.read()
                        _ = await stream.finish()
                    }
                }
                await until { server.statistics.totalCalls > 10 * round }
            }
        }
    }
}

/// Does not look for its cancellation.
private struct DeafHandler: GRPCHandler {
    let gate = Gate()

    func kind(of method: String) -> GRPCMethodKind? { .unary }

    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        await Task { await gate.pass() }.value
        return message
    }

    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {}
}

/// Holds its thread.
private struct BlockingHandler: GRPCHandler {
    let semaphore = DispatchSemaphore(value: 0)
    let arrivals = EventLog()

    func kind(of method: String) -> GRPCMethodKind? { .unary }

    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] {
        arrivals.add(.closed)
        block()
        return message
    }

    private func block() { semaphore.wait() }

    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {}
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@testable import GRPCServer

@Suite(.timeLimit(.minutes(2))) struct StreamTests {
    @Test func `a stream carries messages both ways, in order`() async throws {
        try await withServer { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            for number in 0..<100 as Range<UInt8> {
                #expect(await call.write([number]) == .taken)
                #expect(await call.read() == [number])
            }
            await call.close()
            #expect(await call.read() == nil)
            #expect(await call.finish() == GRPCStatus(.ok, ""))
        }
    }

    @Test func `what was sent before the client closed its side is answered after that`() async throws {
        try await withServer { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            for number in 0..<20 as Range<UInt8> { await call.write([number]) }
            await call.close()
            for number in 0..<20 as Range<UInt8> { #expect(await call.read() == [number]) }
            #expect(await call.read() == nil)
            #expect(await call.finish()?.code == .ok)
        }
    }

    @Test func `a stream that is closed without a message ends well`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            await call.close()
            #expect(await call.finish()?.code == .ok)
            #expect(handler.events.all == [.closed])
        }
    }

    @Test func `a handler may end the stream at any time, with a status`() async throws {
        try await withServer { server in
            let call = TestChannel(port: server.port).start("/test.Test/Leave")
            #expect(await call.finish() == GRPCStatus(.aborted, "enough"))
        }
    }

    @Test func `a slow handler holds a fast client back`() async throws {
        let handler = TestHandler()
        let memory = MemoryBudget(limitInBytes: 64 << 20)
        try await withServer(handler, memory: memory) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Slow")
            let message = [UInt8](repeating: 3, count: 100_000)
            var taken = 0
            while await call.write(message, timeout: .milliseconds(300)) == .taken { taken += 1 }
            // The window of the stream and of the connection, and what gRPC reads ahead.
            #expect(taken < 100)
            #expect(memory.bytesInUse == message.count)
            handler.gate.open()
            #expect(await call.waitUntilWritten() == .taken)
            await call.close()
            var received = 0
            while let reply = await call.read() {
                #expect(reply == message)
                received += 1
            }
            #expect(received == taken + 1)
            let status = await call.finish()
            #expect(status == GRPCStatus(.ok, ""))
        }
    }

    @Test func `a client that does not read holds the handler back`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            let message = [UInt8](repeating: 3, count: 1_000_000)
            var taken = 0
            while await call.write(message, timeout: .milliseconds(300)) == .taken { taken += 1 }
            #expect(taken < 40)
            call.cancel()
            #expect(await call.finish()?.code == .cancelled)
        }
    }

    @Test func `a stream is cancelled when its client goes`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            await call.write([1])
            #expect(await call.read() == [1])
            call.cancel()
            #expect(await call.finish()?.code == .cancelled)
            await until { server.calls.all.isEmpty }
            #expect(handler.events.all == [.message([1])])
        }
    }

    @Test func `a stream's message that does not fit into the budget ends the stream`() async throws {
        try await withServer(memory: MemoryBudget(limitInBytes: 1_000)) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Talk")
            await call.write([UInt8](repeating: 1, count: 900))
            #expect(await call.read()?.count == 900)
            await call.write([UInt8](repeating: 1, count: 900))
            #expect(await call.read()?.count == 900)
            await call.write([UInt8](repeating: 1, count: 1_001))
            #expect(await call.finish() == GRPCStatus(MemoryBudgetError.exceedsBudget(limitInBytes: 1_000)))
        }
    }

    @Test func `one task may wait for messages while another sends`() async throws {
        try await withServer(PushingHandler()) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Push")
            // Nothing is written: the handler's reading task waits all the time.
            for number in 0..<100 as Range<UInt8> { #expect(await call.read() == [number]) }
            await call.close()
            #expect(await call.finish()?.code == .ok)
        }
    }

    @Test func `a task that waits for a message can be cancelled without the stream`() async throws {
        try await withServer(TwoReadersHandler()) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Two")
            #expect(await call.read() == Array("cancelled".utf8))
            await call.write([5])
            #expect(await call.read() == [5])
            #expect(await call.finish()?.code == .ok)
        }
    }

    @Test func `the ends of a stream without a socket behave like one with`() async throws {
        let ends = GRPCStreamEnds()
        let handler = TestHandler()
        async let conversation: Void = handler.converse(GRPCCall(method: "/test.Test/Farewell"), ends.stream)
        ends.write([1])
        #expect(await ends.read() == [1])
        ends.stop()
        #expect(await ends.read() == Array("farewell".utf8))
        ends.write([2])
        ends.close()
        try await conversation
        ends.end()
        #expect(await ends.read() == [2])
        #expect(await ends.read() == nil)
        #expect(handler.events.all == [.message([1]), .stopping, .message([2]), .closed])
    }

    @Test func `the ends of a stream without a socket can be cancelled`() async throws {
        let ends = GRPCStreamEnds()
        ends.cancel()
        await #expect(throws: GRPCStatus.cancelled) {
            try await TestHandler().converse(GRPCCall(method: "/test.Test/Talk"), ends.stream)
        }
    }
}

/// Sends a hundred messages while another task waits for the client to close its side.
private struct PushingHandler: GRPCHandler {
    func kind(of method: String) -> GRPCMethodKind? { .bidirectional }

    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] { message }

    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        async let event = stream.next()
        for number in 0..<100 as Range<UInt8> { try await stream.send([number]) }
        do { _ = try await event } catch { throw error as? GRPCStatus ?? GRPCStatus(.unknown, "") }
    }
}

/// Cancels a task that waits for a message, then waits for one itself.
private struct TwoReadersHandler: GRPCHandler {
    func kind(of method: String) -> GRPCMethodKind? { .bidirectional }

    func respond(to call: GRPCCall, message: [UInt8]) async throws(GRPCStatus) -> [UInt8] { message }

    func converse(_ call: GRPCCall, _ stream: GRPCStream) async throws(GRPCStatus) {
        let first = Task { try await stream.next() }
        first.cancel()
        if case .success = await first.result { throw GRPCStatus(.internal, "it was not cancelled") }
        try await stream.send(Array("cancelled".utf8))
        if case .message(let message) = try await stream.next() { try await stream.send(message) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@testable import GRPCServer

@Suite(.timeLimit(.minutes(2))) struct LimitTests {
    @Test func `a call whose deadline passes is cancelled at both ends`() async throws {
        let handler = TestHandler()
        try await withServer(handler) { server in
            let channel = TestChannel(port: server.port)
            // On a busy machine it may pass before the handler begins.
            while handler.gate.arrivals == 0 {
                let reply = await channel.call("/test.Test/Wait", [1], timeout: .milliseconds(100))
                #expect(reply.code == .deadlineExceeded)
            }
            await until { handler.gate.cancellations == handler.gate.arrivals }
        }
    }

    @Test func `a handler is cancelled when its client cancels, and its memory is given back`() async throws {
        let handler = TestHandler()
        let memory = MemoryBudget(limitInBytes: 1 << 20)
        try await withServer(handler, memory: memory) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Wait")
            await call.write([UInt8](repeating: 1, count: 1_000))
            await call.close()
            await until { handler.gate.arrivals == 1 }
            #expect(memory.bytesInUse == 1_000)
            call.cancel()
            #expect(await call.finish()?.code == .cancelled)
            await until { handler.gate.cancellations == 1 && memory.bytesInUse == 0 }
        }
    }

    @Test func `a message that never fits into the budget is refused with the budget's words`() async throws {
        try await withServer(memory: MemoryBudget(limitInBytes: 1_000)) { server in
            let reply = await TestChannel(port: server.port).call(
                "/test.Test/Echo", [UInt8](repeating: 1, count: 1_001))
            #expect(reply.status == GRPCStatus(MemoryBudgetError.exceedsBudget(limitInBytes: 1_000)))
        }
    }

    @Test func `a message that others leave no memory for is refused, and fits later`() async throws {
        let memory = MemoryBudget(limitInBytes: 1_000)
        try await withServer(memory: memory) { server in
            let channel = TestChannel(port: server.port)
            do {
                let other = MemoryReservation(in: memory)
                try other.grow(by: 500)
                let reply = await channel.call("/test.Test/Echo", [UInt8](repeating: 1, count: 600))
                #expect(reply.status == GRPCStatus(MemoryBudgetError.budgetInUse))
                other.releaseAll()
            }
            #expect(await channel.call("/test.Test/Echo", [UInt8](repeating: 1, count: 600)).code == .ok)
        }
    }

    @Test func `a packed message is counted as large as it is unpacked`() async throws {
        try await withServer(memory: MemoryBudget(limitInBytes: 100_000)) { server in
            let reply = await TestChannel(port: server.port).call(
                "/test.Test/Echo", [UInt8](repeating: 1, count: 300_000), packs: true)
            #expect(reply.code == .resourceExhausted)
        }
    }

    @Test func `calls beyond the limit wait, and health does not`() async throws {
        let handler = TestHandler()
        try await withServer(handler, change: { $0.callLimit = 3 }) { server in
            let channel = TestChannel(port: server.port)
            let held = (0..<3).map { number in
                Task { await channel.call("/test.Test/Wait", [UInt8(number)]) }
            }
            await until { handler.gate.arrivals == 3 }
            let late = Task { await channel.call("/test.Test/Echo", [9]) }
            #expect(await channel.call(HealthService.check).message == [8, 1])
            #expect(server.statistics.totalCalls == 3)
            handler.gate.open()
            for (number, call) in held.enumerated() { #expect(await call.value.message == [UInt8(number)]) }
            #expect(await late.value.message == [9])
        }
    }

    @Test func `streams beyond their limit are refused`() async throws {
        try await withServer(change: { $0.streamLimit = 1 }) { server in
            let channel = TestChannel(port: server.port)
            let first = channel.start("/test.Test/Talk")
            await first.write([1])
            #expect(await first.read() == [1])
            let second = channel.start("/test.Test/Talk")
            #expect(
                await second.finish()
                    == GRPCStatus(.resourceExhausted, "there are 1 streams open, as many as there may be"))
            #expect(await channel.call("/test.Test/Echo", [2]).message == [2])
            await first.close()
            #expect(await first.finish()?.code == .ok)
        }
    }

    @Test func `a message that does not arrive in time ends its call`() async throws {
        try await withServer(change: { $0.receiveTimeout = .milliseconds(100) }) { server in
            let call = TestChannel(port: server.port).start("/test.Test/Echo")
            #expect(
                await call.finish() == GRPCStatus(.deadlineExceeded, "the request's message did not arrive in time"))
        }
    }

    @Test func `connections beyond the limit are closed, until others have gone`() async throws {
        try await withServer(change: { $0.connectionLimit = 1 }) { server in
            do {
                let first = TestChannel(port: server.port)
                #expect(await first.call("/test.Test/Echo", [1]).code == .ok)
                #expect(await TestChannel(port: server.port).call("/test.Test/Echo", [1]).code == .unavailable)
                #expect(server.statistics.openConnections == 1)
                #expect(server.statistics.refusedConnections >= 1)
            }
            // The refused channel may have tried once more meanwhile, and may be the one for a moment. So may each that is refused here: the
            // next comes when it has gone, or they could keep each other out.
            repeat {
                await until { server.statistics.openConnections == 0 }
            } while await TestChannel(port: server.port).call("/test.Test/Echo", [1]).code != .ok
        }
    }

    @Test func `a connection without calls is closed after some time`() async throws {
        try await withServer(change: { $0.idleTimeout = .milliseconds(200) }) { server in
            let channel = TestChannel(port: server.port)
            #expect(await channel.call("/test.Test/Echo", [1]).code == .ok)
            await until { server.statistics.openConnections == 0 }
            // The channel may not have heard of it yet; then the call goes to the connection that is closed.
            while await channel.call("/test.Test/Echo", [2]).code != .ok {}
        }
    }
}

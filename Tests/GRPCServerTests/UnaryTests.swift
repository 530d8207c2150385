// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@testable import GRPCServer

@Suite(.timeLimit(.minutes(2))) struct UnaryTests {
    @Test func `a unary call gets its handler's reply`() async throws {
        try await withServer { server in
            let reply = await TestChannel(port: server.port).call("/test.Test/Echo", Array("hello".utf8))
            #expect(reply == TestReply(message: Array("hello".utf8), status: GRPCStatus(.ok, "")))
        }
    }

    @Test func `an empty message is a message`() async throws {
        try await withServer { server in
            let reply = await TestChannel(port: server.port).call("/test.Test/Echo")
            #expect(reply == TestReply(message: [], status: GRPCStatus(.ok, "")))
        }
    }

    @Test func `one connection carries one call after the other`() async throws {
        try await withServer { server in
            let channel = TestChannel(port: server.port)
            for number in 0..<50 {
                let message = Array("call \(number)".utf8)
                #expect(await channel.call("/test.Test/Echo", message).message == message)
            }
            #expect(server.statistics.totalConnections == 1)
            #expect(server.statistics.totalCalls == 50)
        }
    }

    @Test func `messages of six million bytes pass both ways`() async throws {
        try await withServer { server in
            let message = (0..<6_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let reply = await TestChannel(port: server.port).call("/test.Test/Echo", message)
            #expect(reply.code == .ok)
            #expect(reply.message == message)
        }
    }

    @Test(arguments: [(0, GRPCStatus.Code.ok), (1, .resourceExhausted)])
    func `a message may be as large as the limit`(excess: Int, code: GRPCStatus.Code) async throws {
        try await withServer(change: { $0.messageLimitInBytes = 5_000_000 }) { server in
            let message = [UInt8](repeating: 7, count: 5_000_000 + excess)
            #expect(await TestChannel(port: server.port).call("/test.Test/Echo", message).code == code)
        }
    }

    @Test func `a reply may be as large as the limit, and no larger`() async throws {
        try await withServer(change: { $0.messageLimitInBytes = 5_000_000 }) { server in
            let channel = TestChannel(port: server.port)
            let largest = await channel.call("/test.Test/Zeros", Array("5000000".utf8))
            #expect(largest.code == .ok)
            #expect(largest.message?.count == 5_000_000)
            let refused = await channel.call("/test.Test/Zeros", Array("5000001".utf8))
            #expect(
                refused.status
                    == GRPCStatus(.resourceExhausted, "trying to send message larger than max (5000001 vs. 5000000)"))
        }
    }

    @Test(arguments: GRPCStatus.Code.allCases.filter { $0 != .ok })
    func `an error arrives with its code and its words`(code: GRPCStatus.Code) async throws {
        try await withServer { server in
            let reply = await TestChannel(port: server.port).call(
                "/test.Test/Fail", Array("no such class: Bücher 漢字 100% 🐦".utf8),
                metadata: [("code", String(code.rawValue))])
            #expect(reply == TestReply(message: nil, status: GRPCStatus(code, "no such class: Bücher 漢字 100% 🐦")))
        }
    }

    @Test func `a very long error is cut between two characters`() async throws {
        try await withServer { server in
            let text = String(repeating: "ä", count: 10_000)
            let reply = await TestChannel(port: server.port).call("/test.Test/Fail", Array(text.utf8))
            #expect(reply.status == GRPCStatus(.unknown, String(repeating: "ä", count: 1_024) + "…"))
        }
    }

    @Test func `metadata reaches the handler with names in lower case`() async throws {
        try await withServer { server in
            let reply = await TestChannel(port: server.port).call(
                "/test.Test/Metadata", metadata: [("authorization", "Bearer k1"), ("x-a", "1"), ("x-a", "2")])
            #expect(
                reply.message.map { String(decoding: $0, as: UTF8.self) } == "authorization=Bearer k1\nx-a=1\nx-a=2")
        }
    }

    @Test func `packed messages are unpacked`() async throws {
        try await withServer { server in
            let message = [UInt8](repeating: 42, count: 300_000)
            let reply = await TestChannel(port: server.port).call("/test.Test/Echo", message, packs: true)
            #expect(reply.code == .ok)
            #expect(reply.message == message)
        }
    }

    @Test func `a packed message may not be larger than the limit when it is unpacked`() async throws {
        try await withServer(change: { $0.messageLimitInBytes = 100_000 }) { server in
            let message = [UInt8](repeating: 42, count: 300_000)
            let reply = await TestChannel(port: server.port).call("/test.Test/Echo", message, packs: true)
            #expect(
                reply.status
                    == GRPCStatus(
                        .resourceExhausted, "grpc: received message after decompression larger than max 100000"))
        }
    }

    @Test(arguments: [
        ("/test.Test/Nope", "unknown method Nope for service test.Test"),
        ("/other.Service/Echo", "unknown service other.Service"),
        ("/grpc.health.v1.Health/Watch", "method Watch not implemented"),
        ("nonsense", "malformed method name: \"nonsense\""),
    ])
    func `an unknown method is refused by name`(method: String, text: String) async throws {
        try await withServer { server in
            let reply = await TestChannel(port: server.port).call(method, [1, 2, 3])
            #expect(reply.status == GRPCStatus(.unimplemented, text))
        }
    }

    @Test func `a call without a message is refused`() async throws {
        try await withServer { server in
            let call = TestChannel(port: server.port).start("/test.Test/Echo")
            await call.close()
            #expect(await call.finish() == GRPCStatus(.internal, "the call has no message"))
        }
    }

    @Test func `a thousand calls over ten connections are all answered`() async throws {
        try await withServer { server in
            let channels = (0..<10).map { _ in TestChannel(port: server.port) }
            let good = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<1_000 {
                    group.addTask {
                        let message = Array("message \(number)".utf8)
                        let reply = await channels[number % 10].call("/test.Test/Echo", message)
                        return reply.code == .ok && reply.message == message
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(good == 1_000)
            #expect(server.statistics.totalCalls == 1_000)
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct MemoryTrimmingTests {
    @Test func `memory is given back after large messages, large replies and streams`() async throws {
        let trims = EventLog()
        let handler = GRPCMemoryTrimming(inner: TestHandler()) { trims.add(.closed) }
        let large = [UInt8](repeating: 0, count: GRPCMemoryTrimming.largeInBytes)
        _ = try await handler.respond(to: GRPCCall(method: "/test.Test/Echo"), message: Array(large.dropLast()))
        #expect(trims.all.isEmpty)
        _ = try await handler.respond(to: GRPCCall(method: "/test.Test/Metadata"), message: large)
        await until { trims.all.count == 1 }
        _ = try await handler.respond(to: GRPCCall(method: "/test.Test/Zeros"), message: Array("\(large.count)".utf8))
        await until { trims.all.count == 2 }
        let ends = GRPCStreamEnds()
        ends.close()
        try await handler.converse(GRPCCall(method: "/test.Test/Talk"), ends.stream)
        await until { trims.all.count == 3 }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@testable import HTTPServer

@Suite struct PartsTests {
    @Test(
        arguments: [
            ("/", []), ("//", [""]), ("/v1", ["v1"]), ("/v1/", ["v1"]), ("/v1//x", ["v1", "", "x"]),
            ("/%E2%82%AC", ["€"]), ("*", []),
            ("http://host:80/a/b?c", ["a", "b"]), ("http://host", []), ("/a+b", ["a+b"]), ("/a?b/c", ["a"]),
            ("/a%3Fb", ["a?b"]),
        ] as [(String, [String])])
    func `a path is taken apart before it is decoded`(target: String, segments: [String]) throws {
        #expect(try #require(RequestTarget(target)).pathSegments == segments)
    }

    @Test func `a query keeps order and repeated names`() throws {
        let target = try #require(RequestTarget("/?b=2&a=1&&b=%26%3D&=x&c==y"))
        #expect(target.query.map { "\($0.name):\($0.value)" } == ["b:2", "a:1", "b:&=", ":x", "c:=y"])
    }

    @Test func `the thread that looks at connections has its name`() throws {
        func names() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").map { thread in
                // Others may end meanwhile.
                (try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8)) ?? ""
            }
        }
        let watch = ConnectionWatch(interval: .seconds(1))
        let deadline = ContinuousClock.now + .seconds(60)
        while try !names().contains("http-watch\n"), ContinuousClock.now < deadline { sched_yield() }
        #expect(try names().contains("http-watch\n"))
        watch.end()
    }

    private let timeouts = ConnectionState.Timeouts(
        head: .seconds(1), body: .seconds(2), response: .seconds(3), idle: .seconds(4))

    @Test(
        arguments: [
            (.idle, 4, nil), (.head, 1, .headersTimedOut), (.body, 2, .bodyTimedOut), (.writing, 3, nil),
        ] as [(ConnectionState.Phase, Int, TransportRefusal?)])
    func `each phase ends at its own deadline, with its own word`(
        phase: ConnectionState.Phase, seconds: Int, word: TransportRefusal?
    ) {
        let start = ContinuousClock.now
        var state = ConnectionState(timeouts: timeouts, at: start)
        let hasEntered = state.enter(phase, at: start)
        #expect(hasEntered)
        let early = state.check(at: start + .seconds(seconds) - .nanoseconds(1))
        #expect(early == .patience)
        let due = state.check(at: start + .seconds(seconds))
        #expect(due == .shutDown(word))
        #expect(state.phase == .expired)
        let late = state.check(at: start + .seconds(100))
        #expect(late == .patience)
        let isAnswered = state.enter(.writing, at: start)
        #expect(!isAnswered)
        let isClosed = state.enter(.closed, at: start)
        #expect(isClosed)
        let isReopened = state.enter(.idle, at: start)
        #expect(!isReopened)
    }

    @Test func `the handler's time is not limited here`() {
        let start = ContinuousClock.now
        var state = ConnectionState(timeouts: timeouts, at: start)
        let hasEntered = state.enter(.working, at: start)
        #expect(hasEntered)
        let verdict = state.check(at: start + .seconds(1_000_000))
        #expect(verdict == .patience)
    }

    @Test func `a fresh connection has the time of a head`() {
        let start = ContinuousClock.now
        var state = ConnectionState(timeouts: timeouts, at: start)
        let verdict = state.check(at: start + .seconds(1))
        #expect(verdict == .shutDown(nil))
    }

    /// `hello hello hello hello` by gzip.
    private static let packed: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40,
        0x27, 0x01, 0xE3, 0x51, 0x3D, 0x8D, 0x17, 0x00, 0x00, 0x00,
    ]

    private func decoded(_ body: [UInt8], _ encodings: [String], limit: Int = 1000, total: Int = 1000) throws -> String
    {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: total))
        let bytes = try ContentDecoding.decoded(body, encodings: encodings, limit: limit, memory: memory)
        #expect(memory.byteCount == bytes.count || encodings == ["identity"])
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `gzip is unpacked, also in several members`() throws {
        #expect(try decoded(Self.packed, ["gzip"]) == "hello hello hello hello")
        #expect(try decoded(Self.packed + Self.packed, ["X-GZIP"]) == "hello hello hello hellohello hello hello hello")
        #expect(try decoded(Array("plain".utf8), ["identity"]) == "plain")
        #expect(try decoded([], ["gzip"]) == "")
    }

    @Test func `the limit counts unpacked bytes`() throws {
        #expect(try decoded(Self.packed, ["gzip"], limit: 23) == "hello hello hello hello")
        #expect(throws: TransportRefusal.bodyTooLarge(limit: 22)) { try decoded(Self.packed, ["gzip"], limit: 22) }
        #expect(throws: TransportRefusal(.exceedsBudget(limitInBytes: 22))) {
            try decoded(Self.packed, ["gzip"], total: 22)
        }
    }

    @Test func `broken packing and unknown encodings are told apart`() {
        for count in 1..<Self.packed.count {
            #expect(throws: TransportRefusal.brokenContentEncoding) {
                try decoded(Array(Self.packed[..<count]), ["gzip"])
            }
        }
        #expect(throws: TransportRefusal.brokenContentEncoding) { try decoded(Array("no gzip".utf8), ["gzip"]) }
        #expect(throws: TransportRefusal.unknownContentEncoding) { try decoded(Self.packed, ["br"]) }
        #expect(throws: TransportRefusal.unknownContentEncoding) { try decoded(Self.packed, ["gzip, gzip"]) }
    }

    @Test func `a packed request reaches the handler unpacked`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: \(Self.packed.count)\r\n\r\n")
            client.send(Self.packed)
            #expect(client.receive()?.text == "hello hello hello hello")
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx")
            #expect(client.receive()?.status == 415)
        }
    }
}

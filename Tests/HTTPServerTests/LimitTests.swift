// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Testing

@testable import HTTPServer

@Suite struct LimitTests {
    @Test(arguments: [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", 400), ("Content-Length: 5\r\nContent-Length: 6", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
    ])
    func `a request whose length is said twice is refused and the connection ends`(headers: String, status: Int)
        async throws
    {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\n\(headers)\r\n\r\n")
            let response = try #require(client.receive())
            #expect(response.status == status)
            #expect(response.text.contains("\"code\":\(status)"))
            #expect(client.isClosedByServer())
        }
    }

    @Test func `an unknown transfer encoding is refused`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")
            let status = client.receive()?.status
            #expect(status == 501 || status == 400)
        }
    }

    @Test(arguments: ["", "Host: a\r\nHost: b\r\n"])
    func `a request without one host is refused`(headers: String) async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\n\(headers)\r\n")
            let response = try #require(client.receive())
            #expect(response.text == #"{"code":400,"message":"a request of HTTP/1.1 has one Host header"}"#)
        }
    }

    @Test(arguments: ["/a%", "/a%2", "/a%zz", "/%ff", "/?a=%", "/?%c3=1"])
    func `escapes that are broken or not UTF-8 are refused, and the connection goes on`(target: String) async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("POST \(target) HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab")
            let response = try #require(client.receive())
            #expect(response.status == 400)
            #expect(response.headers["content-type"] == "application/json")
            client.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive()?.headers["x-path"] == "/fine")
        }
    }

    @Test(arguments: ["Cookie", "X-Long"])
    func `a head that is too long is refused with words, however little memory it leaves`(name: String) async throws {
        try await withServer { server in
            for count in stride(from: 64_800, through: 65_600, by: 40) {
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\(name): \(String(repeating: "x", count: count))\r\n\r\n")
                #expect(client.receive()?.status == 431, "\(count)")
            }
        }
    }

    @Test func `a body of exactly the limit is taken, one byte more is refused`() async throws {
        try await withServer(change: { $0.bodyLimitInBytes = 1000 }) { server in
            let client = try TestClient(port: server.port)
            for chunked in [false, true] {
                for count in [999, 1000, 1001, 100_000] {
                    let body = String(repeating: "x", count: count)
                    client.send(
                        chunked
                            ? "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "\(String(count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
                            : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(count)\r\n\r\n\(body)")
                    let response = try #require(client.receive())
                    #expect(response.status == (count <= 1000 ? 200 : 413))
                    if count > 1000 {
                        #expect(response.text == #"{"code":413,"message":"the body is larger than 1000 bytes"}"#)
                    }
                }
            }
            #expect(server.statistics.refusedRequests == 4)
        }
    }

    @Test func `who waits for leave is told at once that the body is too large`() async throws {
        try await withServer(change: { $0.bodyLimitInBytes = 10 }) { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n")
            #expect(client.receive()?.status == 413)
            #expect(client.isClosedByServer())
        }
    }

    @Test func `a length beyond all patience is refused at once`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000000000000000\r\n\r\n")
            #expect(client.receive()?.status == 413)
            #expect(client.isClosedByServer())
        }
    }

    @Test func `a chunked body that never ends is cut off`() async throws {
        try await withServer(change: { $0.bodyLimitInBytes = 10 }) { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x61, count: 0x100000) + Array("\r\n".utf8)
            var sent = 0
            while sent < 200, client.send(chunk) { sent += 1 }
            #expect(sent < 200)
        }
    }

    @Test func `bodies beyond the total are put off with status 503`() async throws {
        let gate = GateHandler()
        try await withServer(gate, memory: MemoryBudget(limitInBytes: 1500)) { server in
            let first = try TestClient(port: server.port)
            let body = String(repeating: "x", count: 1000)
            first.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n\(body)")
            await gate.waitForArrivals(1)
            let second = try TestClient(port: server.port)
            second.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n\(body)")
            let refusal = try #require(second.receive())
            #expect(refusal.status == 503)
            #expect(refusal.headers["retry-after"] == "1")
            gate.open()
            #expect(first.receive()?.text == body)
            second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(second.receive()?.status == 200)
            second.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n\(body)")
            #expect(second.receive()?.status == 200)
        }
    }

    @Test(arguments: [1501, 1_000_000])
    func `a body that would never fit into the memory of all requests is refused for good`(count: Int) async throws {
        try await withServer(memory: MemoryBudget(limitInBytes: 1500)) { server in
            let client = try TestClient(port: server.port)
            client.send(
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(count)\r\n\r\n\(String(repeating: "x", count: count))")
            let refusal = try #require(client.receive())
            #expect(refusal.status == 413)
            #expect(refusal.headers["retry-after"] == nil)
            #expect(refusal.text.contains("1500 bytes"))
            #expect(server.statistics.requestBytesInUse == 0)
        }
    }

    @Test func `what a handler makes of a body counts until the request ends, not longer`() async throws {
        let memory = MemoryBudget(limitInBytes: 1500)
        try await withServer(GrowingHandler(), memory: memory) { server in
            let client = try TestClient(port: server.port)
            for (growth, status) in [(500, 200), (501, 413), (500, 200)] {
                let body = String(repeating: "x", count: 1000)
                client.send("POST /\(growth) HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n\(body)")
                #expect(client.receive()?.status == status)
                #expect(memory.bytesInUse == 0)
            }
            let others = MemoryReservation(in: memory)
            try others.grow(by: 100)
            client.send("POST /1401 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
            let refusal = try #require(client.receive())
            #expect(refusal.status == 503 && refusal.headers["retry-after"] == "1")
        }
    }

    @Test(arguments: [(16_000, 200), (33_000, 431), (300_000, 431)])
    func `headers beyond the limit are refused`(size: Int, status: Int) async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Long: \(String(repeating: "x", count: size))\r\n\r\n")
            #expect(client.receive()?.status == status)
        }
    }

    @Test func `a target beyond the limit is refused`() async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send("GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\nHost: h\r\n\r\n")
            let status = client.receive()?.status
            #expect(status == 414 || status == 431)
        }
    }

    @Test(arguments: ["a=1", "a", "=", "%41=%42"], [900, 901, 1000, 5000])
    func `parameters up to the limit are read, more are refused at once`(parameter: String, count: Int) async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            let query = Array(repeating: parameter, count: count).joined(separator: "&")
            client.send("POST /x?\(query) HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            let response = try #require(client.receive())
            let isTooLong = query.utf8.count > 31_000
            #expect(response.status == (isTooLong ? 431 : count > 900 ? 414 : 200))
            if response.status == 200 {
                #expect(response.headers["x-query"]?.split(separator: "&").count == 900)
                #expect(response.text == "hi")
            } else if response.status == 414 {
                #expect(response.text == #"{"code":414,"message":"the query has more than 900 parameters"}"#)
                client.send("GET /fine?a=b&a=c HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(client.receive()?.headers["x-query"] == "a=b&a=c")
            }
        }
    }

    @Test(arguments: [
        ("GET /?\(String(repeating: "&", count: 30_000)) HTTP/1.1\r\nHost: h\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: "a: b\r\n", count: 800))\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: "a: b\r\n", count: 5000))\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: "a:\r\n", count: 5000))\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: h\r\nCookie: \(String(repeating: "a=b; ", count: 5000))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: "Cookie: a=b\r\n", count: 2000))\r\n", 431),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                + "\(String(repeating: "a: b\r\n", count: 5000))\r\n", 431
        ),
    ])
    func `many small parts of a head are read or refused at once`(text: String, status: Int) async throws {
        try await withServer { server in
            let client = try TestClient(port: server.port)
            client.send(text)
            #expect(client.receive()?.status == status)
        }
    }

    @Test(arguments: [
        ("a: b\r\n", 850..<950), ("Cookie: a=b\r\n", 720..<820),
        ("x: \(String(repeating: "y", count: 50))\r\n", 450..<570),
    ])
    func `no number of headers leaves a request without an answer`(header: String, counts: Range<Int>) async throws {
        // Where the library's memory for a connection runs out, between the last that fit and the first that do not.
        try await withServer { server in
            var statuses: Set<Int> = []
            for count in counts {
                let client = try TestClient(port: server.port)
                client.send("GET / HTTP/1.1\r\nHost: h\r\n\(String(repeating: header, count: count))\r\n")
                let status = client.receive()?.status ?? 0
                #expect(status == 200 || status == 431, "\(count) headers")
                statuses.insert(status)
            }
            #expect(statuses == [200, 431])
        }
    }

    @Test(arguments: [
        "\r\n\r\n\r\n\u{0}\u{1}", "GET\r\n\r\n", "nonsense\r\n\r\n", "GET / HTTP/9.9\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nbroken header\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    ])
    func `malformed requests do not trouble the next client`(text: String) async throws {
        try await withServer(change: { $0.headTimeout = .milliseconds(500) }) { server in
            let bad = try TestClient(port: server.port)
            bad.send(text)
            bad.endSending()
            if let status = bad.receive()?.status { #expect(status >= 400) }
            let good = try TestClient(port: server.port)
            good.send("GET /fine HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(good.receive()?.headers["x-path"] == "/fine")
        }
    }

    @Test func `a client that dribbles its headers is cut off`() async throws {
        try await withServer(change: { $0.headTimeout = .milliseconds(100) }) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\nX-")
            let response = client.receive()
            #expect(response?.status == 408)
            #expect(response?.text == #"{"code":408,"message":"the request's headers did not arrive in time"}"#)
            #expect(client.isClosedByServer())
        }
    }

    @Test func `a client that asks nothing is cut off`() async throws {
        try await withServer(change: { $0.headTimeout = .milliseconds(100) }) { server in
            let client = try TestClient(port: server.port)
            #expect(client.isClosedByServer())
        }
    }

    @Test func `a client that dribbles its body is cut off, however often it sends a byte`() async throws {
        try await withServer(change: { $0.bodyTimeout = .milliseconds(200) }) { server in
            let client = try TestClient(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n")
            var sent = 0
            while sent < 100_000_000, client.send("x") { sent += 1 }
            #expect(sent < 100_000_000)
        }
    }

    @Test func `a connection that stays idle is closed`() async throws {
        try await withServer(change: { $0.idleTimeout = .milliseconds(100) }) { server in
            let client = try TestClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(client.receive()?.status == 200)
            #expect(client.isClosedByServer())
        }
    }

    @Test func `a client that does not read its response is cut off`() async throws {
        try await withServer(drainingFor: .seconds(30), change: { $0.responseTimeout = .milliseconds(200) }) { server in
            let client = try TestClient(port: server.port)
            let body = [UInt8](repeating: 0x61, count: 30_000_000)
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
            client.send(body)
            // The stop that follows waits until the connection is gone, much less long than it may.
        }
    }
}

/// Keeps as many bytes as its path says.
private struct GrowingHandler: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        do throws(MemoryBudgetError) {
            try request.memory.grow(by: Int(request.pathSegments.joined()) ?? 0)
            return HTTPResponse(status: 200)
        } catch {
            return .refusal(error)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPServer
import Synchronization
import Testing

@testable import WebClient

@Suite struct WebClientTests {
    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
    func `a request arrives as it was sent, and its answer comes back`(method: String) async throws {
        try await withServer { server in
            let client = WebClient()
            let body: [UInt8]? = method == "GET" ? nil : [1, 2, 0, 255]
            let answer = try client.request(
                method: method, url: "http://127.0.0.1:\(server)/a%20b?x=1",
                headers: [("X-Asked", "yes"), ("X-Empty", "")],
                body: body, timeout: .seconds(20), bodyLimitInBytes: 100)
            #expect(answer.status == 200)
            #expect(answer.header("x-method") == method)
            #expect(answer.header("x-path") == "/a%20b")
            #expect(answer.header("x-names") == "accept,host,x-asked,x-empty" || answer.body.count == 4)
            #expect(answer.header("x-names")?.contains("expect") == false)
            #expect(answer.header("x-names")?.contains("content-type") == false)
            #expect(answer.body == body ?? [])
        }
    }

    @Test func `methods that bring a body say that it is empty`() async throws {
        try await withServer { port in
            for method in ["POST", "PUT"] {
                let answer = try WebClient().request(
                    method: method, url: "http://127.0.0.1:\(port)/", timeout: .seconds(20), bodyLimitInBytes: 100)
                #expect(answer.header("x-names")?.contains("content-length") == true)
            }
            let head = try WebClient().request(
                method: "HEAD", url: "http://127.0.0.1:\(port)/", timeout: .seconds(20), bodyLimitInBytes: 0)
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func `a large body goes there and back whole, over one connection for all requests`() async throws {
        let handler = EchoHandler()
        try await withServer(handler) { port in
            let client = WebClient()
            let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            for _ in 0..<5 {
                let answer = try client.request(
                    method: "POST", url: "http://localhost:\(port)/", headers: [("Content-Type", "x/y")], body: body,
                    timeout: .seconds(20), bodyLimitInBytes: body.count)
                #expect(answer.body == body)
            }
        } finally: { statistics in
            #expect(statistics.totalConnections == 1)
        }
    }

    @Test func `an answer that is larger than the limit is given up`() async throws {
        try await withServer { port in
            for path in ["", "chunked"] {
                #expect(throws: WebClientError.bodyTooLarge(limitInBytes: 99)) {
                    try WebClient().request(
                        method: "POST", url: "http://127.0.0.1:\(port)/\(path)",
                        body: [UInt8](repeating: 1, count: 100),
                        timeout: .seconds(20), bodyLimitInBytes: 99)
                }
            }
        }
    }

    @Test func `an endless head is given up, and an answer in between has a head of its own`() {
        let transfer = WebTransfer(bodyLimitInBytes: 1, mayConnect: nil, isCancelled: { false })
        for line in ["HTTP/1.1 100 Continue\r\n", "A: b\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "C:  d \r\n", "E:\r\n"] {
            #expect(transfer.takeHeadLine(line, byteCount: line.utf8.count))
        }
        #expect(transfer.headers.map(\.name) == ["c", "e"])
        #expect(transfer.headers.map(\.value) == ["d", ""])
        let long = "X: " + String(repeating: "y", count: 1_000) + "\r\n"
        let taken = (0..<100).prefix { _ in transfer.takeHeadLine(long, byteCount: long.utf8.count) }.count
        #expect(taken == 65)
        #expect(transfer.fault == .headTooLarge(limitInBytes: WebTransfer.headLimitInBytes))
    }

    @Test func `a redirect is an answer`() async throws {
        try await withServer { port in
            let answer = try WebClient().request(
                method: "GET", url: "http://127.0.0.1:\(port)/redirect", timeout: .seconds(20), bodyLimitInBytes: 99)
            #expect(answer.status == 302)
            #expect(answer.header("location") == "/elsewhere")
        }
    }

    @Test func `where nobody listens, the error names host and port`() throws {
        let error = #expect(throws: WebClientError.self) {
            try WebClient().request(
                method: "GET", url: "http://127.0.0.1:1/", timeout: .seconds(20), bodyLimitInBytes: 99)
        }
        guard case .cannotConnect("127.0.0.1", 1, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.message.contains("is something listening there?") == true)
    }

    @Test func `a name that does not exist is told apart`() throws {
        #expect(throws: WebClientError.cannotResolve(host: "nowhere.invalid")) {
            try WebClient().request(
                method: "GET", url: "http://nowhere.invalid/", timeout: .seconds(60), bodyLimitInBytes: 99)
        }
    }

    @Test func `a silent server is given up after the timeout, or when the request is cancelled`() async throws {
        let handler = SilentHandler()
        try await withServer(handler) { port in
            let client = WebClient()
            #expect(throws: WebClientError.timedOut(.milliseconds(100))) {
                try client.request(
                    method: "GET", url: "http://127.0.0.1:\(port)/", timeout: .milliseconds(100), bodyLimitInBytes: 99)
            }
            // Cancelled as soon as it has arrived.
            let before = handler.arrivals
            #expect(throws: WebClientError.cancelled) {
                try client.request(
                    method: "GET", url: "http://127.0.0.1:\(port)/", timeout: .seconds(600), bodyLimitInBytes: 99,
                    isCancelled: { handler.arrivals > before })
            }
            handler.open()
        }
    }

    @Test(arguments: [
        "", "x", "ftp://h/", "file:///etc/passwd", "http://", "http://u:p@h/", "http://u@h/", "gopher://h",
        "http://h:99999/", "http://h/\u{0}",
    ])
    func `what is no address of HTTP is refused`(url: String) {
        #expect(throws: WebClientError.self) { try WebAddress(url) }
    }

    @Test func `addresses are read into their parts`() throws {
        let plain = try WebAddress("HTTP://Example.ORG/a b?c=d#e")
        #expect(plain.scheme == "http" && plain.host == "example.org" && plain.port == 80)
        #expect(plain.text.hasSuffix("/a%20b?c=d"))
        let other = try WebAddress("https://[2001:db8::1]:8443/")
        #expect(other.host == "2001:db8::1" && other.port == 8443)
        #expect(try WebAddress("../x", relativeTo: WebAddress("http://h/a/b/c")).text == "http://h/a/x")
        #expect(try WebAddress("//other/x", relativeTo: WebAddress("https://h/a")).text == "https://other/x")
        // Numbers that stand for an address are shown as the address.
        #expect(try WebAddress("http://0x7f.1/").host == "127.0.0.1")
        #expect(try WebAddress("http://2130706433/").host == "127.0.0.1")
    }

    @Test(arguments: [("a\nb", "c"), ("a", "b\r\nc: d"), ("", "c"), ("a:b", "c"), ("a", "b\u{0}")])
    func `a header that holds a line end is refused`(name: String, value: String) {
        #expect(throws: WebClientError.self) {
            try WebClient().request(
                method: "GET", url: "http://127.0.0.1:1/", headers: [(name, value)], timeout: .seconds(1),
                bodyLimitInBytes: 1)
        }
    }

    @Test func `connections go where the route says, and nowhere else`() async throws {
        try await withServer { port in
            let seen = Mutex<[[UInt8]]>([])
            let answer = try WebClient().request(
                method: "GET", url: "http://pictures.example:\(port)/", timeout: .seconds(20), bodyLimitInBytes: 99,
                route: WebRoute(addresses: ["127.0.0.1"]) { address in
                    seen.withLock { $0.append(address) }
                    return true
                })
            #expect(answer.status == 200)
            #expect(answer.header("x-host") == "pictures.example:\(port)")
            #expect(seen.withLock { $0 } == [[127, 0, 0, 1]])
            #expect(throws: WebClientError.addressRefused(host: "localhost")) {
                try WebClient().request(
                    method: "GET", url: "http://localhost:\(port)/", timeout: .seconds(20), bodyLimitInBytes: 99,
                    route: WebRoute(addresses: []) { _ in false })
            }
        } finally: { statistics in
            #expect(statistics.totalConnections == 1)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Authentication
import Execution
import Foundation
import HTTPGateway
import HTTPServer
import Testing
import Unpacking

@testable import WebConsole

func request(
    _ path: String, _ method: String = "GET", _ headers: [(name: String, value: String)] = []
) -> HTTPRequest {
    HTTPRequest(
        method: method, pathSegments: path.split(separator: "/").map { String($0) }, rawPath: path, headers: headers)
}

extension HTTPResponse {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
}

struct ConsoleHandlerTests {
    private let console: ConsoleHandler

    init() throws { console = ConsoleHandler(policy: try ConsolePolicy(imageHosts: [])) }

    @Test(arguments: ["/console", "/console/search", "/console/browse/Photo", "/console/index.html"])
    func `every screen is answered with the page`(path: String) async {
        let response = await console.respond(to: request(path))
        #expect(response.status == 200)
        #expect(response.header("Content-Type") == "text/html; charset=utf-8")
        #expect(response.text.contains("<title>Needletail"))
    }

    @Test(arguments: ["/console/no.js", "/console/docs/no.md", "/console/..", "/console/index.html/x.js"])
    func `a file that is not there is answered with status 404`(path: String) async {
        #expect(await console.respond(to: request(path)).status == 404)
    }

    @Test func `every answer carries the policy`() async {
        for path in ["/console", "/console/no.js"] {
            let policy = await console.respond(to: request(path)).header("Content-Security-Policy") ?? ""
            #expect(policy.hasPrefix("default-src 'self'; "))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
        }
    }

    @Test func `a client that takes gzip gets less, and the same`() async throws {
        let path = "/console/vendor/codemirror/codemirror.js"
        let plain = await console.respond(to: request(path))
        let packed = await console.respond(to: request(path, "GET", [("accept-encoding", "gzip, br")]))
        #expect(packed.header("Content-Encoding") == "gzip")
        #expect(plain.header("Content-Encoding") == nil)
        #expect(packed.body.count * 3 < plain.body.count)
        #expect(try Inflation.unpack(packed.body, limit: 1 << 24, memory: MemoryReservation()) == plain.body)
    }

    @Test func `a browser that has a file already is told so`() async throws {
        let first = await console.respond(to: request("/console"))
        let tag = try #require(first.header("ETag"))
        let second = await console.respond(to: request("/console", "GET", [("if-none-match", tag)]))
        #expect(second.status == 304)
        #expect(second.body.isEmpty)
    }

    @Test func `HEAD has no body, and nothing can be sent`() async {
        #expect(await console.respond(to: request("/console", "HEAD")).body.isEmpty)
        let refused = await console.respond(to: request("/console", "POST"))
        #expect(refused.status == 405)
        #expect(refused.header("Allow") == "GET, HEAD")
    }

    @Test func `a folder stands in for the site, and for nothing else`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("from the folder".utf8).write(to: folder.appending(path: "index.html"))
        try Data("hidden".utf8).write(to: folder.appending(path: ".secret.js"))
        let console = ConsoleHandler(policy: try ConsolePolicy(imageHosts: []), folder: folder.path)
        #expect(await console.respond(to: request("/console/search")).text == "from the folder")
        #expect(await console.respond(to: request("/console/vendor/codemirror/simple.js")).status == 200)
        #expect(await console.respond(to: request("/console/.secret.js")).status == 404)
        let climbing = HTTPRequest(
            method: "GET", pathSegments: ["console", "..", folder.lastPathComponent, "index.html"],
            rawPath: "/console/..")
        #expect(await console.respond(to: climbing).status == 404)
        let slashed = HTTPRequest(
            method: "GET", pathSegments: ["console", "a/../index.html"], rawPath: "/console/a%2f")
        #expect(await console.respond(to: slashed).status == 404)
    }
}

struct ConsolePolicyTests {
    @Test(arguments: ["pictures.example", "*.pictures.example", "https://pictures.example:8443", "127.0.0.1:9000"])
    func `listed hosts may show pictures`(host: String) throws {
        let policy = try ConsolePolicy(imageHosts: [host]).headers.first { $0.name == "Content-Security-Policy" }?.value
        #expect(policy?.contains("img-src 'self' blob: data: \(host);") == true)
    }

    @Test(arguments: ["a b", "a;script-src *", "*", "a,b", "https://", "a:port", "'unsafe-inline'", "a\r\nX: y", "a/b"])
    func `what is no host is refused and named`(host: String) {
        #expect(throws: ConsolePolicyError.invalidHost(host)) { try ConsolePolicy(imageHosts: [host]) }
    }
}

/// Answers everything as an API does.
private struct API: GuardedHandler {
    func permission(for request: HTTPRequest) -> Permission { .read }
    func pathPattern(for request: HTTPRequest) -> String? { nil }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        HTTPResponse(status: 301, headers: [("Location", "/v1")])
    }
}

struct ConsoleEntranceTests {
    private let entrance: ConsoleEntrance

    init() throws {
        entrance = ConsoleEntrance(inner: API(), console: ConsoleHandler(policy: try ConsolePolicy(imageHosts: [])))
    }

    @Test func `a browser that asks for the root is led to the console`() async {
        let response = await entrance.respond(to: request("/", "GET", [("accept", "text/html,application/xml;q=0.9")]))
        #expect(response.status == 302)
        #expect(response.header("Location") == "/console")
        #expect(response.header("Vary") == "Accept")
    }

    @Test(arguments: ["*/*", "application/json", nil])
    func `other clients get what the API answers`(accept: String?) async {
        let response = await entrance.respond(to: request("/", "GET", accept.map { [("accept", $0)] } ?? []))
        #expect(response.header("Location") == "/v1")
    }

    @Test func `the console is open, the API as guarded as before`() {
        #expect(entrance.permission(for: request("/console/search")) == .open)
        #expect(entrance.permission(for: request("/v1/meta")) == .read)
    }
}

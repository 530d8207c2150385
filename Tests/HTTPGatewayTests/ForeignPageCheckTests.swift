// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPServer
import Testing

@testable import HTTPGateway

/// Wants permission to write for `objects`, to read for all else, and answers with 200.
private struct Store: GuardedHandler {
    func permission(for request: HTTPRequest) -> Permission {
        request.pathSegments.last == "objects" && request.method != "GET" ? .write : .read
    }
    func pathPattern(for request: HTTPRequest) -> String? { nil }

    func respond(to request: HTTPRequest) async -> HTTPResponse { HTTPResponse(status: 200) }
}

struct ForeignPageCheckTests {
    private func status(
        _ method: String = "POST", _ path: String = "/v1/objects", headers: [(name: String, value: String)],
        keys: [String] = [], allowedOrigins: String = "*"
    ) async -> Int {
        var crossOrigin = CrossOriginHeaders()
        crossOrigin.allowedOrigins = allowedOrigins
        let check = ForeignPageCheck(
            inner: Store(), authenticator: Authenticator(keys: keys, users: ["ann"], allowsAnonymous: true),
            crossOrigin: crossOrigin)
        let request = HTTPRequest(
            method: method, pathSegments: path.split(separator: "/").map { String($0) }, rawPath: path,
            headers: [("host", "localhost:8080")] + headers)
        return await check.respond(to: request).status
    }

    private static let foreign: [(name: String, value: String)] = [
        ("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"),
    ]

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func `a page of another origin changes nothing`(method: String) async {
        #expect(await status(method, headers: Self.foreign) == 403)
        #expect(await status(method, headers: [("origin", "null")]) == 403)
        #expect(await status(method, headers: [("origin", "http://localhost:3000")]) == 403)
        #expect(await status(method, headers: [("sec-fetch-site", "same-site")]) == 403)
    }

    @Test func `a page of another origin reads, and searches with POST`() async {
        #expect(await status("GET", headers: Self.foreign) == 200)
        #expect(await status("POST", "/v1/graphql", headers: Self.foreign) == 200)
        #expect(await status("DELETE", "/v1/map", headers: Self.foreign) == 403)
    }

    @Test func `clients that are no browsers send neither header and are let through`() async {
        #expect(await status(headers: []) == 200)
        #expect(await status(headers: [("sec-fetch-mode", "cors")]) == 200)
    }

    @Test func `what only a page of ours can send lets through`() async {
        #expect(await status(headers: [("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")]) == 200)
        #expect(await status(headers: [("origin", "http://localhost:8080")]) == 200)
        #expect(await status(headers: Self.foreign + [("x-needletail-console", "1")]) == 200)
        #expect(await status(headers: [("sec-fetch-site", "none")]) == 200)
    }

    @Test func `an accepted key lets through, any other credential does not`() async {
        let (right, wrong) = (("authorization", "Bearer k"), ("authorization", "Bearer x"))
        #expect(await status(headers: Self.foreign + [right], keys: ["k"]) == 200)
        #expect(await status(headers: Self.foreign + [wrong], keys: ["k"]) == 403)
        #expect(await status(headers: Self.foreign + [right]) == 403)
    }

    @Test func `an origin that is named lets its own pages through`() async {
        #expect(await status(headers: Self.foreign, allowedOrigins: "http://evil.example") == 200)
        #expect(await status(headers: Self.foreign, allowedOrigins: "http://good.example") == 403)
    }

    @Test func `the header of the console is not one that other pages are allowed to send`() {
        let allowed = CrossOriginHeaders.defaultAllowedHeaders.lowercased()
        #expect(!allowed.contains(ForeignPageCheck.consoleHeader))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Authentication
import DatabaseCore
import HTTPGateway
import HTTPServer
import JSON
import Testing

@testable import RESTAPI

struct RoutingTests {
    private let fixture = RESTFixture()

    @Test func `a path that is none is answered with its name`() async throws {
        let answer = try await fixture.send("GET", "/v1/nosuchthing")
        #expect(answer.status == 404 && answer.code == 404 && answer.message == "path /v1/nosuchthing was not found")
    }

    @Test func `another method is answered with those that are allowed`() async throws {
        let answer = try await fixture.send("DELETE", "/v1/meta")
        #expect(answer.status == 405 && answer.message == "method DELETE is not allowed, but [GET] are")
        #expect(answer.header("Allow") == "GET")
    }

    @Test func `the root leads to the interface`() async throws {
        let answer = try await fixture.send("GET", "/")
        #expect(answer.status == 301 && answer.header("Location") == "/v1")
    }

    @Test(arguments: ["/v1/meta", "/v1/nosuchthing", "/v1/objects/x"])
    func `every answer lets browsers of other origins read it`(path: String) async throws {
        let answer = try await fixture.send("GET", path)
        #expect(answer.header("Access-Control-Allow-Origin") == "*")
        #expect(answer.header("Access-Control-Allow-Methods") == "*")
        #expect(answer.header("Access-Control-Allow-Headers")?.contains("Authorization") == true)
    }

    @Test func `a preflight is answered without looking further`() async throws {
        let answer = try await fixture.send("OPTIONS", "/v1/objects")
        #expect(answer.status == 200 && answer.body == nil)
    }

    @Test(arguments: [
        ("POST", "/v1/export/filesystem", "export"), ("POST", "/v1/classifications", "classification"),
        ("GET", "/v1/authz/roles", "authz"), ("GET", "/v1/tasks", "tasks"),
    ])
    func `what is not built says so by name`(method: String, path: String, name: String) async throws {
        let answer = try await fixture.send(method, path, "{}")
        #expect(answer.status == 501)
        #expect(answer.message?.contains(name) == true && answer.message?.hasSuffix("is not supported yet") == true)
    }

    @Test func `every endpoint of the table is declared once, and described`() {
        let endpoints = RESTEndpoints.router.endpoints
        #expect(Set(endpoints.map { "\($0.method) \($0.path)" }).count == endpoints.count)
        for endpoint in endpoints {
            #expect(!endpoint.summary.isEmpty && !endpoint.summary.hasSuffix(".") && !endpoint.tag.isEmpty)
            // Later ones of the same form could never be reached.
            guard
                case .found(let first, _) = RESTEndpoints.router.match(
                    method: endpoint.method, path: path(of: endpoint.path))
            else {
                Issue.record("\(endpoint.method) \(endpoint.path) is not found")
                continue
            }
            #expect(first.path == endpoint.path)
        }
    }

    /// A path that fits, with names of parameters for what they stand for.
    private func path(of pattern: PathPattern) -> [String] {
        ["v1"]
            + pattern.segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .parameter(let name): "<\(name)>"
                }
            }
    }

    @Test func `whatever is not built says so, by all its methods`() async throws {
        for endpoint in RESTEndpoints.unbuilt {
            let answer = try await fixture.send(
                endpoint.method, "/" + path(of: endpoint.path).joined(separator: "/"), "{}")
            #expect(answer.status == 501, "\(endpoint.method) \(endpoint.path)")
        }
    }

    @Test func `only what clients ask before they log in is open`() {
        let open = RESTEndpoints.router.endpoints.filter { $0.permission == .open }.map { "\($0.path)" }
        #expect(
            Set(open) == [
                "", "openapi.json", ".well-known/live", ".well-known/ready", ".well-known/openid-configuration",
            ])
    }

    @Test(
        arguments: [
            ("GET", [], .open), ("GET", ["v1"], .open), ("OPTIONS", ["v1", "objects"], .open), ("GET", ["x"], .open),
            ("POST", ["v1", ".well-known", "ready"], .open), ("GET", ["v1", "nosuchthing"], .read),
            ("GET", ["v1", ".well-known", "nosuchthing"], .open),
            ("GET", ["v1", "objects"], .read), ("POST", ["v1", "graphql"], .read),
            ("POST", ["v1", "objects", "validate"], .read), ("POST", ["v1", "objects"], .write),
            ("DELETE", ["v1", "schema", "C"], .write), ("PUT", ["v1", "schema", "C", "shards", "S"], .admin),
            ("GET", ["v1", "backups", "s3", "b"], .read), ("POST", ["v1", "backups", "s3"], .admin),
            ("POST", ["v1", "backups", "s3", "b", "restore"], .admin),
            ("PATCH", ["v1", "schema"], .read),
        ] as [(String, [String], Permission)])
    func `a request asks for what its endpoint says`(method: String, path: [String], permission: Permission) {
        let request = HTTPRequest(method: method, pathSegments: path, rawPath: "/" + path.joined(separator: "/"))
        #expect(fixture.handler.permission(for: request) == permission)
    }

    @Test func `live and ready are answered at once, also before there is a database`() async {
        for isReady in [true, false] {
            let health = RESTHealth(isReady: { isReady }, crossOrigin: CrossOriginHeaders())
            for (name, status) in [("live", 200), ("ready", isReady ? 200 : 503)] {
                let request = HTTPRequest(
                    method: "GET", pathSegments: ["v1", ".well-known", name], rawPath: "/v1/.well-known/\(name)")
                for handler in [health, RESTFixture(isReady: isReady).handler] as [any HTTPHandler] {
                    let response = handler.immediateResponse(to: request)
                    #expect(response?.status == status)
                    #expect(response?.headers.contains { $0 == ("Access-Control-Allow-Origin", "*") } == true)
                }
            }
            let other = HTTPRequest(method: "GET", pathSegments: ["v1", "meta"], rawPath: "/v1/meta")
            #expect(health.immediateResponse(to: other) == nil)
            #expect(await health.respond(to: other).status == 404)
        }
    }

    @Test func `GraphQL is handed on`() async throws {
        for path in ["/v1/graphql", "/v1/graphql/batch"] {
            #expect(try await fixture.send("POST", path, "{}").body?["path"] == .string(path))
        }
    }

    @Test func `live and ready have no body`() async throws {
        let live = try await fixture.send("GET", "/v1/.well-known/live")
        #expect(live.status == 200 && live.body == nil && live.contentType == nil)
        #expect(try await fixture.send("GET", "/v1/.well-known/ready").status == 200)
        #expect(try await RESTFixture(isReady: false).send("GET", "/v1/.well-known/ready").status == 503)
        #expect(try await fixture.send("GET", "/v1/.well-known/openid-configuration").status == 404)
    }

    @Test func `meta tells the version that steers clients`() async throws {
        let body = try await fixture.send("GET", "/v1/meta").body
        #expect(body?["version"] == .string("1.39.0") && body?["grpcMaxMessageSize"]?.number == 104_858_000)
        #expect(body?["modules"]?["img2vec-neural"] == .object([:]))
    }

    @Test func `nodes have shards in verbose output only, and null for none`() async throws {
        let empty = try await fixture.send("GET", "/v1/nodes?output=verbose").body
        #expect(empty?["nodes"]?[0]?["shards"] == .null && empty?["nodes"]?[0]?["stats"]?["shardCount"]?.number == 0)
        try await fixture.createClass("C")
        #expect(try await fixture.send("GET", "/v1/nodes").body?["nodes"]?[0]?["shards"] == .null)
        let verbose = try await fixture.send("GET", "/v1/nodes/C?output=verbose").body
        #expect(verbose?["nodes"]?[0]?["shards"]?[0]?["class"] == .string("C"))
        #expect(verbose?["nodes"]?[0]?["shards"]?[0]?["vectorIndexingStatus"] == .string("READY"))
        #expect(try await fixture.send("GET", "/v1/nodes?output=chatty").status == 422)
        #expect(try await fixture.send("GET", "/v1/nodes/D").status == 404)
    }
}

extension JSONValue {
    /// The element of an array.
    subscript(position: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
        return elements[position]
    }

    /// The number of elements of an array.
    var count: Int? {
        guard case .array(let elements) = self else { return nil }
        return elements.count
    }
}

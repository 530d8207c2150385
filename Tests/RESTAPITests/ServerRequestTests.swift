// SPDX-License-Identifier: Apache-2.0

import Authentication
import CollectionInsights
import DatabaseCore
import Execution
import Foundation
import HTTPServer
import ImageVectorizer
import JSON
import Observability
import ServerInspection
import Testing

@testable import RESTAPI

struct ServerRequestTests {
    private let requests = RequestLog()
    private let sink = LogSink { _ in }
    private static let pool = ComputePool(threadCount: 1, name: "test")

    private func fixture(
        network: NetworkReport = .none(reason: "it is being loaded"), isBroken: Bool = false
    ) -> RESTFixture {
        let settings = [
            SettingReport(
                name: "PORT", value: "8081", defaultValue: "8080", source: .environment, section: "Addresses",
                help: "The port.")
        ]
        let inspector = ServerInspector.double(
            InspectedDouble(isBroken: isBroken), settings: settings, log: sink.recent, requests: requests,
            network: network, background: Self.pool)
        return RESTFixture(inspector: inspector)
    }

    @Test func `the server tells how it fares`() async throws {
        requests.end(requests.begin(), of: .init(method: "GET", path: "/v1/meta"), status: 500) { "" }
        let answer = try await fixture().send("GET", "/v1/server")
        let body = try #require(answer.body)
        #expect(answer.status == 200 && body["version"]?.text == "0.1.0" && body["weaviateVersion"]?.text == "1.39.0")
        #expect(body["startedAt"]?.text == "2023-11-14T22:13:20.000Z" && body["isReady"] == .boolean(true))
        #expect(body["memory"]?["indexBytes"]?.number == 2_000)
        #expect(body["memory"]?["requestBudgetBytes"]?.number == 100)
        #expect(body["memory"]?["requestUsedBytes"]?.number == 10)
        #expect(body["memory"]?["limitBytes"]?.number == 1_000 && body["memory"]?["heldBytes"]?.number == 500)
        #expect(body["disk"]?["mapBytes"]?.number == Double(1 << 40))
        let counted = body["requests"]
        #expect(counted?["connections"]?.number == 3 && counted?["total"]?.number == 3)
        #expect(counted?["failed"]?.number == 1 && counted?["refused"]?.number == 2)
        guard case .array(let endpoints)? = counted?["byEndpoint"] else {
            Issue.record("no endpoints")
            return
        }
        #expect(Array(endpoints).first?["path"]?.text == "/v1/meta")
        #expect(body["network"] == .null && body["networkReason"]?.text == "it is being loaded")
        #expect(body["features"]?["imports"] == .boolean(true) && body["features"]?["importRoots"]?.number == 2)
        #expect(body["features"]?["backups"] == .boolean(false))
    }

    @Test func `the network is told with its license`() async throws {
        let network = LoadedNetwork(
            identity: .init(name: "net", sha256: "abc", dimensions: 8),
            license: .init(name: "unknown", note: "?", isNonCommercial: nil), precision: "fp32", streams: nil,
            source: "the file net.onnx")
        let body = try #require(try await fixture(network: .loaded(network)).send("GET", "/v1/server").body)
        #expect(body["network"]?["name"]?.text == "net" && body["network"]?["dimensions"]?.number == 8)
        #expect(body["network"]?["licence"]?["name"]?.text == "unknown")
        #expect(body["network"]?["licence"]?["nonCommercial"] == .null)
        #expect(body["network"]?["source"]?.text == "the file net.onnx" && body["network"]?["streams"] == .null)
    }

    @Test func `settings are shown with where they come from`() async throws {
        let body = try await fixture().send("GET", "/v1/server/settings").body
        guard case .array(let settings)? = body?["settings"] else {
            Issue.record("no settings")
            return
        }
        #expect(
            Array(settings) == [
                .object([
                    "name": .string("PORT"), "value": .string("8081"), "default": .string("8080"),
                    "source": .string("environment"), "section": .string("Addresses"), "help": .string("The port."),
                ])
            ])
    }

    @Test func `lines of the log are read page by page`() async throws {
        let logger = Logger(level: .info, sink: sink)
        for number in 1...5 {
            logger.info("event", ["number": .integer(number), "ok": true, "share": 0.5, "name": "x"])
        }
        logger.warning("odd")
        let fixture = fixture()
        let page = try await fixture.send("GET", "/v1/server/log?limit=2&after=1").body
        #expect(page?["next"]?.number == 3 && page?["dropped"]?.number == 0)
        guard case .array(let lines)? = page?["lines"] else {
            Issue.record("no lines")
            return
        }
        let first = Array(lines).first
        #expect(Array(lines).count == 2 && first?["number"]?.number == 2 && first?["level"]?.text == "info")
        #expect(first?["message"]?.text == "event" && first?["values"]?["number"]?.number == 2)
        #expect(first?["values"]?["ok"] == .boolean(true) && first?["values"]?["name"]?.text == "x")
        let grave = try await fixture.send("GET", "/v1/server/log?level=warning").body
        guard case .array(let warnings)? = grave?["lines"] else {
            Issue.record("no lines")
            return
        }
        #expect(Array(warnings).map { $0["message"]?.text } == ["odd"])
    }

    @Test(arguments: [
        ("limit=0", "limit in query: '0' does not do; give a whole number from 1 to 2000"),
        ("limit=2001", "limit in query: '2001' does not do; give a whole number from 1 to 2000"),
        ("after=-1", "after in query: '-1' does not do; give a whole number from 0 on"),
        ("level=loud", "level in query should be one of [trace debug info warning error fatal panic]"),
    ])
    func `parameters that do not do are named`(query: String, message: String) async throws {
        let answer = try await fixture().send("GET", "/v1/server/log?\(query)")
        #expect(answer.status == 422 && answer.message == message)
    }

    @Test(arguments: [
        ("/v1/server", Permission.read), ("/v1/server/settings", .admin), ("/v1/server/log", .admin),
    ])
    func `what shows the inside is for administrators`(path: String, permission: Permission) {
        let request = HTTPRequest(
            method: "GET", pathSegments: path.split(separator: "/").map { String($0) }, rawPath: path)
        #expect(fixture().handler.permission(for: request) == permission)
    }

    @Test func `sizes come when they are measured`() async throws {
        let fixture = fixture()
        var body = try await fixture.send("GET", "/v1/server/collections").body
        guard case .array(let first)? = body?["collections"], let meme = Array(first).first else {
            Issue.record("no collections")
            return
        }
        #expect(meme["class"]?.text == "Meme" && meme["objects"]?.number == 3 && meme["tenants"] == .null)
        while body?["isMeasuring"] == .boolean(true) {
            await Task.yield()
            body = try await fixture.send("GET", "/v1/server/collections").body
        }
        guard case .array(let measured)? = body?["collections"], let meme = Array(measured).first else {
            Issue.record("no collections")
            return
        }
        #expect(meme["bytes"]?["total"]?.number == 101 && meme["bytes"]?["vectors"]?.number == 40)
        #expect(meme["measuredAt"]?.text != nil && meme["vectorizer"]?.text == "none")
        guard case .array(let vectors)? = meme["vectors"], let vector = Array(vectors).first else {
            Issue.record("no vectors")
            return
        }
        #expect(vector["name"]?.text == "a" && vector["bytes"]?.number == 40 && vector["unlinked"]?.number == 1)
    }

    @Test func `a self-test tells each part, and the first that fails fails it`() async throws {
        let body = try await fixture().send("POST", "/v1/server/self-test").body
        guard case .array(let checks)? = body?["checks"] else {
            Issue.record("no checks")
            return
        }
        #expect(body?["passed"] == .boolean(true), "\(Array(checks))")
        #expect(
            Array(checks).map { $0["name"]?.text } == [
                "storage", "disk space", "network", "vector index of Meme, a", "thumbnails", "clock",
            ])
        #expect(Array(checks).allSatisfy { $0["ms"]?.number != nil && $0["detail"]?.text?.isEmpty == false })
        let broken = try await fixture(isBroken: true).send("POST", "/v1/server/self-test").body
        guard case .array(let failed)? = broken?["checks"] else {
            Issue.record("no checks")
            return
        }
        #expect(broken?["passed"] == .boolean(false))
        #expect(Array(failed).filter { $0["passed"] == .boolean(false) }.count == 2)
        #expect(Array(failed).first?["detail"]?.text?.contains("on fire") == true)
    }

    @Test func `metrics are text, and slow requests are shown with their class`() async throws {
        let fixture = fixture()
        let response = try await fixture.response(to: "GET", "/v1/server/metrics")
        #expect(response.status == 200 && String(decoding: response.body, as: UTF8.self) == "up 1\n")
        #expect(response.headers.contains { $0.name == "Content-Type" && $0.value.hasPrefix("text/plain") })
        requests.end(requests.begin(), of: .init(method: "GET", path: "/v1/objects/{class}"), status: 404) {
            "/v1/objects/Meme"
        }
        let body = try await fixture.send("GET", "/v1/server/slow-requests").body
        guard case .array(let slow)? = body?["requests"], let first = Array(slow).first else {
            Issue.record("no requests")
            return
        }
        #expect(first["path"]?.text == "/v1/objects/Meme" && first["status"]?.number == 404)
        #expect(first["method"]?.text == "GET" && first["ms"]?.number != nil && first["at"]?.text != nil)
    }

    @Test func `a measurement of recall is told with its curve`() async throws {
        let fixture = RESTFixture(insightsPool: Self.pool)
        try await fixture.createClass("Things")
        let target = "/v1/recall/Things?ef=200,20&queries=5&limit=3"
        var answer = try await fixture.send("GET", target)
        while answer.status == 202 {
            #expect(answer.body?["state"]?.text == "running")
            await Task.yield()
            answer = try await fixture.send("GET", target)
        }
        let body = try #require(answer.body)
        #expect(answer.status == 200 && body["state"]?.text == "succeeded" && body["stale"] == .boolean(false))
        let numbers = ["k", "queries", "objects", "unlinked", "dimensions", "currentEf", "exactMs"]
        #expect(numbers.map { body[$0]?.number } == [3, 5, 50, 7, 2, 100, 3])
        #expect(body["index"]?.text == "hnsw" && body["metric"]?.text == "cosine")
        #expect(body["curve"]?.elements.map { $0["ef"]?.number } == [20, 200])
        let first = body["curve"]?.elements.first
        #expect(first?["recall"]?.number == 1 && first?["p50Ms"]?.number == 1 && first?["p99Ms"]?.number == 2)
        #expect(first?["qps"]?.number == 1_000 && first?["scan"] == .boolean(false))
        let note = try #require(body["note"]?.text)
        #expect(note.contains("from ef 200 on") && note.contains("7 vectors wait for their links"))
        #expect(try await fixture.send("DELETE", target).status == 404)
        await fixture.handler.context.insights?.close()
    }

    @Test(arguments: [
        ("ef=0", "ef"), ("ef=1,x", "ef"), ("ef=,", "ef"), ("queries=0", "queries"), ("queries=1001", "queries"),
        ("limit=101", "limit"), ("refresh=maybe", "refresh"), ("targetVector=x", "'x'"),
    ])
    func `a measurement that cannot be made is refused by name`(query: String, word: String) async throws {
        let fixture = RESTFixture(insightsPool: Self.pool)
        try await fixture.createClass("Things")
        let answer = try await fixture.send("GET", "/v1/recall/Things?\(query)")
        #expect(answer.status == 422 && answer.message?.contains(word) == true)
        #expect(try await fixture.send("GET", "/v1/recall/Nothing").status == 404)
    }

    @Test func `a server without an inspector says that there is none`() async throws {
        #expect(try await RESTFixture().send("GET", "/v1/server").status == 501)
    }
}

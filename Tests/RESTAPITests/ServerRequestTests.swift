// SPDX-License-Identifier: Apache-2.0

import Authentication
import DatabaseCore
import Foundation
import HTTPServer
import ImageVectorizer
import JSON
import Observability
import ServerInspection
import Testing

@testable import RESTAPI

/// A database that has two indexes.
private struct TwoIndexes: InspectionOperations {
    func storageFigures() -> StorageFigures { StorageFigures(mapSizeInBytes: 1 << 40, lastCommit: 7) }

    func vectorIndexes() -> [VectorIndexStatus] {
        ["a", "b"].map { name in
            var status = VectorIndexStatus(collection: "Meme", shard: "s", vector: name, kind: "hnsw", metric: "cosine")
            status.memoryInBytes = 1_000
            return status
        }
    }
}

extension ServerInspector {
    /// Of a server with two indexes and one setting.
    static func fixture(
        log: LogRing = LogSink { _ in }.recent, requests: RequestLog = RequestLog(),
        network: NetworkReport = .none(reason: "it is being loaded")
    ) -> ServerInspector {
        var features = ServerFeatures()
        features.importRootCount = 2
        let settings = [
            SettingReport(
                name: "PORT", value: "8081", defaultValue: "8080", source: .environment, section: "Addresses",
                help: "The port.")
        ]
        return ServerInspector(
            facts: .init(
                version: "0.1.0", weaviateVersion: "1.39.0", start: Date(timeIntervalSince1970: 1_700_000_000),
                features: features, settings: settings),
            start: ContinuousClock.now, log: log, requests: requests, database: TwoIndexes(),
            dataFolder: DataFolder(path: "/"),
            transport: { .init(connectionCount: 3, refusedCount: 2, memoryInUse: 10, memoryLimit: 100) },
            network: { network })
    }
}

struct ServerRequestTests {
    private let requests = RequestLog()
    private let sink = LogSink { _ in }

    private func fixture(network: NetworkReport = .none(reason: "it is being loaded")) -> RESTFixture {
        RESTFixture(inspector: .fixture(log: sink.recent, requests: requests, network: network))
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

    @Test func `a server without an inspector says that there is none`() async throws {
        #expect(try await RESTFixture().send("GET", "/v1/server").status == 501)
    }
}

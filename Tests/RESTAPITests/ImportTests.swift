// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import DatabaseTesting
import Execution
import Fetching
import Foundation
import ImageVectorizer
import Importing
import JSON
import Jobs
import Testing

@testable import RESTAPI

/// Fetches nothing until it is no longer wanted.
private struct EndlessFetching: PictureFetching {
    func picture(at url: String) async throws(FetchError) -> [UInt8] {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
        throw .cancelled
    }
}

/// A folder that the server may read, with pictures, and a server that may read it.
private final class ImportingServer {
    let folder: String
    let fixture: RESTFixture
    let service: ImportService

    init() throws {
        folder = NSTemporaryDirectory() + "needletail-imports-\(UUID().uuidString)"
        for name in ["root/cats", "root/dogs", "root-other"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        for name in ["root/cats/1.jpg", "root/cats/2.jpg", "root/dogs/3.jpg", "root-other/4.jpg"] {
            try Data([0xFF, 0xD8, 0xFF] + Array(name.utf8)).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        try Data("no picture".utf8).write(to: URL(filePath: folder + "/root/dogs/broken.jpg"))
        try Data("url\nhttps://example.org/1.jpg\n".utf8).write(to: URL(filePath: folder + "/root/urls.csv"))
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/root/out", withDestinationPath: folder + "/root-other")
        var settings = DatabaseSettings()
        settings.modules = ["img2vec-neural"]
        var made: ImportService?
        let folder = folder
        fixture = RESTFixture(settings: settings) { database in
            made = ImportService(
                database: database, roots: [folder + "/root", folder + "/missing"], limit: 1,
                executor: ComputePool(threadCount: 1, name: "import"), journalFolder: folder + "/journals",
                fetcher: EndlessFetching(), decodingLimits: DecodingLimits())
            return made
        }
        service = try #require(made)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Begins an import and waits for its end.
    func run(_ body: String) async throws -> RESTFixture.Answer {
        let begun = try await fixture.send("POST", "/v1/imports", body)
        #expect(begun.status == 202, "\(begun.message ?? "")")
        let id = try #require(begun.body?["id"]?.text)
        await service.job(id)?.waitUntilEnded()
        return try await fixture.send("GET", "/v1/imports/\(id)")
    }
}

struct ImportTests {
    @Test func `imports are off unless folders are listed, and say so`() async throws {
        let fixture = RESTFixture()
        for (method, path) in [("GET", ""), ("POST", ""), ("GET", "/x"), ("DELETE", "/x")] {
            let answer = try await fixture.send(method, "/v1/imports\(path)", #"{"class": "C", "source": "x"}"#)
            #expect(answer.status == 422)
            #expect(answer.message?.contains("NEEDLETAIL_IMPORT_ROOTS") == true)
        }
    }

    @Test func `a folder is imported, and what failed is told by its path`() async throws {
        let server = try ImportingServer()
        let begun = try await server.fixture.send(
            "POST", "/v1/imports",
            #"{"class": "pets", "source": ".", "labelFromFolder": "label", "property": {"year": 2024}}"#)
        #expect(begun.status == 202)
        let id = try #require(begun.body?["id"]?.text)
        #expect(begun.header("Location") == "/v1/imports/\(id)")
        #expect(begun.body?["href"]?.text == "/v1/imports/\(id)")
        await server.service.job(id)?.waitUntilEnded()
        let status = try await server.fixture.send("GET", "/v1/imports/\(id)")
        #expect(status.status == 200)
        #expect(status.body?["state"] == .string("SUCCESS"))
        #expect(status.body?["class"] == .string("Pets"))
        #expect(status.body?["stored"]?.number == 3)
        #expect(status.body?["failed"]?.number == 2)
        #expect(status.body?["ignored"]?.number == 1)
        #expect(status.body?["total"]?.number == 6 && status.body?["done"]?.number == 6)
        #expect(status.body?["secondsLeft"]?.number == 0)
        #expect(status.body?["definition"]?["class"] == .string("Pets"))
        guard case .array(let failures)? = status.body?["failures"] else {
            Issue.record("there are no failures")
            return
        }
        #expect(Set(failures.compactMap { $0["path"]?.text }) == ["dogs/broken.jpg", "out"])
        let text = String(decoding: status.body?.encoded ?? [], as: UTF8.self)
        #expect(!text.contains(server.folder), "paths of the machine are told")
        #expect(server.fixture.database.collection(named: "Pets")?.property(named: "label") != nil)
        let list = try await server.fixture.send("GET", "/v1/imports")
        #expect(list.body?["imports"].map { String(decoding: $0.encoded, as: UTF8.self).contains(id) } == true)
    }

    @Test func `a second import finds what is there`() async throws {
        let server = try ImportingServer()
        #expect(try await server.run(#"{"class": "C", "source": "cats"}"#).body?["stored"]?.number == 2)
        let again = try await server.run(#"{"class": "C", "source": "cats"}"#)
        #expect(again.body?["stored"]?.number == 0 && again.body?["skipped"]?.number == 2)
    }

    @Test func `nothing outside of the listed folders can be named`() async throws {
        let server = try ImportingServer()
        let paths = [
            "/", "/etc", "..", "../root-other", "cats/../../root-other", "out", "\(server.folder)/root-other",
            "\(server.folder)", "nothing", "cats\u{0}", "\(server.folder)/missing",
        ]
        for path in paths {
            let body = JSONValue.object(["class": .string("C"), "source": .string(path)]).encoded
            let answer = try await server.fixture.send(
                "POST", "/v1/imports", String(decoding: body, as: UTF8.self))
            #expect(answer.status == 403, "\(path)")
        }
        #expect(server.service.all.isEmpty)
        let absolute = try await server.run(#"{"class": "C", "source": "\#(server.folder)/root/cats", "dryRun": true}"#)
        #expect(absolute.body?["state"] == .string("SUCCESS") || absolute.body?["failed"]?.number == 2)
    }

    @Test(arguments: [
        (#"{"source": "cats"}"#, "class in body is required"), (#"{"class": "C"}"#, "source in body is required"),
        (#"{"class": "C", "source": "cats", "nonsense": 1}"#, "nonsense"),
        (#"{"class": "C", "source": "cats", "id": "number"}"#, "should be one of [content path uuid]"),
        (#"{"class": "C", "source": "cats", "existing": "keep"}"#, "should be one of [skip replace fail]"),
        (#"{"class": "C D", "source": "cats"}"#, "not a valid class name"),
        (#"{"class": "C", "source": "cats", "idColumn": "x"}"#, "idColumn"),
        (#"{"class": "C", "source": "cats", "properties": "x.jsonl"}"#, ".npy"),
        (#"{"class": "C", "source": "cats", "property": {"a": []}}"#, "property.a"),
    ]) func `mistakes are named`(body: String, part: String) async throws {
        let answer = try await ImportingServer().fixture.send("POST", "/v1/imports", body)
        #expect(answer.status == 422)
        #expect(answer.message?.contains(part) == true, "\(answer.message ?? "")")
    }

    @Test func `an import under way is the only one, and can be cancelled`() async throws {
        let server = try ImportingServer()
        let begun = try await server.fixture.send("POST", "/v1/imports", #"{"class": "C", "source": "urls.csv"}"#)
        let id = try #require(begun.body?["id"]?.text)
        let second = try await server.fixture.send("POST", "/v1/imports", #"{"class": "C", "source": "cats"}"#)
        #expect(second.status == 429 && second.message?.contains("NEEDLETAIL_IMPORT_LIMIT") == true)
        #expect(try await server.fixture.send("GET", "/v1/imports/\(id)").body?["state"] == .string("STARTED"))
        #expect(try await server.fixture.send("DELETE", "/v1/imports/\(id)").status == 204)
        await server.service.job(id)?.waitUntilEnded()
        #expect(try await server.fixture.send("GET", "/v1/imports/\(id)").body?["state"] == .string("CANCELED"))
        #expect(try await server.fixture.send("GET", "/v1/imports/none").status == 404)
        #expect(try await server.fixture.send("DELETE", "/v1/imports/none").status == 404)
    }

    @Test func `what ends an import is told without paths of the machine`() async throws {
        let server = try ImportingServer()
        try Data("a,b\n1,2\n".utf8).write(to: URL(filePath: server.folder + "/root/x.csv"))
        let status = try await server.run(#"{"class": "C", "source": "x.csv"}"#)
        #expect(status.body?["state"] == .string("FAILED"))
        #expect(status.body?["error"]?.text?.hasPrefix("no column of 'x.csv' is named like") == true)
    }

    @Test func `a server that stops cancels what is under way and begins nothing`() async throws {
        let server = try ImportingServer()
        let begun = try await server.fixture.send("POST", "/v1/imports", #"{"class": "C", "source": "urls.csv"}"#)
        #expect(begun.status == 202)
        await server.service.close()
        #expect(server.service.all.allSatisfy { !$0.isRunning })
        #expect(
            try await server.fixture.send("POST", "/v1/imports", #"{"class": "C", "source": "cats"}"#).status == 429)
    }
}

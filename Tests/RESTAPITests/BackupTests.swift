// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import JSON
import Testing

@testable import RESTAPI

struct BackupTests {
    private let fixture: RESTFixture

    init() async throws {
        var settings = DatabaseSettings()
        settings.backupFolder = "/backups"
        fixture = RESTFixture(settings: settings)
        _ = try await fixture.send("POST", "/v1/schema", #"{"class": "C"}"#)
    }

    @Test func `a backup begins, and its status has times and size`() async throws {
        let begun = try await fixture.send("POST", "/v1/backups/filesystem", #"{"id": "b1"}"#)
        #expect(begun.status == 200)
        #expect(
            begun.body
                == .object([
                    "backend": .string("filesystem"), "classes": .array([.string("C")]), "id": .string("b1"),
                    "path": .string("/backups/b1"), "status": .string("STARTED"),
                ]))
        let status = try await fixture.send("GET", "/v1/backups/filesystem/b1")
        #expect(status.status == 200)
        #expect(status.body?["status"] == .string("SUCCESS"))
        #expect(status.body?["startedAt"] == .string("2023-11-14T22:13:20.000Z"))
        #expect(status.body?["completedAt"] == .string("2023-11-14T22:13:21.500Z"))
        #expect(status.body?["size"]?.number == 0)
    }

    @Test(arguments: ["nosuch", "s3", "FILESYSTEM"])
    func `another backend is refused by all endpoints`(backend: String) async throws {
        for (method, path) in [
            ("POST", ""), ("GET", ""), ("GET", "/b"), ("DELETE", "/b"), ("POST", "/b/restore"), ("GET", "/b/restore"),
            ("DELETE", "/b/restore"),
        ] {
            let answer = try await fixture.send(method, "/v1/backups/\(backend)\(path)", #"{"id": "b"}"#)
            #expect(answer.status == 422)
            #expect(answer.message?.hasSuffix("did you enable the right module?") == true)
        }
    }

    @Test func `without the module there is no backend`() async throws {
        let answer = try await RESTFixture().send("POST", "/v1/backups/filesystem", #"{"id": "b"}"#)
        #expect(answer.status == 422 && answer.message?.contains("no backup backend \"filesystem\"") == true)
    }

    @Test func `statuses of refusals are Weaviate's`() async throws {
        _ = try await fixture.send("POST", "/v1/backups/filesystem", #"{"id": "b1"}"#)
        let again = try await fixture.send("POST", "/v1/backups/filesystem", #"{"id": "b1"}"#)
        #expect(again.status == 422 && again.message == #"backup "b1" already exists at "/backups/b1""#)
        #expect(try await fixture.send("GET", "/v1/backups/filesystem/none").status == 404)
        #expect(try await fixture.send("GET", "/v1/backups/filesystem/none/restore").status == 404)
        #expect(try await fixture.send("POST", "/v1/backups/filesystem/none/restore", "{}").status == 404)
        let canceled = try await fixture.send("DELETE", "/v1/backups/filesystem/b1")
        #expect(canceled.status == 422 && canceled.message == #"backup "b1" already succeeded"#)
    }

    @Test func `a restore tells why it failed`() async throws {
        _ = try await fixture.send("POST", "/v1/backups/filesystem", #"{"id": "b1"}"#)
        let begun = try await fixture.send("POST", "/v1/backups/filesystem/b1/restore", #"{"include": ["C"]}"#)
        #expect(begun.status == 200 && begun.body?["status"] == .string("STARTED"))
        let status = try await fixture.send("GET", "/v1/backups/filesystem/b1/restore")
        #expect(status.body?["status"] == .string("FAILED"))
        #expect(status.body?["error"]?.text?.contains("already exists") == true)
    }

    @Test func `all backups are listed by the time they began`() async throws {
        for id in ["b2", "b1"] { _ = try await fixture.send("POST", "/v1/backups/filesystem", #"{"id": "\#(id)"}"#) }
        let down = try await fixture.send("GET", "/v1/backups/filesystem")
        let up = try await fixture.send("GET", "/v1/backups/filesystem?order=asc")
        func ids(_ answer: RESTFixture.Answer) -> [String] {
            guard case .array(let items)? = answer.body else { return [] }
            return items.compactMap { $0["id"]?.text }
        }
        #expect(ids(up) == ["b1", "b2"])
        #expect(ids(down) == ["b2", "b1"])
        #expect(try await fixture.send("GET", "/v1/backups/filesystem?order=x").status == 422)
    }

    @Test(arguments: [
        (#"{}"#, 422), (#"{"id": 5}"#, 400), (#"[]"#, 400), ("", 422), (#"{"id": "b", "include": "C"}"#, 400),
        (#"{"id": "b", "config": {"CompressionLevel": "Tiny"}}"#, 422),
        (#"{"id": "b", "config": {"CPUPercentage": 81}}"#, 422), (#"{"id": "b", "config": {"ChunkSize": 1}}"#, 422),
        (#"{"id": "b", "config": {"Path": "/etc"}}"#, 422), (#"{"id": "b", "incremental_base_backup_id": "a"}"#, 501),
    ])
    func `a body that makes no sense is refused`(body: String, status: Int) async throws {
        #expect(try await fixture.send("POST", "/v1/backups/filesystem", body).status == status)
        #expect(try await fixture.send("GET", "/v1/backups/filesystem/b").status == 404)
    }

    @Test func `whether aliases are overwritten is true or false`() async throws {
        _ = try await fixture.send("POST", "/v1/backups/filesystem", #"{"id": "b"}"#)
        let path = "/v1/backups/filesystem/b/restore"
        #expect(try await fixture.send("POST", path, #"{"overwriteAlias": "yes"}"#).status == 400)
        #expect(try await fixture.send("POST", path, #"{"overwriteAlias": true}"#).status == 200)
    }

    @Test func `settings of a backup that other servers know are taken`() async throws {
        let body =
            #"{"id": "b", "config": {"CompressionLevel": "ZstdBestSpeed", "CPUPercentage": 40, "ChunkSize": 256}}"#
        #expect(try await fixture.send("POST", "/v1/backups/filesystem", body).status == 200)
    }
}

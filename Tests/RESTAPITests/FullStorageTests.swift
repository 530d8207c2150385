// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import DatabaseTesting
import JSON
import Testing

@testable import RESTAPI

/// What clients read when there is no room for a write.
struct FullStorageTests {
    private let fixture = RESTFixture()
    private let id = "00000000-0000-4000-8000-000000000001"
    private let text = "the disk is full; delete objects"

    /// A class with one object, for whose writes there is no room any more.
    private func fill() async throws {
        try await fixture.createClass("C")
        _ = try await fixture.send("POST", "/v1/objects", #"{"class": "C", "id": "\#(id)", "properties": {}}"#)
        fixture.database.refuseWrites(into: "C", with: .storageFull(text))
    }

    private var another: String {
        #"{"class": "C", "id": "00000000-0000-4000-8000-000000000002", "properties": {}}"#
    }

    @Test func `a new object is answered with 507 and what to do`() async throws {
        try await fill()
        let answer = try await fixture.send("POST", "/v1/objects", another)
        #expect(answer.status == 507)
        #expect(answer.message?.contains(text) == true)
    }

    @Test func `a replaced object is answered with 507`() async throws {
        try await fill()
        let answer = try await fixture.send(
            "PUT", "/v1/objects/C/\(id)", #"{"class": "C", "id": "\#(id)", "properties": {}}"#)
        #expect(answer.status == 507)
    }

    @Test func `a deletion that finds no room is answered with 507`() async throws {
        try await fill()
        #expect(try await fixture.send("DELETE", "/v1/objects/C/\(id)").status == 507)
    }

    private var memoryFull: DatabaseError { .memoryFull(heldBytes: 150 << 20, limitInBytes: 160 << 20) }

    @Test func `where memory is full, a new object is answered with 503 and when to try again`() async throws {
        try await fill()
        fixture.database.refuseWrites(into: "C", with: memoryFull)
        let answer = try await fixture.send("POST", "/v1/objects", another)
        #expect(answer.status == 503 && answer.header("Retry-After") == "1")
        #expect(answer.message?.contains("holds 150 MiB of memory, and its limit is 160 MiB") == true)
    }

    @Test func `where memory is full, a batch of which nothing is stored is answered with 503`() async throws {
        try await fill()
        fixture.database.refuseWrites(into: "C", with: memoryFull)
        let answer = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [\#(another), \#(another)]}"#)
        #expect(answer.status == 503 && answer.header("Retry-After") == "1")
        #expect(answer.message?.contains("NEEDLETAIL_MEMORY_LIMIT") == true)
    }

    @Test func `a batch of which something is stored says of each object what became of it`() async throws {
        try await fill()
        try await fixture.createClass("D")
        fixture.database.refuseWrites(into: "C", with: memoryFull)
        let answer = try await fixture.send(
            "POST", "/v1/batch/objects", #"{"objects": [\#(another), {"class": "D", "properties": {}}]}"#)
        #expect(answer.status == 200)
        #expect(answer.body?[0]?["result"]?["status"] == .string("FAILED"))
        #expect(answer.body?[1]?["result"]?["status"] == .string("SUCCESS"))
    }

    @Test func `the objects of a batch fail each on its own, saying why`() async throws {
        try await fill()
        let answer = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [\#(another)]}"#)
        #expect(answer.status == 200)
        let result = answer.body?[0]?["result"]
        #expect(result?["status"] == .string("FAILED"))
        #expect(result?["errors"]?["error"]?[0]?["message"] == .string(text))
    }
}

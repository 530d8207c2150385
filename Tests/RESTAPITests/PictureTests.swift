// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import RESTAPI

/// How objects are answered whose picture gives no vector. In `MemoryDatabase` a picture is good if it begins with P
/// (`UFBQ`), no network is there if it begins with U (`VVVV`), and anything else is no picture.
struct PictureTests {
    private let fixture = RESTFixture()
    private static let wrong = "property 'image': the data is no picture in a known format; send JPEG"

    private func createClass() async throws {
        try await fixture.createClass(
            "P", #"{"name": "image", "dataType": ["blob"]}"#,
            more: #", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}}"#)
        let good = #"{"class": "P", "id": "\#(id(1))", "properties": {"image": "UFBQ"}}"#
        #expect(try await fixture.send("POST", "/v1/objects", good).status == 200)
    }

    @Test func `a picture that can't be read is the sender's mistake, told by its property alone`() async throws {
        try await createClass()
        let body = #"{"class": "P", "id": "\#(id(1))", "properties": {"image": "AAAA"}}"#
        let created = try await fixture.send("POST", "/v1/objects", body.replacing(id(1), with: id(2)))
        #expect(created.status == 422 && created.message?.hasPrefix(Self.wrong) == true, "\(created)")
        #expect(try await fixture.send("GET", "/v1/objects/P/\(id(2))").status == 404)

        let replaced = try await fixture.send("PUT", "/v1/objects/P/\(id(1))", body)
        #expect(replaced.status == 422 && replaced.message?.hasPrefix(Self.wrong) == true, "\(replaced)")
        let merged = try await fixture.send("PATCH", "/v1/objects/P/\(id(1))", body)
        #expect(merged.status == 422, "\(merged)")
        #expect(merged.message?.hasPrefix("msg:bad request code:400 err:\(Self.wrong)") == true, "\(merged)")
        let stored = try await fixture.send("GET", "/v1/objects/P/\(id(1))").body
        #expect(stored?["properties"]?["image"] == .string("UFBQ"))
    }

    @Test func `in a batch it fails its object alone, in the same words`() async throws {
        try await createClass()
        let answer = try await fixture.send(
            "POST", "/v1/batch/objects",
            #"""
            {"objects": [{"class": "P", "properties": {"image": "AAAA"}}, {"class": "P", "properties": {"image": "UFBQ"}}]}
            """#)
        #expect(answer.status == 200 && answer.body?[1]?["result"]?["status"] == .string("SUCCESS"))
        let first = answer.body?[0]?["result"]
        #expect(first?["status"] == .string("FAILED"))
        #expect(first?["errors"]?["error"]?[0]?["message"]?.text?.hasPrefix(Self.wrong) == true, "\(answer)")
    }

    @Test func `a failure of the server stays one, with its reason`() async throws {
        try await createClass()
        let reason = "fail with status 500: property 'image': no image network is loaded: none is there"
        let body = #"{"class": "P", "id": "\#(id(1))", "properties": {"image": "VVVV"}}"#
        let created = try await fixture.send("POST", "/v1/objects", body.replacing(id(1), with: id(2)))
        #expect(created.status == 500 && created.message == "vectorize target vector : update vector: \(reason)")
        let merged = try await fixture.send("PATCH", "/v1/objects/P/\(id(1))", body)
        #expect(merged.status == 500 && merged.message?.hasSuffix(reason) == true, "\(merged)")
        let batch = try await fixture.send("POST", "/v1/batch/objects", #"{"objects": [\#(body)]}"#)
        #expect(
            batch.body?[0]?["result"]?["errors"]?["error"]?[0]?["message"] == .string(reason), "\(batch)")
    }
}

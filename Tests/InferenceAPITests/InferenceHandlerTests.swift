// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import HTTPServer
import ImageVectorizer
import JSON
import Synchronization
import Testing

@testable import InferenceAPI

@Suite struct InferenceHandlerTests {
    /// Base64 of the bytes 1, 2, 3.
    private static let image = "AQID"

    @Test func `it is alive at once, and ready when there is a network`() async {
        let vectorizer = Mutex<FixedVectorizer?>(nil)
        let handler = InferenceHandler { vectorizer.withLock { $0 } }
        func status(_ name: String) -> Int? {
            handler.immediateResponse(to: Self.request("GET", [".well-known", name]))?.status
        }
        #expect(status("live") == 204 && status("ready") == 503)
        let early = await handler.respond(to: Self.vectorRequest(id: "a", image: Self.image))
        #expect(early.status == 503)
        vectorizer.withLock { $0 = FixedVectorizer() }
        #expect(status("live") == 204 && status("ready") == 204)
        #expect(status("other") == nil)
    }

    @Test(arguments: [
        "6a5a3a9e-0000-4000-8000-000000000001", "", "../../etc/passwd", "/etc/passwd", "a\u{0}b", "ü\"\\\n",
        String(repeating: "x", count: 100_000),
    ])
    func `an id comes back as it was sent, whatever it looks like`(id: String) async throws {
        let answer = await Self.handler().respond(to: Self.vectorRequest(id: id, image: Self.image))
        #expect(answer.status == 200)
        let members = try Self.members(of: answer)
        #expect(members["id"] == .string(id))
        #expect(members["dim"]?.text == "3")
        #expect(members["vector"]?.text == "[0.1,-2.5e-9,3]")
        #expect(members.members.map(\.name) == ["id", "vector", "dim"])
    }

    @Test(arguments: [
        "AQID", "AQ\r\nID", "data:image/png;base64,AQID",
    ])
    func `a picture is base64, wrapped or not, or a data URI`(image: String) async {
        #expect(await Self.handler().respond(to: Self.vectorRequest(id: "a", image: image)).status == 200)
    }

    @Test(arguments: [
        ("", 422), ("[]", 422), ("{}", 422), ("{\"id\":\"a\"}", 422), ("{\"image\":\"AQID\"}", 422),
        ("{\"id\":1,\"image\":\"AQID\"}", 422), ("{\"id\":\"a\",\"image\":\"!\"}", 422),
        ("{\"id\":\"a\",\"image\":\"\"}", 422),
        ("{\"id\":\"a\",\"image\":null}", 422), ("{\"id\":\"a\",\"image\":\"AQID\"} x", 422),
        ("{\"id\":\"a\",\"image\":\"AAAA\"}", 422),
    ])
    func `what can't be read is refused in the container's form`(body: String, status: Int) async throws {
        let answer = await Self.handler().respond(to: Self.request("POST", ["vectors"], Array(body.utf8)))
        #expect(answer.status == status)
        #expect(try Self.members(of: answer)["error"]?.text?.isEmpty == false)
    }

    @Test func `it tells which network it has, and members it does not know count for nothing`() async throws {
        let meta = try Self.members(of: await Self.handler().respond(to: Self.request("GET", ["meta"])))
        #expect(meta["model"] == .string("fixed") && meta["dim"]?.text == "3")
        let loading = InferenceHandler { nil }
        #expect(await loading.respond(to: Self.request("GET", ["meta"])).body == Array("{}".utf8))
        let body = "{\"more\":[{}],\"id\":\"a\",\"image\":\"AQID\"}"
        #expect(await Self.handler().respond(to: Self.request("POST", ["vectors"], Array(body.utf8))).status == 200)
    }

    @Test(arguments: [
        ("GET", ["vectors"], 405), ("POST", ["meta"], 405), ("POST", [".well-known", "ready"], 405), ("GET", [], 404),
        ("POST", ["v1", "objects"], 404), ("GET", ["vectors", "a"], 404), ("HEAD", ["meta"], 200),
    ])
    func `there is nothing else on this port`(method: String, path: [String], status: Int) async throws {
        let answer = await Self.handler().respond(to: Self.request(method, path))
        #expect(answer.status == status)
        #expect((status == 405) == answer.headers.contains { $0.name == "Allow" })
    }

    @Test func `a request that gets no memory is refused`() async {
        let request = Self.vectorRequest(
            id: "a", image: Self.image, memory: MemoryReservation(in: MemoryBudget(limitInBytes: 1)))
        #expect(await Self.handler().respond(to: request).status == 413)
    }

    // MARK: Helpers

    private static func handler() -> InferenceHandler { InferenceHandler { FixedVectorizer() } }

    private static func request(
        _ method: String, _ path: [String], _ body: [UInt8] = [], memory: MemoryReservation = MemoryReservation()
    ) -> HTTPRequest {
        HTTPRequest(
            method: method, pathSegments: path, rawPath: "/" + path.joined(separator: "/"), body: body, memory: memory)
    }

    private static func vectorRequest(
        id: String, image: String, memory: MemoryReservation = MemoryReservation()
    ) -> HTTPRequest {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", .string(id))
        writer.member("image", .string(image))
        writer.endObject()
        return request("POST", ["vectors"], writer.bytes, memory: memory)
    }

    private static func members(of answer: HTTPResponse) throws -> JSONObject {
        var reader = JSONReader(answer.body)
        guard case .object(let object) = try reader.readValue() else { throw CocoaError(.coderInvalidValue) }
        return object
    }
}

extension JSONValue {
    /// Its text in JSON; that of a string without quotes.
    fileprivate var text: String? {
        if case .string(let text) = self { return text }
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Gives the same vector for every picture that begins with 1.
private struct FixedVectorizer: ImageVectorizing {
    var network: NetworkIdentity? { NetworkIdentity(name: "fixed", sha256: "00", dimensions: 3) }

    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        pictures.map { picture in
            picture.bytes.first == 1
                ? .success(PictureEmbedding(vector: [0.1, -2.5e-9, 3])) : .failure(.unknownFormat(found: nil))
        }
    }
}

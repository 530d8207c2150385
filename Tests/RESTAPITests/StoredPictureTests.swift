// SPDX-License-Identifier: Apache-2.0

import DataModel
import HTTPServer
import ImageVectorizer
import JSON
import Synchronization
import Testing
import ThumbnailCache

@testable import RESTAPI

/// `GET /v1/objects/{class}/{id}/image`.
struct StoredPictureTests {
    /// The first bytes of a JPEG, and nothing that could be decoded.
    private static let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + Array("0123456789".utf8)
    private static let target = "/v1/objects/Meme/\(id(1))/image"

    /// Counts what was made.
    private final class Making: Sendable {
        let count = Mutex(0)

        func thumbnails() -> ThumbnailService {
            ThumbnailService(files: nil, width: 1) { bytes, size throws(ImageVectorizerError) in
                guard bytes.starts(with: [0xFF]) else { throw .unknownFormat(found: "a web page") }
                self.count.withLock { $0 += 1 }
                return Array("\(size)".utf8) + bytes
            }
        }
    }

    private func fixture(_ making: Making = Making()) async throws -> RESTFixture {
        let fixture = RESTFixture(thumbnails: making.thumbnails())
        try await fixture.createClass(
            "Meme",
            #"""
            {"name": "image", "dataType": ["blob"]}, {"name": "page", "dataType": ["blob"]},
            {"name": "title", "dataType": ["text"]}, {"name": "hash", "dataType": ["blobHash"]}
            """#,
            more: #", "moduleConfig": {"img2vec-neural": {"imageFields": ["image"]}}, "vectorizer": "none""#)
        let stored = try await fixture.send(
            "POST", "/v1/objects/Meme",
            form: [
                FormPart(head: "name=image; filename=x", content: Self.jpeg), .text("id", id(1)),
                .file("page", "<html>", type: "text/html"), .text("vector", "[1]"),
            ])
        precondition(stored.status == 200, "\(stored)")
        return fixture
    }

    private func message(_ response: HTTPResponse) throws -> String {
        try JSONValue(parsing: response.body)["error"]?[0]?["message"]?.text ?? ""
    }

    @Test func `a picture comes back byte for byte, with its type and what keeps browsers from guessing`() async throws
    {
        let fixture = try await fixture()
        let response = try await fixture.response(to: "GET", Self.target + "/image")
        #expect(response.status == 200 && response.body == Self.jpeg)
        let expected = [
            "Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox",
            "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes", "Access-Control-Allow-Origin": "*",
        ]
        for (name, value) in expected { #expect(response.value(name) == value, "\(name)") }
        #expect(response.value("Content-Disposition") == nil)
        let head = try await fixture.response(to: "HEAD", Self.target + "/image")
        #expect(head.status == 200 && head.value("ETag") == response.value("ETag"))
    }

    @Test func `what is no picture comes as an attachment that nothing is made of`() async throws {
        let fixture = try await fixture()
        let response = try await fixture.response(to: "GET", Self.target + "/page")
        #expect(response.status == 200 && response.body == Array("<html>".utf8))
        #expect(response.value("Content-Type") == "application/octet-stream")
        #expect(response.value("Content-Disposition") == #"attachment; filename="page""#)
        let thumbnail = try await fixture.response(to: "GET", Self.target + "/page?size=64")
        #expect(thumbnail.status == 422)
        #expect(
            try message(thumbnail).hasPrefix("no thumbnail can be made of property 'page': the picture is a web page"))
    }

    @Test func `who has the picture is told so, until it is another one`() async throws {
        let fixture = try await fixture()
        let tag = try #require(try await fixture.response(to: "GET", Self.target + "/image").value("ETag"))
        #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.count == 34)
        for list in [tag, "W/\(tag)", "*", "\"other\" , \(tag)"] {
            let response = try await fixture.response(
                to: "GET", Self.target + "/image", headers: [("if-none-match", list)])
            #expect(response.status == 304 && response.body.isEmpty && response.value("ETag") == tag, "\(list)")
        }
        _ = try await fixture.send(
            "PATCH", "/v1/objects/Meme/\(id(1))", form: [FormPart(head: "name=image; filename=x", content: [0xFF, 1])])
        let changed = try await fixture.response(
            to: "GET", Self.target + "/image", headers: [("if-none-match", tag)])
        #expect(changed.status == 200 && changed.body == [0xFF, 1] && changed.value("ETag") != tag)
    }

    @Test(arguments: [
        ("bytes=0-3", 206, "bytes 0-3/14"), ("bytes=4-", 206, "bytes 4-13/14"), ("bytes=-4", 206, "bytes 10-13/14"),
        ("bytes=-100", 206, "bytes 0-13/14"), ("BYTES= 13 - 99 ", 206, "bytes 13-13/14"),
        ("bytes=0-99999999999999999999", 206, "bytes 0-13/14"), ("bytes=14-", 416, "bytes */14"),
        ("bytes=99999999999999999999-", 416, "bytes */14"), ("bytes=-0", 416, "bytes */14"),
        ("bytes=3-1", 200, nil), ("bytes=0-1,3-4", 200, nil), ("bytes=-", 200, nil), ("lines=0-1", 200, nil),
        ("bytes", 200, nil), ("bytes=a-b", 200, nil), ("bytes=1", 200, nil),
    ])
    func `a part of a picture is sent when one is asked for`(range: String, status: Int, part: String?) async throws {
        let fixture = try await fixture()
        let response = try await fixture.response(to: "GET", Self.target + "/image", headers: [("range", range)])
        #expect(response.status == status && response.value("Content-Range") == part)
        if status == 200 { #expect(response.body == Self.jpeg) }
        guard status == 206, let part else { return }
        let ends = part.dropFirst(6).split(separator: "/")[0].split(separator: "-").compactMap { Int($0) }
        #expect(response.body == Array(Self.jpeg[ends[0]...ends[1]]))
    }

    @Test func `a part of a picture that has changed is not sent`() async throws {
        let fixture = try await fixture()
        let tag = try #require(try await fixture.response(to: "GET", Self.target + "/image").value("ETag"))
        for (condition, status) in [(tag, 206), ("\"other\"", 200), ("Sun, 06 Nov 1994 08:49:37 GMT", 200)] {
            let response = try await fixture.response(
                to: "GET", Self.target + "/image", headers: [("range", "bytes=0-0"), ("if-range", condition)])
            #expect(response.status == status, "\(condition)")
        }
    }

    @Test func `thumbnails have a tag of their own, and follow the picture`() async throws {
        let making = Making()
        let fixture = try await fixture(making)
        let response = try await fixture.response(to: "GET", Self.target + "/image?size=128")
        #expect(response.status == 200 && response.body == Array("128".utf8) + Self.jpeg)
        #expect(response.value("Content-Type") == "image/jpeg" && response.value("X-Content-Type-Options") == "nosniff")
        let tag = try #require(response.value("ETag"))
        let other = try await fixture.response(to: "GET", Self.target + "/image?size=64")
        #expect(other.value("ETag") != tag)
        let known = try await fixture.response(
            to: "GET", Self.target + "/image?size=128", headers: [("if-none-match", tag)])
        #expect(known.status == 304 && making.count.withLock { $0 } == 2)
        _ = try await fixture.send(
            "PATCH", "/v1/objects/Meme/\(id(1))", form: [FormPart(head: "name=image; filename=x", content: [0xFF, 1])])
        let changed = try await fixture.response(to: "GET", Self.target + "/image?size=128")
        #expect(changed.body == Array("128".utf8) + [0xFF, 1])
    }

    @Test func `where no property is named it is the first image field`() async throws {
        let fixture = RESTFixture()
        try await fixture.createClass(
            "P", #"{"name": "a", "dataType": ["blob"]}, {"name": "b", "dataType": ["blob"]}"#,
            more: #", "vectorizer": "img2vec-neural", "moduleConfig": {"img2vec-neural": {"imageFields": ["b"]}}"#)
        _ = try await fixture.send(
            "POST", "/v1/objects/P", form: [.text("id", id(1)), .file("a", "P1"), .file("b", "P2")])
        #expect(try await fixture.response(to: "GET", "/v1/objects/p/\(id(1))/image").body == Array("P2".utf8))
    }

    @Test func `of a tenant it is that tenant's`() async throws {
        let fixture = RESTFixture()
        try await fixture.createClass(
            "P", #"{"name": "a", "dataType": ["blob"]}"#, more: #", "multiTenancyConfig": {"enabled": true}"#)
        _ = try await fixture.send("POST", "/v1/schema/P/tenants", #"[{"name": "t"}, {"name": "u"}]"#)
        _ = try await fixture.send(
            "POST", "/v1/objects/P", form: [.text("id", id(1)), .text("tenant", "t"), .file("a", "1")])
        #expect(try await fixture.response(to: "GET", "/v1/objects/P/\(id(1))/image?tenant=t").body == Array("1".utf8))
        #expect(try await fixture.response(to: "GET", "/v1/objects/P/\(id(1))/image?tenant=u").status == 404)
        #expect(try await fixture.response(to: "GET", "/v1/objects/P/\(id(1))/image").status == 422)
    }

    @Test func `what there is not is said precisely`() async throws {
        let fixture = try await fixture()
        let cases = [
            ("/v1/objects/Nope/\(id(1))/image", 404, "there is no class 'Nope'"),
            (Self.target + "/other", 404, "class 'Meme' has no property 'other'"),
            (Self.target + "/title", 422, "property 'title' of class 'Meme' is no blob"),
            (Self.target + "/hash", 422, "of property 'hash' only the hash is stored, not the picture"),
            ("/v1/objects/Meme/\(id(2))/image/image", 404, "class 'Meme' has no object \(id(2))"),
            (
                Self.target, 422,
                "class 'Meme' has several blobs and no image field; name one behind /image/: 'image', 'page'"
            ),
        ]
        for (target, status, text) in cases {
            let response = try await fixture.response(to: "GET", target)
            #expect(response.status == status)
            #expect(try message(response) == text)
        }
        for (target, text) in [
            ("/v1/objects/Meme/1/image", "id in path must be of type uuid"),
            (Self.target + "/image?size=100", "size in query should be one of [64 128 256 512 1024]"),
        ] {
            let answer = try await fixture.send("GET", target)
            #expect(answer.status == 422 && answer.message?.hasPrefix(text) == true, "\(answer)")
        }
        _ = try await fixture.send("PUT", "/v1/objects/Meme/\(id(1))", form: [.text("id", id(1))])
        let gone = try await fixture.response(to: "GET", Self.target + "/image")
        #expect(gone.status == 404)
        #expect(try message(gone) == "object \(id(1)) has no value for property 'image'")
    }

    @Test func `digests are kept within a limit, and not of what has just changed`() {
        let digests = PictureDigests(limit: 4)
        func place(_ number: Int, time: Int64 = 0) -> PictureDigests.Place {
            PictureDigests.Place(
                collection: "C", tenant: nil, id: ObjectID(id(number))!, property: "image", updateTime: time)
        }
        for number in 0..<100 {
            digests.note([UInt8(number)], of: place(number), now: 10_000)
            #expect(digests.digest(of: place(0)) == [0], "what is asked for stays")
        }
        #expect(digests.count <= 4 && digests.digest(of: place(50)) == nil)
        digests.note([1], of: place(1, time: 9_001), now: 10_000)
        #expect(digests.digest(of: place(1, time: 9_001)) == nil)
        digests.note([1], of: place(1, time: 9_000), now: 10_000)
        #expect(digests.digest(of: place(1, time: 9_000)) == [1])
    }
}

extension HTTPResponse {
    fileprivate func value(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

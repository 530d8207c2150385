// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import RandomNumbers
import Testing

@testable import RESTAPI

/// Bodies that take much more memory than they are long.
struct MemoryTests {
    private let fixture = RESTFixture()

    private static func list(_ element: String, _ count: Int) -> String {
        "[" + Array(repeating: element, count: count).joined(separator: ",") + "]"
    }

    private static let manyMembers = (0..<3000).map { #""a\#($0)":0"# }.joined(separator: ",")

    static let bodies: [(method: String, path: String, body: String)] = [
        ("POST", "/v1/objects", #"{"class": "C", "properties": {"q": \#(list("0", 10_000))}}"#),
        ("POST", "/v1/objects", #"{"class": "C", "properties": {"q": \#(list("{}", 5000))}}"#),
        ("POST", "/v1/objects", #"{"class": "C", "properties": {\#(manyMembers)}}"#),
        ("POST", "/v1/objects/validate", #"{"class": "C", "properties": {"q": \#(list(#""""#, 10_000))}}"#),
        ("POST", "/v1/batch/objects", #"{"objects": \#(list("{}", 1000))}"#),
        ("POST", "/v1/batch/objects", #"{"objects": \#(list(#"{"class": "C", "vector": [0,0,0,0]}"#, 1000))}"#),
        ("POST", "/v1/schema", #"{"class": "C", "properties": \#(list("{}", 5000))}"#),
        ("POST", "/v1/schema/C/properties", #"{"name": "C", "moduleConfig": {\#(manyMembers)}}"#),
        ("DELETE", "/v1/batch/objects", #"{"match": {"class": "C", "where": {"operands": \#(list("{}", 5000))}}}"#),
        (
            "DELETE", "/v1/batch/objects",
            #"{"match": {"class": "C", "where": {"operator": "Equal", "path": ["a"], "valueIntArray": \#(list("0", 5000))}}}"#
        ),
        (
            "DELETE", "/v1/batch/objects",
            #"{"match": {"class": "C", "where": {"operator": "Equal", "path": \#(list(#""""#, 5000))}}}"#
        ),
    ]

    @Test(arguments: bodies)
    func `a body that takes more than all requests may is too large`(
        request: (method: String, path: String, body: String)
    ) async throws {
        let memory = MemoryReservation(in: MemoryBudget(limitInBytes: 200_000))
        try await fixture.createClass("C")
        let answer = try await fixture.send(request.method, request.path, request.body, memory: memory)
        #expect(answer.status == 413 && answer.message?.contains("more memory") == true, "\(answer)")
    }

    @Test(arguments: bodies)
    func `a body that takes what others hold may be sent again`(
        request: (method: String, path: String, body: String)
    ) async throws {
        let budget = MemoryBudget(limitInBytes: 10_000_000)
        let others = MemoryReservation(in: budget)
        try others.grow(by: 9_900_000)
        try await fixture.createClass("C")
        let answer = try await fixture.send(
            request.method, request.path, request.body, memory: MemoryReservation(in: budget))
        #expect(answer.status == 503 && answer.header("Retry-After") != nil, "\(answer)")
        others.releaseAll()
        let later = try await fixture.send(
            request.method, request.path, request.body, memory: MemoryReservation(in: budget))
        #expect(later.status != 503 && later.status != 413, "\(later)")
    }

    @Test func `a vector that is too long says how long it is`() async throws {
        try await fixture.createClass("C")
        let answer = try await fixture.send(
            "POST", "/v1/objects", #"{"class": "C", "vector": \#(Self.list("0", 70_000))}"#)
        #expect(answer.status == 422)
        #expect(answer.message?.contains("vector has 70000 dimensions; 1 to 65535 are allowed") == true)
    }

    @Test func `what a blob holds is not counted as words, however much of it there is`() async throws {
        try await fixture.createClass(
            "Photo", #"{"name": "image", "dataType": ["blob"]}, {"name": "text", "dataType": ["text"]}"#)
        // Of Base64's 64 characters two stand between words.
        let texts = Self.noise(byteCount: 120_000)
        func batch(_ property: String) -> String {
            let objects = texts.map { #"{"properties": {"\#(property)": "\#($0)"}, "class": "Photo"}"# }
            return #"{"objects": [\#(objects.joined(separator: ","))]}"#
        }
        let budget = MemoryBudget(limitInBytes: 1 << 40)
        let pictures = MemoryReservation(in: budget)
        let words = MemoryReservation(in: budget)
        #expect(try await fixture.send("POST", "/v1/batch/objects", batch("image"), memory: pictures).status == 200)
        #expect(try await fixture.send("POST", "/v1/batch/objects", batch("text"), memory: words).status == 200)
        let sent = texts.reduce(0) { $0 + $1.utf8.count }
        #expect(pictures.byteCount < 3 * sent)
        #expect(words.byteCount > 6 * sent)
    }

    /// Ten texts of Base64 that differ everywhere.
    private static func noise(byteCount: Int) -> [String] {
        var random = SplitMix64(seed: 17)
        return (0..<10).map { _ in
            Data((0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }).base64EncodedString()
        }
    }
}

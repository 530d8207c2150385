// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DatabaseCore
import DatabaseTesting
import Execution
import JSON
import Testing

@testable import RESTAPI

struct InsightsRequestTests {
    private func withThings(_ body: (RESTFixture) async throws -> Void) async throws {
        let pool = ComputePool(threadCount: 1, name: "test")
        let fixture = RESTFixture(insightsPool: pool)
        try await fixture.createClass(
            "Things", #"{"name": "kind", "dataType": ["text"]}, {"name": "size", "dataType": ["number"]}"#)
        for number in 0..<12 {
            let answer = try await fixture.send(
                "POST", "/v1/objects",
                #"{"class": "Things", "id": "\#(id(number))", "vector": [\#(number % 2), \#(1 - number % 2), \#(number)], "properties": {"kind": "\#(number % 2)"}}"#
            )
            #expect(answer.status == 200)
        }
        do { try await body(fixture) } catch {
            await fixture.handler.context.insights?.close()
            pool.stop()
            throw error
        }
        await fixture.handler.context.insights?.close()
        pool.stop()
    }

    /// Asks again until the job has ended.
    private func ended(_ fixture: RESTFixture, _ target: String) async throws -> RESTFixture.Answer {
        while true {
            let answer = try await fixture.send("GET", target)
            guard answer.status == 202 else { return answer }
            #expect(answer.body?["state"]?.text == "running")
            await Task.yield()
        }
    }

    @Test func `a measurement is answered when it has ended`() async throws {
        try await withThings { fixture in
            let answer = try await ended(fixture, "/v1/quality/Things?label=kind&sample=all&k=1,3")
            #expect(answer.status == 200)
            #expect(answer.body?["state"]?.text == "succeeded")
            #expect(answer.body?["progress"]?.number == 1)
            #expect(answer.body?["queries"]?.number == 12)
            #expect(answer.body?["depth"]?.number == 3)
            #expect(answer.body?["precision"]?["1"]?.number != nil)
            #expect(answer.body?["stale"] == .boolean(false))
            guard case .array(let labels)? = answer.body?["byLabel"] else {
                Issue.record("no labels")
                return
            }
            #expect(Set(labels.compactMap { $0["label"]?.text }) == ["0", "1"])
        }
    }

    @Test func `a map is answered with the values of a property, and says when it is stale`() async throws {
        try await withThings { fixture in
            let answer = try await ended(fixture, "/v1/map/Things?color=kind")
            #expect(answer.status == 200)
            guard case .array(let points)? = answer.body?["points"] else {
                Issue.record("no points")
                return
            }
            #expect(points.compactMap { $0["id"]?.text } == (0..<12).map { id($0) })
            #expect(points.compactMap { $0["color"]?.text } == (0..<12).map { "\($0 % 2)" })
            #expect(
                points.allSatisfy { (0...1).contains($0["x"]?.number ?? -1) && (0...1).contains($0["y"]?.number ?? -1) }
            )
            #expect(answer.body?["stale"] == .boolean(false))
            _ = try await fixture.send("DELETE", "/v1/objects/Things/\(id(3))")
            let later = try await fixture.send("GET", "/v1/map/Things")
            #expect(later.body?["stale"] == .boolean(true))
            guard case .array(let left)? = later.body?["points"] else {
                Issue.record("no points")
                return
            }
            #expect(left.count == 11 && left.allSatisfy { $0["color"] == nil })
            let anew = try await ended(fixture, "/v1/map/Things?refresh=true")
            #expect(anew.body?["objects"]?.number == 11)
        }
    }

    @Test(arguments: [
        ("/v1/quality/Nothing?label=kind", 404, "collection Nothing not found"),
        ("/v1/quality/Things", 422, "label in query is required: the property that says which objects belong together"),
        (
            "/v1/quality/Things?label=color", 422,
            "class 'Things' has no property 'color'; name one that holds the label"
        ),
        (
            "/v1/quality/Things?label=size", 422,
            "property 'size' is of type number, which is no label; name one of type text, int or boolean, or an array of these"
        ),
        (
            "/v1/quality/Things?label=kind&sample=0", 422,
            "sample in query: '0' does not do; give a whole number from 1 to 100000, or all"
        ),
        (
            "/v1/quality/Things?label=kind&k=1,x", 422,
            "k in query: '1,x' does not do; give up to 10 whole numbers from 1 to 100: k=1,5,10"
        ),
        (
            "/v1/quality/Things?label=kind&targetVector=v", 422,
            "there is no vector 'v'; the class has one without a name"
        ),
        ("/v1/map/Nothing", 404, "collection Nothing not found"),
        (
            "/v1/map/Things?color=nothing", 422,
            "class 'Things' has no property 'nothing'; name one that holds the label"
        ),
        ("/v1/map/Things?refresh=yes", 422, #"refresh in query must be of type boolean: "yes""#),
    ])
    func `what can't be done is refused before it is begun`(target: String, status: Int, message: String) async throws {
        try await withThings { fixture in
            let answer = try await fixture.send("GET", target)
            #expect(answer.status == status)
            #expect(answer.message == message)
        }
    }

    @Test func `a measurement that finds nothing to measure says so`() async throws {
        try await withThings { fixture in
            try await fixture.createClass("Empty", #"{"name": "kind", "dataType": ["text"]}"#)
            let answer = try await ended(fixture, "/v1/quality/Empty?label=kind")
            #expect(answer.status == 422)
            #expect(answer.message == "no object of class 'Empty' has a vector (refresh=true tries it again)")
        }
    }

    @Test func `nothing under way can't be cancelled`() async throws {
        try await withThings { fixture in
            for target in ["/v1/map/Things", "/v1/quality/Things?label=kind"] {
                let answer = try await fixture.send("DELETE", target)
                #expect(answer.status == 404)
            }
        }
    }
}

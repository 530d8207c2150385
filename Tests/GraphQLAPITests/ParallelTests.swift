// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import Foundation
import HTTPServer
import JSON
import Synchronization
import Testing

@testable import GraphQLAPI

/// Requests with many fields, and batches of them: the answer is the same however many are worked on at a time.
@Suite struct ParallelTests {
    private static let graphql = ["v1", "graphql"]
    private static let batch = ["v1", "graphql", "batch"]

    private func body(_ query: String) -> [UInt8] {
        JSONValue.object(JSONObject([("query", .string(query))])).encoded
    }

    private func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    /// Things are found, authors are not.
    private func database() -> MemoryDatabase {
        let database = Fixture.database()
        database.answer("Thing", with: .success([Fixture.hit(["num": .int(7)], distance: 0.25)]))
        database.answer("Author", with: .failure(.storage("no authors today")))
        return database
    }

    /// Fields of every kind, some of which fail while they are planned and some while they are searched.
    private let mixed: String = {
        var text = "query Q { "
        for number in 0..<12 {
            text += """
                g\(number): Get {
                  a: Thing(nearVector: {vector: [1, \(number)]}) { num _additional { distance id } }
                  b: Author(nearVector: {vector: [1]}) { name }
                  c: Thing(limit: 0) { num }
                  __typename
                  d: Thing(sort: {path: ["a", "b"]}) { num }
                  e: Thing(limit: \(number + 1)) { ...F }
                }
                n\(number): Aggregate {
                  Thing { meta { count again: count __typename } t: __typename }
                  Author(objectLimit: 3) { meta { count } }
                }
                """
        }
        return text + """
            Explore(nearVector: {vector: [1]}) { beacon } __typename
            __type(name: "Thing") { name } } fragment F on Thing { n: num title }
            """
    }()

    @Test func `fields are answered in the order of the query, whichever is ready first`() async throws {
        let database = database()
        database.beforeHits { query in
            // The first take the longest.
            for _ in 0..<(40 - (query.limit ?? 0)) { await Task.yield() }
        }
        let fields = (1...40).map { "f\($0): Thing(limit: \($0)) { num }" }.joined(separator: " ")
        let response = await database.send(body("{ Get { \(fields) } }"), width: 8)
        let expected = (1...40).map { #""f\#($0)":[{"num":7}]"# }.joined(separator: ",")
        #expect(text(response) == #"{"data":{"Get":{\#(expected)}}}"#)
    }

    @Test(arguments: [2, 3, 64])
    func `an answer with errors in the middle is the same, byte for byte`(width: Int) async throws {
        let serial = await database().send(body(mixed), width: 1)
        let parallel = await database().send(body(mixed), width: width)
        #expect(text(parallel) == text(serial))
        #expect(parallel.status == 200)
        guard case .object(let answer) = try JSONValue(parsing: text(serial)),
            case .array(let errors)? = answer["errors"]
        else {
            Issue.record("no errors in \(text(serial))")
            return
        }
        // Three of each `Get`, one of each `Aggregate`, and the one of `Explore`.
        #expect(errors.count == 12 * 4 + 1)
    }

    @Test func `fields are searched at the same time, as many as the width and no more`() async {
        let database = database()
        let running = Mutex((now: 0, most: 0))
        database.beforeHits { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            while running.withLock({ $0.most }) < 3 { await Task.yield() }
            running.withLock { $0.now -= 1 }
        }
        let fields = (1...30).map { "f\($0): Thing(limit: \($0)) { num }" }.joined(separator: " ")
        _ = await database.send(body("{ Get { \(fields) } }"), width: 3)
        #expect(running.withLock { $0.most } == 3)
        #expect(database.queries.count == 30)
    }

    @Test func `a batch is searched at the same time, and its fields take no more than the width together`() async {
        let database = database()
        let running = Mutex((now: 0, most: 0))
        database.beforeHits { _ in
            running.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            while running.withLock({ $0.most }) < 4 { await Task.yield() }
            await Task.yield()
            running.withLock { $0.now -= 1 }
        }
        let query = body("{ Get { a: Thing { num } b: Thing { num } c: Thing { num } d: Thing { num } } }")
        let requests = Array("[".utf8) + query + Array(",".utf8) + query + Array("]".utf8)
        _ = await database.send(requests, path: Self.batch, width: 4)
        #expect(running.withLock { $0.most } == 4)
    }

    @Test(arguments: [2, 5])
    func `the answers of a batch are the same, byte for byte`(width: Int) async {
        let queries = (0..<20).map { number in
            switch number % 5 {
            case 0: "{ Get { Thing(limit: \(number + 1)) { num } } }"
            case 1: "{ Get { Author { name } Thing { num } } }"
            case 2: ""
            case 3: "{ Get { Nowhere } }"
            default: mixed
            }
        }
        let requests = JSONValue.array(queries.map { .object(JSONObject([("query", .string($0))])) }).encoded
        let serial = await database().send(requests, path: Self.batch, width: 1)
        let parallel = await database().send(requests, path: Self.batch, width: width)
        #expect(text(parallel) == text(serial))
    }

    @Test func `a batch of nothing is answered with nothing`() async {
        #expect(text(await database().send(Array("[]".utf8), path: Self.batch, width: 4)) == "[]")
    }

    @Test(arguments: [graphql, batch])
    func `a request that is cancelled searches no further`(path: [String]) async {
        let database = database()
        database.beforeHits { _ in
            while !Task.isCancelled { await Task.yield() }
        }
        let fields = (1...50).map { "f\($0): Thing(limit: \($0)) { num }" }.joined(separator: " ")
        let query = body("{ Get { \(fields) } }")
        let requests =
            path == Self.batch ? Array("[".utf8) + query + Array(",".utf8) + query + Array("]".utf8) : query
        let answer = Task { await database.send(requests, path: path, width: 4) }
        while database.queries.count < 4 { await Task.yield() }
        answer.cancel()
        let response = await answer.value
        #expect(database.queries.count == 4)
        #expect(text(response).contains("the request was cancelled"))
    }
}

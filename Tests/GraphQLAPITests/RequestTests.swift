// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import Execution
import HTTPServer
import JSON
import Synchronization
import Testing

@testable import GraphQLAPI

@Suite struct RequestTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [#"{"query":""}"#, #"{"variables":{}}"#, #"{"query":null}"#])
    func `a request without a query is refused`(body: String) async {
        let response = await Fixture.database().send(Array(body.utf8))
        #expect(response.status == 422)
        #expect(text(response.body) == #"{"error":[{"message":"query cannot be empty"}]}"#)
    }

    @Test func `a database without collections has nothing to ask for`() async {
        let response = await MemoryDatabase([]).send(Array(#"{"query":"{ Get { A { b } } }"}"#.utf8))
        #expect(response.status == 422)
        #expect(
            text(response.body).contains(
                "no graphql provider present, this is most likely because no schema is present"))
    }

    @Test func `a body that is no JSON is refused with its place in words`() async {
        let response = await Fixture.database().send(Array("{ Get { Thing { num } } }".utf8))
        #expect(response.status == 400)
        #expect(
            text(response.body)
                == #"{"code":400,"message":"parsing body body from \"\" failed, because invalid character 'G' looking for beginning of object key string"}"#
        )
    }

    @Test func `other methods and paths are refused`() async {
        let database = Fixture.database()
        #expect(await database.send([], method: "GET").status == 405)
        #expect(await database.send([], path: ["v1", "graphql", "x"]).status == 404)
        #expect(await database.send([]).status == 422)
    }

    @Test func `a batch answers each of its queries`() async {
        let response = await Fixture.database().send(
            Array(#"[{"query":"{ Get { Thing { num } } }"},{"query":""}]"#.utf8), path: ["v1", "graphql", "batch"])
        #expect(
            text(response.body)
                == #"[{"data":{"Get":{"Thing":[]}}},{"errors":[{"locations":null,"message":"422: The request is well-formed but was unable to be followed due to semantic errors.","path":null}]}]"#
        )
    }

    @Test func `the operation named in the request is carried out`() async throws {
        let database = Fixture.database()
        let answer = try await database.answer(
            "query A { Get { Thing { num } } } query B { Get { Author { name } } }", operationName: "B")
        #expect(answer == #"{"data":{"Get":{"Author":[]}}}"#)
        #expect(database.queries.map(\.collection) == ["Author"])
    }

    @Test func `an unknown operation has no place in the text`() async throws {
        let answer = try await Fixture.database().answer("query A { Get { Thing { num } } }", operationName: "Z")
        #expect(answer == #"{"errors":[{"locations":[],"message":"Unknown operation named \"Z\".","path":null}]}"#)
    }

    @Test func `errors of syntax and validation leave data out`() async throws {
        let database = Fixture.database()
        #expect(
            try await database.answer("{ Get { Thing { num }").hasPrefix(
                #"{"errors":[{"locations":[{"line":1,"column":22}]"#))
        #expect(
            try await database.answer("{ Get { Nowhere { num } } }")
                == #"{"errors":[{"locations":[{"line":1,"column":9}],"message":"Cannot query field \"Nowhere\" on type \"GetObjectsObj\".","path":null}]}"#
        )
        #expect(database.queries.isEmpty)
    }

    @Test func `mutations are refused`() async throws {
        #expect(
            try await Fixture.database().messages("mutation { Get { Thing { num } } }")
                == ["Schema is not configured for mutations"])
    }

    @Test func `variables reach arguments of every type`() async throws {
        let database = Fixture.database()
        let variables = JSONObject([
            ("n", .number(JSONNumber(2))), ("v", .array([.number(JSONNumber(1)), .number(JSONNumber(0.5))])),
            ("t", .string("x")), ("d", .number(JSONNumber(0.25))),
        ])
        _ = try await database.answer(
            """
            query Q($n: Int, $v: [Float], $t: String!, $d: Float) { Get { Thing(limit: $n
              nearVector: {vector: $v distance: $d} where: {path: ["title"] operator: Equal valueText: $t}) { num } } }
            """, variables: variables)
        let query = try #require(database.queries.first)
        #expect(query.limit == 2)
        #expect(
            query.filter
                == .condition(FilterCondition(path: .property("title"), comparison: .equal, value: .text("x"))))
        guard case .vector(let search)? = query.search, case .vector(let vector) = search.origin else {
            Issue.record("no vector search")
            return
        }
        #expect(vector == [1, 0.5])
        #expect(search.threshold == .distance(0.25))
    }

    @Test func `the types follow the collections`() async throws {
        let database = MemoryDatabase([Fixture.thing])
        let handler = GraphQLHandler(database: database)
        func ask(_ query: String) async -> String {
            let body = JSONValue.object(JSONObject([("query", .string(query))])).encoded
            return text(
                await handler.respond(
                    to: .init(method: "POST", pathSegments: ["v1", "graphql"], rawPath: "/v1/graphql", body: body)
                ).body)
        }
        #expect(await ask("{ Get { Named { __typename } } }").contains("Cannot query field"))
        database.keep(Fixture.named)
        #expect(await ask("{ Get { Named { __typename } } }") == #"{"data":{"Get":{"Named":[]}}}"#)
    }

    private static func list(_ element: String, _ count: Int) -> String {
        "[" + Array(repeating: element, count: count).joined(separator: ",") + "]"
    }

    @Test(arguments: ["0", "{}", "\"\"", "null", "[]", "{\"a\":0}"])
    func `variables that take more memory than there is are refused`(element: String) async {
        let body = #"{"query": "{ Get { Thing { num } } }", "variables": {"p": \#(Self.list(element, 20_000))}}"#
        let budget = MemoryBudget(limitInBytes: 300_000)
        let tooLarge = await Fixture.database().send(Array(body.utf8), memory: MemoryReservation(in: budget))
        #expect(tooLarge.status == 413)
        let larger = MemoryBudget(limitInBytes: 5_000_000)
        let others = MemoryReservation(in: larger)
        #expect(throws: Never.self) { try others.grow(by: 4_900_000) }
        let inUse = await Fixture.database().send(Array(body.utf8), memory: MemoryReservation(in: larger))
        #expect(inUse.status == 503)
        others.releaseAll()
        let answered = await Fixture.database().send(Array(body.utf8), memory: MemoryReservation(in: larger))
        #expect(answered.status == 200)
    }

    @Test func `a batch keeps no more requests than it may hold`() async {
        let answer = await Fixture.database().send(
            Array(Self.list("{}", 20_000).utf8), path: ["v1", "graphql", "batch"],
            memory: MemoryReservation(in: MemoryBudget(limitInBytes: 300_000)))
        #expect(answer.status == 422)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("a batch of 20000 queries; at most 1000"))
    }

    @Test func `numbers that were sent fit lists of numbers of either kind`() async throws {
        let database = Fixture.database()
        let variables: JSONObject = [
            "i": .array([.number(JSONNumber(1)), .number(JSONNumber(literal: "2.0", value: 2))])
        ]
        let query =
            "query($i: [Int]) { Get { Thing(where: {path: \"num\" operator: ContainsAny valueInt: $i}) { num } } }"
        #expect(try await database.messages(query, variables: variables) == [])
        guard case .condition(let condition)? = database.queries.first?.filter else {
            Issue.record("no filter")
            return
        }
        #expect(condition.value == .ints([1, 2]))
        #expect(
            try await database.messages(query, variables: ["i": .array([.number(JSONNumber(0.5))])]).first?
                .contains("In element #1: Expected type \"Int\", found 0.5.") == true)
    }
}

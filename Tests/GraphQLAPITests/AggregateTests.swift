// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import Testing

@testable import GraphQLAPI

@Suite struct AggregateTests {
    @Test func `objects are counted, with a filter too`() async throws {
        let database = Fixture.database()
        for number in 1...7 {
            database.keep(
                DatabaseObject(
                    collection: "Thing", id: ObjectID(high: 0, low: UInt64(number)), creationTime: 1, updateTime: 1,
                    properties: [:]))
        }
        #expect(
            try await database.answer("{ Aggregate { Thing { meta { count } } } }")
                == #"{"data":{"Aggregate":{"Thing":[{"meta":{"count":7}}]}}}"#)
        _ = try await database.answer(
            #"{ Aggregate { a: Thing(where: {path: "num" operator: Equal valueInt: 1}) { m: meta { c: count } } } }"#)
        #expect(
            database.queries.map(\.filter) == [
                nil, .condition(FilterCondition(path: .property("num"), comparison: .equal, value: .int(1))),
            ])
    }

    @Test(arguments: [
        ("Thing { num { sum } }", "Aggregate of 'num' is not supported yet"),
        ("Thing(groupBy: [\"num\"]) { meta { count } }", "Aggregate with groupBy is not supported yet"),
        (
            "Thing(nearVector: {vector: [1]}) { meta { count } }",
            "must provide certainty or objectLimit with vector search"
        ),
        (
            "Thing(nearVector: {vector: [1]} objectLimit: 1) { meta { count } }",
            "Aggregate with nearVector is not supported yet"
        ),
        (
            "Thing(objectLimit: 1) { meta { count } }",
            "objectLimit can only be used with a near<Media> or hybrid filter"
        ),
    ])
    func `what is not there yet says so`(field: String, message: String) async throws {
        let database = Fixture.database()
        #expect(try await database.messages("{ Aggregate { \(field) } }") == [message])
        #expect(
            try await database.answer("{ Aggregate { \(field) } }").hasPrefix(#"{"data":{"Aggregate":{"Thing":null}}"#))
    }

    @Test func `types without aggregations are no fields`() async throws {
        #expect(
            try await Fixture.database().messages("{ Aggregate { Thing { place { count } } } }")
                == ["Cannot query field \"place\" on type \"AggregateThing\"."])
    }

    @Test func `Explore is refused by name`() async throws {
        #expect(
            try await Fixture.database().answer("{ Explore(nearVector: {vector: [1]}) { beacon } }")
                == #"{"data":{"Explore":null},"errors":[{"locations":[{"line":1,"column":3}],"message":"Explore is not supported yet","path":["Explore"]}]}"#
        )
    }
}

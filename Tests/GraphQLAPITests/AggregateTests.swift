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
        (
            "Thing(nearVector: {vector: [1]}) { meta { count } }",
            "must provide certainty or objectLimit with vector search"
        ),
        (
            "Thing(objectLimit: 1) { meta { count } }",
            "objectLimit can only be used with a near<Media> or hybrid filter"
        ),
        (
            #"Thing(groupBy: ["author", "Author", "name"]) { meta { count } }"#,
            "identify groups: grouping by cross-refs not supported"
        ),
        (
            "Thing { image { count } }",
            "aggregate properties: property image: unrecognized data type: blob cannot be aggregated"
        ),
    ])
    func `what cannot be aggregated is refused as Weaviate words it`(field: String, message: String) async throws {
        let database = Fixture.database()
        #expect(try await database.messages("{ Aggregate { \(field) } }") == [message])
        #expect(
            try await database.answer("{ Aggregate { \(field) } }").hasPrefix(#"{"data":{"Aggregate":{"Thing":null}}"#))
    }

    @Test func `arguments become a request`() async throws {
        let database = Fixture.database()
        _ = try await database.answer(
            """
            { Aggregate { Thing(where: {path: "num" operator: Equal valueInt: 1} groupBy: "title" limit: 3 objectLimit: 7
                nearVector: {vector: [1 2] distance: 0.5}) { num { count a: sum } title { topOccurrences(limit: 9) { value } } } } }
            """)
        let request = try #require(database.aggregations.first)
        #expect(request.groupBy == ["title"] && request.groupLimit == 3 && request.objectLimit == 7)
        #expect(!request.countsObjects && request.filter != nil)
        #expect(
            request.properties == [
                "num": .init([.count, .sum], topCount: 0), "title": .init(.topOccurrences, topCount: 9),
            ])
        guard case .vector(let search)? = request.search else { throw DatabaseError.cancelled }
        #expect(search.threshold == .distance(0.5))
    }

    @Test func `every aggregation of every type is written`() async throws {
        let database = Fixture.database()
        var ints = IntAggregate()
        (ints.count, ints.minimum, ints.maximum, ints.mode) = (2, .min, 9_007_199_254_740_993, 3)
        (ints.sum, ints.mean, ints.median) = (Int128(Int64.max) + 1, 1.5, 2)
        var numbers = NumberAggregate()
        (numbers.count, numbers.minimum, numbers.sum) = (1, 0.5, .infinity)
        var texts = TextAggregate()
        (texts.count, texts.topOccurrences) = (3, [.init(value: "x", count: 2), .init(value: "y", count: 1)])
        var dates = DateAggregate()
        (dates.count, dates.minimum, dates.median) = (1, "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z")
        database.answerAggregations(with: [
            AggregateGroup(
                value: .number(1_234_567), objectCount: 5,
                properties: [
                    "num": .ints(ints), "real": .numbers(numbers), "title": .texts(texts), "day": .dates(dates),
                    "flag": .booleans(BooleanAggregate(trueCount: 1, falseCount: 3)),
                ])
        ])
        #expect(
            try await database.answer(
                """
                { Aggregate { Thing(groupBy: ["real"]) {
                    num { count type minimum maximum mode sum mean median } real { count minimum sum mode }
                    title { type count a: topOccurrences { value } topOccurrences(limit: 1) { value occurs } }
                    flag { count totalTrue totalFalse percentageTrue percentageFalse } day { count minimum median mode }
                    author { type pointingTo } groupedBy { value path } meta { count }
                } } }
                """)
                == #"{"data":{"Aggregate":{"Thing":[{"num":{"count":2,"type":"int","minimum":-9223372036854775808,"#
                + #""maximum":9007199254740993,"mode":3,"sum":9223372036854776000,"mean":1.5,"median":2},"#
                + #""real":{"count":1,"minimum":0.5,"sum":null,"mode":null},"title":{"type":"text","count":3,"#
                + #""a":[{"value":"x"},{"value":"y"}],"topOccurrences":[{"value":"x","occurs":2}]},"flag":{"count":4,"#
                + #""totalTrue":1,"totalFalse":3,"percentageTrue":0.25,"percentageFalse":0.75},"day":{"count":1,"#
                + #""minimum":"2020-01-01T00:00:00Z","median":"2020-01-01T00:00:00Z","mode":null},"#
                + #""author":{"type":"cref","pointingTo":["Author"]},"groupedBy":{"value":"1.234567e+06","path":["real"]},"#
                + #""meta":{"count":5}}]}}}"#)
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

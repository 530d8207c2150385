// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import DatabaseTesting
import Testing

@testable import GraphQLAPI

@Suite struct GroupTests {
    @Test func `groupBy and group become parts of the query`() async throws {
        let database = Fixture.database()
        _ = try await database.answer(
            #"{ Get { Thing(nearVector: {vector: [1]} groupBy: {path: ["num"] groups: 2 objectsPerGroup: 3}) { num } } }"#
        )
        _ = try await database.answer("{ Get { Thing(group: {type: merge force: 0.25}) { num } } }")
        _ = try await database.answer(
            #"{ Get { Thing(nearVector: {vector: [1]} groupBy: {path: ["a", "b"] groups: 2 objectsPerGroup: 3}) { num } } }"#
        )
        let queries = database.queries
        #expect(
            queries.map(\.groupBy) == [
                .init(property: "num", groups: 2, objectsPerGroup: 3), nil,
                .init(property: "", groups: 2, objectsPerGroup: 3),
            ])
        #expect(queries.map(\.merging) == [nil, .init(method: .merge, force: 0.25), nil])
    }

    @Test func `a group is written with its hits, whose properties are loaded`() async throws {
        let database = Fixture.database()
        var hit = Fixture.hit(distance: 0.5)
        hit.group = HitGroup(
            number: 0, property: "num", value: .int(7), minimumDistance: 0.5, maximumDistance: 0.75,
            hits: [Fixture.hit(["title": .text("x")], vector: [1], distance: 0.5)])
        database.answer("Thing", with: .success([hit]))
        #expect(
            try await database.answer(
                """
                { Get { Thing(nearVector: {vector: [1]} groupBy: {path: ["num"] groups: 2 objectsPerGroup: 3}) {
                    num _additional { distance g: group { id count minDistance maxDistance groupedBy { value path }
                        hits { title _additional { id vector distance } } } } } } }
                """)
                == #"{"data":{"Get":{"Thing":[{"num":null,"_additional":{"distance":0.5,"g":{"id":0,"count":1,"#
                + #""minDistance":0.5,"maxDistance":0.75,"groupedBy":{"value":"7","path":["num"]},"hits":[{"title":"x","#
                + #""_additional":{"id":"\#(Fixture.firstID)","vector":[1],"distance":0.5}}]}}}]}}}"#)
        let selection = try #require(database.queries.first?.selection)
        #expect(selection.properties == ["num", "title"])
        #expect(selection.includesVectors)
    }

    @Test func `without groups there is nothing under group`() async throws {
        let database = Fixture.database()
        database.answer("Thing", with: .success([Fixture.hit()]))
        #expect(
            try await database.answer("{ Get { Thing { _additional { group { id } } } } }")
                == #"{"data":{"Get":{"Thing":[{"_additional":null}]}}}"#)
        #expect(
            try await database.answer("{ Get { Thing { _additional { id group { id } } } } }")
                == #"{"data":{"Get":{"Thing":[{"_additional":{"id":"\#(Fixture.firstID)","group":null}}]}}}"#)
    }

    @Test func `a merged object has no id`() async throws {
        let database = Fixture.database()
        var hit = Fixture.hit(distance: 0)
        hit.isMerged = true
        database.answer("Thing", with: .success([hit]))
        #expect(
            try await database.answer("{ Get { Thing { _additional { id } } } }")
                == #"{"data":{"Get":{"Thing":[{"_additional":{"id":""}}]}}}"#)
    }

    @Test(
        arguments: [
            (.int(1_234_567), "1234567", "1.234567e+06"), (.int(4_812), "4812", "4812"),
            (.int(-1_000_000), "-1000000", "-1e+06"),
            (.int(9_007_199_254_740_993), "9007199254740993", "9007199254740993"), (.number(0.5), "0.5", "0.5"),
            (.number(0.00001), "0.00001", "1e-05"), (.number(4.89e-07), "4.89e-7", "4.89e-07"),
            (.number(123_456.5), "123456.5", "123456.5"), (.number(-0.25), "-0.25", "-0.25"), (.number(0), "0", "0"),
            (.number(1e21), "1e+21", "1e+21"), (.boolean(true), "true", "true"), (.text(""), "", ""),
            (
                .references([Beacon(collection: "A", id: Fixture.firstID)]),
                "weaviate://localhost/A/\(Fixture.firstID)",
                "weaviate://localhost/A/\(Fixture.firstID)"
            ),
        ] as [(PropertyValue, String, String)])
    func `what a group has in common is written as a text`(value: PropertyValue, hits: String, aggregate: String) {
        #expect(GroupValueText.ofHits(value) == hits)
        #expect(GroupValueText.ofAggregate(value) == aggregate)
    }
}

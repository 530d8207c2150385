// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import RandomNumbers
import VectorIndexes

@testable import DatabaseCore

extension CollectionDefinition {
    /// Properties of every type that is aggregated, `plainNum` without an index, and lists.
    static var measured: Self {
        CollectionDefinition(
            name: "Measured",
            properties: [
                PropertyDefinition(name: "num", type: .scalar(.int)),
                PropertyDefinition(name: "plainNum", type: .scalar(.int), isFilterable: false),
                PropertyDefinition(name: "real", type: .scalar(.number)),
                PropertyDefinition(name: "flag", type: .scalar(.boolean)),
                PropertyDefinition(name: "day", type: .scalar(.date)),
                PropertyDefinition(name: "word", type: .scalar(.text), tokenization: .word, isSearchable: true),
                PropertyDefinition(name: "nums", type: .array(.int)),
                PropertyDefinition(name: "flags", type: .array(.boolean)),
                PropertyDefinition(name: "tags", type: .array(.text), tokenization: .word, isSearchable: true),
                PropertyDefinition(name: "uid", type: .scalar(.uuid)),
                PropertyDefinition(name: "bytes", type: .scalar(.blob), isFilterable: false),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: .init(metric: .l2Squared))])
    }
}

extension JSONObject {
    static func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }

    static let days = ["2021-05-01T00:00:00Z", "2021-05-01T02:00:00+02:00", "1999-01-01T00:00:00.25Z"]

    /// Objects with random values, some missing.
    static func measured(_ count: Int, seed: UInt64) -> [JSONObject] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            var object = JSONObject()
            func chance() -> Bool { Int.random(in: 0..<5, using: &generator) > 0 }
            let small = Int.random(in: -9...9, using: &generator)
            if chance() { object["num"] = number(small) }
            if chance() { object["plainNum"] = number(small * 1_000_000_007) }
            if chance() { object["real"] = number(small / 2) }
            if chance() { object["flag"] = .boolean(small > 0) }
            if chance() { object["day"] = .string(days[Int(small.magnitude) % 3]) }
            if chance() { object["word"] = .string(["red", "Red car", "", "blue"][Int(small.magnitude) % 4]) }
            if chance() { object["nums"] = .array([number(small), number(small), number(1)]) }
            if chance() { object["flags"] = .array([.boolean(true), .boolean(small > 0)]) }
            if chance() { object["tags"] = .array([.string("a"), .string("\(small)")]) }
            return object
        }
    }
}

extension DatabaseFixture {
    /// Objects 0, 1, … with these properties, each a step further from [0].
    static func measured(_ objects: [JSONObject]) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.measured)
        let results = await fixture.database.upsert(
            objects.enumerated().map { number, properties in
                ObjectInput(
                    collection: "Measured", id: .number(UInt64(number)), properties: properties,
                    vector: [Float(number)])
            })
        for result in results { _ = try result.get() }
        return fixture
    }

    func groups(_ change: (inout AggregationRequest) -> Void) async throws -> [AggregateGroup] {
        var request = AggregationRequest(collection: "Measured")
        change(&request)
        let plan = try await database.plan(request)
        return try database.read { view throws(DatabaseError) in try view.groups(of: plan) }
    }

    func problem(of change: (inout AggregationRequest) -> Void) async -> InvalidQuery.AggregationProblem? {
        do {
            _ = try await groups(change)
        } catch DatabaseError.invalidQuery(.aggregation(let problem)) {
            return problem
        } catch {
            return nil
        }
        return nil
    }
}

extension AggregationRequest.Measures {
    static let all = Self(rawValue: .max)
}

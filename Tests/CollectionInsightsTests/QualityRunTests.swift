// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import JSON
import Testing
import VectorIndexes

@testable import CollectionInsights

struct QualityRunTests {
    /// By l2: a a b a on a line, at 0, 1, 3 and 7; one without a label between them.
    private func line(_ fixture: InsightsFixture) async throws {
        try await fixture.createClass(metric: .l2Squared)
        for (number, (place, kind)) in [(0, "a"), (1, "a"), (3, "b"), (7, "a"), (20, "b")].enumerated() {
            try await fixture.add(number, [Float(place), 1], #"{"kind": "\#(kind)"}"#)
        }
        try await fixture.add(9, [0.5, 1])
    }

    private func with(_ body: (InsightsFixture) async throws -> Void) async throws {
        let fixture = try InsightsFixture()
        do { try await body(fixture) } catch {
            await fixture.close()
            throw error
        }
        await fixture.close()
    }

    @Test func `precision and average precision are those worked out by hand`() async throws {
        try await with { fixture in
            try await line(fixture)
            let report = try await fixture.measure(fixture.request("kind"))
            #expect(report.objectCount == 6 && report.labeledCount == 5 && report.labelCount == 2)
            // Neighbors: 0: a1 b3 a7 | 1: a0 b3 a7 | 3: a1 a0 a7 | 7: b3 a1 a0 | 20: a7 b3 a1
            #expect(report.overall.queryCount == 5)
            let precision: [Double] = [2.0 / 5, 2.0 / 5, 7.0 / 15]
            #expect(zip(report.overall.precision, precision).allSatisfy { abs($0 - $1) < 1e-12 })
            // AP@3 of 0, 1: (1 + 2/3) / 2; of 3: 0; of 7: (1/2 + 2/3) / 2; of 20: 1/2.
            let expected = ((5.0 / 6) * 2 + 0 + 7.0 / 12 + 0.5) / 5
            #expect(abs(report.overall.meanAveragePrecision - expected) < 1e-12)
            #expect(report.labels.map(\.name) == ["b", "a"])
            #expect(report.labels.map(\.objectCount) == [2, 3])
            #expect(report.labels[0].figures.precision[0] == 0)
            #expect(report.recall == QualityReport.Recall(queryCount: 5, value: 1))
        }
    }

    @Test func `confusions say which labels stand where others should`() async throws {
        try await with { fixture in
            try await line(fixture)
            let report = try await fixture.measure(fixture.request("kind"))
            #expect(report.confusions.map(\.label) == ["b", "a"])
            #expect(report.confusions.map(\.found) == ["a", "b"])
            #expect(report.confusions.map(\.count) == [5, 3])
            #expect(report.confusions[0].share == 5.0 / 6)
        }
    }

    @Test func `of arrays any label in common counts`() async throws {
        try await with { fixture in
            try await fixture.createClass()
            try await fixture.add(0, [1, 0], #"{"tags": ["x", "y"]}"#)
            try await fixture.add(1, [1, 0.1], #"{"tags": ["y", "z"]}"#)
            try await fixture.add(2, [1, 0.2], #"{"tags": ["z"]}"#)
            let report = try await fixture.measure(fixture.request("tags", ranks: [1]))
            #expect(report.overall.queryCount == 3)
            #expect(report.overall.precision == [1])
            #expect(Set(report.labels.map(\.name)) == ["x", "y", "z"])
        }
    }

    @Test func `queries without anything to find are left out and counted`() async throws {
        try await with { fixture in
            try await fixture.createClass()
            for (number, kind) in ["a", "a", "lone"].enumerated() {
                try await fixture.add(number, [1, Float(number)], #"{"kind": "\#(kind)"}"#)
            }
            let report = try await fixture.measure(fixture.request("kind"))
            #expect(report.overall.queryCount == 2 && report.loneCount == 1)
            #expect(report.labels.map(\.name) == ["a"])
        }
    }

    @Test func `duplicates of an object are found, the object itself is not`() async throws {
        try await with { fixture in
            try await fixture.createClass()
            for number in 0..<4 {
                try await fixture.add(number, [1, 2], #"{"number": \#(number / 2)}"#)
            }
            let report = try await fixture.measure(fixture.request("number", ranks: [3]))
            #expect(report.overall.precision == [1.0 / 3])
        }
    }

    @Test func `a sample is drawn equally each time`() async throws {
        try await with { fixture in
            try await fixture.createClass()
            for number in 0..<60 {
                try await fixture.add(
                    number, [Float(number % 7), Float(number % 11), 1], #"{"number": \#(number % 3)}"#)
            }
            let first = try await fixture.measure(fixture.request("number", sample: .count(20)))
            let second = try await fixture.measure(fixture.request("number", sample: .count(20)))
            #expect(first.overall.queryCount == 20)
            #expect(first.overall == second.overall)
        }
    }

    @Test func `a tenant's objects and a named vector are measured`() async throws {
        try await with { fixture in
            try await fixture.createClass(vectors: ["one", "two"], tenants: true)
            try await fixture.database.createTenants([Tenant(name: "ann")], in: "Things")
            for number in 0..<4 {
                var input = ObjectInput(
                    collection: "Things", id: fixture.id(number), properties: ["kind": .string("a")])
                input.tenant = "ann"
                input.namedVectors = ["two": [1, Float(number)]]
                _ = try await fixture.database.insert(input)
            }
            var request = fixture.request("kind")
            request.target.tenant = "ann"
            request.target.vector = "two"
            #expect(try await fixture.measure(request).overall.precision[0] == 1)
            request.target.vector = "one"
            await #expect(throws: InsightsError.self) { try await fixture.measure(request) }
            request.target.vector = nil
            await message(
                of: request, fixture, "the class has several vectors; name one with targetVector: 'one', 'two'")
        }
    }

    private func message(of request: QualityRequest, _ fixture: InsightsFixture, _ expected: String) async {
        do {
            _ = try await fixture.measure(request)
            Issue.record("\(request) was measured")
        } catch {
            #expect((error as? InsightsError)?.message == expected)
        }
    }

    @Test func `what can't be measured is said with what to do about it`() async throws {
        try await with { fixture in
            try await fixture.createClass()
            await message(of: fixture.request("kind"), fixture, "no object of class 'Things' has a vector")
            try await fixture.add(0, nil, #"{"kind": "a"}"#)
            await message(of: fixture.request("kind"), fixture, "no object of class 'Things' has a vector")
            try await fixture.add(1, [1, 2])
            await message(
                of: fixture.request("kind"), fixture,
                "none of the 1 objects with a vector has a value of property 'kind'")
            try await fixture.add(2, [1, 2], #"{"kind": "a"}"#)
            await message(
                of: fixture.request("kind"), fixture,
                "no two objects have a value of property 'kind' in common, so there is nothing to find")
            await message(
                of: fixture.request("kinds"), fixture,
                "class 'Things' has no property 'kinds'; name one that holds the label")
            await message(
                of: fixture.request("price"), fixture,
                "property 'price' is of type number, which is no label; name one of type text, int or boolean, or an array of these"
            )
            var request = fixture.request("kind")
            request.target.collection = "Nothing"
            await message(of: request, fixture, "collection Nothing not found")
            request = fixture.request("kind")
            request.target.vector = "v"
            await message(of: request, fixture, "there is no vector 'v'; the class has one without a name")
        }
    }
}

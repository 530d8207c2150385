// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct AggregationTests {
    private static let isOdd = Filter.condition(
        .init(path: .property("num"), comparison: .greaterThan, value: .int(-3)))

    private static let everything: [String: AggregationRequest.PropertyRequest] = [
        "num": .init(.all), "real": .init(.all), "flag": .init(.all), "day": .init(.all), "word": .init(.all),
        "nums": .init(.all), "flags": .init(.all), "tags": .init(.all),
    ]

    /// What `groups` should say, computed from the objects themselves.
    private func expected(
        _ fixture: DatabaseFixture, _ filter: Filter?, _ properties: [String: AggregationRequest.PropertyRequest]
    ) async throws -> [String: PropertyAggregate] {
        var query = Query(collection: "Measured")
        query.filter = filter
        query.limit = 10_000
        let hits = try await fixture.database.hits(of: query)
        var result: [String: PropertyAggregate] = [:]
        for (name, request) in properties {
            let property = try #require(CollectionDefinition.measured.property(named: name))
            var tally = try #require(PropertyTally(property.type))
            for hit in hits {
                if let value = hit.object.properties[name] { tally.add(value) }
            }
            result[name] = tally.aggregate(request)
        }
        return result
    }

    @Test(arguments: [3, 700])
    func `index and objects say the same, with a filter and without`(count: Int) async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(count, seed: UInt64(count)))
        var all = Self.everything
        // Over all objects dates come from the index, which gives them in UTC.
        all["day"] = nil
        let whole = try await fixture.groups { $0.properties = all }
        #expect(whole.map(\.properties) == [try await expected(fixture, nil, all)])
        var some = Self.everything
        some["plainNum"] = .init(.all)
        let filtered = try await fixture.groups {
            $0.properties = some
            $0.filter = Self.isOdd
        }
        #expect(filtered.map(\.properties) == [try await expected(fixture, Self.isOdd, some)])
        await fixture.close()
    }

    @Test(arguments: [3, 700])
    func `sums and means are the same whether values are asked for, too, or not`(count: Int) async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(count, seed: UInt64(count)))
        for filter in [nil, Self.isOdd] {
            for groupBy in [[], ["word"], ["tags"]] {
                func groups(_ measures: AggregationRequest.Measures) async throws -> [AggregateGroup] {
                    try await fixture.groups {
                        $0.properties = ["num": .init(measures), "real": .init(measures)]
                        ($0.filter, $0.groupBy) = (filter, groupBy)
                    }
                }
                let sums = try await groups([.count, .mean, .sum, .minimum])
                for (left, right) in zip(sums, try await groups(.all)) {
                    #expect(left.value == right.value && left.objectCount == right.objectCount)
                    guard case .ints(let sum)? = left.properties["num"], case .ints(let all)? = right.properties["num"],
                        case .numbers(let realSum)? = left.properties["real"],
                        case .numbers(let realAll)? = right.properties["real"]
                    else { throw DatabaseError.cancelled }
                    #expect(sum.count == all.count && sum.sum == all.sum && sum.mean == all.mean)
                    #expect(realSum.count == realAll.count && realSum.sum == realAll.sum)
                    #expect(realSum.mean == realAll.mean && realSum.minimum == realAll.minimum)
                }
            }
        }
        await fixture.close()
    }

    @Test func `texts too long for a column are grouped and counted with the others`() async throws {
        let long = String(repeating: "long ", count: 20)
        let words = (0..<300).map { [long, "red", long, "e\u{301}", "é"][$0 % 5] }
        let fixture = try await DatabaseFixture.measured(
            words.enumerated().map { ["word": .string($1), "num": JSONObject.number($0)] })
        let groups = try await fixture.groups {
            $0.groupBy = ["word"]
            $0.properties = ["num": .init([.sum]), "word": .init([.topOccurrences, .count], topCount: 1)]
        }
        #expect(groups.map(\.objectCount) == [120, 60, 60, 60])
        #expect(groups.first?.value == .text(long))
        #expect(
            groups.first?.properties["word"]
                == .texts(.init(count: 120, topOccurrences: [.init(value: long, count: 120)])))
        guard case .ints(let ints)? = groups.first?.properties["num"] else { throw DatabaseError.cancelled }
        // 0, 2, 5, 7, … 297.
        #expect(ints.sum == 17_820)
        await fixture.close()
    }

    @Test func `the least and the greatest value of all objects are looked up`() async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(300, seed: 8))
        var wanted: [String: AggregationRequest.PropertyRequest] = [:]
        for name in ["num", "real", "nums", "day"] { wanted[name] = .init([.minimum, .maximum]) }
        let found = try #require(try await fixture.groups { $0.properties = wanted }.first?.properties)
        let expected = try await expected(fixture, nil, wanted)
        for (name, aggregate) in found {
            switch (aggregate, expected[name]) {
            case (.ints(let left), .ints(let right)?):
                #expect(left.minimum == right.minimum && left.maximum == right.maximum)
            case (.numbers(let left), .numbers(let right)?):
                #expect(left.minimum == right.minimum && left.maximum == right.maximum)
            case (.dates(let left), .dates(let right)?):
                #expect(left.minimum.flatMap { Instant($0) } == right.minimum.flatMap { Instant($0) })
                #expect(left.maximum.flatMap { Instant($0) } == right.maximum.flatMap { Instant($0) })
            default: Issue.record("\(name): \(aggregate)")
            }
        }
        #expect(found.count == wanted.count)
        await fixture.close()
    }

    @Test func `dates of all objects come in UTC, those of some as they were given`() async throws {
        let fixture = try await DatabaseFixture.measured([
            ["day": .string("2021-05-01T02:00:00+02:00"), "num": JSONObject.number(1)]
        ])
        func day(_ groups: [AggregateGroup]) -> String? {
            if case .dates(let dates)? = groups.first?.properties["day"] { dates.minimum } else { nil }
        }
        #expect(day(try await fixture.groups { $0.properties["day"] = .init(.minimum) }) == "2021-05-01T00:00:00Z")
        let filtered = try await fixture.groups {
            $0.properties["day"] = .init(.minimum)
            $0.filter = Self.isOdd
        }
        #expect(day(filtered) == "2021-05-01T02:00:00+02:00")
        await fixture.close()
    }

    @Test func `objects are counted, and an empty collection has none`() async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(20, seed: 2))
        #expect(try await fixture.groups { $0.countsObjects = true } == [AggregateGroup(objectCount: 20)])
        let near = try await fixture.groups {
            $0.countsObjects = true
            $0.search = .vector(VectorSearch(origin: .vector([3]), threshold: .distance(4)))
        }
        #expect(near == [AggregateGroup(objectCount: 5)])
        await fixture.close()
        let empty = try await DatabaseFixture.measured([])
        #expect(
            try await empty.groups {
                $0.countsObjects = true
                $0.properties["num"] = .init([.minimum, .maximum])
            } == [AggregateGroup(objectCount: 0, properties: ["num": .ints(IntAggregate())])])
        #expect(try await empty.groups { $0.groupBy = ["num"] }.isEmpty)
        await empty.close()
    }

    @Test func `a search is aggregated up to its object limit`() async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(40, seed: 3))
        for (limit, count) in [(0, 0), (7, 7), (100, 40)] {
            let found = try await fixture.groups {
                $0.countsObjects = true
                $0.search = .vector(VectorSearch(origin: .vector([0])))
                $0.objectLimit = limit
            }
            #expect(found.map(\.objectCount) == [count])
        }
        await fixture.close()
    }

    @Test func `a hybrid search is aggregated over what either part finds`() async throws {
        let objects: [JSONObject] = (0..<10).map { ["word": .string($0 >= 7 ? "red" : "blue")] }
        let fixture = try await DatabaseFixture.measured(objects)
        var search = HybridSearch(query: "red")
        search.origin = .vector([0])
        let found = try await fixture.groups {
            $0.countsObjects = true
            $0.search = .hybrid(search)
            $0.objectLimit = 2
        }
        #expect(found.map(\.objectCount) == [4])
        await fixture.close()
    }

    @Test(arguments: ["num", "flag", "day", "word", "nums", "tags", "uid"])
    func `groups hold the objects with their value, largest first`(name: String) async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(300, seed: 4))
        for filter in [nil, Self.isOdd] {
            var query = Query(collection: "Measured")
            (query.filter, query.limit) = (filter, 10_000)
            var members: [PropertyValue: [Int64]] = [:]
            var sizes: [PropertyValue: Int] = [:]
            for hit in try await fixture.database.hits(of: query) {
                for value in Set(hit.object.properties[name]?.groupedValues ?? []) {
                    sizes[value, default: 0] += 1
                    if case .int(let number)? = hit.object.properties["num"] {
                        members[value, default: []].append(number)
                    }
                }
            }
            let groups = try await fixture.groups {
                $0.filter = filter
                $0.groupBy = [name]
                $0.groupLimit = -1
                $0.properties = ["num": .init(.all)]
            }
            #expect(groups.count == sizes.count)
            #expect(groups.map(\.objectCount) == groups.map(\.objectCount).sorted(by: >))
            for group in groups {
                let value = try #require(group.value)
                #expect(group.objectCount == sizes[value])
                var tally = ValueTally(members[value] ?? [])
                #expect(group.properties["num"] == .ints(IntAggregate(&tally)))
            }
            let largest = try await fixture.groups {
                $0.filter = filter
                $0.groupBy = [name]
                $0.groupLimit = 2
            }
            #expect(largest.map(\.value) == groups.prefix(2).map(\.value))
        }
        await fixture.close()
    }

    @Test func `what cannot be aggregated is refused before anything is read`() async throws {
        let fixture = try await DatabaseFixture.measured([])
        let near = Query.Search.vector(VectorSearch(origin: .vector([0])))
        #expect(await fixture.problem { $0.search = near } == .unboundedSearch)
        #expect(await fixture.problem { $0.search = .hybrid(HybridSearch(query: "a")) } == .unboundedSearch)
        #expect(await fixture.problem { $0.objectLimit = 1 } == .objectLimitWithoutSearch)
        #expect(await fixture.problem { ($0.search, $0.objectLimit) = (near, -1) } == .negativeObjectLimit(-1))
        #expect(
            await fixture.problem { $0.properties["no"] = .init(.count) }
                == .unknownProperty(name: "no", collection: "Measured"))
        #expect(
            await fixture.problem { $0.properties["uid"] = .init(.count) }
                == .typeWithoutAggregation(name: "uid", type: .scalar(.uuid)))
        #expect(
            await fixture.problem { $0.properties["bytes"] = .init(.count) }
                == .typeWithoutAggregation(name: "bytes", type: .scalar(.blob)))
        #expect(
            await fixture.problem { $0.properties["plainNum"] = .init(.count) } == .notFilterable(name: "plainNum"))
        #expect(await fixture.problem { $0.groupBy = ["num", "other"] } == .groupingThroughReference)
        #expect(
            await fixture.problem { $0.groupBy = ["no"] } == .unknownProperty(name: "no", collection: "Measured"))
        #expect(
            await fixture.problem { $0.groupBy = ["bytes"] }
                == .groupingByType(name: "bytes", type: .scalar(.blob)))
        await fixture.close()
    }

    @Test(arguments: ["num", "word"])
    func `an aggregation whose task is cancelled ends, and says so`(name: String) async throws {
        let fixture = try await DatabaseFixture.measured(JSONObject.measured(10, seed: 6))
        let database = fixture.database
        var request = AggregationRequest(collection: "Measured")
        request.properties[name] = .init(.all)
        let plan = try await database.plan(request)
        let work = Task { () async throws(DatabaseError) -> [AggregateGroup] in
            while !Task.isCancelled { await Task.yield() }
            return try database.read { view throws(DatabaseError) in try view.groups(of: plan) }
        }
        work.cancel()
        guard case .failure(.cancelled) = await work.result.mapError({ $0 as? DatabaseError ?? .overloaded("") }) else {
            Issue.record("it was not cancelled")
            return
        }
        await fixture.close()
    }
}

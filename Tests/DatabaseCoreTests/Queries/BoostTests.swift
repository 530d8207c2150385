// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct BoostTests {
    /// Midnight of 2024-01-31, in milliseconds since 1970.
    private static let now: Int64 = 1_706_659_200_000

    /// Objects 0 to 4 at 0 to 4 on a line; from 0 their squared distances are 0, 1, 4, 9, 16, as scores 1, 15/16, 12/16, 7/16, 0.
    private static func fixture(
        _ change: (inout DatabaseSettings) -> Void = { _ in }
    ) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture(change, clock: { now })
        _ = try await fixture.database.createCollection(
            CollectionDefinition(
                name: "Place",
                properties: [
                    PropertyDefinition(name: "name", type: .scalar(.text), tokenization: .word, isSearchable: true),
                    PropertyDefinition(name: "likes", type: .scalar(.int)),
                    PropertyDefinition(name: "price", type: .scalar(.number)),
                    PropertyDefinition(name: "opened", type: .scalar(.date)),
                ],
                vectors: [VectorDefinition(vectorizer: .none, index: .init(metric: .l2Squared))]))
        let names = ["inn", "inn inn old", "bar", "inn", "bar"]
        let likes = [0, 10, 20, 40, nil]
        let prices: [Double?] = [10, 20, 40, nil, 30]
        let days = ["2024-01-31", "2024-01-24", nil, "2024-01-17", "2024-02-07"]
        for number in 0..<5 {
            var properties = JSONObject([("name", .string(names[number]))])
            if let likes = likes[number] { properties["likes"] = .number(JSONNumber(likes)) }
            if let price = prices[number] { properties["price"] = .number(JSONNumber(price)) }
            if let day = days[number] { properties["opened"] = .string("\(day)T00:00:00Z") }
            _ = try await fixture.database.insert(
                ObjectInput(
                    collection: "Place", id: .number(UInt64(number)), properties: properties, vector: [Float(number)]))
        }
        return fixture
    }

    private static func query(_ boost: Query.Boost, limit: Int = 5) -> Query {
        var query = Query.near([0], in: "Place", limit: limit)
        query.boost = boost
        return query
    }

    /// The number and the score of each hit, in thousandths.
    private static func shown(_ hits: [Hit]) -> [String] {
        hits.map { hit in "\(hit.object.id.low): " + (hit.score.map { "\(Int(($0 * 1_000).rounded()))" } ?? "-") }
    }

    private static func hits(_ boost: Query.Boost) async throws -> [String] {
        let fixture = try await fixture()
        let hits = shown(try await fixture.database.hits(of: query(boost)))
        await fixture.close()
        return hits
    }

    @Test func `a number raises what has more of it, and distances stay`() async throws {
        let fixture = try await Self.fixture()
        let hits = try await fixture.database.hits(of: Self.query(.init([.init(.number(property: "likes", .none))])))
        // Likes as 0, 0.25, 0.5, 1, 0; halves of both: 0.5, 0.59375, 0.625, 0.71875, 0.
        #expect(Self.shown(hits) == ["3: 1000", "2: 870", "1: 826", "0: 696", "4: 0"])
        #expect(hits.map(\.distance) == [9, 4, 1, 0, 16])
        await fixture.close()
    }

    @Test func `what fulfills a filter goes up, and nothing is left out`() async throws {
        let filter = Filter.condition(
            FilterCondition(path: .property("name"), comparison: .equal, value: .text("bar")))
        // 0.5, 0.46875, 0.375 + 0.5, 0.21875, 0.5, from 0.21875 to 0.875.
        #expect(
            try await Self.hits(.init([.init(.filter(filter))]))
                == ["2: 1000", "0: 429", "4: 429", "1: 381", "3: 0"])
    }

    @Test func `what is nearest to a number goes up`() async throws {
        var boost = Query.Boost([
            .init(.numericDecay(property: "price", origin: 40, .init(scale: 10, offset: 0)))
        ])
        boost.weight = 1
        // 2^-3, 2^-2, 1, none, 2^-1.
        #expect(try await Self.hits(boost) == ["2: 1000", "4: 500", "1: 250", "0: 125", "3: 0"])
    }

    @Test func `dates are compared with the time of the query if no other is named`() async throws {
        func boost(_ origin: Instant?) -> Query.Boost {
            var boost = Query.Boost([
                .init(
                    .timeDecay(
                        property: "opened", origin: origin, .init(scale: .seconds(7 * 86_400), offset: .zero)))
            ])
            boost.weight = 1
            return boost
        }
        // 0, 7, -, 14 and 7 days away.
        #expect(try await Self.hits(boost(nil)) == ["0: 1000", "1: 500", "4: 500", "3: 250", "2: 0"])
        // 14, 7, -, 0 and 21 days away.
        #expect(
            try await Self.hits(boost(Instant("2024-01-17T00:00:00Z")))
                == ["3: 1000", "1: 500", "0: 250", "4: 125", "2: 0"])
    }

    @Test func `conditions are added up by their weights`() async throws {
        var boost = Query.Boost([
            .init(.number(property: "likes", .none), weight: 2),
            .init(.number(property: "price", .none), weight: -1),
        ])
        boost.weight = 1
        // 2 · (0, 0.25, 0.5, 1, 0) − (0.25, 0.5, 1, 0, 0.75) = −0.25, 0, 0, 2, −0.75.
        #expect(try await Self.hits(boost) == ["3: 1000", "1: 273", "2: 273", "0: 182", "4: 0"])
    }

    @Test func `a boost of weight 0 changes neither order nor scores`() async throws {
        var boost = Query.Boost([.init(.number(property: "likes", .none))])
        boost.weight = 0
        #expect(try await Self.hits(boost) == ["0: -", "1: -", "2: -", "3: -", "4: -"])
    }

    @Test func `the scores of a keyword search are normalized where all candidates are alike`() async throws {
        let fixture = try await Self.fixture()
        var query = Query(collection: "Place")
        query.search = .keyword(KeywordSearch(query: "inn old"))
        query.limit = 10
        let plain = try await fixture.database.hits(of: query)
        let none = FilterCondition(path: .property("name"), comparison: .equal, value: .text("cafe"))
        query.boost = .init([.init(.filter(.condition(none)))])
        let hits = try await fixture.database.hits(of: query)
        #expect(hits.map(\.object.id) == plain.map(\.object.id))
        #expect(Self.shown(hits) == ["1: 1000", "0: 0", "3: 0"])
        await fixture.close()
    }

    @Test func `a hybrid search is boosted as well`() async throws {
        let fixture = try await Self.fixture()
        var search = HybridSearch(query: "inn")
        search.origin = .vector([0])
        search.alpha = 1
        var query = Self.query(.init([.init(.number(property: "likes", .none))]))
        query.search = .hybrid(search)
        // As by vector alone.
        #expect(
            Self.shown(try await fixture.database.hits(of: query))
                == ["3: 1000", "2: 870", "1: 826", "0: 696", "4: 0"])
        await fixture.close()
    }

    /// The one with the most likes: of all it is 3, then come 2, 1, 0 and 4.
    private static var byLikes: Query {
        var boost = Query.Boost([.init(.number(property: "likes", .none))])
        boost.weight = 1
        return query(boost, limit: 1)
    }

    @Test(arguments: [(1, 0, [0]), (4, 0, [3]), (5, 1, [2]), (nil, 4, [4])] as [(Int?, Int, [UInt64])])
    func `the window is cut from as many candidates as the depth says`(
        depth: Int?, offset: Int, expected: [UInt64]
    ) async throws {
        let fixture = try await Self.fixture()
        var query = Self.byLikes
        query.boost?.depth = depth
        query.offset = offset
        #expect(try await fixture.database.hits(of: query).map(\.object.id.low) == expected)
        await fixture.close()
    }

    @Test func `the settings say how many candidates there are, and how many at most`() async throws {
        let fixture = try await Self.fixture {
            $0.defaultBoostDepth = 2
            $0.maximumResults = 3
        }
        var query = Self.byLikes
        query.boost?.depth = 0
        #expect(try await fixture.database.hits(of: query).map(\.object.id.low) == [1])
        query.boost?.depth = 1_000
        #expect(try await fixture.database.hits(of: query).map(\.object.id.low) == [2])
        await fixture.close()
    }

    // MARK: Mistakes

    private static func problem(of change: (inout Query) -> Void) -> InvalidQuery.BoostProblem? {
        var query = query(.init([.init(.number(property: "year", .none))]))
        query.collection = "Article"
        change(&query)
        var definition = CollectionDefinition.articles()
        for index in definition.properties.indices { definition.properties[index].id = PropertyID(UInt16(index)) }
        do {
            _ = try QueryPlan(query, definition: definition, settings: DatabaseSettings(), others: { _ in nil })
            return nil
        } catch DatabaseError.invalidQuery(.boost(let problem)) {
            return problem
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test func `a boost needs a search, 1 to 20 conditions, and a weight between 0 and 1`() {
        #expect(Self.problem { _ in } == nil)
        #expect(Self.problem { $0.search = nil } == .withoutSearch)
        #expect(Self.problem { $0.boost?.conditions = [] } == .conditionCount(0, limit: 20))
        let condition = Query.Boost.Condition(.number(property: "year", .none))
        #expect(Self.problem { $0.boost?.conditions = Array(repeating: condition, count: 20) } == nil)
        #expect(
            Self.problem { $0.boost?.conditions = Array(repeating: condition, count: 21) }
                == .conditionCount(21, limit: 20))
        #expect(Self.problem { $0.boost?.weight = 1 } == nil)
        #expect(Self.problem { $0.boost?.weight = 1.5 } == .weightOutOfRange(1.5))
        #expect(Self.problem { $0.boost?.weight = -0.5 } == .weightOutOfRange(-0.5))
        #expect(Self.problem { $0.boost?.depth = -1 } == .negativeDepth(-1))
    }

    private static func decay(
        scale: Double = 1, offset: Double = 0, valueAtScale: Double = 0.5
    ) -> Query.Boost.Decay<Double> {
        var decay = Query.Boost.Decay(scale: scale, offset: offset)
        decay.valueAtScale = valueAtScale
        return decay
    }

    @Test(
        arguments: [
            (.number(property: "none", .none), .unknownProperty(name: "none", collection: "Article")),
            (.number(property: "title", .none), .notANumber(name: "title", type: .scalar(.text))),
            (
                .timeDecay(property: "year", origin: nil, .init(scale: .seconds(1), offset: .zero)),
                .notADate(name: "year", type: .scalar(.int))
            ),
            (
                .timeDecay(property: "year", origin: nil, .init(scale: .zero, offset: .zero)), .scaleOutOfRange(0)
            ),
            (.numericDecay(property: "year", origin: 0, decay(scale: -1)), .scaleOutOfRange(-1)),
            (.numericDecay(property: "year", origin: 0, decay(offset: -1)), .offsetOutOfRange(-1)),
            (.numericDecay(property: "year", origin: 0, decay(valueAtScale: 0)), .decayOutOfRange(0)),
            (.numericDecay(property: "year", origin: 0, decay(valueAtScale: 1.5)), .decayOutOfRange(1.5)),
            (.numericDecay(property: "year", origin: .infinity, decay()), .originNotFinite(.infinity)),
        ] as [(Query.Boost.Signal, InvalidQuery.BoostConditionProblem)])
    func `a condition that makes no sense is refused by its number`(
        signal: Query.Boost.Signal, expected: InvalidQuery.BoostConditionProblem
    ) {
        let good = Query.Boost.Condition(.number(property: "year", .none))
        #expect(
            Self.problem { $0.boost?.conditions = [good, .init(signal)] } == .condition(index: 1, expected))
    }

    @Test func `the weight of a condition is a finite number`() {
        #expect(
            Self.problem { $0.boost?.conditions[0].weight = .infinity }
                == .condition(index: 0, .weightNotFinite(.infinity)))
    }
}

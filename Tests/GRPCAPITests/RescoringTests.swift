// SPDX-License-Identifier: Apache-2.0

import Authentication
import DataModel
import DatabaseCore
import DatabaseTesting
import GRPCServer
import Testing
import WeaviateMessages

@testable import GRPCAPI

@Suite struct RescoringTests {
    private static var definition: CollectionDefinition {
        CollectionDefinition(
            name: "Thing",
            properties: [
                PropertyDefinition(name: "title", type: .scalar(.text), tokenization: .word, isSearchable: true),
                PropertyDefinition(name: "likes", type: .scalar(.int)),
                PropertyDefinition(name: "day", type: .scalar(.date)),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: VectorIndexDefinition())])
    }

    private let database = MemoryDatabase([definition])

    private func search(_ request: SearchRequest) async throws(GRPCStatus) -> SearchReply {
        let authenticator = Authenticator(keys: [], users: [], allowsAnonymous: true)
        return try await WeaviateService(database: database, authenticator: authenticator).search(request)
    }

    /// The query that the database was asked.
    private func query(_ request: SearchRequest) async throws -> Query {
        _ = try await search(request)
        return try #require(database.queries.last)
    }

    private func refusal(_ request: SearchRequest) async -> String? {
        do throws(GRPCStatus) {
            _ = try await search(request)
            return nil
        } catch {
            return error.code == .unknown ? error.message : "\(error.code)"
        }
    }

    // MARK: Diversity

    private static func near(limit: UInt32 = 0, _ mmr: (inout Selection.MMR) -> Void) -> SearchRequest {
        var request = SearchRequest()
        request.collection = "Thing"
        request.limit = limit
        var near = NearVector()
        near.vector = [1, 0]
        near.selection = selection(mmr)
        request.nearVector = near
        return request
    }

    private static func selection(_ change: (inout Selection.MMR) -> Void) -> Selection {
        var mmr = Selection.MMR()
        change(&mmr)
        var selection = Selection()
        selection.selection = .mmr(mmr)
        return selection
    }

    private static func diversity(of query: Query) -> VectorSearch.Diversity? {
        switch query.search {
        case .vector(let search)?: search.diversity
        case .hybrid(let search)?: search.diversity
        case .keyword?, nil: nil
        }
    }

    @Test func `a selection message becomes a diverse selection`() async throws {
        let plain = try await query(Self.near(limit: 5) { $0.limit = 3 })
        #expect(Self.diversity(of: plain) == .init(count: 3, balance: 0.5))
        let balanced = try await query(
            Self.near(limit: 5) {
                $0.limit = 3
                $0.balance = 0
            })
        #expect(Self.diversity(of: balanced) == .init(count: 3, balance: 0))
    }

    @Test func `an empty selection message selects nothing`() async throws {
        var request = Self.near(limit: 5) { _ in }
        request.nearVector?.selection = Selection()
        #expect(Self.diversity(of: try await query(request)) == nil)
    }

    @Test func `refusals of a selection are Weaviate's`() async {
        #expect(await refusal(Self.near { _ in }) == "MMR limit must be at least 1")
        #expect(
            await refusal(Self.near(limit: 5) { $0.limit = 9 })
                == "MMR limit (9) cannot be larger than the query limit (5)")
    }

    @Test func `without a limit of the query the selection makes its own`() async throws {
        #expect(try await query(Self.near { $0.limit = 20 }).limit == 20)
        #expect(try await query(Self.near { $0.limit = 2 }).limit == 10)
    }

    @Test func `a hybrid search has a selection of its own and none within`() async throws {
        var hybrid = Hybrid()
        hybrid.query = "x"
        hybrid.useAlphaParam = true
        var near = NearVector()
        near.vector = [1, 0]
        hybrid.nearVector = near
        hybrid.selection = Self.selection { $0.limit = 2 }
        var request = SearchRequest()
        request.collection = "Thing"
        request.hybridSearch = hybrid
        #expect(Self.diversity(of: try await query(request)) == .init(count: 2))
        request.hybridSearch?.nearVector?.selection = hybrid.selection
        #expect(await refusal(request)?.hasPrefix("hybrid: selection belongs to the hybrid search") == true)
    }

    // MARK: Boost

    private static func request(
        _ condition: Boost.Condition.ConditionChoice?, _ change: (inout Boost) -> Void = { _ in }
    ) -> SearchRequest {
        var message = Boost.Condition()
        message.condition = condition
        var boost = Boost()
        boost.conditions = [message]
        change(&boost)
        var request = SearchRequest()
        request.collection = "Thing"
        var words = BM25()
        words.query = "x"
        request.bm25Search = words
        request.boost = boost
        return request
    }

    private static func likes(_ change: (inout Boost) -> Void = { _ in }) -> SearchRequest {
        var function = Boost.PropertyValueFunction()
        function.property = "Likes"
        return request(.propertyValue(function), change)
    }

    private static func time(_ change: (inout Boost.TimeDecayFunction) -> Void) -> SearchRequest {
        var function = Boost.TimeDecayFunction()
        function.property = "day"
        function.scale = "7d"
        change(&function)
        return request(.timeDecay(function))
    }

    @Test func `a boost that says little has Weaviate's defaults`() async throws {
        let boost = try #require(try await query(Self.likes()).boost)
        #expect(boost.weight == 0.5)
        #expect(boost.depth == nil)
        #expect(boost.conditions.map(\.weight) == [1])
        guard case .number("likes", .none)? = boost.conditions.first?.signal else {
            Issue.record("\(boost.conditions)")
            return
        }
    }

    @Test func `weights and depth are read`() async throws {
        let boost = try #require(
            try await query(
                Self.likes {
                    $0.weight = 0.25
                    $0.depth = 500
                    $0.conditions[0].weight = -2
                }
            ).boost)
        #expect(boost.weight == 0.25)
        #expect(boost.depth == 500)
        #expect(boost.conditions.map(\.weight) == [-2])
    }

    @Test func `a decay in time has its origin, durations, curve and value`() async throws {
        let request = Self.time {
            $0.origin = "2024-01-02T00:00:00+00:00"
            $0.offset = "1h30m"
            $0.curve = .gauss
            $0.decayValue = 0.25
        }
        var expected = Query.Boost.Decay(scale: Duration.seconds(604_800), offset: .seconds(5_400))
        expected.curve = .gauss
        expected.valueAtScale = 0.25
        let signal = try await query(request).boost?.conditions.first?.signal
        guard case .timeDecay("day", let origin?, let decay)? = signal else {
            Issue.record("\(String(describing: signal))")
            return
        }
        #expect(origin == Instant("2024-01-02T00:00:00Z"))
        #expect(decay == expected)
    }

    @Test(arguments: ["now", ""]) func `no origin is the time of the query`(text: String) async throws {
        let signal = try await query(Self.time { $0.origin = text }).boost?.conditions.first?.signal
        guard case .timeDecay("day", nil, let decay)? = signal else {
            Issue.record("\(String(describing: signal))")
            return
        }
        #expect(decay.curve == .exponential)
    }

    @Test func `a filter is read as filters are`() async throws {
        var filter = Filters()
        filter.operator = .equal
        filter.target = FilterTarget()
        filter.target?.target = .property("likes")
        filter.testValue = .valueNumber(3)
        let signal = try await query(Self.request(.filter(filter))).boost?.conditions.first?.signal
        guard case .filter(.condition(let condition))? = signal else {
            Issue.record("\(String(describing: signal))")
            return
        }
        #expect(condition == FilterCondition(path: .property("likes"), comparison: .equal, value: .int(3)))
    }

    @Test func `what makes no sense is refused by the number of its condition`() async {
        #expect(
            await refusal(Self.request(nil))
                == "boost: condition 0 must have one of filter, time_decay, numeric_decay and property_value")
        #expect(
            await refusal(Self.time { $0.scale = "7 days" })
                == "boost: condition 0: the scale '7 days' is no duration like 7d, 24h, 30m or 10s")
        #expect(
            await refusal(Self.time { $0.scale = "0s" })
                == "boost: condition 0: the scale is 0.0; it must be more than 0")
        #expect(
            await refusal(Self.time { $0.origin = "yesterday" })
                == "boost: condition 0: the origin 'yesterday' is neither \"now\" nor a date like 2024-05-06T07:08:09Z")
        #expect(
            await refusal(Self.time { $0.property = "likes" })
                == "boost: condition 0: property 'likes' is int; a date is needed")
        #expect(
            await refusal(Self.time { $0.curve = .init(rawValue: 9) }) == "boost: condition 0: unknown decay curve 9")
    }

    @Test func `a boost needs conditions, not too many, and a search`() async {
        #expect(await refusal(Self.likes { $0.conditions = [] }) == "boost: a boost needs a condition")
        #expect(
            await refusal(Self.likes { $0.conditions = Array(repeating: $0.conditions[0], count: 21) })
                == "boost: at most 20 conditions are allowed, but there are 21")
        var listing = Self.likes()
        listing.bm25Search = nil
        #expect(await refusal(listing)?.contains("give a search, or sort instead") == true)
    }

    // MARK: Durations

    @Test(
        arguments: [
            ("7d", .seconds(604_800)), ("24h", .seconds(86_400)), ("30m", .seconds(1_800)), ("10s", .seconds(10)),
            ("1h30m", .seconds(5_400)), ("0.5s", .milliseconds(500)), ("250ms", .milliseconds(250)),
            ("1e-06s", .microseconds(1)), ("-1m", .seconds(-60)),
        ] as [(String, Duration)])
    func `a duration is numbers with their units`(text: String, expected: Duration) {
        #expect(DurationText.duration(text) == expected)
    }

    @Test(arguments: ["", "-", "7", "d", "7 d", "7x", "1.2.3s", "1e5", "9e99d", "4000000d", "1d-1h"])
    func `anything else is no duration`(text: String) {
        #expect(DurationText.duration(text) == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import RandomNumbers
import Testing
import VectorIndexes

@testable import DatabaseCore

/// Searches by multi-vector. The objects, queries and distances of the first ones were recorded from Weaviate 1.39.
@Suite struct MultiVectorSearchTests {
    private static let objects: [(title: String, tokens: [[Float]], plain: [Float])] = [
        ("alpha", [[1, 0], [0, 1]], [1, 0]), ("beta", [[0.5, 0.5], [0.1, 0.2], [0.3, 0.9]], [0, 1]),
        ("gamma", [[-1, 0.25]], [0.7, 0.7]),
    ]

    private let fixture: DatabaseFixture

    init() async throws {
        fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(.multiVectors())
        for (number, object) in Self.objects.enumerated() {
            _ = try await fixture.database.insert(
                .multiVector(UInt64(number), object.title, tokens: object.tokens, plain: object.plain))
        }
    }

    private var database: Database { fixture.database }

    private func multiVector(_ rows: [[Float]]) throws -> MultiVector { try #require(MultiVector(rows: rows)) }

    private func query(
        _ origin: VectorSearch.Origin, _ targets: [String] = ["tokens"],
        _ change: (inout VectorSearch) -> Void = { _ in }
    ) -> Query {
        var search = VectorSearch(origin: origin)
        search.targetVectors = targets
        change(&search)
        var query = Query(collection: "Multi")
        query.search = .vector(search)
        query.limit = 10
        return query
    }

    private func found(_ query: Query) async throws -> [String] {
        try await database.hits(of: query).map { "\($0.object.id.low): \($0.distance ?? .nan)" }
    }

    private func problem(_ query: Query) async throws -> InvalidQuery? {
        do {
            _ = try await database.hits(of: query)
            return nil
        } catch DatabaseError.invalidQuery(let problem) {
            return problem
        }
    }

    @Test(arguments: VectorMetric.allCases)
    func `the metric of the class changes nothing`(metric: VectorMetric) async throws {
        try await database.deleteCollection(named: "Multi")
        _ = try await database.createCollection(.multiVectors(metric: metric))
        for (number, object) in Self.objects.enumerated() {
            _ = try await database.insert(.multiVector(UInt64(number), object.title, tokens: object.tokens, plain: []))
        }
        let two = query(.multiVector(try multiVector([[1, 0], [0, 1]])))
        #expect(try await found(two) == ["0: -2.0", "1: -1.4", "2: 0.75"])
    }

    @Test func `distances are those of the original`() async throws {
        let two = query(.multiVector(try multiVector([[1, 0], [0, 1]])))
        #expect(try await found(two) == ["0: -2.0", "1: -1.4", "2: 0.75"])
        let one = query(.multiVector(try multiVector([[1, 0]])))
        #expect(try await found(one) == ["0: -1.0", "1: -0.5", "2: 1.0"])
    }

    @Test func `an object is searched near to by its multi-vector`() async throws {
        #expect(try await found(query(.object(.number(0)))) == ["0: -2.0", "1: -1.4", "2: 0.75"])
    }

    @Test func `an object without one cannot be searched near to`() async throws {
        _ = try await database.insert(.multiVector(9, "delta", tokens: [], plain: [1, 1]))
        await #expect(throws: DatabaseError.self) { _ = try await found(query(.object(.number(9)))) }
        // And it is in no answer.
        #expect(try await found(query(.multiVector(try multiVector([[1, 0]])))).count == 3)
    }

    @Test func `distances are a limit, certainty is refused`() async throws {
        let vector = try multiVector([[1, 0], [0, 1]])
        let near = query(.multiVector(vector)) { $0.threshold = .distance(-1.4) }
        #expect(try await found(near) == ["0: -2.0", "1: -1.4"])
        let certain = query(.multiVector(vector)) { $0.threshold = .certainty(0.5) }
        #expect(try await problem(certain) == .certaintyWithoutCosine(metric: "maxSim"))
        let hits = try await database.hits(of: query(.multiVector(vector)))
        #expect(hits.allSatisfy { $0.certainty == nil })
    }

    @Test func `a vector for a multi-vector, and the other way round, is refused`() async throws {
        #expect(try await problem(query(.vector([1, 0]))) == .vectorForMultiVector(target: "tokens"))
        #expect(try await problem(query(.image(base64: "AAAA"))) == .vectorForMultiVector(target: "tokens"))
        let vector = VectorSearch.Origin.multiVector(try multiVector([[1, 0]]))
        #expect(try await problem(query(vector, ["plain"])) == .multiVectorForVector(target: "plain"))
    }

    @Test func `other dimensions than the stored ones are refused, in a cold shard too`() async throws {
        let wrong = query(.multiVector(try multiVector([[1, 0, 0]])))
        #expect(try await problem(wrong) == .dimensionMismatch(query: 3, stored: 2))
        try await fixture.reopen()
        #expect(try await problem(wrong) == .dimensionMismatch(query: 3, stored: 2))
    }

    @Test func `no finite number, no search`() async throws {
        let vector = MultiVector(dimensions: 2, elements: [1, 0, .infinity, 0])
        #expect(try await problem(query(.multiVector(vector))) == .notFinite(.vector, value: .infinity, index: 2))
    }

    @Test func `only what a filter lets through is found`() async throws {
        var query = query(.multiVector(try multiVector([[1, 0], [0, 1]])))
        query.filter = .not(
            .condition(FilterCondition(path: .property("title"), comparison: .equal, value: .text("beta"))))
        #expect(try await found(query) == ["0: -2.0", "2: 0.75"])
        query.limit = 1
        #expect(try await found(query) == ["0: -2.0"])
    }

    @Test func `a multi-vector and a vector are searched together`() async throws {
        let vectors = VectorSearch.Origin.vectors([.multiVector(try multiVector([[1, 0], [0, 1]])), [0, 1]])
        let sum = query(vectors, ["tokens", "plain"]) { $0.combination = .sum }
        // Cosine distances to [0, 1]: 1, 0, 0.2929.
        let hits = try await database.hits(of: sum)
        #expect(hits.map(\.object.id.low) == [1, 0, 2])
        for (hit, expected) in zip(hits, [-1.4, -1, 1.042_893] as [Float]) {
            #expect(abs((hit.distance ?? 0) - expected) < 1e-5)
        }
        let weighted = query(vectors, ["tokens", "plain"]) { $0.combination = .manualWeights([1, 0]) }
        #expect(try await found(weighted) == ["0: -2.0", "1: -1.4", "2: 0.75"])
        let minimum = query(vectors, ["tokens", "plain"])
        #expect(try await database.hits(of: minimum).map(\.object.id.low) == [0, 1, 2])
    }

    @Test func `what one leg misses is completed by the other's distances`() async throws {
        _ = try await database.insert(.multiVector(5, "delta", tokens: [[3, 3]], plain: []))
        let vectors = VectorSearch.Origin.vectors([.multiVector(try multiVector([[-1, 0]])), [1, 0]])
        var query = query(vectors, ["tokens", "plain"]) { $0.combination = .sum }
        query.limit = 1
        // The nearest by tokens is 2 (-1), by plain 0 (0); together 2 has -1 + 0.2929 and 0 has 0 + 0.
        #expect(try await database.hits(of: query).map(\.object.id.low) == [2])
        query.limit = 10
        #expect(try await database.hits(of: query).map(\.object.id.low) == [2, 0, 1])
    }

    @Test func `a hybrid search has a multi-vector as its vector part`() async throws {
        var search = HybridSearch(query: "gamma")
        search.alpha = 0.5
        search.origin = .multiVector(try multiVector([[1, 0], [0, 1]]))
        search.targetVectors = ["tokens"]
        var query = Query(collection: "Multi")
        query.search = .hybrid(search)
        query.limit = 10
        let hits = try await database.hits(of: query)
        // 0 is the best by vector, 2 the best (and only one) by words; the vector decides between equal scores.
        #expect(hits.map(\.object.id.low) == [0, 2, 1])
        #expect(hits.first?.score == 0.5)
    }

    @Test func `an aggregation counts what a search by multi-vector finds`() async throws {
        var request = AggregationRequest(collection: "Multi")
        var search = VectorSearch(origin: .multiVector(try multiVector([[1, 0], [0, 1]])), threshold: .distance(0))
        search.targetVectors = ["tokens"]
        request.search = .vector(search)
        request.countsObjects = true
        let plan = try await database.plan(request)
        #expect(try database.read { view throws(DatabaseError) in try view.groups(of: plan) }.first?.objectCount == 2)
    }

    @Test func `the answer is exact among many`() async throws {
        var generator = SplitMix64(seed: 4)
        func random(_ count: Int) -> [[Float]] {
            (0..<count).map { _ in
                [Float.random(in: -1...1, using: &generator), Float.random(in: -1...1, using: &generator)]
            }
        }
        var stored: [(number: Int, rows: [[Float]])] = []
        for number in 100..<600 { stored.append((number, random(Int.random(in: 1...9, using: &generator)))) }
        for result in await database.upsert(
            stored.map { .multiVector(UInt64($0.number), "many", tokens: $0.rows, plain: []) })
        {
            _ = try result.get()
        }
        let asked = random(5)
        var query = query(.multiVector(try multiVector(asked)))
        query.filter = .condition(FilterCondition(path: .property("title"), comparison: .equal, value: .text("many")))
        let expected = stored.map { number, rows in
            let sum = asked.reduce(Float(0)) { sum, one in
                sum + (rows.map { $0[0] * one[0] + $0[1] * one[1] }.max() ?? 0)
            }
            return (number, -sum)
        }.sorted { $0.1 < $1.1 }
        let hits = try await database.hits(of: query)
        #expect(hits.map { Int($0.object.id.low) } == expected.prefix(10).map(\.0))
    }

    @Test func `a skipped one is stored, shown and found by nobody`() async throws {
        var definition = CollectionDefinition.multiVectors(name: "Skipped")
        for index in definition.vectors.indices { definition.vectors[index].index.isSkipped = true }
        _ = try await database.createCollection(definition)
        var object = ObjectInput.multiVector(1, "x", tokens: [[1, 2]], plain: [])
        object.collection = "Skipped"
        _ = try await database.insert(object)
        var query = query(.multiVector(try multiVector([[1, 2]])))
        query.collection = "Skipped"
        #expect(try await database.hits(of: query).isEmpty)
        let stored = try database.object(
            .number(1), in: "Skipped", tenant: nil, selection: .init(includesVectors: true))
        #expect(stored?.multiVectors["tokens"]?.rows == [[1, 2]])
    }
}

extension CollectionDefinition {
    /// `title` (text), `tokens`, a multi-vector, and `plain`, a vector.
    static func multiVectors(name: String = "Multi", metric: VectorMetric = .cosine) -> Self {
        var tokens = VectorIndexDefinition(metric: metric)
        tokens.quantization["multivector"] = .object(
            JSONObject([("enabled", .boolean(true)), ("aggregation", .string("maxSim"))]))
        return CollectionDefinition(
            name: name,
            properties: [
                PropertyDefinition(name: "title", type: .scalar(.text), tokenization: .word, isSearchable: true)
            ],
            vectors: [
                VectorDefinition(name: "plain", vectorizer: .none, index: .init(metric: metric)),
                VectorDefinition(name: "tokens", vectorizer: .none, index: tokens),
            ])
    }
}

extension ObjectInput {
    /// Of `CollectionDefinition.multiVectors`; without what is empty.
    static func multiVector(_ number: UInt64, _ title: String, tokens: [[Float]], plain: [Float]) -> Self {
        ObjectInput(
            collection: "Multi", id: .number(number), properties: JSONObject([("title", .string(title))]),
            namedVectors: plain.isEmpty ? [:] : ["plain": plain],
            multiVectors: MultiVector(rows: tokens).map { ["tokens": $0] } ?? [:])
    }
}

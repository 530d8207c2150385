// SPDX-License-Identifier: Apache-2.0

import DataModel
import RandomNumbers
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct TargetVectorTests {
    private static func neighbors(_ distances: [UInt32: Float]) -> [Neighbor] {
        distances.map { Neighbor(document: DocumentID($0.key), distance: $0.value) }
    }

    private static func shown(_ neighbors: [Neighbor]) -> [String] {
        neighbors.map { "\($0.document.number): \($0.distance)" }
    }

    @Test(
        arguments: [
            (.minimum, ["2: 1.0", "1: 2.0", "3: 4.0"]), (.weightedSum, ["1: 22.0", "2: 41.0"]),
            (.relativeScore, ["1: 1.0", "2: 10.0"]),
        ] as [(DistanceCombination.Method, [String])])
    func `distances to two targets become one`(method: DistanceCombination.Method, expected: [String]) {
        let legs = [Self.neighbors([1: 2, 2: 1]), Self.neighbors([1: 2, 2: 4, 3: 4])]
        let combined = DistanceCombination.combined(legs, weights: [1, 10], by: method)
        #expect(Self.shown(combined) == expected)
    }

    @Test func `where all are equal each has the whole weight`() {
        let legs = [Self.neighbors([1: 2, 2: 2]), Self.neighbors([1: 0, 2: 8])]
        let combined = DistanceCombination.combined(legs, weights: [0.5, 1], by: .relativeScore)
        #expect(Self.shown(combined) == ["1: 0.5", "2: 1.5"])
    }

    @Test func `sums beyond float32 stay finite`() {
        let far = Float.greatestFiniteMagnitude
        let legs = [Self.neighbors([1: far]), Self.neighbors([1: far])]
        #expect(DistanceCombination.combined(legs, weights: [4, 4], by: .weightedSum).map(\.distance) == [far])
        #expect(DistanceCombination.combined(legs, weights: [4, -4], by: .weightedSum).map(\.distance) == [far])
    }

    // MARK: In a database

    private static let vectors: [String: VectorMetric] = ["a": .l2Squared, "b": .manhattan]

    /// Objects 0 to 39 with random vectors, the last ten without `b`.
    private static func fixture() async throws -> (DatabaseFixture, [[String: [Float]]]) {
        let fixture = try DatabaseFixture()
        _ = try await fixture.database.createCollection(
            CollectionDefinition(
                name: "Named",
                vectors: ["a", "b"].map { name in
                    VectorDefinition(
                        name: name, vectorizer: .none, index: .init(metric: vectors[name] ?? .cosine))
                }))
        var generator = SplitMix64(seed: 9)
        var stored: [[String: [Float]]] = []
        for number in 0..<40 {
            var object = ObjectInput(collection: "Named", id: .number(UInt64(number)))
            object.namedVectors["a"] = (0..<3).map { _ in Float.random(in: -1...1, using: &generator) }
            if number < 30 {
                object.namedVectors["b"] = (0..<2).map { _ in Float.random(in: -1...1, using: &generator) }
            }
            _ = try await fixture.database.insert(object)
            stored.append(object.namedVectors)
        }
        return (fixture, stored)
    }

    private static func search(_ combination: VectorSearch.Combination) -> Query {
        var search = VectorSearch(origin: .vectors([[0.5, 0, 0], [0, 0.5]]))
        search.targetVectors = ["a", "b"]
        search.combination = combination
        var query = Query(collection: "Named")
        query.search = .vector(search)
        query.limit = 5
        return query
    }

    /// The distances of each stored object to both query vectors, those it has.
    private static func distances(_ object: [String: [Float]]) -> [Float] {
        let a = zip(object["a"] ?? [], [0.5, 0, 0] as [Float]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        guard let b = object["b"] else { return [a] }
        return [a, zip(b, [0, 0.5] as [Float]).reduce(0) { $0 + abs($1.0 - $1.1) }]
    }

    /// One distance of those to the targets, as `combination` means it.
    private static func combined(_ distances: [Float], by combination: VectorSearch.Combination) -> Float {
        let sum = distances.reduce(0, +)
        switch combination {
        case .minimum: return distances.min() ?? 0
        case .sum: return sum
        case .average: return sum / Float(distances.count)
        case .manualWeights(let weights), .relativeScore(let weights):
            return zip(distances, weights).reduce(0) { $0 + $1.0 * Float($1.1) }
        }
    }

    @Test(arguments: [VectorSearch.Combination.minimum, .sum, .average, .manualWeights([3, 0.5])])
    func `a search over two targets finds what is nearest by their combination`(
        combination: VectorSearch.Combination
    ) async throws {
        let (fixture, stored) = try await Self.fixture()
        // With a limit of all, the candidates are all.
        var query = Self.search(combination)
        query.limit = 40
        let hits = try await fixture.database.hits(of: query)
        let known = stored.enumerated().map { ($0.offset, Self.distances($0.element)) }
            .filter { combination == .minimum || $0.1.count == 2 }
        let expected: [(UInt64, Float)] = known.map { (UInt64($0.0), Self.combined($0.1, by: combination)) }
            .sorted { $0.1 < $1.1 }
        #expect(hits.map(\.object.id.low) == expected.map(\.0))
        for (hit, expected) in zip(hits, expected) {
            #expect(abs((hit.distance ?? .nan) - expected.1) < 1e-5)
        }
        query.limit = 3
        #expect(try await fixture.database.hits(of: query).count == 3)
        await fixture.close()
    }

    @Test func `objects without a target's vector drop out, but for the minimum`() async throws {
        let (fixture, _) = try await Self.fixture()
        var query = Self.search(.sum)
        query.limit = 40
        #expect(try await fixture.database.hits(of: query).count == 30)
        query = Self.search(.minimum)
        query.limit = 40
        #expect(try await fixture.database.hits(of: query).count == 40)
        await fixture.close()
    }

    @Test func `a threshold holds for the combined distance, and 0 is none`() async throws {
        let (fixture, stored) = try await Self.fixture()
        for (threshold, isCut) in [(Float(0.8), true), (0, false)] {
            var query = Self.search(.sum)
            guard case .vector(var search)? = query.search else { return }
            search.threshold = .distance(threshold)
            (query.search, query.limit) = (.vector(search), nil)
            let hits = try await fixture.database.hits(of: query)
            let sums = stored.map(Self.distances).filter { $0.count == 2 }.map { $0[0] + $0[1] }
            #expect(hits.count == sums.count { !isCut || $0 <= threshold + 1e-6 })
        }
        await fixture.close()
    }

    @Test func `one target may be searched for several vectors`() async throws {
        let (fixture, _) = try await Self.fixture()
        var search = VectorSearch(origin: .vectors([[1, 0, 0], [-1, 0, 0]]))
        search.targetVectors = ["a", "a"]
        search.combination = .average
        var query = Query(collection: "Named")
        (query.search, query.limit) = (.vector(search), 40)
        #expect(try await fixture.database.hits(of: query).count == 40)
        await fixture.close()
    }

    @Test func `an object is searched by its vector for each target`() async throws {
        let (fixture, _) = try await Self.fixture()
        var search = VectorSearch(origin: .object(.number(3)))
        search.targetVectors = ["a", "b"]
        search.combination = .sum
        var query = Query(collection: "Named")
        (query.search, query.limit) = (.vector(search), 1)
        let hits = try await fixture.database.hits(of: query)
        #expect(hits.map(\.object.id) == [.number(3)])
        #expect(hits.first?.distance == 0)
        await fixture.close()
    }

    @Test func `a hybrid search takes several targets too`() async throws {
        let (fixture, _) = try await Self.fixture()
        var search = HybridSearch(query: "")
        search.alpha = 1
        search.origin = .vectors([[0.5, 0, 0], [0, 0.5]])
        search.targetVectors = ["a", "b"]
        search.combination = .sum
        var query = Query(collection: "Named")
        (query.search, query.limit) = (.hybrid(search), 5)
        let plain = try await fixture.database.hits(of: Self.search(.sum))
        #expect(try await fixture.database.hits(of: query).first?.object.id == plain.first?.object.id)
        await fixture.close()
    }

    @Test func `vectors and weights have to fit the targets, which are not too many`() async throws {
        let (fixture, _) = try await Self.fixture()
        var query = Self.search(.manualWeights([1]))
        #expect(await fixture.problem(of: query) == .weightsUnlikeTargets(weights: 1, targets: 2))
        query = Self.search(.relativeScore([1, .infinity]))
        #expect(await fixture.problem(of: query) == .weightsUnlikeTargets(weights: 2, targets: 2))
        var search = VectorSearch(origin: .vectors([[1, 1, 1]]))
        search.targetVectors = ["a", "b"]
        query.search = .vector(search)
        #expect(await fixture.problem(of: query) == .vectorsUnlikeTargets(vectors: 1, targets: 2))
        search = VectorSearch(origin: .vector([1, 1, 1]))
        search.targetVectors = Array(repeating: "a", count: 65)
        query.search = .vector(search)
        #expect(await fixture.problem(of: query) == .tooManyTargetVectors(65, limit: 64))
        await fixture.close()
    }
}

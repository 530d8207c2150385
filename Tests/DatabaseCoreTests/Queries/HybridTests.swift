// SPDX-License-Identifier: Apache-2.0

import DataModel
import Testing
import VectorIndexes

@testable import DatabaseCore

@Suite struct HybridTests {
    private static func candidate(_ number: UInt32, _ value: Float) -> HybridFusion.Candidate {
        .init(document: DocumentID(number), value: value)
    }

    @Test func `explanations name objects by their ids, and whole numbers without a point`() {
        let legs = [
            HybridFusion.Leg(
                name: "keyword,bm25", weight: 1, candidates: [Self.candidate(1, 3), Self.candidate(2, 1.5)])
        ]
        let id = "00000000-0000-0000-0000-000000000001"
        #expect(
            HybridFusion(legs, by: .relativeScore, checking: {}).explanation(of: DocumentID(1), id: .number(1))
                == "\nHybrid (Result Set keyword,bm25) Document \(id): original score 3, normalized score: 1")
        #expect(
            HybridFusion(legs, by: .ranked, checking: {}).explanation(of: DocumentID(1), id: .number(1))
                == "\nHybrid (Result Set keyword,bm25) Document \(id) contributed 0.016666668 to the score")
    }

    @Test func `explanations of both searches are joined as the original joins them`() throws {
        let legs = [
            HybridFusion.Leg(name: "keyword,bm25", weight: 0.25, candidates: [Self.candidate(1, 3)]),
            HybridFusion.Leg(name: "vector,hybridVector", weight: 0.75, candidates: [Self.candidate(1, 0.5)]),
        ]
        let document = "Document 00000000-0000-0000-0000-000000000001"
        let ranked = HybridFusion(legs, by: .ranked, checking: {})
        #expect(ranked.fused == [.init(document: DocumentID(1), score: 0.0041666668 + 0.0125, secondary: 0.5)])
        #expect(
            ranked.explanation(of: DocumentID(1), id: .number(1))
                == "\nHybrid (Result Set vector,hybridVector) \(document) contributed 0.0125 to the score"
                + "\nHybrid (Result Set keyword,bm25) \(document) contributed 0.004166667 to the score")
        let relative = HybridFusion(legs, by: .relativeScore, checking: {})
        #expect(relative.fused == [.init(document: DocumentID(1), score: 1, secondary: 0.5)])
        #expect(
            relative.explanation(of: DocumentID(1), id: .number(1))
                == "\nHybrid (Result Set keyword,bm25) \(document): original score 3, normalized score: 0.25 - "
                + "\nHybrid (Result Set vector,hybridVector) \(document): original score 0.5, normalized score: 0.75")
    }

    @Test(
        arguments: [(.or(minimum: 1), 3), (.or(minimum: 2), 2), (.and, 1), (.andAcross, 1)]
            as [(KeywordSearch.Operator, Int)])
    func `the operator decides which objects the keyword search adds`(
        tokenOperator: KeywordSearch.Operator, count: Int
    ) async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        for (number, title) in ["red", "red fox", "red fox den"].enumerated() {
            _ = try await database.insert(.article(UInt64(number), title, year: 1))
        }
        var search = HybridSearch(query: "red fox den")
        search.alpha = 0
        search.tokenOperator = tokenOperator
        var keyword = KeywordSearch(query: "red fox den")
        keyword.tokenOperator = tokenOperator
        var query = Query(collection: "Article")
        query.search = .hybrid(search)
        #expect(try await database.hits(of: query).count == count)
        query.search = .keyword(keyword)
        #expect(try await database.hits(of: query).count == count)
        await fixture.close()
    }

    @Test func `autocut sees only what the limit leaves`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles(metric: .l2Squared))
        let places: [Float] = [0, 0.1, 0.2, 4, 4.1, 4.2, 90]
        for (number, place) in places.enumerated() {
            _ = try await database.insert(.article(UInt64(number), "x", year: 1, vector: [place, 0]))
        }
        var search = HybridSearch(query: "")
        search.alpha = 1
        search.origin = .vector([0, 0])
        search.autocut = 1
        var query = Query(collection: "Article")
        query.search = .hybrid(search)
        query.limit = 7
        #expect(try await database.hits(of: query).count == 6)
        query.limit = 5
        #expect(try await database.hits(of: query).count == 3)
        await fixture.close()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

// Keyword searches, and those that go together with a search by vector.
extension QueryRun {
    // MARK: Keyword search

    func keyword(_ search: SearchPlan.KeywordPart, _ allowed: DocumentSet?) throws -> [Candidate] {
        var matches = try keywordMatches(
            search, allowed, limit: searchDepth, explain: plan.query.selection.needsScoreExplanation)
        matches = Array(matches.prefix(autocutCount(of: matches.map(\.score), jumps: search.autocut)))
        return matches.map { Candidate(document: $0.document, score: $0.score, explanation: $0.explanationText) }
    }

    func keywordMatches(
        _ search: SearchPlan.KeywordPart, _ allowed: DocumentSet?, limit: Int, explain: Bool
    ) throws -> [KeywordMatch] {
        do {
            return try plan.collection.invertedSchema.search(
                search.query, filter: allowed, limit: limit, explain: explain, ids: reader,
                in: reader.transaction.inverted(reader.shard.address), limits: plan.limits)
        } catch let error as KeywordSearchError {
            throw DatabaseError.invalidQuery(.keywordSearch(error))
        }
    }

    // MARK: Hybrid search

    func hybrid(_ search: SearchPlan.HybridPart, _ allowed: DocumentSet?) throws -> [Candidate] {
        let depth = max(100, searchDepth)
        var legs: [HybridFusion.Leg] = []
        var distances: [DocumentID: Float] = [:]
        if let keyword = search.keyword {
            let matches = try keywordMatches(keyword, allowed, limit: depth, explain: false)
            legs.append(
                .init(
                    name: "keyword,bm25", weight: 1 - search.alpha,
                    candidates: try matches.map { try fusionCandidate($0.document, $0.score) }))
        }
        if let vector = search.vector {
            let found = try neighbors(vector, allowed, count: depth)
            if vector.maximumDistance != nil, let keyword = legs.first {
                let left = Set(found.map(\.document))
                legs[0].candidates = keyword.candidates.filter { left.contains($0.document) }
            }
            // What the words have found has no distance, as in Weaviate, which keeps the first of two results for an object.
            let byWords = Set(legs.lazy.flatMap(\.candidates).map(\.document))
            for neighbor in found where !byWords.contains(neighbor.document) {
                distances[neighbor.document] = neighbor.distance
            }
            legs.append(
                .init(
                    name: "vector,hybridVector", weight: search.alpha,
                    candidates: try found.map { try fusionCandidate($0.document, 1 - $0.distance) }))
        }
        let fused =
            search.fusion == .ranked
            ? try HybridFusion.ranked(legs, checking: check) : try HybridFusion.relative(legs, checking: check)
        let best = Array(try ranked(fused).prefix(searchDepth))
        return best.prefix(autocutCount(of: best.map(\.score), jumps: search.autocut)).map {
            Candidate(
                document: $0.document, distance: distances[$0.document], score: $0.score,
                explanation: $0.explanation)
        }
    }

    /// Best first; equal scores by the larger second value, then by id.
    private func ranked(_ fused: [DocumentID: HybridFusion.Fused]) throws -> [HybridFusion.Fused] {
        var comparisonCount = 0
        // Scores that are nearly equal count as equal, so what sorting begins with can decide: not the order of a dictionary, which is
        // another one each time.
        return try fused.keys.sorted().compactMap { fused[$0] }.sorted { left, right in
            comparisonCount += 1
            if comparisonCount % Self.stepsBetweenLooks == 0 { try check() }
            if abs(left.score - right.score) >= 1e-7 { return left.score > right.score }
            if left.secondary != right.secondary { return left.secondary > right.secondary }
            return left.id < right.id
        }
    }

    private func fusionCandidate(_ document: DocumentID, _ value: Float) throws -> HybridFusion.Candidate {
        try check()
        return .init(document: document, id: try reader.id(of: document) ?? ObjectID(high: 0, low: 0), value: value)
    }
}

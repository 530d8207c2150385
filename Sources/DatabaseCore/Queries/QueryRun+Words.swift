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
                    candidates: matches.map { .init(document: $0.document, value: $0.score) }))
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
                    candidates: found.map { .init(document: $0.document, value: 1 - $0.distance) }))
        }
        let fusion = try HybridFusion(legs, by: search.fusion, checking: check)
        let best = Array(try ranked(fusion.fused).prefix(searchDepth))
        return try best.prefix(autocutCount(of: best.map(\.score), jumps: search.autocut)).map { fused in
            var candidate = Candidate(
                document: fused.document, distance: distances[fused.document], score: fused.score)
            if plan.query.selection.needsScoreExplanation {
                candidate.explanation = fusion.explanation(of: fused.document, id: try id(of: fused.document))
            }
            return candidate
        }
    }

    /// Best first; equal scores by the larger second value, then by id.
    ///
    /// - Parameter fused: by document. Scores that are nearly equal count as equal, so what sorting begins with can decide.
    private func ranked(_ fused: [HybridFusion.Fused]) throws -> [HybridFusion.Fused] {
        var comparisonCount = 0
        var ids: [DocumentID: ObjectID] = [:]
        func knownID(of document: DocumentID) throws -> ObjectID {
            if let id = ids[document] { return id }
            let id = try id(of: document)
            ids[document] = id
            return id
        }
        return try fused.sorted { left, right in
            comparisonCount += 1
            if comparisonCount % Self.stepsBetweenLooks == 0 { try check() }
            if abs(left.score - right.score) >= 1e-7 { return left.score > right.score }
            if left.secondary != right.secondary { return left.secondary > right.secondary }
            return try knownID(of: left.document) < knownID(of: right.document)
        }
    }

    /// The id of a document that a search has found.
    private func id(of document: DocumentID) throws -> ObjectID {
        try reader.id(of: document) ?? ObjectID(high: 0, low: 0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

/// Carries out one query on one shard, inside one read transaction.
struct QueryRun {
    /// A document on its way to becoming a hit.
    struct Candidate {
        var document: DocumentID
        var distance: Float?
        var score: Float?
        var explanation: String?
    }

    let reader: ShardReader
    let plan: QueryPlan
    /// Is told of each vector search without a threshold that the index has answered.
    let answered: (RecallSample) -> Void
    let isCancelled: @Sendable () -> Bool

    /// How many comparisons, or readings of a few properties, pass between two looks for cancellation: less than a millisecond.
    private static let stepsBetweenLooks = 256
    /// How many whole objects are read between two looks: they may be large.
    private static let objectsBetweenLooks = 8

    /// - Throws: `DatabaseError.cancelled` once nobody waits for the hits.
    private func check() throws { if isCancelled() { throw DatabaseError.cancelled } }

    private var collection: CollectionDefinition { plan.collection.definition }
    private var window: Window { plan.window }

    func hits() throws -> [Hit] {
        if window.count == 0 { return [] }
        // Once, for all that the query asks of the indexes.
        let allowed = try plan.filter.map { try reader.documents(matching: $0) }
        let candidates =
            switch plan.search {
            case nil: try list(allowed)
            case .vector(let search): try nearest(search, allowed)
            case .keyword(let search): try keyword(search, allowed)
            case .hybrid(let search): try hybrid(search, allowed)
            }
        return try load(candidates)
    }

    // MARK: Listing

    private func list(_ allowed: DocumentSet?) throws -> [Candidate] {
        if let sorter = plan.sorter { return try sortedList(allowed, sorter) }
        if let allowed {
            return allowed.lazy.dropFirst(window.offset).prefix(window.count).map { Candidate(document: $0) }
        }
        var found: [Candidate] = []
        var toSkip = window.offset
        var start: ObjectID?
        if case .behind(let id)? = plan.query.after { start = id }
        try reader.scan(after: start) { document in
            if toSkip > 0 { toSkip -= 1 } else { found.append(Candidate(document: document)) }
            return found.count < window.count && !isCancelled()
        }
        return found
    }

    private func sortedList(_ allowed: DocumentSet?, _ sorter: ObjectSorter) throws -> [Candidate] {
        var candidates: [Candidate] = []
        if let allowed {
            candidates = allowed.map { Candidate(document: $0) }
        } else {
            try reader.scan(after: nil) { document in
                candidates.append(Candidate(document: document))
                return !isCancelled()
            }
        }
        return window.cut(try sorted(candidates, by: sorter))
    }

    /// Puts candidates in the query's order; those equal by every key stay as they are.
    private func sorted(_ candidates: [Candidate], by sorter: ObjectSorter) throws -> [Candidate] {
        var keyed: [(candidate: Candidate, keys: [SortValue], rank: Int)] = []
        keyed.reserveCapacity(candidates.count)
        for candidate in candidates {
            if keyed.count % Self.stepsBetweenLooks == 0 { try check() }
            let object = try reader.transaction.object(
                candidate.document, in: reader.shard.address, properties: .only(sorter.properties))
            if let object { keyed.append((candidate, sorter.keys(of: object), keyed.count)) }
        }
        var comparisonCount = 0
        try keyed.sort { left, right in
            comparisonCount += 1
            if comparisonCount % Self.stepsBetweenLooks == 0 { try check() }
            return sorter.order.precedes(left.keys, right.keys) ?? (left.rank < right.rank)
        }
        return keyed.map(\.candidate)
    }

    // MARK: Vector search

    private func nearest(_ search: SearchPlan.VectorPart, _ allowed: DocumentSet?) throws -> [Candidate] {
        var found = try neighbors(search, allowed, count: window.end)
        found = Array(found.prefix(autocutCount(of: found.map(\.distance), jumps: search.autocut)))
        let candidates = window.cut(found.map { Candidate(document: $0.document, distance: $0.distance) })
        return try plan.sorter.map { try sorted(candidates, by: $0) } ?? candidates
    }

    /// The nearest documents to what the legs ask for, among those that are allowed.
    private func neighbors(
        _ search: SearchPlan.VectorPart, _ allowed: DocumentSet?, count: Int
    ) throws -> [Neighbor] {
        if reader.shard.state.replacement != nil {
            throw DatabaseError.revectorizationUnfinished(collection: collection.name)
        }
        precondition(search.legs.count == 1, "a plan has one leg, not \(search.legs.count), until they can be joined")
        let leg = search.legs[0]
        let vector = try queryVector(of: leg)
        guard let slot = reader.shard.index(of: leg.target.id), let index = slot.index else { return [] }
        guard index.dimensions == vector.count else {
            throw DatabaseError.invalidQuery(.dimensionMismatch(query: vector.count, stored: index.dimensions))
        }
        let bits = allowed.map { documents in
            let end = documents.max.map { Int($0.number) + 1 } ?? 0
            return DocumentBits(words: documents.words(coveringDocuments: end), count: documents.count)
        }
        let vectors = try reader.transaction.vectors(leg.target.id, of: reader.shard.address)
        if let maximumDistance = search.maximumDistance {
            return try index.within(
                distance: maximumDistance, maximum: count, of: vector.span, allowed: bits, vectors: vectors,
                isCancelled: isCancelled)
        }
        let found = try index.nearest(
            count, to: vector.span, ef: nil, allowed: bits, vectors: vectors, isCancelled: isCancelled)
        if case .vector? = plan.search {
            answered(RecallSample(index: slot, query: vector, count: count, allowed: bits))
        }
        return found
    }

    private func queryVector(of leg: VectorLeg) throws -> [Float] {
        switch leg.origin {
        case .vector(let vector): return vector
        case .object(let id):
            guard let document = try reader.document(of: id) else { throw DatabaseError.missingSearchObject(id) }
            guard
                let vector = try reader.transaction.vector(leg.target.id, of: document, in: reader.shard.address)
            else { throw DatabaseError.searchObjectHasNoVector(id) }
            return vector
        case .picture: preconditionFailure("a plan is run after its pictures have become vectors")
        }
    }

    // MARK: Keyword search

    private func keyword(_ search: SearchPlan.KeywordPart, _ allowed: DocumentSet?) throws -> [Candidate] {
        var matches = try keywordMatches(
            search, allowed, limit: window.end, explain: plan.query.selection.needsScoreExplanation)
        matches = Array(matches.prefix(autocutCount(of: matches.map(\.score), jumps: search.autocut)))
        return window.cut(
            matches.map { Candidate(document: $0.document, score: $0.score, explanation: $0.explanationText) })
    }

    private func keywordMatches(
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

    private func hybrid(_ search: SearchPlan.HybridPart, _ allowed: DocumentSet?) throws -> [Candidate] {
        let depth = max(100, window.end)
        var legs: [HybridFusion.Leg] = []
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
            legs.append(
                .init(
                    name: "vector,hybridVector", weight: search.alpha,
                    candidates: try found.map { try fusionCandidate($0.document, 1 - $0.distance) }))
        }
        let fused =
            search.fusion == .ranked
            ? try HybridFusion.ranked(legs, checking: check) : try HybridFusion.relative(legs, checking: check)
        let best = Array(try ranked(fused).prefix(window.end))
        return window.cut(Array(best.prefix(autocutCount(of: best.map(\.score), jumps: search.autocut)))).map {
            Candidate(document: $0.document, score: $0.score, explanation: $0.explanation)
        }
    }

    /// Best first; equal scores by the larger second value, then by id.
    private func ranked(_ fused: [DocumentID: HybridFusion.Fused]) throws -> [HybridFusion.Fused] {
        var comparisonCount = 0
        return try fused.values.sorted { left, right in
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

    // MARK: Objects

    private func load(_ candidates: [Candidate]) throws -> [Hit] {
        var hasCertainty = false
        if case .vector(let search)? = plan.search {
            hasCertainty = search.legs.allSatisfy { $0.target.index.metric == .cosine }
        }
        var hits: [Hit] = []
        hits.reserveCapacity(candidates.count)
        for (number, candidate) in candidates.enumerated() {
            if number % Self.objectsBetweenLooks == 0 { try check() }
            guard let object = try reader.object(candidate.document, plan.columns) else { continue }
            var hit = Hit(object: object, distance: candidate.distance)
            if hasCertainty, let distance = candidate.distance { hit.certainty = 1 - Double(distance) / 2 }
            hit.score = candidate.score
            hit.scoreExplanation = candidate.explanation
            hits.append(hit)
        }
        return hits
    }
}

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
    let query: Query
    let settings: DatabaseSettings
    /// The vector that the query's picture or object stands for; shape [dimensions].
    let queryVector: [Float]?
    /// Is told of each vector search without a threshold that the index has answered.
    let answered: (RecallSample) -> Void
    let isCancelled: @Sendable () -> Bool

    private var collection: CollectionDefinition { reader.collection.definition }

    func hits() throws -> [Hit] {
        let window = try Window(query, settings)
        if window.count == 0 { return [] }
        let candidates =
            switch query.search {
            case nil: try list(window)
            case .vector(let search): try nearest(search, window)
            case .keyword(let search): try keyword(search, window)
            case .hybrid(let search): try hybrid(search, window)
            }
        return try load(candidates)
    }

    // MARK: Listing

    private func list(_ window: Window) throws -> [Candidate] {
        if !query.sort.isEmpty { return try sortedList(window) }
        if let filter = query.filter {
            return try reader.documents(matching: filter).lazy
                .dropFirst(window.offset).prefix(window.count).map { Candidate(document: $0) }
        }
        var found: [Candidate] = []
        var toSkip = window.offset
        var start: ObjectID?
        if case .behind(let id)? = query.after { start = id }
        try reader.scan(after: start) { document in
            if toSkip > 0 { toSkip -= 1 } else { found.append(Candidate(document: document)) }
            return found.count < window.count && !isCancelled()
        }
        return found
    }

    private func sortedList(_ window: Window) throws -> [Candidate] {
        var candidates: [Candidate] = []
        if let filter = query.filter {
            candidates = try reader.documents(matching: filter).map { Candidate(document: $0) }
        } else {
            try reader.scan(after: nil) { document in
                candidates.append(Candidate(document: document))
                return !isCancelled()
            }
        }
        return window.cut(try sorted(candidates))
    }

    /// Puts candidates in the query's order; those equal by every key stay as they are.
    private func sorted(_ candidates: [Candidate]) throws -> [Candidate] {
        let sorter = try ObjectSorter(query.sort, in: collection)
        var keyed: [(candidate: Candidate, keys: [SortValue], place: Int)] = []
        keyed.reserveCapacity(candidates.count)
        for candidate in candidates {
            if isCancelled() { throw DatabaseError.cancelled }
            let object = try reader.transaction.object(
                candidate.document, in: reader.shard.address, properties: .only(sorter.properties))
            if let object { keyed.append((candidate, sorter.keys(of: object), keyed.count)) }
        }
        keyed.sort { sorter.order.precedes($0.keys, $1.keys) ?? ($0.place < $1.place) }
        return keyed.map(\.candidate)
    }

    // MARK: Vector search

    private func nearest(_ search: VectorSearch, _ window: Window) throws -> [Candidate] {
        let definition = try VectorTarget(search.targetVectors, in: collection).definition
        let cutoff = try search.threshold.map { try Self.distance(of: $0, definition) }
        var found = try neighbors(definition, maximumDistance: cutoff, count: window.end)
        found = Array(found.prefix(autocutCount(of: found.map(\.distance), jumps: search.autocut)))
        var candidates = window.cut(found.map { Candidate(document: $0.document, distance: $0.distance) })
        if !query.sort.isEmpty { candidates = try sorted(candidates) }
        return candidates
    }

    /// The nearest documents to the query vector that the filter allows.
    private func neighbors(
        _ definition: VectorDefinition, maximumDistance: Float?, count: Int
    ) throws -> [Neighbor] {
        if try ShardState(of: reader.shard, in: reader.transaction).replacement != nil {
            throw DatabaseError.revectorizationUnfinished(collection: collection.name)
        }
        guard let vector = queryVector, let place = reader.shard.index(of: definition.id), let index = place.index
        else {
            return []
        }
        guard index.dimensions == vector.count else {
            throw DatabaseError.invalidQuery(
                "vector search: the query has \(vector.count) dimensions, the stored vectors have \(index.dimensions): "
                    + "vector lengths don't match: \(index.dimensions) vs \(vector.count)")
        }
        let allowed = try query.filter.map { filter in
            let documents = try reader.documents(matching: filter)
            let end = documents.max.map { Int($0.number) + 1 } ?? 0
            return DocumentBits(words: documents.words(coveringDocuments: end), count: documents.count)
        }
        let vectors = try reader.transaction.vectors(definition.id, of: reader.shard.address)
        if let maximumDistance {
            return try index.within(
                distance: maximumDistance, maximum: count, of: vector.span, allowed: allowed, vectors: vectors,
                isCancelled: isCancelled)
        }
        let found = try index.nearest(
            count, to: vector.span, ef: nil, allowed: allowed, vectors: vectors, isCancelled: isCancelled)
        if case .vector? = query.search {
            answered(RecallSample(index: place, query: vector, count: count, allowed: allowed))
        }
        return found
    }

    /// The distance up to which a threshold lets documents through; a hair more, since equal vectors are not quite at 0.
    private static func distance(of threshold: VectorSearch.Threshold, _ definition: VectorDefinition) throws -> Float {
        switch threshold {
        case .distance(let distance): return distance + 1e-6
        case .certainty(let certainty):
            guard definition.index.metric == .cosine else {
                throw DatabaseError.invalidQuery(
                    "can't compute and return certainty when vector index is configured with "
                        + "\(definition.index.metric.rawValue) distance")
            }
            return Float(2 * (1 - certainty)) + 1e-6
        }
    }

    // MARK: Keyword search

    private func keyword(_ search: KeywordSearch, _ window: Window) throws -> [Candidate] {
        var matches = try keywordMatches(search.query, search.properties, search.tokenOperator, limit: window.end)
        matches = Array(matches.prefix(autocutCount(of: matches.map(\.score), jumps: search.autocut)))
        return window.cut(
            matches.map { Candidate(document: $0.document, score: $0.score, explanation: $0.explanationText) })
    }

    private func keywordMatches(
        _ text: String, _ properties: [String], _ tokenOperator: KeywordSearch.Operator, limit: Int
    ) throws -> [KeywordMatch] {
        let matching: KeywordQuery.Operator =
            switch tokenOperator {
            case .or(let minimum): .or(minimumMatches: minimum)
            case .and: .and
            case .andAcross: .andAcross
            }
        let schema = reader.collection.invertedSchema
        do {
            let fields = try schema.keywordFields(named: properties)
            let filter = try query.filter.map { try reader.documents(matching: $0) }
            return try schema.search(
                KeywordQuery(text: text, fields: fields, matching: matching), filter: filter, limit: limit,
                explain: true, ids: reader, in: reader.transaction.inverted(reader.shard.address))
        } catch let error as KeywordSearchError {
            throw DatabaseError.invalidQuery(error.message)
        }
    }

    // MARK: Hybrid search

    private func hybrid(_ search: HybridSearch, _ window: Window) throws -> [Candidate] {
        let depth = max(100, window.end)
        var legs: [HybridFusion.Leg] = []
        if search.alpha < 1 {
            let matches = try keywordMatches(
                search.query.isEmpty ? " " : search.query, search.properties, search.tokenOperator,
                limit: depth)
            legs.append(
                .init(
                    name: "keyword,bm25", weight: 1 - search.alpha,
                    candidates: try matches.map { try fusionCandidate($0.document, $0.score) }))
        }
        if search.alpha > 0 {
            let definition = try VectorTarget(search.targetVectors, in: collection).definition
            let found = try neighbors(
                definition, maximumDistance: search.maxVectorDistance.map { $0 + 1e-6 }, count: depth)
            if search.maxVectorDistance != nil, let keyword = legs.first {
                let left = Set(found.map(\.document))
                legs[0].candidates = keyword.candidates.filter { left.contains($0.document) }
            }
            legs.append(
                .init(
                    name: "vector,hybridVector", weight: search.alpha,
                    candidates: try found.map { try fusionCandidate($0.document, 1 - $0.distance) }))
        }
        let fused = search.fusion == .ranked ? HybridFusion.ranked(legs) : HybridFusion.relative(legs)
        let best = Array(Self.ranked(fused).prefix(window.end))
        return window.cut(Array(best.prefix(autocutCount(of: best.map(\.score), jumps: search.autocut)))).map {
            Candidate(document: $0.document, score: $0.score, explanation: $0.explanation)
        }
    }

    /// Best first; equal scores by the larger second value, then by id.
    private static func ranked(_ fused: [DocumentID: HybridFusion.Fused]) -> [HybridFusion.Fused] {
        fused.values.sorted { left, right in
            if abs(left.score - right.score) >= 1e-7 { return left.score > right.score }
            if left.secondary != right.secondary { return left.secondary > right.secondary }
            return left.id < right.id
        }
    }

    private func fusionCandidate(_ document: DocumentID, _ value: Float) throws -> HybridFusion.Candidate {
        .init(document: document, id: try reader.id(of: document) ?? ObjectID(high: 0, low: 0), value: value)
    }

    // MARK: Objects

    private func load(_ candidates: [Candidate]) throws -> [Hit] {
        var hasCertainty = false
        if case .vector(let search)? = query.search {
            hasCertainty = try VectorTarget(search.targetVectors, in: collection).definition.index.metric == .cosine
        }
        var hits: [Hit] = []
        hits.reserveCapacity(candidates.count)
        for candidate in candidates {
            guard let object = try reader.object(candidate.document, query.selection) else { continue }
            var hit = Hit(object: object, distance: candidate.distance)
            if hasCertainty, let distance = candidate.distance { hit.certainty = 1 - Double(distance) / 2 }
            hit.score = candidate.score
            hit.scoreExplanation = candidate.explanation
            hits.append(hit)
        }
        return hits
    }
}

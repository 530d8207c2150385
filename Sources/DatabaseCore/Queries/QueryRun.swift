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
        /// Of hybrid searches that of the vector part, if that has found the document.
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
    static let stepsBetweenLooks = 256
    /// How many whole objects are read between two looks: they may be large.
    private static let objectsBetweenLooks = 8

    /// - Throws: `DatabaseError.cancelled` once nobody waits for the hits.
    func check() throws { if isCancelled() { throw DatabaseError.cancelled } }

    var collection: CollectionDefinition { plan.collection.definition }
    var window: Window { plan.window }

    func hits() throws -> [Hit] {
        if window.count == 0 { return [] }
        let candidates = try candidates()
        if let property = plan.groupProperty, let groupBy = plan.query.groupBy {
            return try grouped(candidates, by: property, groupBy)
        }
        if let merging = plan.query.merging { return try merged(candidates, merging) }
        return try load(candidates)
    }

    /// The documents that the search or the filter finds, without regard to the window; `nil` for all.
    ///
    /// - Parameter limit: how many a search finds at most, or each part of a hybrid one.
    func documents(atMost limit: Int?) throws -> DocumentSet? {
        let allowed = try allowed()
        guard let search = plan.search else { return allowed }
        let count = min(limit ?? .max, try reader.objectCount())
        if count <= 0 { return DocumentSet() }
        switch search {
        case .vector(let search): return DocumentSet(try neighbors(search, allowed, count: count).map(\.document))
        case .keyword(let search):
            return DocumentSet(try keywordMatches(search, allowed, limit: count, explain: false).map(\.document))
        case .hybrid(let search):
            var documents: [DocumentID] = []
            if let keyword = search.keyword {
                documents += try keywordMatches(keyword, allowed, limit: count, explain: false).map(\.document)
            }
            if let vector = search.vector {
                documents += try neighbors(vector, allowed, count: count).map(\.document)
            }
            return DocumentSet(documents)
        }
    }

    /// How many objects the filter lets through, without regard to search and window. O(1) where nothing is left out.
    func count() throws -> Int {
        if plan.expired == nil, let filter = plan.filter { return try reader.count(matching: filter) }
        return try allowed()?.count ?? reader.objectCount()
    }

    /// What the filter lets through and has not expired, looked up once for all that the query asks of the indexes.
    ///
    /// - Parameter wanted: so many suffice, the lowest ones; there may be more.
    private func allowed(atLeast wanted: Int = .max) throws -> DocumentSet? {
        let wanted = plan.expired == nil ? wanted : .max
        let allowed = try plan.filter.map { try reader.documents(matching: $0, atLeast: wanted) }
        guard let expired = try plan.expired.map({ try reader.documents(matching: $0) }), !expired.isEmpty else {
            return allowed
        }
        return try (allowed ?? reader.allDocuments()).subtracting(expired)
    }

    /// What the window holds, in order.
    private func candidates() throws -> [Candidate] {
        guard let search = plan.search else {
            return try list(allowed(atLeast: plan.sorter == nil ? window.end : .max))
        }
        let allowed = try allowed()
        var found = try candidates(of: search, allowed)
        if let boost = plan.boost { found = try boosted(found, by: boost) }
        found = window.cut(found)
        if let part = search.vectorPart, let diversity = part.diversity, let leg = part.legs.first {
            found = try diverse(found, diversity, by: leg)
        }
        return try plan.sorter.map { try sorted(found, by: $0) } ?? found
    }

    /// What a search finds, best first, from the first one on.
    private func candidates(of search: SearchPlan, _ allowed: DocumentSet?) throws -> [Candidate] {
        switch search {
        case .vector(let search): try nearest(search, allowed)
        case .keyword(let search): try keyword(search, allowed)
        case .hybrid(let search): try hybrid(search, allowed)
        }
    }

    // MARK: Listing

    private func list(_ allowed: DocumentSet?) throws -> [Candidate] {
        if let sorter = plan.sorter { return try sortedList(allowed, sorter) }
        if let allowed, plan.filter != nil {
            return allowed.lazy.dropFirst(window.offset).prefix(window.count).map { Candidate(document: $0) }
        }
        var found: [Candidate] = []
        var toSkip = window.offset
        var start: ObjectID?
        if case .behind(let id)? = plan.query.after { start = id }
        try reader.scan(after: start) { document in
            if allowed?.contains(document) == false { return !isCancelled() }
            if toSkip > 0 { toSkip -= 1 } else { found.append(Candidate(document: document)) }
            return found.count < window.count && !isCancelled()
        }
        return found
    }

    private func sortedList(_ allowed: DocumentSet?, _ sorter: ObjectSorter) throws -> [Candidate] {
        let listing = SortedListing(
            reader: reader, sorter: sorter, ties: plan.filter == nil ? .id : .document, check: check)
        let documents = try listing.first(window.end, of: allowed ?? reader.allDocuments())
        return window.cut(documents.map { Candidate(document: $0) })
    }

    /// Puts candidates in the query's order; those equal by every key stay as they are.
    func sorted(_ candidates: [Candidate], by sorter: ObjectSorter) throws -> [Candidate] {
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

    // MARK: Objects

    /// Which hits show how far away they are.
    enum ShownDistances {
        /// Those of searches by vector alone.
        case ofVectorSearches
        /// All, 0 where there is none.
        case always
    }

    func load(_ candidates: [Candidate], distances: ShownDistances = .ofVectorSearches) throws -> [Hit] {
        var isByVector = false
        var hasCertainty = false
        if case .vector(let search)? = plan.search {
            isByVector = true
            hasCertainty = search.legs.allSatisfy(\.isByCosine)
        }
        let scale = plan.query.selection.needsPercent && !candidates.isEmpty ? try percentScale() : nil
        var hits: [Hit] = []
        hits.reserveCapacity(candidates.count)
        for (number, candidate) in candidates.enumerated() {
            if number % Self.objectsBetweenLooks == 0 { try check() }
            guard let object = try reader.object(candidate.document, plan.columns) else { continue }
            var hit = Hit(object: consume object)
            hit.object.tenant = plan.query.tenant
            if isByVector { hit.distance = candidate.distance }
            if distances == .always { hit.distance = candidate.distance ?? 0 }
            if hasCertainty, let distance = candidate.distance { hit.certainty = 1 - Double(distance) / 2 }
            hit.percent = candidate.distance.flatMap { scale?.percent(of: $0) }
            hit.score = candidate.score
            hit.scoreExplanation = candidate.explanation
            hits.append(hit)
        }
        return hits
    }
}

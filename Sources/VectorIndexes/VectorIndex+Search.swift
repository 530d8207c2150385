// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import VectorKernels

/// One question to an index.
struct Search {
    /// How many neighbors are wanted.
    var count: Int
    var ef: Int?
    var allowed: DocumentBits?
    var exact: ExactDistance
    var vectors: any VectorReading
    /// Whether there are links to follow. One look for the whole of a search: its context fits what was there then.
    var hasGraph: Bool
}

extension VectorIndex {
    /// How many slots a scan measures, and how many nodes a walk expands, between two looks at `isCancelled`.
    private static let scanStep = 16_384
    private static let hopStep = 256

    /// Finds the `count` documents nearest to `query`.
    ///
    /// - Parameters:
    ///   - count: at least 0; 10,000 and more is fine.
    ///   - query: shape [dimensions], finite, not normalized.
    ///   - ef: how many candidates to keep; `nil` for what the configuration says.
    ///   - allowed: only these documents; `nil` for all.
    ///   - vectors: the caller's view of the vectors. A document that it does not have is left out, and the next one
    ///     takes its place.
    ///   - isCancelled: asked from time to time.
    /// - Returns: at most `count` neighbors, nearest first, equal distances by document.
    /// - Throws: `dimensionMismatch`; `cancelled`; what `vectors` throws.
    package func nearest(
        _ count: Int, to query: Span<Float>, ef: Int?, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        guard query.count == dimensions else {
            throw VectorIndexError.dimensionMismatch(expected: dimensions, received: query.count)
        }
        guard count > 0 else { return [] }
        let exact = ExactDistance(metric: configuration.metric, query: query)
        let search = Search(
            count: count, ef: ef, allowed: allowed, exact: exact, vectors: vectors, hasGraph: store.hasGraph)
        if let documents = documentsIfFew(for: search) {
            return try measure(documents, for: search, isCancelled: isCancelled)
        }
        let found = try withContext { context in
            guard context.begin(search.exact.query.span, in: store) else { return [Neighbor]?.none }
            return try answer(search, with: context, isCancelled: isCancelled)
        }
        guard let found, let found else { throw VectorIndexError.tooManyVectors(count: store.count) }
        return found
    }

    /// `nearest` with the configured ef, among all documents, never cancelled.
    package func nearest(
        _ count: Int, to query: Span<Float>, vectors: any VectorReading
    ) throws -> [Neighbor] {
        try nearest(count, to: query, ef: nil, allowed: nil, vectors: vectors, isCancelled: { false })
    }

    /// Whether there are links to follow.
    package var hasGraph: Bool { store.hasGraph }

    /// Whether an unfiltered search with this ef goes through all vectors rather than along links.
    package func isScanned(count: Int, ef: Int) -> Bool {
        !store.hasGraph || liveCount <= rowsInTimeOfWalk(ef: max(ef, Self.rescoredCount(count)))
    }

    /// Finds the documents at most `distance` away from `query`: all of them, or the `maximum` nearest.
    ///
    /// Parameters, order and errors as with `nearest`.
    package func within(
        distance: Float, maximum: Int, of query: Span<Float>, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        var count = min(maximum, 100)
        while true {
            let found = try nearest(
                count, to: query, ef: nil, allowed: allowed, vectors: vectors, isCancelled: isCancelled)
            let isAll = found.count < count || count >= maximum
            if isAll || (found.last.map { $0.distance > distance } ?? true) {
                return Array(found.prefix { $0.distance <= distance })
            }
            count = count.multipliedReportingOverflow(by: 4).overflow ? maximum : min(count * 4, maximum)
        }
    }

    /// Looks for candidates, more and more of them, until enough are vectors that the caller can see.
    private func answer(
        _ search: Search, with context: SearchContext, isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        var width = search.count
        while true {
            let live = liveCount
            let reachable = min(live, search.allowed?.count ?? live)
            guard reachable > 0 else { return [] }
            let (candidates, deviation) = try candidates(
                width, of: reachable, for: search, with: context, isCancelled: isCancelled)
            let found = try rescore(candidates, deviation: deviation, for: search, isCancelled: isCancelled)
            // Fewer than wanted, although there are more: those found are invisible to this reader.
            if found.count >= min(search.count, reachable) || width >= reachable { return found }
            width = min(width * 4, reachable)
        }
    }

    // MARK: Exact distances

    /// All that may be among the nearest, if these are so few that all would get their exact distance in any case.
    private func documentsIfFew(for search: Search) -> [DocumentID]? {
        table.withLock { table in
            let limit = Self.rescoredCount(search.count)
            guard min(table.slots.count, search.allowed?.count ?? .max) <= limit else { return nil }
            var documents: [DocumentID] = []
            if let allowed = search.allowed, allowed.count < table.slots.count {
                allowed.forEach { if table.slots[$0.number] != nil { documents.append($0) } }
            } else {
                table.slots.forEach { number, _ in
                    let document = DocumentID(number)
                    if search.allowed?.contains(document) ?? true { documents.append(document) }
                }
            }
            return documents
        }
    }

    /// The nearest of some documents, by their exact distances.
    private func measure(
        _ documents: [DocumentID], for search: Search, isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        var found: [Neighbor] = []
        found.reserveCapacity(documents.count)
        for (index, document) in documents.enumerated() {
            if index % 64 == 63, isCancelled() { throw VectorIndexError.cancelled }
            var distance: Float = 0
            if try search.vectors.withVector(of: document, { distance = search.exact.distance(to: $0) }) {
                found.append(Neighbor(document: document, distance: distance))
            }
        }
        found.sort { ($0.distance, $0.document) < ($1.distance, $1.document) }
        return Array(found.prefix(search.count))
    }

    /// How many candidates get their exact distance at least, for `count` wanted: codes put near neighbors in a slightly
    /// wrong order, and ten more than wanted make up for that.
    private static func rescoredCount(_ count: Int) -> Int { count + max(10, min(count / 4, 100)) }

    /// Exact distances of the best candidates: enough of them, then on as long as the codes may have put a better one
    /// behind. Where a filter cuts through a dense region, thousands can be equally far away up to the error of codes.
    ///
    /// - Parameter deviation: the standard deviation of the candidates' distances by code, as far as it is known.
    private func rescore(
        _ candidates: [Candidate], deviation: Float, for search: Search, isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        let wanted = Self.rescoredCount(search.count)
        var found: [Neighbor] = []
        found.reserveCapacity(min(wanted, candidates.count))
        var squaredErrors: Float = 0
        var farthest = Float.infinity
        // How many are found when the limit is computed next: it gets tighter the more are known.
        var nextLimit = wanted
        for (index, candidate) in candidates.enumerated() {
            if found.count == nextLimit {
                let error = max((squaredErrors / Float(found.count)).squareRoot(), deviation)
                farthest = limit(of: found, search.count, error: error)
                nextLimit += 256
            }
            if found.count >= wanted, candidate.distance > farthest { break }
            if index % 64 == 63, isCancelled() { throw VectorIndexError.cancelled }
            guard store.state(of: candidate.slot).isLive else { continue }
            let document = DocumentID(store.document(at: candidate.slot))
            var distance: Float = 0
            if try search.vectors.withVector(of: document, { distance = search.exact.distance(to: $0) }) {
                found.append(Neighbor(document: document, distance: distance))
                squaredErrors += (distance - candidate.distance) * (distance - candidate.distance)
            }
        }
        found.sort { ($0.distance, $0.document) < ($1.distance, $1.document) }
        // A document that was linked meanwhile is found in the tail and in the graph.
        var unique: [Neighbor] = []
        unique.reserveCapacity(min(found.count, search.count))
        for neighbor in found where unique.last?.document != neighbor.document {
            if unique.count == search.count { break }
            unique.append(neighbor)
        }
        return unique
    }

    /// The distance by code beyond which none of the nearest `count` is to be expected: four standard errors behind
    /// the last of them.
    private func limit(of found: [Neighbor], _ count: Int, error: Float) -> Float {
        let distances = found.map(\.distance).sorted()
        return distances[min(count, distances.count) - 1] + 4 * error
    }

    // MARK: Candidates

    /// The candidates for `count` neighbors, nearest by code first, among `reachable` live and allowed documents.
    ///
    /// - Returns: with them, the standard deviation of their distances where a scan found them; 0 where a walk did, whose
    ///   `ef` says how much care is wanted.
    private func candidates(
        _ count: Int, of reachable: Int, for search: Search, with context: SearchContext, isCancelled: () -> Bool
    ) throws -> ([Candidate], deviation: Float) {
        let configuration = configuration
        let keep = Self.rescoredCount(count)
        let ef = max(search.ef ?? configuration.effectiveEf(limit: count), keep)
        guard search.hasGraph, !isScanCheaper(ef: ef, reachable: reachable, for: search, configuration) else {
            return try scan(count, of: reachable, for: search, with: context, isCancelled: isCancelled)
        }
        try keepOrThrow(keep, of: unlinkedCount, with: context)
        context.scanTail(of: store, allowed: search.allowed?.words)
        let tail = context.takeScanned(in: store)
        guard
            let walked = try walk(
                ef: ef, wanted: min(count, reachable), for: search, with: context, isCancelled: isCancelled)
        else {
            return try scan(count, of: reachable, for: search, with: context, isCancelled: isCancelled)
        }
        return (merged(walked, tail), 0)
    }

    private func keepOrThrow(_ wanted: Int, of expected: Int, with context: SearchContext) throws {
        guard context.keep(wanted, of: expected, in: store) else {
            throw VectorIndexError.tooManyVectors(count: store.count)
        }
    }

    /// Whether to measure all that is allowed rather than walk.
    ///
    /// A walk measures about 16 nodes for each of its ef, at random slots, and the more the fewer are allowed. A scan
    /// reads memory in order, of narrow codes or signs in a quarter of the time and less, and misses nothing.
    private func isScanCheaper(
        ef: Int, reachable: Int, for search: Search, _ configuration: VectorIndexConfiguration
    ) -> Bool {
        if reachable <= rowsInTimeOfWalk(ef: ef) { return true }
        guard let allowed = search.allowed, reachable < configuration.flatSearchCutoff else { return false }
        if hasNarrowRows { return true }
        let share = min(Double(allowed.count) / Double(max(liveCount, 1)), 1)
        return Double(reachable) * share <= Double(ef) * 24
    }

    private func rowsInTimeOfWalk(ef: Int) -> Int {
        // Heaps make large walks slower still.
        ef * (hasNarrowRows ? (ef > 512 ? 128 : 48) : 8)
    }

    private var hasNarrowRows: Bool { store.layout.format != .floats }

    private func scan(
        _ count: Int, of reachable: Int, for search: Search, with context: SearchContext, isCancelled: () -> Bool
    ) throws -> ([Candidate], deviation: Float) {
        try keepOrThrow(Self.rescoredCount(count), of: reachable, with: context)
        let slotCount = store.count
        if let allowed = search.allowed, allowed.count < slotCount / 16 {
            for slots in slots(of: allowed).chunks(of: Self.scanStep) {
                if isCancelled() { throw VectorIndexError.cancelled }
                context.scan(Array(slots), in: store)
            }
        } else {
            for start in stride(from: 0, to: slotCount, by: Self.scanStep) {
                if isCancelled() { throw VectorIndexError.cancelled }
                let range = start..<min(start + Self.scanStep, slotCount)
                context.scan(range, in: store, allowed: search.allowed?.words)
            }
        }
        let scanned = context.takeScanned(in: store)
        return (scanned, context.deviation)
    }

    private func slots(of documents: DocumentBits) -> [UInt32] {
        table.withLock { table in
            var slots: [UInt32] = []
            slots.reserveCapacity(documents.count)
            documents.forEach { document in
                if let slot = table.slots[document.number] { slots.append(slot) }
            }
            return slots
        }
    }

    /// - Returns: `nil` if a scan is the better way after all.
    private func walk(
        ef: Int, wanted: Int, for search: Search, with context: SearchContext, isCancelled: () -> Bool
    ) throws -> [Candidate]? {
        let (tombstones, live, unlinked) = table.withLock { ($0.tombstones.count, $0.slots.count, $0.unlinkedCount) }
        if search.allowed == nil, tombstones < live {
            // Tombstones take slots in the pool: make up for them.
            let wider = ef + ef * tombstones / max(live, 1)
            let found = try walkOnce(
                ef: wider, onlyLive: false, budget: .max, for: search, with: context, isCancelled: isCancelled)
            guard let found else { return nil }
            if tombstones == 0 { return found }
            let living = found.filter { store.state(of: $0.slot).isLive }
            if living.count >= min(wanted, live - unlinked) { return living }
        }
        // Beyond that a scan would have been faster.
        let reachable = min(live, search.allowed?.count ?? live)
        let budget = max(ef * 8, reachable / (hasNarrowRows ? 8 : 2))
        let found = try walkOnce(
            ef: ef, onlyLive: true, budget: budget, for: search, with: context, isCancelled: isCancelled)
        // Fewer than there should be: the allowed ones do not hang together.
        if let found, found.count + unlinked >= wanted { return found }
        return nil
    }

    private func walkOnce(
        ef: Int, onlyLive: Bool, budget: Int, for search: Search, with context: SearchContext, isCancelled: () -> Bool
    ) throws -> [Candidate]? {
        let share = search.allowed.map { Double($0.count) / Double(max(liveCount, 1)) } ?? 1
        let progress = context.walk(
            in: store, ef: ef, onlyLive: onlyLive, allowed: search.allowed?.words, twoHop: share < 0.4, budget: budget,
            hops: Self.hopStep, isCancelled: isCancelled)
        switch progress {
        case .finished: return context.walked()
        case .more: throw VectorIndexError.cancelled
        case .budgetSpent: return nil
        case .outOfMemory: throw VectorIndexError.tooManyVectors(count: store.count)
        }
    }

    /// Two lists in one, nearest first.
    private func merged(_ left: [Candidate], _ right: [Candidate]) -> [Candidate] {
        guard !right.isEmpty else { return left }
        return (left + right).sorted { $0.distance < $1.distance }
    }
}

extension Array {
    /// The array in pieces of `size`, the last one shorter.
    fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}

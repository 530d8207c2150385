// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import RandomNumbers
import VectorIndexes

/// Measures how well near vectors mean equal labels, and what the index finds of what exact search does.
///
///     labels and vectors are listed ──> queries are drawn ──> all vectors are compared with them ──> the index is asked
///
/// Vectors are read page by page, as often as queries fit into memory; labels of all objects stay in memory (about 28 bytes
/// an object).
package struct QualityRun: Sendable {
    /// What the vectors of the queries of one round may take.
    private static let bytesInRound = 64 << 20
    /// How many queries the index is asked: enough for three digits.
    private static let recallQueryLimit = 1_000
    private static let seed: UInt64 = 0x7175_616C_6974_79

    let database: any DatabaseOperations
    let request: QualityRequest
    /// How many go through the collection side by side, each for a part of the queries.
    let width: Int

    package init(database: any DatabaseOperations, request: QualityRequest, width: Int) {
        self.database = database
        self.request = request
        self.width = max(1, width)
    }

    /// Checks what can be without reading objects.
    ///
    /// - Throws: `InsightsError`.
    package func check() async throws(InsightsError) {
        let target = try await ResolvedTarget(request.target, in: database)
        _ = try LabelTable(property: request.label, in: target.definition)
    }

    /// On a thread that may block.
    ///
    /// - Parameter progress: told how much is done and how much there is, in comparisons of pages with rounds of queries.
    /// - Throws: `InsightsError`, `CancellationError`.
    package func run(progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void) async throws -> QualityReport {
        let target = try await ResolvedTarget(request.target, in: database)
        var labels = try LabelTable(property: request.label, in: target.definition)
        let dimensions = try await list(target, into: &labels)
        let drawn = try places(of: labels)
        var report = QualityReport(
            ranks: request.ranks, metric: target.metric.rawValue,
            overall: QualityReport.Figures(precision: request.ranks.map { _ in 0 }))
        report.objectCount = labels.ids.count
        report.labeledCount = labels.labeledCount
        report.labelCount = labels.names.count
        report.dimensions = dimensions
        let inRound = max(1, Self.bytesInRound / max(1, 4 * dimensions))
        let rounds = stride(from: 0, to: drawn.count, by: inRound).map { drawn[$0..<min($0 + inRound, drawn.count)] }
        let recallCount = min(drawn.count, Self.recallQueryLimit)
        let pageCount = (labels.ids.count + CollectionPages.pageSize - 1) / CollectionPages.pageSize
        let meter = ProgressMeter(total: pageCount * width * rounds.count + recallCount, progress)
        var tally = QualityTally(ranks: request.ranks)
        var recall = RecallTally()
        for round in rounds {
            for query in try await searched(round, target, labels, meter) {
                tally.add(query, labels)
                guard recall.queryCount < recallCount else { continue }
                try await recall.add(query, target, database, depth: request.depth)
                meter.advance()
            }
        }
        tally.fill(&report, labels)
        guard report.overall.queryCount > 0 else { throw InsightsError.noSharedLabels(property: request.label) }
        report.recall = recall.result
        return report
    }

    /// Fills the table with the objects that have a vector.
    ///
    /// - Returns: the dimensions of the vectors.
    private func list(_ target: ResolvedTarget, into labels: inout LabelTable) async throws -> Int {
        var dimensions = 0
        var table = labels
        try await pages([request.label]).forEach { objects in
            for object in objects {
                guard let vector = target.vector(of: object) else { continue }
                if dimensions == 0 { dimensions = vector.count }
                try table.add(object.id, object.properties[request.label])
            }
        }
        labels = table
        guard !table.ids.isEmpty else { throw InsightsError.noVectors(collection: target.definition.name) }
        guard table.labeledCount > 0 else {
            throw InsightsError.noLabels(property: request.label, objectCount: table.ids.count)
        }
        return dimensions
    }

    private func pages(_ properties: Set<String>) -> CollectionPages {
        CollectionPages(
            database: database, target: request.target,
            selection: Query.Selection(properties: properties, includesVectors: true))
    }

    /// The places of the labeled objects that are queries, rising: the same ones of the same collection.
    private func places(of labels: LabelTable) throws -> [Int] {
        var labeled = labels.ids.indices.filter { !labels.labels(at: $0).isEmpty }
        guard case .count(let count) = request.sample, count < labeled.count else { return labeled }
        var generator = SplitMix64(seed: Self.seed)
        for index in 0..<count {
            labeled.swapAt(index, Int.random(in: index..<labeled.count, using: &generator))
        }
        return labeled.prefix(count).sorted()
    }

    /// The queries at some places, held against all vectors.
    private func searched(
        _ places: ArraySlice<Int>, _ target: ResolvedTarget, _ labels: LabelTable, _ meter: ProgressMeter
    ) async throws -> [QualityQuery] {
        let parts = (0..<width).map { part in
            Array(
                places[
                    places.startIndex + places.count * part / width..<places.startIndex + places.count * (part + 1)
                        / width])
        }
        return try await withThrowingTaskGroup(of: (Int, [QualityQuery]).self) { group in
            for (number, part) in parts.enumerated() where !part.isEmpty {
                group.addTask { (number, try await search(part, target, labels, meter)) }
            }
            var found = [[QualityQuery]](repeating: [], count: width)
            for try await (number, queries) in group { found[number] = queries }
            return Array(found.joined())
        }
    }

    private func search(
        _ places: [Int], _ target: ResolvedTarget, _ labels: LabelTable, _ meter: ProgressMeter
    ) async throws -> [QualityQuery] {
        var queries = try self.queries(at: places, target, labels)
        var place = 0
        try await pages([]).forEach { objects in
            for object in objects {
                // Objects that came since then are passed over; both are in order of their ids.
                while place < labels.ids.count, labels.ids[place] < object.id { place += 1 }
                guard place < labels.ids.count, labels.ids[place] == object.id else { continue }
                guard let vector = target.vector(of: object) else { continue }
                let found = labels.labels(at: place)
                for index in queries.indices where queries[index].dimensions == vector.count {
                    queries[index].visit(place, object.id, vector, found)
                }
                if Task.isCancelled { throw CancellationError() }
            }
            meter.advance()
        }
        return queries
    }

    /// Objects that are gone since then are left out.
    private func queries(
        at places: [Int], _ target: ResolvedTarget, _ labels: LabelTable
    ) throws -> [QualityQuery] {
        let selection = Query.Selection(properties: [], includesVectors: true)
        var queries: [QualityQuery] = []
        for start in stride(from: 0, to: places.count, by: CollectionPages.pageSize) {
            let piece = places[start..<min(start + CollectionPages.pageSize, places.count)]
            queries += try database.read { view throws(DatabaseError) in
                var found: [QualityQuery] = []
                for place in piece {
                    let id = labels.ids[place]
                    let object = try view.object(
                        id, in: request.target.collection, tenant: request.target.tenant, selection: selection)
                    guard let vector = object.flatMap({ target.vector(of: $0) }) else { continue }
                    found.append(
                        QualityQuery(
                            place: place, id: id, labels: labels.labels(at: place), vector: vector,
                            metric: target.metric, depth: request.depth))
                }
                return found
            }
        }
        return queries
    }
}

/// What the index finds of what exact search found.
private struct RecallTally {
    private(set) var queryCount = 0
    private var found = 0
    private var wanted = 0

    mutating func add(
        _ query: QualityQuery, _ target: ResolvedTarget, _ database: any DatabaseOperations, depth: Int
    ) async throws {
        guard let farthest = query.distances.last else { return }
        try Task.checkCancellation()
        var search = VectorSearch(origin: .object(query.id))
        if let name = target.vectorName { search.targetVectors = [name] }
        var question = Query(collection: target.target.collection)
        question.tenant = target.target.tenant
        question.search = .vector(search)
        question.limit = query.distances.count + 1
        question.selection = Query.Selection(properties: [])
        let hits: [Hit]
        do { hits = try await database.hits(of: question) } catch .missingSearchObject { return } catch {
            throw InsightsError.database(error)
        }
        // What is as far as the last of the true neighbors counts as one: single precision tells no more.
        let bound = farthest + abs(farthest) * 1e-5 + 1e-6
        let near = hits.filter { $0.object.id != query.id }.prefix(query.distances.count)
        found += near.count { ($0.distance ?? .infinity) <= bound }
        wanted += query.distances.count
        queryCount += 1
    }

    var result: QualityReport.Recall? {
        wanted == 0 ? nil : QualityReport.Recall(queryCount: queryCount, value: Double(found) / Double(wanted))
    }
}

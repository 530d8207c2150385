// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Layouts
import VectorIndexes

/// Draws the map of a collection.
///
/// Principal components first, then t-SNE of a sample; the others are placed between their neighbors in it. Which objects are
/// in the sample is a matter of their ids alone, so that it stays the same when others come and go.
package struct MapRun: Sendable {
    /// How many objects are laid out at most.
    package static let sampleLimit = 20_000
    /// How many points a map has at most.
    package static let pointLimit = 100_000
    private static let componentCount = 50
    private static let rowsPlacedAtOnce = 256

    let database: any DatabaseOperations
    let target: InsightsTarget
    let sampleLimit: Int
    let pointLimit: Int

    package init(
        database: any DatabaseOperations, target: InsightsTarget, sampleLimit: Int = sampleLimit,
        pointLimit: Int = pointLimit
    ) {
        self.database = database
        self.target = target
        self.sampleLimit = max(1, sampleLimit)
        self.pointLimit = max(self.sampleLimit, pointLimit)
    }

    /// Checks what can be without reading objects.
    package func check() async throws(InsightsError) { _ = try await ResolvedTarget(target, in: database) }

    /// On a thread that may block.
    ///
    /// - Parameter progress: told how much is done, of `MapProgress.total`.
    /// - Throws: `InsightsError`, `CancellationError`.
    package func run(progress: @escaping @Sendable (Int) -> Void) async throws -> CollectionMap {
        let start = ContinuousClock.now
        let resolved = try await ResolvedTarget(target, in: database)
        let (all, dimensions) = try await ids(resolved)
        guard !all.isEmpty else { throw InsightsError.noVectors(collection: resolved.definition.name) }
        let chosen = Self.chosen(all, atMost: pointLimit)
        let sample = Self.chosen(chosen, atMost: sampleLimit)
        let rows = StoredRows(database: database, target: resolved, ids: sample, dimensions: dimensions)
        do {
            let components = try await PrincipalComponents(of: rows, wanted: Self.componentCount) { pass in
                progress(50 + 300 * pass / PrincipalComponents.passCount)
            }
            let coordinates = try await components.coordinates(of: rows)
            let layout = try await PlaneLayout(of: coordinates, dimensions: components.count) { share in
                progress(350 + Int(share * 550))
            }
            var places: [ObjectID: SIMD2<Float>] = [:]
            for (index, id) in sample.enumerated() {
                places[id] = SIMD2(layout.positions[2 * index], layout.positions[2 * index + 1])
            }
            if chosen.count > sample.count {
                let placement = Placement(
                    coordinates: coordinates, dimensions: components.count, positions: layout.positions)
                let others = StoredRows(
                    database: database, target: resolved, ids: chosen.filter { places[$0] == nil },
                    dimensions: dimensions)
                try await place(others, components, placement, &places, progress)
            }
            let ids = chosen.filter { places[$0] != nil }
            return CollectionMap(
                target: target, ids: ids, positions: ids.flatMap { id in places[id].map { [$0.x, $0.y] } ?? [] },
                laidOutCount: sample.count, vectorCount: all.count, dimensions: dimensions,
                elapsed: ContinuousClock.now - start)
        } catch let error as LayoutError {
            throw InsightsError.layout(error.message)
        }
    }

    private func place(
        _ others: StoredRows, _ components: PrincipalComponents, _ placement: Placement,
        _ places: inout [ObjectID: SIMD2<Float>],
        _ progress: @Sendable (Int) -> Void
    ) async throws {
        for start in stride(from: 0, to: others.count, by: Self.rowsPlacedAtOnce) {
            try Task.checkCancellation()
            let range = start..<min(start + Self.rowsPlacedAtOnce, others.count)
            let found = placement.positions(of: components.coordinates(of: try await others.rows(range)))
            for (index, row) in range.enumerated() {
                places[others.ids[row]] = SIMD2(found[2 * index], found[2 * index + 1])
            }
            progress(900 + 100 * range.upperBound / others.count)
        }
    }

    /// The objects that have a vector, in order, and its dimensions.
    private func ids(_ resolved: ResolvedTarget) async throws -> ([ObjectID], dimensions: Int) {
        var ids: [ObjectID] = []
        var dimensions = 0
        let pages = CollectionPages(
            database: database, target: target, selection: Query.Selection(properties: [], includesVectors: true))
        try await pages.forEach { objects in
            for object in objects {
                guard let vector = resolved.vector(of: object) else { continue }
                if dimensions == 0 { dimensions = vector.count }
                ids.append(object.id)
            }
        }
        return (ids, dimensions)
    }

    /// At most so many of them, in their order: those whose ids, well mixed, are least.
    static func chosen(_ ids: [ObjectID], atMost limit: Int) -> [ObjectID] {
        guard ids.count > limit else { return ids }
        let ranks = ids.map { rank($0) }
        let bound = ranks.sorted()[limit - 1]
        return Array(zip(ids, ranks).filter { $0.1 <= bound }.map(\.0).prefix(limit))
    }

    /// The finalizer of SplitMix64 over both halves.
    private static func rank(_ id: ObjectID) -> UInt64 {
        func mixed(_ number: UInt64) -> UInt64 {
            var z = number &+ 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        return mixed(mixed(id.high) ^ id.low)
    }
}

/// Vectors that are read from the database each time they are needed.
private struct StoredRows: VectorRows {
    let database: any DatabaseOperations
    let target: ResolvedTarget
    let ids: [ObjectID]
    let dimensions: Int

    var count: Int { ids.count }

    /// Numbers beyond this would overflow in sums of products.
    private static let largest: Float = 1e12

    /// Of objects that are gone since then: zeros.
    func rows(_ range: Range<Int>) async throws -> [Float] {
        let selection = Query.Selection(properties: [], includesVectors: true)
        var rows = [Float](repeating: 0, count: range.count * dimensions)
        do {
            try database.read { view throws(DatabaseError) in
                for (row, id) in ids[range].enumerated() {
                    let object = try view.object(
                        id, in: target.target.collection, tenant: target.target.tenant, selection: selection)
                    guard let vector = object.flatMap({ target.vector(of: $0) }), vector.count == dimensions else {
                        continue
                    }
                    rows.replaceSubrange(row * dimensions..<(row + 1) * dimensions, with: prepared(vector))
                }
            }
        } catch {
            throw InsightsError.database(error)
        }
        return rows
    }

    /// As their metric sees them: of unit length where only directions count.
    private func prepared(_ vector: [Float]) -> [Float] {
        guard target.metric == .cosine else { return vector.map { min(max($0, -Self.largest), Self.largest) } }
        let norm = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return norm > 0 ? vector.map { Float(Double($0) / norm) } : vector
    }
}

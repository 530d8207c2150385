// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Hierarchical navigable small worlds: Malkov & Yashunin, arXiv:1603.09320, over narrow codes.
///
/// See `VectorIndex` for the life of a document, and Docs/ARCHITECTURE.md for the layout. Invariants
/// (`checkInvariants`):
/// 1. Every live document is at one place, and that place holds it.
/// 2. A linked place has at most M links on an upper layer and 2 M on the lowest, none twice, none to itself, all to
///    occupied places of that layer.
/// 3. Every live document is linked and reachable, or in the tail, or just being moved from the tail into the graph.
package final class HNSWIndex: VectorIndex {
    private let core: IndexCore

    package init(
        dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64
    ) throws(VectorIndexError) {
        var configuration = configuration
        configuration.kind = .hnsw
        core = try IndexCore(dimensions: dimensions, configuration: configuration, seed: seed)
    }

    /// See `loadVectorIndex`.
    package init?(reading segments: some SegmentReading, configuration: VectorIndexConfiguration) throws {
        var configuration = configuration
        configuration.kind = .hnsw
        guard let core = try IndexCore(reading: segments, configuration: configuration) else { return nil }
        self.core = core
    }

    package var tombstoneCount: Int { core.tombstoneCount }
    package var unlinkedCount: Int { core.unlinkedCount }

    @discardableResult package func linkNext(maximum: Int, isCancelled: () -> Bool) -> Int {
        core.linkNext(maximum: maximum, isCancelled: isCancelled)
    }

    @discardableResult package func repair(isCancelled: () -> Bool) -> Int { core.repair(isCancelled: isCancelled) }

    package var dimensions: Int { core.dimensions }
    package var configuration: VectorIndexConfiguration { core.configuration }

    package func reconfigure(_ configuration: VectorIndexConfiguration) { core.reconfigure(configuration) }

    package func append(document: DocumentID, vector: Span<Float>) throws(VectorIndexError) {
        try core.append(document: document, vector: vector)
    }

    package func append(_ documents: [DocumentID], from vectors: some VectorReading) throws {
        try core.append(documents, from: vectors)
    }

    package func retract(document: DocumentID) { _ = core.remove(document: document) }

    @discardableResult package func remove(document: DocumentID) -> Bool { core.remove(document: document) }

    package func contains(document: DocumentID) -> Bool { core.contains(document: document) }

    package func documents() -> DocumentBits { core.documents() }

    package func nearest(
        _ count: Int, to query: Span<Float>, ef: Int?, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        try core.nearest(count, to: query, ef: ef, allowed: allowed, vectors: vectors, isCancelled: isCancelled)
    }

    package func within(
        distance: Float, maximum: Int, of query: Span<Float>, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        try core.within(
            distance: distance, maximum: maximum, of: query, allowed: allowed, vectors: vectors,
            isCancelled: isCancelled)
    }

    package var liveCount: Int { core.liveCount }
    package var memoryInBytes: Int { core.memoryInBytes }

    package func writeSnapshot(to segments: inout some SegmentWriting, isCancelled: () -> Bool) throws {
        try core.writeSnapshot(to: &segments, isCancelled: isCancelled)
    }

    package func checkInvariants() -> [String] { core.checkInvariants() }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Measures every document: for collections so small, or queries so rare, that a graph is not worth its memory.
package final class FlatIndex: VectorIndex {
    private let core: IndexCore

    package init(dimensions: Int, configuration: VectorIndexConfiguration) throws(VectorIndexError) {
        var configuration = configuration
        configuration.kind = .flat
        core = try IndexCore(dimensions: dimensions, configuration: configuration, seed: 0)
    }

    /// See `loadVectorIndex`.
    package init?(reading segments: some SegmentReading, configuration: VectorIndexConfiguration) throws {
        var configuration = configuration
        configuration.kind = .flat
        guard let core = try IndexCore(reading: segments, configuration: configuration) else { return nil }
        self.core = core
    }

    package var tombstoneCount: Int { 0 }
    package var unlinkedCount: Int { 0 }

    @discardableResult package func linkNext(maximum: Int, isCancelled: () -> Bool) -> Int { 0 }

    @discardableResult package func repair(isCancelled: () -> Bool) -> Int { 0 }

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

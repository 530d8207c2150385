// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

package final class HNSWIndex: VectorIndex {
    private let scan: ExactScan

    package init(
        dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64
    ) throws(VectorIndexError) {
        scan = try ExactScan(dimensions: dimensions, configuration: configuration)
    }

    package init?(reading segments: some SegmentReading, configuration: VectorIndexConfiguration) throws {
        return nil
    }

    package var dimensions: Int { scan.dimensions }
    package var configuration: VectorIndexConfiguration { scan.configuration.withLock { $0 } }
    package func reconfigure(_ configuration: VectorIndexConfiguration) {
        scan.configuration.withLock { $0 = configuration }
    }
    package func append(document: DocumentID, vector: Span<Float>) throws(VectorIndexError) {
        try scan.append(document: document, vector: vector)
    }
    package func retract(document: DocumentID) { remove(document: document) }
    @discardableResult package func remove(document: DocumentID) -> Bool {
        scan.known.withLock { $0.remove(document) != nil }
    }
    package func contains(document: DocumentID) -> Bool { scan.known.withLock { $0.contains(document) } }
    package func documents() -> DocumentBits { DocumentBits(scan.known.withLock { $0 }) }
    package func nearest(
        _ count: Int, to query: Span<Float>, ef: Int?, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        Array(try scan.all(of: query, allowed: allowed, vectors: vectors).prefix(count))
    }
    package func within(
        distance: Float, maximum: Int, of query: Span<Float>, allowed: DocumentBits?, vectors: any VectorReading,
        isCancelled: () -> Bool
    ) throws -> [Neighbor] {
        let found = try scan.all(of: query, allowed: allowed, vectors: vectors)
        return Array(found.prefix(maximum).prefix { $0.distance <= distance })
    }
    package var liveCount: Int { scan.known.withLock { $0.count } }
    package var tombstoneCount: Int { 0 }
    package var unlinkedCount: Int { 0 }
    package var memoryInBytes: Int { 0 }
    @discardableResult package func linkNext(maximum: Int, isCancelled: () -> Bool) -> Int { 0 }
    @discardableResult package func repair(isCancelled: () -> Bool) -> Int { 0 }
    package func writeSnapshot(to segments: inout some SegmentWriting, isCancelled: () -> Bool) throws {}
    package func checkInvariants() -> [String] { [] }
}

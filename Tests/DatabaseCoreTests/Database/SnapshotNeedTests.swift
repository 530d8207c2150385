// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Testing
import VectorIndexes

@testable import DatabaseCore

/// When the snapshot of an index is due.
@Suite struct SnapshotNeedTests {
    /// Forgets what it gets, or refuses it.
    private struct Sink: SegmentWriting {
        struct Full: Error {}
        var isFull = false

        mutating func put(_ name: SegmentName, _ bytes: RawSpan) throws {
            if isFull { throw Full() }
        }
    }

    private let index = ShardVectorIndex(
        vector: VectorID(0), shard: ShardAddress(CollectionID(1), ShardID(0)),
        configuration: .init(metric: .l2Squared, maxConnections: 2, efConstruction: 2))

    private func stage(_ numbers: Range<UInt32>) throws {
        for number in numbers { try index.stage([Float(number), 1], of: DocumentID(number)) }
    }

    private func link(_ maximum: Int = .max) { _ = index.index?.linkNext(maximum: maximum) }

    private func save(isFull: Bool = false, isCancelled: Bool = false) throws {
        var sink = Sink(isFull: isFull)
        try index.save(to: &sink, isCancelled: { isCancelled })
    }

    @Test func `a thousand vectors, all of them linked, are worth a snapshot`() throws {
        try stage(0..<1_000)
        link()
        #expect(!index.needsSnapshot)
        try stage(1_000..<1_001)
        #expect(!index.needsSnapshot)
        link()
        #expect(index.needsSnapshot)
        try save()
        #expect(!index.needsSnapshot)
        #expect(!index.hasUnsavedChanges)
    }

    @Test func `while vectors wait for their links, ten thousand linked ones are`() throws {
        try stage(0..<12_000)
        #expect(!index.needsSnapshot)
        link(10_000)
        #expect(!index.needsSnapshot)
        link(1)
        #expect(index.needsSnapshot)
        try save()
        #expect(!index.needsSnapshot)
        // The others count for the next one.
        #expect(index.hasUnsavedChanges)
        link()
        #expect(index.needsSnapshot)
    }

    @Test func `a snapshot that failed is not tried again at once`() throws {
        try stage(0..<1_500)
        link()
        #expect(throws: Sink.Full.self) { try save(isFull: true) }
        #expect(!index.needsSnapshot)
        #expect(index.hasUnsavedChanges)
        try stage(1_500..<2_600)
        link()
        #expect(index.needsSnapshot)
    }

    @Test func `a snapshot that was cancelled has not failed, and one that failed before still has`() throws {
        try stage(0..<1_500)
        link()
        #expect(throws: VectorIndexError.cancelled) { try save(isCancelled: true) }
        #expect(index.needsSnapshot)
        #expect(index.hasUnsavedChanges)
        #expect(throws: Sink.Full.self) { try save(isFull: true) }
        #expect(throws: VectorIndexError.cancelled) { try save(isCancelled: true) }
        #expect(!index.needsSnapshot)
        try stage(1_500..<2_600)
        link()
        #expect(index.needsSnapshot)
    }
}

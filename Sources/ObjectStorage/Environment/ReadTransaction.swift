// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import VectorIndexes

/// A view of the database as one commit left it. Lives as long as the closure that got it; stays on its thread.
///
/// Bytes handed to closures lie in the memory map and are valid only until the closure returns.
package class ReadTransaction {
    init() {}

    /// Calls `body` with the value under `key`, or with `nil`.
    package final func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        throw StorageError.misuse(reason: "not built yet")
    }

    /// Visits the entries whose keys begin with `prefix` and are at least `start`, ascending, until `body` returns `false`.
    package final func scan(
        prefix: [UInt8], from start: [UInt8], _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws { throw StorageError.misuse(reason: "not built yet") }

    /// What the inverted indexes of `shard` read from.
    package final func inverted(_ shard: ShardAddress) -> InvertedReader { InvertedReader() }

    /// The vectors numbered `vector` of `shard`.
    package final func vectors(_ vector: VectorID, of shard: ShardAddress) throws -> VectorReader { VectorReader() }

    // Objects

    /// The document that `id` is kept as now, or `nil`.
    package final func document(of id: ObjectID, in shard: ShardAddress) throws -> DocumentID? { nil }

    /// The object kept as `document`, or `nil`.
    package final func object(
        _ document: DocumentID, in shard: ShardAddress, properties: PropertySelection = .all
    ) throws -> StoredObject? { nil }

    package final func containsDocument(_ document: DocumentID, in shard: ShardAddress) throws -> Bool { false }

    /// Visits ids in ascending order, those greater than `id` if one is given, until `body` returns `false`.
    package final func scanIDs(
        in shard: ShardAddress, after id: ObjectID? = nil, _ body: (ObjectID, DocumentID) throws -> Bool
    ) throws {}

    /// Visits objects by ascending document number from `start` on, until `body` returns `false`.
    package final func scanObjects(
        in shard: ShardAddress, from start: DocumentID = DocumentID(0), properties: PropertySelection = .all,
        _ body: (DocumentID, StoredObject) throws -> Bool
    ) throws {}

    /// Visits document numbers in ascending order from `start` on, until `body` returns `false`; decodes nothing.
    package final func scanDocuments(
        in shard: ShardAddress, from start: DocumentID = DocumentID(0), _ body: (DocumentID) throws -> Bool
    ) throws {}

    /// What the shard counts.
    package final func counters(of shard: ShardAddress) throws -> ShardCounters {
        throw StorageError.misuse(reason: "not built yet")
    }

    // Catalogue

    /// All collections, by ascending number.
    package final func collections() throws -> [CollectionRecord] { [] }
    package final func collection(_ id: CollectionID) throws -> CollectionRecord? { nil }
    package final func collection(named name: String) throws -> CollectionRecord? { nil }
    /// The shards of a collection, by ascending number.
    package final func shards(of collection: CollectionID) throws -> [ShardRecord] { [] }
    package final func shard(named name: String, of collection: CollectionID) throws -> ShardRecord? { nil }
    /// What was kept under `name` for the whole database, or `nil`.
    package final func setting(_ name: String) throws -> [UInt8]? { nil }
}

/// A collection in the catalogue.
package struct CollectionRecord: Hashable, Sendable {
    package var id: CollectionID
    package var name: String
    /// Opaque here; DatabaseCore encodes it.
    package var definition: [UInt8]
}

/// A shard in the catalogue.
package struct ShardRecord: Hashable, Sendable {
    package var address: ShardAddress
    package var name: String
    /// Opaque here; DatabaseCore encodes it.
    package var definition: [UInt8]
}

/// Reads one vector of the documents of a shard, through the transaction it came from.
package final class VectorReader: VectorReading {
    package func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool { false }

    /// Visits the documents that have this vector, ascending, from `start` on, with their vectors, shape [dimensions],
    /// until `body` returns `false`.
    package func scanVectors(
        from start: DocumentID = DocumentID(0), _ body: (DocumentID, Span<Float>) throws -> Bool
    ) throws {}

    /// Visits runs of consecutive documents that have this vector, ascending, until `body` returns `false`, without
    /// reading the vectors.
    package func scanDocuments(
        from start: DocumentID = DocumentID(0), _ body: (ClosedRange<UInt32>) throws -> Bool
    ) throws {}
}

package struct InvertedReader: OrderedReading {
    package func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        throw StorageError.misuse(reason: "not built yet")
    }
    package func scan(prefix: [UInt8], from start: [UInt8], _ body: (RawSpan, RawSpan) throws -> Bool) throws {}
}

package struct InvertedWriter: OrderedWriting {
    package func withValue<R>(for key: [UInt8], _ body: (RawSpan?) throws -> R) throws -> R {
        throw StorageError.misuse(reason: "not built yet")
    }
    package func scan(prefix: [UInt8], from start: [UInt8], _ body: (RawSpan, RawSpan) throws -> Bool) throws {}
    package func put(_ value: [UInt8], for key: [UInt8]) throws {}
    package func removeValue(for key: [UInt8]) throws {}
}

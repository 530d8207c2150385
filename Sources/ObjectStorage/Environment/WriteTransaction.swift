// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// The writer's transaction: reads see what it wrote. Only the writer thread has one.
///
/// Nothing may be written while bytes that a read handed out are still in use, i.e. inside the closures of reads;
/// that is refused with `StorageError.misuse`.
package final class WriteTransaction: ReadTransaction {
    package func put(_ value: [UInt8], for key: [UInt8]) throws {}
    /// Does nothing if there is no such key.
    package func removeValue(for key: [UInt8]) throws {}

    /// What the inverted indexes of `shard` are written to.
    package func invertedWriter(_ shard: ShardAddress) -> InvertedWriter { InvertedWriter() }

    // Objects

    /// The next document number of the shard; counts it as given out.
    package func takeDocumentNumber(in shard: ShardAddress) throws -> DocumentID { DocumentID(0) }

    /// Keeps a new object with its vectors as `document`, a number from `takeDocumentNumber`.
    ///
    /// - Throws: `StorageError.idTaken` before anything is written.
    package func insert(
        _ object: StoredObject, vectors: [VectorID: [Float]], as document: DocumentID, in shard: ShardAddress
    ) throws {}

    /// Replaces what is kept as `document`, whose id and vectors stay.
    ///
    /// - Parameter unchangedBlobs: properties whose blobs stay as they are; they need not (and should not) be in `object`.
    package func update(
        _ document: DocumentID, with object: StoredObject, keepingBlobsOf unchangedBlobs: Set<PropertyID> = [],
        in shard: ShardAddress
    ) throws {}

    /// Replaces what is kept as `old` by `object` with `vectors` as `new`, a number from `takeDocumentNumber`. The id stays.
    package func replace(
        _ old: DocumentID, with object: StoredObject, vectors: [VectorID: [Float]], as new: DocumentID,
        keepingBlobsOf unchangedBlobs: Set<PropertyID> = [], in shard: ShardAddress
    ) throws {}

    /// Removes the object kept as `document` with its id, blobs and vectors (not its inverted index entries).
    ///
    /// - Returns: the id it had, or `nil` if there is no such document.
    @discardableResult
    package func remove(_ document: DocumentID, in shard: ShardAddress) throws -> ObjectID? { nil }

    // Catalogue

    /// - Throws: `StorageError.nameTaken`.
    package func createCollection(named name: String, definition: [UInt8]) throws -> CollectionID { CollectionID(1) }
    package func setDefinition(_ definition: [UInt8], of collection: CollectionID) throws {}
    package func rename(_ collection: CollectionID, to name: String) throws {}
    /// Takes the collection out of the catalogue. Its keys are purged in the background.
    package func dropCollection(_ collection: CollectionID) throws {}
    package func createShard(named name: String, of collection: CollectionID, definition: [UInt8] = []) throws
        -> ShardAddress
    { ShardAddress(collection, ShardID(1)) }
    package func setDefinition(_ definition: [UInt8], of shard: ShardAddress) throws {}
    /// Takes the shard out of the catalogue. Its keys are purged in the background.
    package func dropShard(_ shard: ShardAddress) throws {}
    /// Keeps `value` under `name` for the whole database; `nil` removes it.
    package func setSetting(_ name: String, to value: [UInt8]?) throws {}
}

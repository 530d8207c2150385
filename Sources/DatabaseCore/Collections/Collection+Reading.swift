// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

extension Collection.Snapshot {
    /// Which properties of a stored object the inverted indexes saw when it was written: blobs only where it matters that
    /// there is one.
    var indexedSelection: PropertySelection { invertedSchema.settings.indexNullState ? .all : .allButBlobs }

    /// `object` as the inverted indexes see it.
    func indexed(_ object: StoredObject, as document: DocumentID) -> IndexedDocument {
        IndexedDocument(
            id: document, values: indexed(object.properties), creationTime: object.creationTime,
            updateTime: object.updateTime)
    }

    /// What of an object's values the inverted indexes look at.
    func indexed(_ properties: [PropertyID: PropertyValue]) -> [PropertyID: PropertyValue] {
        if invertedSchema.settings.indexNullState || blobProperties.isEmpty { return properties }
        return properties.filter { !blobProperties.contains($0.key) }
    }
}

extension VectorReader {
    /// A copy of the vector of a document, shape [dimensions]; `nil` if it does not have one.
    func copy(of document: DocumentID) throws -> [Float]? {
        var copy: [Float]?
        _ = try withVector(of: document) { copy = [Float](copying: $0) }
        return copy
    }
}

extension ReadTransaction {
    /// A copy of one vector of a document, shape [dimensions]; `nil` if it does not have it.
    func vector(_ vector: VectorID, of document: DocumentID, in shard: ShardAddress) throws -> [Float]? {
        try vectors(vector, of: shard).copy(of: document)
    }

    /// A copy of each of these multi-vectors of a document.
    func multiVectors(
        _ ids: [VectorID], of document: DocumentID, in shard: ShardAddress
    ) throws -> [VectorID: MultiVector] {
        var vectors: [VectorID: MultiVector] = [:]
        for id in ids { vectors[id] = try multiVectors(id, of: shard).copy(of: document) }
        return vectors
    }
}

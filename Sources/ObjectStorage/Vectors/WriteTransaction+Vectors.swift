// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Vectors put and removed in a transaction, until they are brought into blocks.
struct VectorChanges {
    /// Ascending.
    var documents: [UInt32] = []
    /// Shape [documents, dimensions].
    var rows: [Float] = []
    var dimensions = 0
    /// Documents whose vectors in the tree are to be removed.
    var removed: Set<UInt32> = []
}

extension WriteTransaction {
    /// How many bytes of vectors are held back before they go into the tree.
    private static let heldBackLimitInBytes = 8 << 20

    /// - Throws: `StorageError.misuse`, `.valueTooLong`.
    func requireValid(_ vectors: [VectorID: [Float]]) throws(StorageError) {
        for vector in vectors.values {
            guard !vector.isEmpty else { throw .misuse(reason: "a vector has no dimensions") }
            guard vector.count <= VectorBlockFormat.maximumDimensions else {
                throw .valueTooLong(byteCount: vector.count * 4, limit: VectorBlockFormat.maximumDimensions * 4)
            }
        }
    }

    func putVectors(_ vectors: [VectorID: [Float]], of document: DocumentID, in shard: ShardAddress) throws {
        for (vector, values) in vectors {
            let address = VectorAddress(shard: shard, vector: vector)
            if let held = vectorChanges[address], !held.documents.isEmpty, held.dimensions != values.count {
                try flushVectors()
            }
            var changes = vectorChanges.removeValue(forKey: address) ?? VectorChanges()
            defer { vectorChanges[address] = changes }
            if let last = changes.documents.last, last >= document.number {
                throw StorageError.misuse(
                    reason: "document \(document.number) got its vectors after document \(last)")
            }
            changes.dimensions = values.count
            changes.documents.append(document.number)
            changes.rows.append(contentsOf: values)
            heldBackVectorBytes += values.count * 4
            isDirty = true
        }
        if heldBackVectorBytes > Self.heldBackLimitInBytes { try flushVectors() }
    }

    func removeVector(_ vector: VectorID, of document: DocumentID, in shard: ShardAddress) throws {
        let address = VectorAddress(shard: shard, vector: vector)
        var changes = vectorChanges.removeValue(forKey: address) ?? VectorChanges()
        defer { vectorChanges[address] = changes }
        isDirty = true
        if let position = changes.documents.lastIndex(of: document.number) {
            changes.documents.remove(at: position)
            let start = position * changes.dimensions
            changes.rows.removeSubrange(start..<start + changes.dimensions)
        } else {
            changes.removed.insert(document.number)
        }
    }

    /// Brings the vectors that are held back into blocks.
    func flushVectors() throws {
        guard !vectorChanges.isEmpty else { return }
        let changes = vectorChanges
        vectorChanges = [:]
        heldBackVectorBytes = 0
        for (address, change) in changes {
            var blocks = VectorBlockWriter(self, address)
            try blocks.remove(change.removed.sorted())
            try blocks.append(change.documents, change.rows, dimensions: change.dimensions)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel

extension WriteTransaction {
    /// - Throws: `StorageError.valueTooLong`.
    func requireValid(_ vectors: [VectorID: MultiVector]) throws(StorageError) {
        for vector in vectors.values {
            guard vector.dimensions <= VectorBlockFormat.maximumDimensions else {
                throw .valueTooLong(byteCount: vector.dimensions * 4, limit: VectorBlockFormat.maximumDimensions * 4)
            }
            _ = try MultiVectorFormat.header(of: vector)
        }
    }

    func putMultiVectors(_ vectors: [VectorID: MultiVector], of document: DocumentID, in shard: ShardAddress) throws {
        for (vector, value) in vectors.sorted(by: { $0.key < $1.key }) {
            let header = try MultiVectorFormat.header(of: value)
            // Safety: the buffers live for the closures, and their lengths add up to the target's; memory is little-endian on
            // every platform this is built for, as in the blocks of vectors.
            try unsafe value.elements.withUnsafeBytes { rows in
                try unsafe put(
                    byteCount: header.count + rows.count, for: Key.multiVector(vector, of: document, in: shard)
                ) { target in
                    unsafe target.copyBytes(from: header)
                    unsafe UnsafeMutableRawBufferPointer(rebasing: target[header.count...]).copyMemory(from: rows)
                }
            }
        }
    }
}

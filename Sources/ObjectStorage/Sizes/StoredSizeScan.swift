// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What the entries of a collection take: bytes of keys and values, by what they are for.
package struct StoredSizes: Hashable, Sendable {
    /// Records, ids, counters and columns.
    package var objects = 0
    package var blobs = 0
    package var inverted = 0
    /// Vectors, and snapshots of their indexes.
    package var vectors: [VectorID: Int] = [:]
    /// What belongs to the collection as a whole.
    package var catalog = 0

    package var total: Int { vectors.values.reduce(objects + blobs + inverted + catalog, +) }
}

/// Goes through the entries of a collection and adds up what they take, piece by piece.
///
/// Each piece has a short read transaction of its own; what is written meanwhile is counted or not. Values that have pages of their
/// own (pictures, vectors) are not read: their sizes stand beside their keys.
package struct StoredSizeScan {
    /// What bounds a piece: some milliseconds of work.
    private static let entriesInPiece = 8_192

    private let prefix: [UInt8]
    /// The least key that has not been visited.
    private var next: [UInt8]
    /// What has been visited.
    package private(set) var sizes = StoredSizes()

    package init(of collection: CollectionID) {
        prefix = Key.everything(of: collection, nil)
        next = prefix
    }

    /// Visits the next piece.
    ///
    /// - Returns: whether it was the last one.
    package mutating func advance(in transaction: ReadTransaction) throws -> Bool {
        var sizes = sizes
        var count = 0
        var last: [UInt8]?
        try transaction.scan(prefix: prefix, from: next) { key, value in
            Self.add(key, valueByteCount: value.byteCount, to: &sizes)
            count += 1
            guard count == Self.entriesInPiece else { return true }
            // Safety: the buffer lives for the closure.
            last = unsafe key.withUnsafeBytes { unsafe [UInt8]($0) }
            return false
        }
        self.sizes = sizes
        guard let last else { return true }
        next = last + [0]
        return false
    }

    private static func add(_ key: RawSpan, valueByteCount: Int, to sizes: inout StoredSizes) {
        let byteCount = key.byteCount + valueByteCount
        guard let shard = Key.number(UInt32.self, in: key, at: 4), shard != 0,
            let purpose = Key.number(UInt8.self, in: key, at: 8).flatMap(Key.ShardPurpose.init)
        else {
            sizes.catalog += byteCount
            return
        }
        switch purpose {
        case .counters, .object, .id, .column, .columnRemains: sizes.objects += byteCount
        case .blob: sizes.blobs += byteCount
        case .inverted, .postingRun: sizes.inverted += byteCount
        case .vector, .multiVector, .segment, .snapshot:
            let vector = VectorID(Key.number(UInt16.self, in: key, at: Key.prefixByteCount) ?? 0)
            sizes.vectors[vector, default: 0] += byteCount
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel

extension ReadTransaction {
    /// Writes everything of a collection into an archive: its catalog entry under the empty key, and what lies under its
    /// keys without the collection's number, so that another database can give it another one. Blocks.
    ///
    /// What dropped shards left behind stays out.
    ///
    /// - Parameters:
    ///   - path: a file that does not exist yet. After an error it may be there in part.
    ///   - isCancelled: asked once in a while; `true` ends it with a `CancellationError`.
    /// - Throws: `StorageError.noSuchCollection`, `.archiveNotUsable`, `CancellationError`.
    /// - Complexity: O(entries); memory for one block, and the largest value if that is larger.
    package final func archive(
        _ collection: CollectionID, to path: String, compression: ArchiveCompression, isCancelled: () -> Bool
    ) throws -> ArchiveSummary {
        let writer = try ArchiveWriter(path: path, compression: compression)
        let isFound = try withValue(for: Key.collection(collection)) { value in
            guard let value else { return false }
            try unsafe writer.append(key: [UInt8]().span.bytes, value: value)
            return true
        }
        guard isFound else { throw StorageError.noSuchCollection(collection) }
        let prefix = Key.everything(of: collection, nil)
        // The keys of a shard lie together: the catalog is asked once for each.
        var shard: UInt32?
        var isKept = true
        var count = 0
        try scan(prefix: prefix, from: prefix) { key, value in
            count += 1
            if count.isMultiple(of: 1_024), isCancelled() { throw CancellationError() }
            guard let number = Key.number(UInt32.self, in: key, at: prefix.count) else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key names no shard")
            }
            if number != shard {
                shard = number
                isKept = try number == 0 || contains(Key.shard(ShardAddress(collection, ShardID(number))))
            }
            if isKept { try writer.append(key: key.extracting(prefix.count..<key.byteCount), value: value) }
            return true
        }
        return try writer.finish()
    }
}

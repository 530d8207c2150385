// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

// A collection comes back in three steps, so that a crash leaves all of it or nothing:
//
//     beginRestoring ─> restore(block) … ─> finishRestoring
//
// Until the last step its number counts as dropped: nothing finds it, and whatever ends the process, or gives up, leaves it to
// be purged. Only the set in the environment keeps a purge away from it meanwhile.

extension WriteTransaction {
    /// Gives numbers to collections that are about to be restored.
    package func beginRestoring(count: Int) throws -> [CollectionID] {
        try (0..<count).map { _ in
            let id = CollectionID(try takeNumber(under: Key.global(.nextCollection)))
            try put([], for: Key.dropped(id, nil))
            return id
        }
    }

    /// Stores a block of an archive under the keys of `collection`.
    ///
    /// - Returns: the catalog entry, if it was among the entries.
    /// - Throws: `StorageError.damaged` for keys that no shard can have.
    package func restore(_ block: ArchiveBlock, as collection: CollectionID) throws -> CollectionRecord? {
        let prefix = Key.everything(of: collection, nil)
        var record: CollectionRecord?
        _ = try block.forEachEntry { key, value in
            if key.isEmpty {
                let value = Array(value)
                let (name, definition) = try unsafe CatalogCodec.decode(
                    value.span.bytes, key: Key.collection(collection))
                record = CollectionRecord(id: collection, name: name, definition: definition)
                return
            }
            let whole = prefix + key
            guard whole.count >= Key.prefixByteCount, whole.count <= Key.maximumByteCount else {
                throw StorageError.damaged(key: Key.describe(whole), reason: "the key names no shard and purpose")
            }
            // Safety: LMDB gives as many bytes as the value has.
            try unsafe value.withUnsafeBytes { source in
                try unsafe put(byteCount: source.count, for: whole) { unsafe $0.copyMemory(from: source) }
            }
        }
        return record
    }

    /// Brings restored collections into the catalog, all of them at once.
    ///
    /// - Parameter version: of the storage format that their archives were written in.
    /// - Throws: `StorageError.nameTaken`, `.nameNotUsable`.
    package func finishRestoring(_ records: [CollectionRecord], ofFormat version: Int) throws {
        for record in records {
            try requireUsable(record.name)
            guard try !contains(Key.collectionName(record.name)) else { throw StorageError.nameTaken(record.name) }
            try put(
                CatalogCodec.encode(name: record.name, definition: record.definition),
                for: Key.collection(record.id))
            try putNumber(record.id.number, for: Key.collectionName(record.name))
            try removeValue(for: Key.dropped(record.id, nil))
            if version < 2 { try makeColumns(of: record.id) }
            for shard in try shards(of: record.id) where try isUnmerged(shard.address) {
                unmergedShards.insert(shard.address)
            }
        }
    }
}

extension StorageEnvironment {
    /// Keeps purges away from collections that are being restored.
    package func spare(_ collections: [CollectionID]) { sparedFromPurge.withLock { $0.formUnion(collections) } }

    /// Leaves them to purges again, when they are restored or given up.
    package func unspare(_ collections: [CollectionID]) { sparedFromPurge.withLock { $0.subtract(collections) } }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel

extension ReadTransaction {
    /// All collections, by ascending number.
    package final func collections() throws -> [CollectionRecord] {
        let prefix = Key.global(.collection)
        var records: [CollectionRecord] = []
        try scan(prefix: prefix, from: prefix) { key, value in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a collection's number")
            }
            records.append(try Self.collectionRecord(CollectionID(number), value))
            return true
        }
        return records
    }

    package final func collection(_ id: CollectionID) throws -> CollectionRecord? {
        try withValue(for: Key.collection(id)) { value in
            guard let value else { return nil }
            return try Self.collectionRecord(id, value)
        }
    }

    /// The collection of exactly this name.
    package final func collection(named name: String) throws -> CollectionRecord? {
        guard let number = try number(under: Key.collectionName(name)) else { return nil }
        guard let record = try collection(CollectionID(number)) else {
            throw StorageError.damaged(
                key: Key.describe(Key.collectionName(name)), reason: "there is no collection \(number)")
        }
        return record
    }

    /// The shards of a collection, by ascending number.
    package final func shards(of collection: CollectionID) throws -> [ShardRecord] {
        let prefix = Key.collectionWide(.shard, collection)
        var records: [ShardRecord] = []
        try scan(prefix: prefix, from: prefix) { key, value in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a shard's number")
            }
            records.append(try Self.shardRecord(ShardAddress(collection, ShardID(number)), value))
            return true
        }
        return records
    }

    package final func shard(_ address: ShardAddress) throws -> ShardRecord? {
        try withValue(for: Key.shard(address)) { value in
            guard let value else { return nil }
            return try Self.shardRecord(address, value)
        }
    }

    package final func shard(named name: String, of collection: CollectionID) throws -> ShardRecord? {
        let key = Key.shardName(name, of: collection)
        guard let number = try number(under: key) else { return nil }
        guard let record = try shard(ShardAddress(collection, ShardID(number))) else {
            throw StorageError.damaged(key: Key.describe(key), reason: "there is no shard \(number)")
        }
        return record
    }

    /// What was kept under `name` for the whole database, or `nil`.
    package final func setting(_ name: String) throws -> [UInt8]? {
        try bytes(under: Key.setting(name))
    }

    final func droppedParts() throws -> [DroppedPart] {
        let prefix = Key.global(.dropped)
        var parts: [DroppedPart] = []
        try scan(prefix: prefix, from: prefix) { key, _ in
            guard key.byteCount == prefix.count + 8,
                let collection = Key.number(UInt32.self, in: key, at: prefix.count),
                let shard = Key.number(UInt32.self, in: key, at: prefix.count + 4), collection != 0
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key names nothing that was dropped")
            }
            parts.append(DroppedPart(collection: CollectionID(collection), shard: shard == 0 ? nil : ShardID(shard)))
            return true
        }
        return parts
    }

    /// The 32-bit number kept under `key`, or `nil`.
    final func number(under key: [UInt8]) throws -> UInt32? {
        try withValue(for: key) { value in
            guard let value else { return nil }
            var reader = ByteReader(key: key)
            let number = try reader.number(UInt32.self, in: value)
            try reader.requireEnd(in: value)
            return number
        }
    }

    private static func collectionRecord(_ id: CollectionID, _ value: RawSpan) throws(StorageError) -> CollectionRecord
    {
        let (name, definition) = try CatalogueCodec.decode(value, key: Key.collection(id))
        return CollectionRecord(id: id, name: name, definition: definition)
    }

    private static func shardRecord(_ address: ShardAddress, _ value: RawSpan) throws(StorageError) -> ShardRecord {
        let (name, definition) = try CatalogueCodec.decode(value, key: Key.shard(address))
        return ShardRecord(address: address, name: name, definition: definition)
    }
}

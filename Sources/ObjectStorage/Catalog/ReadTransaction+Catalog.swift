// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization

extension ReadTransaction {
    /// All collections, by ascending number.
    ///
    /// - Complexity: O(collections); where one is wanted, ask for it by number or name.
    package final func collections() throws -> [CollectionRecord] {
        var records: [CollectionRecord] = []
        try scanCollections { record in
            records.append(record)
            return true
        }
        return records
    }

    /// Visits the collections by ascending number until `body` returns `false`. Only one record is held at a time.
    package final func scanCollections(_ body: (CollectionRecord) throws -> Bool) throws {
        let prefix = Key.global(.collection)
        try scan(prefix: prefix, from: prefix) { key, value in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a collection's number")
            }
            return try body(try Self.collectionRecord(CollectionID(number), value))
        }
    }

    /// The collection of this number, or `nil`.
    ///
    /// - Complexity: O(log entries), and a copy of its definition; `contains(_:)` makes none.
    package final func collection(_ id: CollectionID) throws -> CollectionRecord? {
        try withValue(for: Key.collection(id)) { value in
            guard let value else { return nil }
            return try Self.collectionRecord(id, value)
        }
    }

    /// The collection of exactly this name, or `nil`.
    ///
    /// - Complexity: O(log entries).
    package final func collection(named name: String) throws -> CollectionRecord? {
        guard let number = try number(under: Key.collectionName(name)) else { return nil }
        guard let record = try collection(CollectionID(number)) else {
            throw StorageError.damaged(
                key: Key.describe(Key.collectionName(name)), reason: "there is no collection \(number)")
        }
        return record
    }

    /// Whether the catalog has this collection.
    ///
    /// - Complexity: O(log entries), without a copy.
    package final func contains(_ collection: CollectionID) throws -> Bool {
        try contains(Key.collection(collection))
    }

    /// The shards of a collection, by ascending number.
    ///
    /// - Complexity: O(shards); where one is wanted, ask for it by number or name.
    package final func shards(of collection: CollectionID) throws -> [ShardRecord] {
        var records: [ShardRecord] = []
        try scanShards(of: collection) { record in
            records.append(record)
            return true
        }
        return records
    }

    /// Visits the shards of a collection by ascending number, from `start` on, until `body` returns `false`. Only one
    /// record is held at a time, so a collection may have any number of shards; it has none once it was dropped.
    package final func scanShards(
        of collection: CollectionID, from start: ShardID = ShardID(0), _ body: (ShardRecord) throws -> Bool
    ) throws {
        guard try contains(collection) else { return }
        let prefix = Key.collectionWide(.shard, collection)
        try scan(prefix: prefix, from: Key.shard(ShardAddress(collection, start))) { key, value in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a shard's number")
            }
            return try body(try Self.shardRecord(ShardAddress(collection, ShardID(number)), value))
        }
    }

    /// The shard with this address, or `nil` if it or its collection is not in the catalog.
    ///
    /// - Complexity: O(log entries), and a copy of its definition; `contains(_:)` makes none.
    package final func shard(_ address: ShardAddress) throws -> ShardRecord? {
        guard try contains(address.collection) else { return nil }
        return try withValue(for: Key.shard(address)) { value in
            guard let value else { return nil }
            return try Self.shardRecord(address, value)
        }
    }

    /// Whether the catalog has this shard and its collection.
    ///
    /// - Complexity: O(log entries), without a copy.
    package final func contains(_ shard: ShardAddress) throws -> Bool {
        try contains(shard.collection) && contains(Key.shard(shard))
    }

    /// The number of the shard of exactly this name, or `nil`.
    ///
    /// - Complexity: O(log entries), without a copy.
    package final func shardID(named name: String, of collection: CollectionID) throws -> ShardID? {
        guard try contains(collection) else { return nil }
        return try number(under: Key.shardName(name, of: collection)).map { ShardID($0) }
    }

    /// The shards of a collection that are marked as not in use.
    ///
    /// - Complexity: O(inactive shards).
    package final func inactiveShards(of collection: CollectionID) throws -> Set<ShardID> {
        var shards: Set<ShardID> = []
        let prefix = Key.collectionWide(.inactiveShard, collection)
        try scan(prefix: prefix, from: prefix) { key, _ in
            guard key.byteCount == prefix.count + 4, let number = Key.number(UInt32.self, in: key, at: prefix.count)
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key is not a shard's number")
            }
            shards.insert(ShardID(number))
            return true
        }
        return shards
    }

    /// The shard of exactly this name, or `nil`.
    ///
    /// - Complexity: O(log entries).
    package final func shard(named name: String, of collection: CollectionID) throws -> ShardRecord? {
        guard try contains(collection) else { return nil }
        let key = Key.shardName(name, of: collection)
        guard let number = try number(under: key) else { return nil }
        guard let record = try shard(ShardAddress(collection, ShardID(number))) else {
            throw StorageError.damaged(key: Key.describe(key), reason: "there is no shard \(number)")
        }
        return record
    }

    /// All aliases, in order of their names.
    ///
    /// - Complexity: O(aliases).
    package final func aliases() throws -> [AliasRecord] {
        var records: [AliasRecord] = []
        let prefix = Key.global(.alias)
        try scan(prefix: prefix, from: prefix) { key, value in
            let name = unsafe key.withUnsafeBytes {
                unsafe String(validating: $0.dropFirst(prefix.count), as: UTF8.self)
            }
            guard let name else { throw StorageError.damaged(key: Key.describe(key), reason: "the name is no UTF-8") }
            records.append(AliasRecord(name: name, collection: try Self.collectionName(value, key: Key.alias(name))))
            return true
        }
        return records
    }

    /// The name of the collection that `alias` stands for, or `nil` if there is no such alias.
    ///
    /// - Complexity: O(log entries).
    package final func target(ofAlias alias: String) throws -> String? {
        let key = Key.alias(alias)
        return try withValue(for: key) { value in
            guard let value else { return nil }
            return try Self.collectionName(value, key: key)
        }
    }

    private static func collectionName(_ value: RawSpan, key: [UInt8]) throws(StorageError) -> String {
        var reader = ByteReader(key: key)
        let version = try reader.number(UInt8.self, in: value)
        guard version == CatalogCodec.version else { throw reader.damaged("there is no version \(version)") }
        let name = try reader.text(in: value)
        try reader.requireEnd(in: value)
        return name
    }

    /// What was kept under `name` for the whole database, or `nil`.
    package final func setting(_ name: String) throws -> [UInt8]? {
        try bytes(under: Key.setting(name))
    }

    /// All that was dropped and is still to be purged.
    ///
    /// - Complexity: O(dropped parts); `firstDroppedPart()` is O(log entries).
    final func droppedParts() throws -> [DroppedPart] {
        var parts: [DroppedPart] = []
        try scanDroppedParts { part in
            parts.append(part)
            return true
        }
        return parts
    }

    /// The first of them that is not being restored.
    final func firstDroppedPart() throws -> DroppedPart? {
        let spared = environment.sparedFromPurge.withLock { $0 }
        var first: DroppedPart?
        try scanDroppedParts { part in
            if spared.contains(part.collection) { return true }
            first = part
            return false
        }
        return first
    }

    private final func scanDroppedParts(_ body: (DroppedPart) throws -> Bool) throws {
        let prefix = Key.global(.dropped)
        try scan(prefix: prefix, from: prefix) { key, _ in
            guard key.byteCount == prefix.count + 8,
                let collection = Key.number(UInt32.self, in: key, at: prefix.count),
                let shard = Key.number(UInt32.self, in: key, at: prefix.count + 4), collection != 0
            else {
                throw StorageError.damaged(key: Key.describe(key), reason: "the key names nothing that was dropped")
            }
            return try body(
                DroppedPart(collection: CollectionID(collection), shard: shard == 0 ? nil : ShardID(shard)))
        }
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
        let (name, definition) = try CatalogCodec.decode(value, key: Key.collection(id))
        return CollectionRecord(id: id, name: name, definition: definition)
    }

    private static func shardRecord(_ address: ShardAddress, _ value: RawSpan) throws(StorageError) -> ShardRecord {
        let (name, definition) = try CatalogCodec.decode(value, key: Key.shard(address))
        return ShardRecord(address: address, name: name, definition: definition)
    }
}

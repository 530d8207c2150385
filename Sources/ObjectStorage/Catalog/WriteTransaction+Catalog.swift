// SPDX-License-Identifier: Apache-2.0

import DataModel

extension WriteTransaction {
    /// Gives a new collection the next number, which no other ever had.
    ///
    /// - Throws: `StorageError.nameTaken`, `.nameNotUsable`.
    package func createCollection(named name: String, definition: [UInt8]) throws -> CollectionID {
        try requireUsable(name)
        guard try !contains(Key.collectionName(name)) else { throw StorageError.nameTaken(name) }
        let value = try CatalogCodec.encode(name: name, definition: definition)
        let id = CollectionID(try takeNumber(under: Key.global(.nextCollection)))
        try put(value, for: Key.collection(id))
        try putNumber(id.number, for: Key.collectionName(name))
        return id
    }

    /// - Throws: `StorageError.noSuchCollection`.
    package func setDefinition(_ definition: [UInt8], of collection: CollectionID) throws {
        let record = try existing(collection)
        try put(CatalogCodec.encode(name: record.name, definition: definition), for: Key.collection(collection))
    }

    /// Gives a collection another name; nothing else that is stored knows it.
    ///
    /// - Throws: `StorageError.noSuchCollection`, `.nameTaken`, `.nameNotUsable`.
    package func rename(_ collection: CollectionID, to name: String) throws {
        let record = try existing(collection)
        if record.name == name { return }
        try requireUsable(name)
        guard try !contains(Key.collectionName(name)) else { throw StorageError.nameTaken(name) }
        try put(CatalogCodec.encode(name: name, definition: record.definition), for: Key.collection(collection))
        try removeValue(for: Key.collectionName(record.name))
        try putNumber(collection.number, for: Key.collectionName(name))
    }

    /// Takes the collection out of the catalog, at once and for good. What it stored is purged later, by
    /// `CommitQueue.purgeDropped()`; so are the entries of its shards, which nothing finds without it.
    ///
    /// - Throws: `StorageError.noSuchCollection`.
    /// - Complexity: O(log entries), however many shards it has.
    package func dropCollection(_ collection: CollectionID) throws {
        let record = try existing(collection)
        try removeValue(for: Key.collection(collection))
        try removeValue(for: Key.collectionName(record.name))
        try put([], for: Key.dropped(collection, nil))
        forget { $0.collection == collection }
    }

    /// Gives a new shard the next number of its collection, which no other of its shards ever had.
    ///
    /// - Throws: `StorageError.noSuchCollection`, `.nameTaken`, `.nameNotUsable`.
    package func createShard(named name: String, of collection: CollectionID, definition: [UInt8] = []) throws
        -> ShardAddress
    {
        try requireUsable(name)
        guard try contains(Key.collection(collection)) else { throw StorageError.noSuchCollection(collection) }
        guard try !contains(Key.shardName(name, of: collection)) else { throw StorageError.nameTaken(name) }
        let value = try CatalogCodec.encode(name: name, definition: definition)
        let number = try takeNumber(under: Key.collectionWide(.nextShard, collection))
        let address = ShardAddress(collection, ShardID(number))
        try put(value, for: Key.shard(address))
        try putNumber(number, for: Key.shardName(name, of: collection))
        return address
    }

    /// - Throws: `StorageError.noSuchShard`.
    package func setDefinition(_ definition: [UInt8], of shard: ShardAddress) throws {
        guard let record = try self.shard(shard) else { throw StorageError.noSuchShard(shard) }
        try put(CatalogCodec.encode(name: record.name, definition: definition), for: Key.shard(shard))
    }

    /// Marks a shard as not in use, or takes the mark away. What it holds stays.
    ///
    /// - Throws: `StorageError.noSuchShard`.
    package func setInactive(_ isInactive: Bool, _ shard: ShardAddress) throws {
        guard try contains(shard) else { throw StorageError.noSuchShard(shard) }
        let key = Key.inactiveShard(shard)
        if isInactive { try put([], for: key) } else { try removeValue(for: key) }
    }

    /// Takes the shard out of the catalog, at once and for good. What it stored is purged later, by
    /// `CommitQueue.purgeDropped()`.
    ///
    /// - Throws: `StorageError.noSuchShard`.
    package func dropShard(_ shard: ShardAddress) throws {
        guard let record = try self.shard(shard) else { throw StorageError.noSuchShard(shard) }
        try removeValue(for: Key.shard(shard))
        try removeValue(for: Key.shardName(record.name, of: shard.collection))
        try removeValue(for: Key.inactiveShard(shard))
        try put([], for: Key.dropped(shard.collection, shard.shard))
        forget { $0 == shard }
    }

    /// Lets `alias` stand for the collection called `collection`, whether there is one or not; `nil` removes the alias.
    ///
    /// - Throws: `StorageError.nameNotUsable`.
    package func setAlias(_ alias: String, to collection: String?) throws {
        try requireUsable(alias)
        guard let collection else { return try removeValue(for: Key.alias(alias)) }
        try requireUsable(collection)
        try put(CatalogCodec.encode(name: collection, definition: []), for: Key.alias(alias))
    }

    /// Keeps `value` under `name` for the whole database; `nil` removes it.
    ///
    /// - Throws: `StorageError.nameNotUsable`.
    package func setSetting(_ name: String, to value: [UInt8]?) throws {
        try requireUsable(name)
        if let value { try put(value, for: Key.setting(name)) } else { try removeValue(for: Key.setting(name)) }
    }

    /// Removes up to `limit` entries of what was dropped, of as many dropped parts as that is enough for.
    ///
    /// - Parameter limit: at least 1.
    /// - Returns: whether there was something to purge, and whether anything may be left.
    func purgeDropped(limit: Int) throws -> (hasPurged: Bool, isUnfinished: Bool) {
        var remaining = limit
        while remaining > 0 {
            guard let part = try firstDroppedPart() else { return (remaining < limit, false) }
            let removed = try removeValues(prefix: Key.everything(of: part.collection, part.shard), limit: remaining)
            if removed < remaining { try removeValue(for: Key.dropped(part.collection, part.shard)) }
            // The note that it was dropped counts as an entry, so that parts that stored nothing count too.
            remaining -= removed + 1
        }
        return (true, true)
    }

    // MARK: Parts

    private func existing(_ collection: CollectionID) throws -> CollectionRecord {
        guard let record = try self.collection(collection) else { throw StorageError.noSuchCollection(collection) }
        return record
    }

    func requireUsable(_ name: String) throws(StorageError) {
        guard !name.isEmpty, name.utf8.count <= Key.maximumNameByteCount else {
            throw .nameNotUsable(name, limitInBytes: Key.maximumNameByteCount)
        }
    }

    /// Lets go of what is held back in memory for shards that are dropped.
    private func forget(_ isDropped: (ShardAddress) -> Bool) {
        counters = counters.filter { !isDropped($0.key) }
        vectorChanges = vectorChanges.filter { !isDropped($0.key.shard) }
    }

    /// The number kept under `key`, 1 at first, and keeps the one after it.
    func takeNumber(under key: [UInt8]) throws -> UInt32 {
        let number = try number(under: key) ?? 1
        // What lies under the number 0 is the whole database's, or the whole collection's.
        guard number > 0 else {
            throw StorageError.damaged(key: Key.describe(key), reason: "the next number is 0")
        }
        guard number < .max else { throw StorageError.misuse(reason: "all catalog numbers are given out") }
        try putNumber(number + 1, for: key)
        return number
    }

    func putNumber(_ number: UInt32, for key: [UInt8]) throws {
        var writer = ByteWriter(capacity: 4)
        writer.append(number)
        try put(writer.bytes, for: key)
    }
}

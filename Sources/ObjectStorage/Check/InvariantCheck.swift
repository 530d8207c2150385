// SPDX-License-Identifier: Apache-2.0

import DataModel

/// One run over everything stored, collecting what is wrong.
struct InvariantCheck {
    let transaction: ReadTransaction
    let limit: Int
    var report = CheckReport()

    init(transaction: ReadTransaction, limit: Int) {
        self.transaction = transaction
        self.limit = limit
    }

    mutating func run() {
        var shards: Set<ShardAddress> = []
        attempt("catalog") { check in
            for collection in try check.transaction.collections() {
                check.report.collectionCount += 1
                check.checkCollection(collection)
                for shard in try check.transaction.shards(of: collection.id) {
                    check.report.shardCount += 1
                    shards.insert(shard.address)
                    check.checkShardEntry(shard)
                }
                check.checkInactiveShards(of: collection.id, shards)
            }
        }
        attempt("catalog names") { try $0.checkNames() }
        attempt("aliases") { try $0.checkAliases() }
        for shard in shards.sorted() { checkShard(shard) }
        attempt("all keys") { try $0.checkKeys(shards: shards) }
    }

    // MARK: Findings

    mutating func report(_ key: String, _ problem: String) {
        report.findingCount += 1
        if report.findings.count < limit { report.findings.append(.init(key: key, problem: problem)) }
    }

    mutating func report(_ key: [UInt8], _ problem: String) { report(Key.describe(key), problem) }

    /// Runs a part of the check; what it throws is a finding.
    mutating func attempt(_ subject: String, _ body: (inout Self) throws -> Void) {
        do {
            try body(&self)
        } catch StorageError.damaged(let key, let reason) {
            report(key, reason)
        } catch let error as StorageError {
            report(subject, error.message)
        } catch {
            report(subject, "\(error)")
        }
    }

    // MARK: Catalog

    private mutating func checkCollection(_ collection: CollectionRecord) {
        let key = Key.collection(collection.id)
        attempt("collection \(collection.id.number)") { check in
            if try check.transaction.number(under: Key.collectionName(collection.name)) != collection.id.number {
                check.report(key, "the name '\(collection.name)' does not lead to it")
            }
            if try check.transaction.number(under: Key.global(.nextCollection)) ?? 1 <= collection.id.number {
                check.report(key, "its number was not given out yet")
            }
            if try check.transaction.contains(Key.dropped(collection.id, nil)) {
                check.report(key, "it was dropped and is in the catalog")
            }
        }
    }

    private mutating func checkShardEntry(_ shard: ShardRecord) {
        let key = Key.shard(shard.address)
        let collection = shard.address.collection
        attempt("\(shard.address)") { check in
            if try check.transaction.number(under: Key.shardName(shard.name, of: collection))
                != shard.address.shard.number
            {
                check.report(key, "the name '\(shard.name)' does not lead to it")
            }
            if try check.transaction.number(under: Key.collectionWide(.nextShard, collection)) ?? 1
                <= shard.address.shard.number
            {
                check.report(key, "its number was not given out yet")
            }
        }
    }

    private mutating func checkInactiveShards(of collection: CollectionID, _ shards: Set<ShardAddress>) {
        attempt("inactive shards of collection \(collection.number)") { check in
            for shard in try check.transaction.inactiveShards(of: collection) {
                let address = ShardAddress(collection, shard)
                if !shards.contains(address) { check.report(Key.inactiveShard(address), "there is no such shard") }
            }
        }
    }

    /// Every name leads to an entry that has it.
    private mutating func checkNames() throws {
        let prefix = Key.global(.collectionName)
        try transaction.scan(prefix: prefix, from: prefix) { key, value in
            let described = Key.describe(key)
            guard let number = Key.number(UInt32.self, in: value, at: 0)?.byteSwapped,
                let record = try transaction.collection(CollectionID(number)),
                unsafe key.withUnsafeBytes({ unsafe $0.elementsEqual(Key.collectionName(record.name)) })
            else {
                report(described, "the name leads to no collection that has it")
                return true
            }
            return true
        }
    }

    /// No alias has the name of a collection. What it stands for need not be there.
    private mutating func checkAliases() throws {
        for alias in try transaction.aliases() where try transaction.collection(named: alias.name) != nil {
            report(Key.alias(alias.name), "a collection has the same name")
        }
    }

    // MARK: Keys

    /// Counts all entries and finds those that belong to nothing.
    private mutating func checkKeys(shards: Set<ShardAddress>) throws {
        let collections = Set(shards.map(\.collection)).union(try transaction.collections().map(\.id))
        let dropped = Set(try transaction.droppedParts())
        var lastPrefix: [UInt8] = []
        try transaction.scan(prefix: [], from: []) { key, _ in
            report.entryCount += 1
            // Most keys begin as the one before.
            let isKnown = unsafe key.withUnsafeBytes { unsafe $0.prefix(Key.prefixByteCount).elementsEqual(lastPrefix) }
            if isKnown { return true }
            guard Self.belongs(key, collections, shards, dropped) else {
                report(Key.describe(key), "it belongs to nothing in the catalog")
                return true
            }
            lastPrefix = unsafe key.withUnsafeBytes { unsafe Array($0.prefix(Key.prefixByteCount)) }
            return true
        }
    }

    private static func belongs(
        _ key: RawSpan, _ collections: Set<CollectionID>, _ shards: Set<ShardAddress>, _ dropped: Set<DroppedPart>
    ) -> Bool {
        guard let collection = Key.number(UInt32.self, in: key, at: 0).map({ CollectionID($0) }),
            let shard = Key.number(UInt32.self, in: key, at: 4).map({ ShardID($0) }),
            let purpose = Key.number(UInt8.self, in: key, at: 8)
        else { return false }
        if dropped.contains(DroppedPart(collection: collection, shard: nil))
            || dropped.contains(DroppedPart(collection: collection, shard: shard))
        {
            return true
        }
        switch (collection.number, shard.number) {
        case (0, 0): return Key.GlobalPurpose(rawValue: purpose) != nil
        case (0, _): return false
        case (_, 0): return collections.contains(collection) && Key.CollectionPurpose(rawValue: purpose) != nil
        default:
            return shards.contains(ShardAddress(collection, shard)) && Key.ShardPurpose(rawValue: purpose) != nil
        }
    }
}

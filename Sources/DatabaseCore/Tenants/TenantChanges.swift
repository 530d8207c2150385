// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage

/// How many tenants one change creates or deletes: more of them in one request take several commits.
enum TenantSteps {
    static let tenantsPerChange = 10_000

    /// About what a tenant's entries in the catalog take.
    static let bytesPerTenant = 256
}

/// Stores new tenants of a collection, as far as they are not there.
struct TenantCreation: Change {
    let tenants: [Tenant]
    let collection: CollectionID
    /// What the collection was called when the change was made.
    let name: String
    let collections: CollectionTable

    var sizeInBytes: Int { TenantSteps.bytesPerTenant * tenants.count }

    func apply(to transaction: WriteTransaction) throws -> [Shard] {
        guard try transaction.contains(collection) else { throw DatabaseError.collectionNotFound(name) }
        return try tenants.compactMap { tenant in
            if try transaction.shardID(named: tenant.name, of: collection) != nil { return nil }
            let address = try transaction.createShard(named: tenant.name, of: collection)
            if tenant.status == .inactive { try transaction.setInactive(true, address) }
            return Shard(address: address, name: tenant.name, status: tenant.status)
        }
    }

    func committed(_ result: [Shard]) {
        guard let target = collections[collection] else { return }
        for shard in result { target.shards.add(shard) }
    }
}

/// Stores which tenants are in use: those of all that are named, or of none if one is not there.
struct TenantStatusChange: Change {
    let tenants: [Tenant]
    let collection: CollectionID
    let name: String
    let collections: CollectionTable

    var sizeInBytes: Int { TenantSteps.bytesPerTenant * tenants.count }

    func apply(to transaction: WriteTransaction) throws -> [(shard: ShardID, status: Tenant.Status)] {
        guard try transaction.contains(collection) else { throw DatabaseError.collectionNotFound(name) }
        // All are looked up before anything is written.
        let changes = try tenants.map { tenant in
            guard let shard = try transaction.shardID(named: tenant.name, of: collection) else {
                throw DatabaseError.tenantNotFound(tenant.name, collection: name)
            }
            return (shard: shard, status: tenant.status)
        }
        for change in changes {
            try transaction.setInactive(change.status == .inactive, ShardAddress(collection, change.shard))
        }
        return changes
    }

    func committed(_ result: [(shard: ShardID, status: Tenant.Status)]) {
        for change in result { collections[collection]?.shards[change.shard]?.status = change.status }
    }
}

/// Takes tenants out of the catalog, as far as they are there; what they held is purged in the background.
struct TenantDeletion: Change {
    let names: [String]
    let collection: CollectionID
    let name: String
    let collections: CollectionTable

    var sizeInBytes: Int { TenantSteps.bytesPerTenant * names.count }
    var isRemoval: Bool { true }

    func apply(to transaction: WriteTransaction) throws -> [ShardID] {
        guard try transaction.contains(collection) else { throw DatabaseError.collectionNotFound(name) }
        return try names.compactMap { name in
            guard let shard = try transaction.shardID(named: name, of: collection) else { return nil }
            try transaction.dropShard(ShardAddress(collection, shard))
            return shard
        }
    }

    func committed(_ result: [ShardID]) {
        // Searches that run keep the indexes until they end.
        for shard in result { collections[collection]?.shards.remove(shard)?.drop() }
    }
}

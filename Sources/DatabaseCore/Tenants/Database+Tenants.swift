// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import ProcessMemory

extension Database {
    package func tenants(of name: String) throws(DatabaseError) -> [Tenant] {
        try multiTenantCollection(name).shards.all.map { Tenant(name: $0.name, status: $0.status) }
    }

    package func tenant(named tenant: String, of name: String) throws(DatabaseError) -> Tenant? {
        try multiTenantCollection(name).shards[tenant].map { Tenant(name: $0.name, status: $0.status) }
    }

    package func createTenants(_ tenants: [Tenant], in name: String) async throws(DatabaseError) {
        try TenantRules.check(tenants.map(\.name))
        let collection = try multiTenantCollection(name)
        let permit = try await enterMemory(itemCount: tenants.count)
        defer { permit.leave() }
        for step in Self.steps(tenants) { _ = try await submit(creation(of: step, in: collection)) }
    }

    package func updateTenants(_ tenants: [Tenant], of name: String) async throws(DatabaseError) {
        try TenantRules.check(tenants.map(\.name), limit: TenantRules.maximumUpdates)
        let collection = try multiTenantCollection(name)
        if tenants.contains(where: { $0.status == .active }) { try requireMemory() }
        let changes = try await submit(statusChange(of: tenants, in: collection))
        for change in changes where change.status == .inactive {
            if let shard = collection.shards[change.shard] { await unload(shard, while: { shard.status == .inactive }) }
        }
        if changes.contains(where: { $0.status == .inactive }) { maintenance.releaseFreeMemory() }
    }

    package func deleteTenants(named names: [String], of name: String) async throws(DatabaseError) {
        let collection = try multiTenantCollection(name)
        for step in Self.steps(names) {
            _ = try await submit(
                TenantDeletion(names: step, collection: collection.id, name: name, collections: collectionTable))
        }
        maintenance.releaseFreeMemory()
        purgeDroppedInBackground()
    }

    package func wakeTenant(_ tenant: String?, of name: String) async throws(DatabaseError) {
        guard let tenant, let collection = collectionTable[name] else { return }
        if let refusal = await prepareTenants([tenant], of: collection, canCreate: false)[tenant] { throw refusal }
    }

    /// The shard that holds the objects of `tenant`; an inactive tenant is made active first, where the collection wants it.
    func wakenShard(
        of collection: Collection, for tenant: String?
    ) async throws(DatabaseError) -> Shard {
        if let tenant, let refusal = await prepareTenants([tenant], of: collection, canCreate: false)[tenant] {
            throw refusal
        }
        return try collection.shard(for: tenant)
    }

    /// Creates those tenants that are not there and activates those that are not in use, as far as the collection has it done
    /// by every access: in one commit each, however many tenants there are.
    ///
    /// - Parameter canCreate: whether the access is one that creates tenants.
    /// - Returns: why tenants cannot be used, by name. Those that are not there or not in use for other reasons are not in it.
    func prepareTenants(
        _ names: Set<String>, of collection: Collection, canCreate: Bool
    ) async -> [String: DatabaseError] {
        let settings = collection.snapshot.definition.multiTenancy
        guard settings.isEnabled else { return [:] }
        var refusals: [String: DatabaseError] = [:]
        var missing: [Tenant] = []
        var inactive: [Tenant] = []
        for name in names {
            guard let shard = collection.shards[name] else {
                guard settings.autoTenantCreation, canCreate else { continue }
                if let problem = TenantRules.problem(of: name) {
                    refusals[name] = .invalidTenants(problem)
                } else {
                    missing.append(Tenant(name: name))
                }
                continue
            }
            if settings.autoTenantActivation, shard.status == .inactive { inactive.append(Tenant(name: name)) }
        }
        do throws(DatabaseError) {
            for step in Self.steps(missing) { _ = try await submit(creation(of: step, in: collection)) }
        } catch {
            for tenant in missing { refusals[tenant.name] = error }
        }
        do throws(DatabaseError) {
            if !inactive.isEmpty { _ = try await submit(statusChange(of: inactive, in: collection)) }
        } catch {
            for tenant in inactive { refusals[tenant.name] = error }
        }
        return refusals
    }

    /// Takes a shard out of memory when those who use it have left; its next user loads it again.
    ///
    /// - Parameter isWanted: whether that is still to be done.
    func unload(_ shard: Shard, while isWanted: () -> Bool = { true }) async {
        guard await shard.beginUnloading(while: isWanted) == .work else { return }
        await maintenance.save(shard.allIndexes.filter(\.needsLastSnapshot))
        shard.finishUnloading()
    }

    private func multiTenantCollection(_ name: String) throws(DatabaseError) -> Collection {
        let collection = try requireCollection(name)
        guard collection.snapshot.definition.multiTenancy.isEnabled else {
            throw .multiTenancyDisabled(collection: name)
        }
        return collection
    }

    private func creation(of tenants: [Tenant], in collection: Collection) -> TenantCreation {
        TenantCreation(
            tenants: tenants, collection: collection.id, name: collection.name, collections: collectionTable)
    }

    private func statusChange(of tenants: [Tenant], in collection: Collection) -> TenantStatusChange {
        TenantStatusChange(
            tenants: tenants, collection: collection.id, name: collection.name, collections: collectionTable)
    }

    private static func steps<Element>(_ elements: [Element]) -> [[Element]] {
        stride(from: 0, to: elements.count, by: TenantSteps.tenantsPerChange).map { start in
            Array(elements[start..<min(start + TenantSteps.tenantsPerChange, elements.count)])
        }
    }
}

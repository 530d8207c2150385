// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import Synchronization

extension MemoryDatabase {
    package func tenants(of collection: String) throws(DatabaseError) -> [Tenant] {
        try requireTenants(collection)
        return state.withLock { $0.tenants[collection] ?? [] }
    }

    package func tenant(named name: String, of collection: String) throws(DatabaseError) -> Tenant? {
        try tenants(of: collection).first { $0.name == name }
    }

    package func createTenants(_ tenants: [Tenant], in collection: String) async throws(DatabaseError) {
        try TenantRules.check(tenants.map(\.name))
        try requireTenants(collection)
        add(tenants, to: collection)
    }

    package func updateTenants(_ tenants: [Tenant], of collection: String) async throws(DatabaseError) {
        try TenantRules.check(tenants.map(\.name), limit: TenantRules.maximumUpdates)
        let known = try self.tenants(of: collection)
        for tenant in tenants where !known.contains(where: { $0.name == tenant.name }) {
            throw .tenantNotFound(tenant.name, collection: collection)
        }
        set(tenants, of: collection)
    }

    package func deleteTenants(named names: [String], of collection: String) async throws(DatabaseError) {
        try requireTenants(collection)
        state.withLock { state in
            state.tenants[collection]?.removeAll { names.contains($0.name) }
            for name in names { state.objects["\(collection)/\(name)"] = nil }
        }
    }

    package func wakeTenant(_ tenant: String?, of collection: String) async throws(DatabaseError) {
        guard let tenant, self.collection(named: collection)?.multiTenancy.autoTenantActivation == true else { return }
        set([Tenant(name: tenant)], of: collection)
    }

    /// Where the objects of a collection are kept, or of one of its tenants, which is made or activated as the collection
    /// wants it.
    func place(_ name: String, _ tenant: String?, canCreate: Bool = false) throws(DatabaseError) -> String {
        let name = resolved(name)
        guard let definition = collection(named: name) else { throw .collectionNotFound(name) }
        guard definition.multiTenancy.isEnabled else {
            if tenant != nil { throw .tenantNotExpected(collection: name) }
            return name
        }
        guard let tenant else { throw .tenantMissing(collection: name) }
        if canCreate, definition.multiTenancy.autoTenantCreation {
            try TenantRules.check([tenant])
            add([Tenant(name: tenant)], to: name)
        }
        guard let known = try self.tenant(named: tenant, of: name) else {
            throw .tenantNotFound(tenant, collection: name)
        }
        guard known.status == .active else { throw .tenantNotActive(tenant, collection: name) }
        return "\(name)/\(tenant)"
    }

    private func requireTenants(_ name: String) throws(DatabaseError) {
        guard let definition = collection(named: name) else { throw .collectionNotFound(name) }
        guard definition.multiTenancy.isEnabled else { throw .multiTenancyDisabled(collection: name) }
    }

    private func add(_ tenants: [Tenant], to collection: String) {
        state.withLock { state in
            for tenant in tenants where state.tenants[collection]?.contains(where: { $0.name == tenant.name }) != true {
                state.tenants[collection, default: []].append(tenant)
            }
        }
    }

    private func set(_ tenants: [Tenant], of collection: String) {
        state.withLock { state in
            for tenant in tenants {
                guard let index = state.tenants[collection]?.firstIndex(where: { $0.name == tenant.name }) else {
                    continue
                }
                state.tenants[collection]?[index].status = tenant.status
            }
        }
    }
}

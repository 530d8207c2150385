// SPDX-License-Identifier: Apache-2.0

import DataModel
import ProcessMemory
import VectorIndexes

@testable import DatabaseCore

/// A database whose collection `Article` has tenants.
enum TenantFixture {
    static func make(
        _ tenants: [Tenant] = [], autoCreation: Bool = false, autoActivation: Bool = false,
        memory: MemoryGate = MemoryGate(), _ change: (inout DatabaseSettings) -> Void = { _ in }
    ) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture(memory: memory, change)
        var definition = CollectionDefinition.articles(metric: .l2Squared)
        definition.multiTenancy.isEnabled = true
        definition.multiTenancy.autoTenantCreation = autoCreation
        definition.multiTenancy.autoTenantActivation = autoActivation
        _ = try await fixture.database.createCollection(definition)
        try await fixture.database.createTenants(tenants, in: "Article")
        return fixture
    }
}

extension Tenant {
    static func active(_ name: String) -> Self { Tenant(name: name) }
    static func inactive(_ name: String) -> Self { Tenant(name: name, status: .inactive) }
}

extension ObjectInput {
    static func article(_ number: UInt64, of tenant: String?, _ vector: [Float]? = nil) -> Self {
        var object = ObjectInput.article(number, "of \(tenant ?? "nobody")", year: Int(number), vector: vector)
        object.tenant = tenant
        return object
    }
}

extension Query {
    static func near(_ vector: [Float], of tenant: String, limit: Int = 10) -> Self {
        var query = Query.near(vector, in: "Article", limit: limit)
        query.tenant = tenant
        return query
    }
}

extension Database {
    /// The ids of all objects of a tenant, by id.
    func ids(of tenant: String?) async throws -> [ObjectID] {
        var query = Query(collection: "Article")
        query.tenant = tenant
        query.limit = -1
        return try await hits(of: query).map(\.object.id)
    }

    func shard(of tenant: String) -> Shard? { collectionTable["Article"]?.shards[tenant] }
}

extension DatabaseError {
    /// What went wrong with a tenant, in short; `nil` for other errors.
    var tenantFault: String? {
        switch self {
        case .tenantMissing: "missing"
        case .tenantNotExpected: "not expected"
        case .tenantNotFound(let name, _): "not found: \(name)"
        case .tenantNotActive(let name, _): "not active: \(name)"
        case .invalidTenants: "invalid"
        default: nil
        }
    }
}

/// What `body` says is wrong with a tenant.
func tenantFault(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? DatabaseError)?.tenantFault ?? "\(error)"
    }
}

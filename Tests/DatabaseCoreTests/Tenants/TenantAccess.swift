// SPDX-License-Identifier: Apache-2.0

import DataModel

@testable import DatabaseCore

/// Each way to the objects of a tenant.
struct TenantAccess: Sendable {
    let name: String
    let run: @Sendable (Database, String?) async throws -> Void

    static let reads: [Self] = [
        Self(name: "list") { database, tenant in _ = try await database.ids(of: tenant) },
        Self(name: "count") { database, tenant in
            _ = try await database.count(in: "Article", tenant: tenant, filter: nil)
        },
        Self(name: "search") { database, tenant in
            var query = Query.near([1, 0], in: "Article", limit: 1)
            query.tenant = tenant
            _ = try await database.hits(of: query)
        },
        Self(name: "object") { database, tenant in
            try await database.wakeTenant(tenant, of: "Article")
            _ = try database.object(.number(1), in: "Article", tenant: tenant, selection: .init())
        },
    ]

    /// Those that create no tenant, whatever the collection wants.
    static let changes: [Self] = [
        Self(name: "replace") { database, tenant in _ = try await database.replace(.article(1, of: tenant)) },
        Self(name: "merge") { database, tenant in try await database.merge(.article(1, of: tenant)) },
        Self(name: "delete") { database, tenant in
            _ = try await database.delete(.number(99), in: "Article", tenant: tenant)
        },
        Self(name: "delete by filter") { database, tenant in
            let filter = Filter.condition(
                FilterCondition(path: .property("year"), comparison: .equal, value: .int(99)))
            _ = try await database.deleteObjects(matching: filter, in: "Article", tenant: tenant, isDryRun: false)
        },
    ]

    static let insertions: [Self] = [
        Self(name: "insert") { database, tenant in _ = try await database.insert(.article(2, of: tenant)) },
        Self(name: "upsert") { database, tenant in _ = try await database.upsert([.article(3, of: tenant)])[0].get() },
    ]

    static let all = reads + changes + insertions
}

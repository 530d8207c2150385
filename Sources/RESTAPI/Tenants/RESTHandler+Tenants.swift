// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import HTTPServer
import JSON

/// `/v1/schema/{class}/tenants`.
extension RESTHandler {
    /// Answers with the list that was sent, each status by its older name.
    func createTenants(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let body = try TenantsBody(reading: call.request)
        try check(body)
        let tenants = try body.tenants(fallback: .active)
        do {
            try await database.createTenants(tenants, in: call.collection ?? "")
        } catch {
            throw Self.refusal(error, changing: "TYPE_ADD_TENANT")
        }
        return .json(
            Self.list(body.entries.enumerated().lazy.map { ($1.name, $1.status == nil ? nil : tenants[$0].status) }))
    }

    func updateTenants(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let body = try TenantsBody(reading: call.request)
        try check(body, limit: TenantRules.maximumUpdates)
        let tenants = try body.tenants(fallback: nil)
        do {
            try await database.updateTenants(tenants, of: call.collection ?? "")
        } catch {
            throw Self.refusal(error, changing: "TYPE_UPDATE_TENANT")
        }
        return .json(Self.list(tenants.lazy.map { ($0.name, $0.status) }))
    }

    func deleteTenants(_ call: Call) async throws(Refusal) -> HTTPResponse {
        var reader = try BodyReader(call.request, parameter: "tenants")
        var names: [String] = []
        try reader.list(ofType: "string") { (reader) throws(Refusal) in
            try reader.charge(MemoryLayout<String>.stride)
            names.append(try reader.element() ?? "")
        }
        if let index = names.firstIndex(of: "") { throw .handler(422, "empty tenant name at index \(index)") }
        do {
            try await database.deleteTenants(named: names, of: call.collection ?? "")
        } catch {
            throw Self.refusal(error, changing: "TYPE_DELETE_TENANT")
        }
        return HTTPResponse(status: 200)
    }

    func listTenants(_ call: Call) throws(Refusal) -> HTTPResponse {
        do {
            return .json(Self.list(try database.tenants(of: call.collection ?? "").lazy.map { ($0.name, $0.status) }))
        } catch {
            throw Self.refusal(error)
        }
    }

    func getTenant(_ call: Call) throws(Refusal) -> HTTPResponse {
        guard let tenant = try tenant(call) else { throw .notFound }
        var writer = JSONWriter()
        Self.write(tenant.name, tenant.status, to: &writer)
        return .json(writer.bytes)
    }

    func headTenant(_ call: Call) throws(Refusal) -> HTTPResponse {
        guard try tenant(call) != nil else { throw .notFound }
        return HTTPResponse(status: 200)
    }

    // MARK: - Parts

    private func tenant(_ call: Call) throws(Refusal) -> Tenant? {
        do {
            return try database.tenant(named: call.parameters["tenant"] ?? "", of: call.collection ?? "")
        } catch {
            throw Self.refusal(error)
        }
    }

    /// What is wrong with names is said before anything else is looked at.
    private func check(_ body: TenantsBody, limit: Int = .max) throws(Refusal) {
        do {
            try TenantRules.check(body.entries.map(\.name), limit: limit)
        } catch {
            throw .handler(422, error.wording)
        }
    }

    private static func list(_ tenants: some Sequence<(name: String, status: Tenant.Status?)>) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for tenant in tenants { write(tenant.name, tenant.status, to: &writer) }
        writer.endArray()
        return writer.bytes
    }

    private static func write(_ name: String, _ status: Tenant.Status?, to writer: inout JSONWriter) {
        writer.beginObject()
        if let status { writer.member("activityStatus", .string(ActivityStatus(status).rawValue)) }
        writer.member("name", .string(name))
        writer.endObject()
    }

    /// - Parameter change: the original's name of what was tried; `nil` where tenants were only asked for.
    private static func refusal(_ error: DatabaseError, changing change: String? = nil) -> Refusal {
        let reason: String
        switch error {
        case .collectionNotFound: reason = "class not found"
        case .multiTenancyDisabled: reason = error.wording
        case .tenantNotFound(let name, _): reason = "shard not found: \(name)"
        default: return ErrorMapping.refusal(error, in: .write)
        }
        let prefix =
            change.map { "updating schema: \($0): " }
            ?? "failed to execute query: could not get tenants: could not get tenants: "
        return .handler(422, prefix + reason)
    }
}

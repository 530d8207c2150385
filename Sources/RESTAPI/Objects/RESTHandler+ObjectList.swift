// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import HTTPServer
import JSON

/// `GET /v1/objects`.
extension RESTHandler {
    func listObjects(_ call: Call) async throws(Refusal) -> HTTPResponse {
        let limit = try call.int("limit")
        let offset = try call.int("offset") ?? 0
        let includesVectors = try call.includesVectors()
        var query = Query(collection: CollectionName.normalized(call.queryValue("class") ?? ""))
        query.tenant = call.tenant
        query.limit = PageRules(database.settings).limitOfList(limit)
        query.offset = offset
        query.selection = Query.Selection(includesVectors: includesVectors)
        query.selection.takesRecorded = true
        try checkPage(limit: query.limit ?? 0, offset: offset)
        query.sort = try sortKeys(call)
        guard !query.collection.isEmpty else { return try await listAllClasses(call, query) }
        query.after = try cursor(call, query)
        guard database.collection(named: query.collection) != nil else {
            throw ErrorMapping.refusal(.collectionNotFound(query.collection), in: .list)
        }
        var hits = query.limit == 0 ? [] : try await hits(of: query)
        // Who asks under an alias is answered under it.
        for index in hits.indices { hits[index].object.collection = query.collection }
        return try list(hits, deprecations: [])
    }

    /// All classes by name, in each the objects by id; the page is cut from the whole.
    private func listAllClasses(_ call: Call, _ query: Query) async throws(Refusal) -> HTTPResponse {
        guard call.queryValue("after") == nil else {
            throw .handler(
                500,
                "list objects: after parameter not allowed, cursor must be specific to one class, set class query param"
            )
        }
        try checkSortKeysInAllClasses(query.sort)
        var plans: [QueryPlan] = []
        for name in try await collections(with: query.tenant) {
            var part = query
            part.collection = name
            plans.append(
                try await during(.list) { () throws(DatabaseError) in try await database.plan(part) })
        }
        let hits = try reading(.list) { () throws(DatabaseError) in
            try database.read { view throws(DatabaseError) in try Self.hits(of: plans, query, in: view) }
        }
        return try list(hits, deprecations: nil)
    }

    /// The page of `query` that is cut from all that `plans` list, one after the other.
    private static func hits(
        of plans: [QueryPlan], _ query: Query, in view: any DatabaseView
    ) throws(DatabaseError) -> [Hit] {
        var found: [Hit] = []
        var toSkip = query.offset
        let limit = query.limit ?? 0
        for plan in plans where found.count < limit {
            let count = try view.count(of: plan)
            guard toSkip < count else {
                toSkip -= count
                continue
            }
            found += try view.hits(of: plan.page(offset: toSkip, count: limit - found.count))
            toSkip = 0
        }
        return found
    }

    private func hits(of query: Query) async throws(Refusal) -> [Hit] {
        try await during(.list) { () throws(DatabaseError) in try await database.hits(of: query) }
    }

    /// - Parameter deprecations: `nil` is written as `null`.
    private func list(_ hits: [Hit], deprecations: [String]?) throws(Refusal) -> HTTPResponse {
        let encoder = ObjectEncoder(origin: context.origin, writesVectorWeights: true, writesTenants: false)
        // About what an object of some properties takes.
        var writer = JSONWriter(reservingCapacity: 512 * hits.count)
        writer.beginObject()
        writer.member("deprecations", deprecations.map { .array($0.map { .string($0) }) } ?? .null)
        writer.key("objects")
        writer.beginArray()
        // By index: to take a hit out of the array copies all that it has.
        for index in hits.indices {
            if Task.isCancelled { throw ErrorMapping.refusal(.cancelled, in: .list) }
            encoder.write(hits[index].object, to: &writer)
        }
        writer.endArray()
        if !hits.isEmpty {
            writer.key("totalResults")
            writer.number(hits.count)
        }
        writer.endObject()
        return .json(writer.bytes)
    }

    // MARK: - Parameters

    private func checkPage(limit: Int, offset: Int) throws(Refusal) {
        guard limit >= 0, offset >= 0 else {
            throw .handler(
                422, ErrorMapping.wrapped("limit and offset must not be negative", "invalid pagination parameters"))
        }
        if let fault = PageRules(database.settings).fault(offset: offset, limit: limit) {
            throw .handler(422, ErrorMapping.wrapped(fault.wording, "list objects"))
        }
    }

    /// `after`, with what may not stand beside it.
    private func cursor(_ call: Call, _ query: Query) throws(Refusal) -> Query.Cursor? {
        guard let text = call.queryValue("after") else { return nil }
        if query.offset > 0 { throw invalidCursor("offset cannot be set with after and limit parameters") }
        if !query.sort.isEmpty { throw invalidCursor("sort cannot be set with after and limit parameters") }
        guard !text.isEmpty else { return .start }
        guard let id = ObjectID(text) else {
            throw invalidCursor(
                "after parameter '\(text.prefix(100))' is not a valid uuid: invalid UUID length: \(text.utf8.count)")
        }
        return .behind(id)
    }

    private func invalidCursor(_ reason: String) -> Refusal {
        .handler(422, ErrorMapping.wrapped(reason, "cursor api: invalid 'after' parameter"))
    }

    /// `sort=a,b&order=asc,desc`; a missing order is ascending.
    private func sortKeys(_ call: Call) throws(Refusal) -> [SortKey] {
        guard let names = call.queryValue("sort"), !names.isEmpty else { return [] }
        let orders = (call.queryValue("order") ?? "").split(separator: ",")
        var keys: [SortKey] = []
        for (position, name) in names.split(separator: ",").enumerated() {
            let order = position < orders.count ? orders[position] : "asc"
            guard order == "asc" || order == "desc" else {
                throw .handler(
                    422,
                    ErrorMapping.wrapped(
                        "invalid order: `\(order.prefix(100))`, possible values are: [\"asc\", \"desc\"]", "sort"))
            }
            keys.append(SortKey(field: SortKey.Field(named: name), isDescending: order == "desc"))
        }
        return keys
    }

    private func checkSortKeysInAllClasses(_ keys: [SortKey]) throws(Refusal) {
        for key in keys {
            guard case .property(let name) = key.field else { continue }
            let lacking = database.collections().filter { $0.property(named: name) == nil }.map(\.name)
            guard !lacking.isEmpty else { continue }
            throw .handler(
                500,
                "list objects: sort: no such prop with name '\(name.prefix(300))' found in the classes "
                    + "\(lacking.prefix(20).joined(separator: ", ")); name one class in the query param class")
        }
    }
}

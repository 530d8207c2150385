// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GraphQLLanguage

/// Turns the arguments of `Get { Class(…) }` into a query of the database.
struct QueryPlanner {
    let collection: CollectionDefinition
    let settings: DatabaseSettings

    func query(_ arguments: InputObject, selection: Query.Selection) throws(QueryError) -> Query {
        var query = Query(collection: collection.name)
        query.selection = selection
        query.tenant = arguments.tenant
        query.search = try SearchParser(arguments: arguments, collection: collection).search()
        if let clause = arguments.object("where") {
            query.filter = try FilterParser().filter(clause)
        }
        query.sort = try sortKeys(arguments)
        query.after = try cursor(arguments)
        query.groupBy = groupBy(arguments)
        query.merging = merging(arguments)
        try setWindow(of: &query, arguments)
        return query
    }

    // MARK: Groups

    private func groupBy(_ arguments: InputObject) -> Query.GroupBy? {
        guard let groupBy = arguments.object("groupBy") else { return nil }
        let path = groupBy.strings("path") ?? []
        // A longer path names no property, as in Weaviate.
        return Query.GroupBy(
            property: path.count == 1 ? path[0] : "", groups: groupBy.integer("groups") ?? 0,
            objectsPerGroup: groupBy.integer("objectsPerGroup") ?? 0)
    }

    private func merging(_ arguments: InputObject) -> Query.Merging? {
        guard let group = arguments.object("group"), let force = group.number("force") else { return nil }
        return Query.Merging(
            method: group.enumeration("type") == "merge" ? .merge : .closest, force: Float(force))
    }

    // MARK: Sort

    private func sortKeys(_ arguments: InputObject) throws(QueryError) -> [SortKey] {
        guard case .list(let entries)? = arguments["sort"] else { return [] }
        var keys: [SortKey] = []
        for (position, entry) in entries.enumerated() {
            guard case .object(let entry) = entry else { continue }
            do throws(QueryError) {
                keys.append(try sortKey(entry))
            } catch {
                throw QueryError("invalid 'sort' parameter: sort parameter at position \(position): \(error.message)")
            }
        }
        return keys
    }

    private func sortKey(_ entry: InputObject) throws(QueryError) -> SortKey {
        let path = entry.strings("path") ?? []
        guard let name = path.first else { throw QueryError("path parameter cannot be empty") }
        guard path.count == 1 else {
            throw QueryError("sorting by reference not supported, path must have exactly one argument")
        }
        let isDescending = entry.enumeration("order") == "desc"
        return SortKey(field: SortKey.Field(named: name), isDescending: isDescending)
    }

    // MARK: Pages

    private func cursor(_ arguments: InputObject) throws(QueryError) -> Query.Cursor? {
        guard let after = arguments.string("after") else { return nil }
        let prefix = "cursor api: invalid 'after' parameter: "
        guard arguments["limit"] != nil else { throw QueryError("\(prefix)limit parameter must be set") }
        if after.isEmpty { return .start }
        guard let id = ObjectID(after) else {
            throw QueryError("\(prefix)after parameter '\(after.prefix(100))' is not a valid uuid")
        }
        return .behind(id)
    }

    private func setWindow(of query: inout Query, _ arguments: InputObject) throws(QueryError) {
        let prefix = query.search == nil ? QueryOccasion.listing.prefix : QueryOccasion.vectorSearch.prefix
        query.offset = arguments.integer("offset") ?? 0
        let limit = arguments.integer("limit")
        if limit == 0 { throw QueryError("\(prefix)invalid pagination params: invalid default limit: 0") }
        var hasThreshold = false
        if case .vector(let search)? = query.search { hasThreshold = search.threshold != nil }
        query.limit = PageRules(settings).limitOfQuery(
            limit, hasOffset: arguments["offset"] != nil, hasThreshold: hasThreshold)
    }
}

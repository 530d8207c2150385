// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Turns a request of `Search` into a query of the database and a plan of what its hits are shown with.
struct SearchRequestReader {
    let request: SearchRequest
    let collection: CollectionDefinition
    /// The collection of a name, or of an alias.
    let collections: (String) -> CollectionDefinition?
    let settings: DatabaseSettings

    func read() throws(GRPCStatus) -> (query: Query, plan: ResultPlan) {
        try refuseWhatNeedsModules()
        var query = Query(collection: collection.name)
        query.tenant = request.tenant.isEmpty ? nil : request.tenant
        query.search = try search()
        var plan = try ResultPlan(
            request.properties, request.metadata, of: collection, collections: collections)
        if let filters = request.filters {
            query.filter = try FilterReader(collections: collections).filter(filters, on: collection)
        }
        query.sort = try sortKeys(isSearch: query.search != nil)
        query.groupBy = try groupBy(isSearch: query.search != nil)
        if let groupBy = query.groupBy { plan.showGroups(by: groupBy.property) }
        query.limit = request.limit == 0 ? settings.defaultLimit : Int(request.limit)
        // A selection may be larger than a limit that nobody gave.
        if request.limit == 0, let diversity = query.search?.diversity {
            query.limit = max(settings.defaultLimit, diversity.count)
        }
        if let boost = request.boost {
            query.boost = try BoostReader(collection: collection, collections: collections).boost(boost)
        }
        query.offset = Int(request.offset)
        query.after = try cursor()
        query.selection = plan.selection
        return (query, plan)
    }

    /// What a module of Weaviate would do that there is none of here.
    private func refuseWhatNeedsModules() throws(GRPCStatus) {
        if request.rerank != nil {
            throw .refusal(
                "No results for rerank despite a search request. Is a the rerank module enabled? This server has no reranker; leave "
                    + "'rerank' out")
        }
        if request.generative != nil {
            throw .refusal(
                "generative search needs a generative module, and this server has none; leave 'generative' out and use the "
                    + "objects that are found")
        }
    }

    // MARK: Search

    private func search() throws(GRPCStatus) -> Query.Search? {
        if let kind = kindWithoutModule { throw NearReader.cannotVectorize(kind, collection: collection.name) }
        let reader = NearReader(collection: collection)
        let near: [(name: String, isThere: Bool)] = [
            ("nearVector", request.nearVector != nil), ("nearObject", request.nearObject != nil),
            ("nearImage", request.nearImage != nil),
        ]
        let given = near.filter(\.isThere).map(\.name)
        if given.count > 1 {
            throw .refusal(
                "explorer: get class: vectorize params: found both '\(given[0])' and '\(given[1])' parameters which are "
                    + "conflicting, choose one instead")
        }
        if let bm25 = request.bm25Search, !given.isEmpty, !bm25.query.isEmpty {
            throw .refusal("conflict: both near<Media> and keyword-based (bm25) arguments present, choose one")
        }
        // Whoever searches near to something beside a hybrid search gets the former, as in Weaviate.
        if var search = try nearSearch(reader) {
            search.autocut = Int(request.autocut)
            return .vector(search)
        }
        let words = WordsReader(collection: collection, autocut: Int(request.autocut))
        if let hybrid = request.hybridSearch { return .hybrid(try words.search(hybrid)) }
        return try request.bm25Search.map { bm25 throws(GRPCStatus) in .keyword(try words.search(bm25)) }
    }

    private func nearSearch(_ reader: NearReader) throws(GRPCStatus) -> VectorSearch? {
        if let near = request.nearVector { return try reader.search(near) }
        if let near = request.nearObject { return try reader.search(near) }
        if let near = request.nearImage { return try reader.search(near) }
        return nil
    }

    private var kindWithoutModule: String? {
        if request.nearText != nil { return "nearText" }
        if request.nearAudio != nil { return "nearAudio" }
        if request.nearVideo != nil { return "nearVideo" }
        if request.nearDepth != nil { return "nearDepth" }
        if request.nearThermal != nil { return "nearThermal" }
        if request.nearImu != nil { return "nearIMU" }
        return nil
    }

    // MARK: Order and pages

    private func sortKeys(isSearch: Bool) throws(GRPCStatus) -> [SortKey] {
        if request.sortBy.isEmpty { return [] }
        if isSearch { throw .refusal("sorting cannot be combined with search") }
        var keys: [SortKey] = []
        for (position, entry) in request.sortBy.enumerated() {
            guard entry.path.count == 1 else {
                throw .refusal(
                    "invalid 'sort' parameter: sort parameter at position \(position): "
                        + (entry.path.isEmpty
                            ? "path parameter cannot be empty"
                            : "sorting by reference not supported, path must have exactly one argument"))
            }
            keys.append(SortKey(field: SortKey.Field(named: entry.path[0]), isDescending: !entry.ascending))
        }
        return keys
    }

    private func groupBy(isSearch: Bool) throws(GRPCStatus) -> Query.GroupBy? {
        guard let groupBy = request.groupBy else { return nil }
        guard isSearch else {
            throw .refusal("group_by goes with a search; to count the objects of groups, use Aggregate")
        }
        guard groupBy.path.count == 1 else {
            throw .refusal("group_by: the path must have exactly one element, the name of a property")
        }
        return Query.GroupBy(
            property: PropertyName.normalized(groupBy.path[0]), groups: Int(groupBy.numberOfGroups),
            objectsPerGroup: Int(groupBy.objectsPerGroup))
    }

    private func cursor() throws(GRPCStatus) -> Query.Cursor? {
        if request.after.isEmpty { return nil }
        guard let id = ObjectID(request.after) else {
            throw .refusal(
                "cursor api: invalid 'after' parameter: after parameter '\(request.after.prefix(100))' is not a valid uuid"
            )
        }
        return .behind(id)
    }

    /// What begins the errors of the database.
    static func occasion(of query: Query) -> QueryOccasion {
        switch query.search {
        case .vector?: .vectorSearch
        case .keyword?, .hybrid?: .keywordSearch
        case nil: .listing
        }
    }
}

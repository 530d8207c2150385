// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

/// A query resolved against its collection: targets, window, filter, sort keys and the columns it needs, each worked out
/// once.
///
/// Whatever is wrong with a query is found when its plan is made, before a picture is decoded or anything is read. Searches,
/// counts and deletions by filter are consumers of the same plan:
///
///     Query ──QueryPlan──> plan with pictures ──the network──> plan without ──a view──> hits, counts, …
///
/// A value: it holds no transaction, and can be run against any later view.
package struct QueryPlan: Sendable {
    /// What of each object is loaded.
    struct Columns: Sendable {
        var properties: PropertySelection
        var includesVectors: Bool
        /// The names that properties are recorded under; `nil` if they are to be made.
        var recordedNames: PropertyNames?

        init(_ selection: Query.Selection, in collection: CollectionDefinition) {
            properties =
                if let names = selection.properties {
                    .only(Set(collection.properties.lazy.filter { names.contains($0.name) }.map(\.id)))
                } else {
                    .all
                }
            includesVectors = selection.includesVectors
            recordedNames = selection.takesRecorded ? PropertyNames(collection) : nil
        }
    }

    /// What was asked.
    package let query: Query
    let collection: Collection.Snapshot
    let shard: Shard
    let limits: QueryLimits
    let filter: ResolvedFilter?
    private(set) var window: Window
    /// `nil` without sort keys.
    let sorter: ObjectSorter?
    private(set) var columns: Columns
    /// The property that hits are grouped by.
    let groupProperty: PropertyDefinition?
    var search: SearchPlan?
    var boost: BoostPlan?
    /// What has expired and is not deleted yet, where the collection hides it.
    var expired: ResolvedFilter?
    /// Keeps the indexes that the search asks in memory.
    var lease: ShardLease?
    /// How long the network and the decoders took; `nil` if the search has no pictures.
    package internal(set) var pictureTimes: PictureTimes?

    /// - Throws: `DatabaseError.invalidQuery`, `.unknownVector`, `.searchVectorization` for a picture that is no base64, and
    ///   `.unsupported`: the first mistake that is found.
    ///
    /// - Parameter others: the collections that a filter may go to through references.
    init(
        _ query: Query, collection: Collection.Snapshot, shard: Shard, settings: DatabaseSettings,
        others: (String) -> ReferencedCollection?
    ) throws(DatabaseError) {
        self.query = query
        self.collection = collection
        self.shard = shard
        limits = settings.queryLimits
        try Self.checkCursor(query)
        search = try query.search.map { search throws(DatabaseError) in try SearchPlan(search, query, collection) }
        window = try Window(query, settings)
        sorter =
            query.sort.isEmpty ? nil : try ObjectSorter(query.sort, in: collection.definition)
        filter = try query.filter.map { filter throws(DatabaseError) in
            try collection.resolved(filter, limits: settings.queryLimits, others: others)
        }
        columns = Columns(query.selection, in: collection.definition)
        groupProperty = try Self.groupProperty(of: query, in: collection.definition)
        // Groups and means are made of the values.
        if groupProperty != nil || query.merging != nil { columns.recordedNames = nil }
        boost = try query.boost.flatMap { boost throws(DatabaseError) in
            try BoostPlan(boost, of: query, collection: collection, settings: settings, others: others)
        }
        try checkDiversity()
        if query.selection.needsCertainty { try search?.checkCertainty() }
        try checkDimensions()
    }

    private static func groupProperty(
        of query: Query, in collection: CollectionDefinition
    ) throws(DatabaseError) -> PropertyDefinition? {
        guard let name = query.groupBy?.property, query.search != nil else { return nil }
        guard let property = collection.property(named: name) else {
            throw .invalidQuery(.unknownGroupProperty(name: name, collection: collection.name))
        }
        return property
    }

    /// How many candidates a diverse selection compares with each other at most.
    private static let diversityLimit = 1_000

    private func checkDiversity() throws(DatabaseError) {
        guard let diversity = search?.vectorPart?.diversity else { return }
        guard diversity.count <= window.count else {
            throw .invalidQuery(.diversity(.countBeyondLimit(diversity.count, limit: window.count)))
        }
        guard window.count <= Self.diversityLimit else {
            throw .invalidQuery(.diversity(.tooManyCandidates(window.count, limit: Self.diversityLimit)))
        }
    }

    /// Given vectors are held against the index as it is now; the run looks again, since the first vector may come meanwhile.
    private func checkDimensions() throws(DatabaseError) {
        for leg in search?.legs ?? [] {
            switch leg.origin {
            case .vector(let vector):
                guard let stored = shard.index(of: leg.target.id)?.index?.dimensions, stored != vector.count
                else { continue }
                throw .invalidQuery(.dimensionMismatch(query: vector.count, stored: stored))
            case .multiVector(let vector):
                guard let stored = shard.state.vectors[leg.target.id]?.dimensions, stored != vector.dimensions
                else { continue }
                throw .invalidQuery(.dimensionMismatch(query: vector.dimensions, stored: stored))
            case .object, .pictures: continue
            }
        }
    }

    /// A plan against a definition alone, for a collection that nothing is stored of.
    ///
    /// - Parameter others: the definitions of the collections that a filter may go to through references.
    package init(
        _ query: Query, definition: CollectionDefinition, settings: DatabaseSettings,
        others: (String) -> CollectionDefinition?
    ) throws(DatabaseError) {
        let address = ShardAddress(CollectionID(0), ShardID(0))
        try self.init(
            query, collection: Collection.Snapshot(definition),
            shard: Shard(address: address, name: "", definition: definition), settings: settings,
            others: { name in
                others(name).map { ReferencedCollection(id: CollectionID(0), schema: InvertedIndexSchema($0)) }
            })
    }

    /// Which part of the results is wanted.
    package var page: (offset: Int, count: Int) { (window.offset, window.count) }

    /// The same plan for another part of its results.
    package func page(offset: Int, count: Int) -> QueryPlan {
        precondition(
            offset >= 0 && count >= 0, "a page begins at 0 or later and holds no less than nothing: \(offset), \(count)"
        )
        var plan = self
        plan.window = Window(offset: offset, count: count, maximum: window.maximum)
        return plan
    }

    private static func checkCursor(_ query: Query) throws(DatabaseError) {
        guard query.after != nil else { return }
        let conflict: InvalidQuery.CursorConflict? =
            query.filter != nil ? .filter : query.search != nil ? .search : !query.sort.isEmpty ? .sort : nil
        if let conflict { throw .invalidQuery(.cursorBeside(conflict)) }
        if query.offset != 0 { throw .invalidQuery(.cursorBeside(.offset)) }
    }
}

extension Collection.Snapshot {
    /// `filter` with its names, types and values checked against the collection, and against those of `others` that its paths
    /// lead to.
    func resolved(
        _ filter: Filter, limits: QueryLimits, others: (String) -> ReferencedCollection?
    ) throws(DatabaseError) -> ResolvedFilter {
        do {
            return try invertedSchema.resolve(filter, collection: definition.name, limits: limits, others: others)
        } catch let error as FilterError {
            throw .invalidQuery(.filter(error))
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw .storage("the filter could not be checked")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// An aggregation resolved against its collection: a plan of the query that finds the objects, and what is computed of them.
///
/// A value, as `QueryPlan` is: it can be carried out against any later view.
package struct AggregationPlan: Sendable {
    /// One property, and what is computed of it.
    struct Property: Sendable {
        var definition: PropertyDefinition
        var request: AggregationRequest.PropertyRequest
    }

    package let request: AggregationRequest
    let query: QueryPlan
    let properties: [Property]
    /// `nil`: no grouping.
    let groupBy: PropertyDefinition?
    let groupLimit: Int

    static let defaultGroupLimit = 100

    /// - Throws: `DatabaseError.invalidQuery`: the first mistake that is found.
    package init(
        _ request: AggregationRequest, query: QueryPlan, settings: DatabaseSettings
    ) throws(DatabaseError) {
        let definition = query.collection.definition
        try Self.check(request, in: definition)
        self.request = request
        self.query = query
        properties = request.properties.sorted { $0.key < $1.key }.compactMap { name, wanted in
            definition.property(named: name).map { Property(definition: $0, request: wanted) }
        }
        groupBy = request.groupBy.first.flatMap { definition.property(named: $0) }
        groupLimit =
            switch request.groupLimit {
            case nil: Self.defaultGroupLimit
            case let limit? where limit < 0: settings.maximumResults
            case let limit?: min(limit, settings.maximumResults)
            }
    }

    /// Whether all that is asked is how many objects a filter lets through.
    var countsOnly: Bool {
        request.countsObjects && groupBy == nil && query.search == nil
            && properties.allSatisfy(\.request.measures.isEmpty)
    }

    /// What can be said of a request without its query: whether its parts fit each other and the collection.
    static func check(
        _ request: AggregationRequest, in collection: CollectionDefinition
    ) throws(DatabaseError) {
        if let problem = problem(request, in: collection) { throw .invalidQuery(.aggregation(problem)) }
    }

    private static func problem(
        _ request: AggregationRequest, in collection: CollectionDefinition
    ) -> InvalidQuery.AggregationProblem? {
        switch request.search {
        case nil: if request.objectLimit != nil { return .objectLimitWithoutSearch }
        case .vector(let search)?:
            if request.objectLimit == nil, search.threshold == nil { return .unboundedSearch }
        case .keyword?, .hybrid?: if request.objectLimit == nil { return .unboundedSearch }
        }
        if let limit = request.objectLimit, limit < 0 { return .negativeObjectLimit(limit) }
        if request.groupBy.count > 1 { return .groupingThroughReference }
        if let name = request.groupBy.first {
            guard let property = collection.property(named: name) else {
                return .unknownProperty(name: name, collection: collection.name)
            }
            switch property.type {
            case .scalar(.blob), .array(.blob), .scalar(.blobHash), .array(.blobHash), .scalar(.object),
                .array(.object):
                return .groupingByType(name: name, type: property.type)
            case .scalar, .array, .reference: break
            }
        }
        let isOfAll = request.filter == nil && request.search == nil && request.groupBy.isEmpty
        for name in request.properties.keys.sorted() {
            guard let property = collection.property(named: name) else {
                return .unknownProperty(name: name, collection: collection.name)
            }
            guard PropertyTally(property.type) != nil else {
                return .typeWithoutAggregation(name: name, type: property.type)
            }
            if isOfAll, !property.isFilterable, case .scalar(let type) = property.type, type != .text {
                return .notFilterable(name: name)
            }
        }
        return nil
    }
}

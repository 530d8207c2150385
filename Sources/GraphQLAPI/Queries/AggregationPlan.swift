// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import GraphQLLanguage

/// What a field of `Aggregate` asks for, and how its answer is written: `Aggregate { Class(…) { meta { count } } }`; other
/// aggregations are refused by name.
struct AggregationPlan: Sendable {
    /// A member of the answer's one object.
    enum Member: Sendable {
        /// `meta`, with its keys; whether each is the count or a `__typename`.
        case meta([(key: String, isCount: Bool)], typeName: String)
        case typename
    }

    /// Which objects are aggregated.
    let query: Query
    let typeName: String
    private(set) var members: [(key: String, member: Member)] = []

    init(
        _ field: CollectedField, of collection: CollectionDefinition, definition: FieldDefinition,
        collector: inout FieldCollector
    ) throws {
        guard case .object(let type) = definition.type.namedType else {
            preconditionFailure("the type of Aggregate.\(collection.name) is an object type")
        }
        let arguments = collector.arguments(of: field.field, definition: definition)
        let fields = try collector.fields(of: field.selections, on: type)
        try Self.check(arguments)
        if let other = fields.first(where: { $0.field.name.text != "meta" && $0.field.name.text != WireNames.typename })
        {
            throw QueryError.unsupported("Aggregate of '\(other.field.name.text)'")
        }
        var query = Query(collection: collection.name)
        query.tenant = arguments.tenant
        query.filter = try arguments.object("where").map { clause throws(QueryError) in
            try FilterParser().filter(clause)
        }
        self.query = query
        typeName = type.name
        for field in fields {
            guard field.field.name.text == "meta", case .object(let meta)? = type.fields["meta"]?.type.namedType else {
                members.append((field.responseKey, .typename))
                continue
            }
            let keys = try collector.fields(of: field.selections, on: meta)
                .map { (key: $0.responseKey, isCount: $0.field.name.text == "count") }
            members.append((field.responseKey, .meta(keys, typeName: meta.name)))
        }
    }

    private static func check(_ arguments: InputObject) throws(QueryError) {
        let searches = ["nearVector", "nearObject", "nearImage", "hybrid"].filter { arguments[$0] != nil }
        if let search = searches.first {
            let near = arguments.object(search)
            let isBounded =
                arguments["objectLimit"] != nil
                || search != "hybrid" && (near?["distance"] != nil || near?["certainty"] != nil)
            guard isBounded else { throw QueryError("must provide certainty or objectLimit with vector search") }
            throw .unsupported("Aggregate with \(search)")
        }
        if arguments["objectLimit"] != nil {
            throw QueryError("objectLimit can only be used with a near<Media> or hybrid filter")
        }
        if arguments["groupBy"] != nil { throw .unsupported("Aggregate with groupBy") }
    }
}

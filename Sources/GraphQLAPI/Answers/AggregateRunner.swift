// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GraphQLLanguage
import JSON

/// Answers `Aggregate { Class(…) { meta { count } } }`; other aggregations are refused by name.
struct AggregateRunner {
    let database: any DatabaseOperations
    let collection: CollectionDefinition

    /// - Returns: the JSON of the field.
    func answer(
        _ field: CollectedField, definition: FieldDefinition, collector: inout FieldCollector
    ) throws -> [UInt8] {
        let arguments = collector.arguments(of: field.field, definition: definition)
        guard case .object(let type) = definition.type.namedType else { return Array("null".utf8) }
        let fields = try collector.fields(of: field.selections, on: type)
        try check(arguments)
        if let other = fields.first(where: { $0.field.name.text != "meta" && $0.field.name.text != WireNames.typename })
        {
            throw QueryError.unsupported("Aggregate of '\(other.field.name.text)'")
        }
        var filter: Filter?
        if let clause = arguments.object("where") {
            filter = try FilterParser().filter(clause)
        }
        let count = try database.count(in: collection.name, tenant: arguments.string("tenant"), filter: filter)
        return try write(count, fields, of: type, &collector)
    }

    private func check(_ arguments: InputObject) throws(QueryError) {
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

    private func write(
        _ count: Int, _ fields: [CollectedField], of type: ObjectType, _ collector: inout FieldCollector
    ) throws(GraphQLError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        writer.beginObject()
        for field in fields {
            writer.key(field.responseKey)
            guard field.field.name.text == "meta", case .object(let meta)? = type.fields["meta"]?.type.namedType else {
                writer.string(type.name)
                continue
            }
            writer.beginObject()
            for inner in try collector.fields(of: field.selections, on: meta) {
                writer.key(inner.responseKey)
                if inner.field.name.text == "count" { writer.number(count) } else { writer.string(meta.name) }
            }
            writer.endObject()
        }
        writer.endObject()
        writer.endArray()
        return writer.bytes
    }
}

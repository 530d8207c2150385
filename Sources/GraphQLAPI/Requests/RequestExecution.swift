// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GraphQLLanguage
import JSON

/// Carries out one GraphQL request and writes its answer.
struct RequestExecution {
    let database: any DatabaseOperations
    let schema: CollectionSchema
    let limits: GraphQLLimits
    private var errors: [GraphQLError] = []

    init(database: any DatabaseOperations, schema: CollectionSchema, limits: GraphQLLimits) {
        self.database = database
        self.schema = schema
        self.limits = limits
    }

    /// The answer's JSON: `{"data": …}`, `{"data": …, "errors": […]}`, or `{"errors": […]}` if nothing could be asked.
    mutating func answer(_ request: GraphQLRequest) async -> [UInt8] {
        let source = SourceText(request.query)
        do {
            let document = try Document(parsing: source, limits: limits)
            errors = document.validate(against: schema.schema, limits: limits)
            guard errors.isEmpty else { return answer(data: nil, source) }
            // On a line of its own, for it adds to `errors`.
            let data = try await data(of: document, request)
            return answer(data: data, source)
        } catch let error as GraphQLError {
            errors = [error]
        } catch {
            errors = [GraphQLError(String(describing: error))]
        }
        return answer(data: nil, source)
    }

    // MARK: Fields

    private mutating func data(of document: Document, _ request: GraphQLRequest) async throws -> [UInt8] {
        let operation = try document.operation(named: request.operationName)
        guard operation.kind == .query else {
            throw GraphQLError("Schema is not configured for \(operation.kind.rawValue)s", at: operation.offset)
        }
        let variables = try operation.variableValues(
            from: request.variables, schema: schema.schema, source: document.source, limits: limits)
        var collector = FieldCollector(document, schema: schema.schema, variables: variables, limits: limits)
        let query = schema.schema.query
        var writer = JSONWriter()
        writer.beginObject()
        for field in try collector.fields(of: [operation.selections], on: query) {
            writer.key(field.responseKey)
            switch field.field.name.text {
            case WireNames.get, WireNames.aggregate:
                guard case .object(let type)? = query.fields[field.field.name.text]?.type.namedType else {
                    writer.null()
                    continue
                }
                try await writeClasses(field, of: type, &collector, &writer)
            case WireNames.explore:
                report("Explore is not supported yet", field, path: [field.responseKey])
                writer.null()
            case "__schema", "__type": writer.raw(try introspection(field, &collector))
            default: writer.string(query.name)
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private mutating func writeClasses(
        _ root: CollectedField, of type: ObjectType, _ collector: inout FieldCollector, _ writer: inout JSONWriter
    ) async throws {
        writer.beginObject()
        for field in try collector.fields(of: root.selections, on: type) {
            writer.key(field.responseKey)
            let name = field.field.name.text
            guard let definition = type.fields[name], let collection = schema.collections[name] else {
                writer.string(type.name)
                continue
            }
            do {
                if root.field.name.text == WireNames.aggregate {
                    let runner = AggregateRunner(database: database, collection: collection)
                    writer.raw(try runner.answer(field, definition: definition, collector: &collector))
                } else {
                    writer.raw(try await objects(field, collection, definition, &collector))
                }
            } catch {
                let occasion: DatabaseError.Occasion =
                    root.field.name.text == WireNames.aggregate ? .aggregation : occasion(of: field)
                report(message(of: error, on: occasion), field, path: [root.responseKey, field.responseKey])
                writer.null()
            }
        }
        writer.endObject()
    }

    /// The hits of one field of `Get`, as JSON.
    private func objects(
        _ field: CollectedField, _ collection: CollectionDefinition, _ definition: FieldDefinition,
        _ collector: inout FieldCollector
    ) async throws -> [UInt8] {
        let plan = try ObjectPlan(field.selections, of: collection, schema: schema, collector: &collector)
        let arguments = collector.arguments(of: field.field, definition: definition)
        let planner = QueryPlanner(collection: collection, settings: database.settings)
        let query = try planner.query(arguments, selection: plan.selection)
        let hits = try await database.hits(of: query)
        if plan.asksFor(.certainty), case .vector? = query.search, let first = hits.first, first.certainty == nil {
            throw QueryError(
                "can't compute and return certainty when vector index is configured with another distance than cosine; "
                    + "ask for 'distance'")
        }
        var output = ObjectWriter(database: database, tenant: query.tenant)
        try output.write(hits, plan: plan)
        return output.writer.bytes
    }

    private func introspection(_ field: CollectedField, _ collector: inout FieldCollector) throws -> [UInt8] {
        var output = IntrospectionWriter(schema: schema.schema, collector: collector)
        if field.field.name.text == "__schema" {
            try output.writeSchema(field)
        } else {
            let arguments = collector.arguments(of: field.field, definition: Introspection.typeField)
            try output.writeType(named: arguments.string("name") ?? "", field)
        }
        collector = output.collector
        return output.writer.bytes
    }

    // MARK: Errors

    private func occasion(of field: CollectedField) -> DatabaseError.Occasion {
        let names = field.field.arguments.map(\.name.text)
        if names.contains("hybrid") || names.contains("bm25") { return .keywordSearch }
        return names.contains { $0.hasPrefix("near") } ? .vectorSearch : .listing
    }

    private func message(of error: any Error, on occasion: DatabaseError.Occasion) -> String {
        switch error {
        case let error as QueryError: error.message
        case let error as DatabaseError: error.graphQLMessage(on: occasion)
        case let error as GraphQLError: error.message
        default: "the query failed"
        }
    }

    private mutating func report(_ message: String, _ field: CollectedField, path: [String]) {
        errors.append(GraphQLError(message, at: [field.offset], path: path.map { .key($0) }))
    }

    private func answer(data: [UInt8]?, _ source: SourceText) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: (data?.count ?? 0) + 64)
        writer.beginObject()
        if let data {
            writer.key("data")
            writer.raw(data)
        }
        if !errors.isEmpty {
            writer.key("errors")
            writer.errors(errors, in: source)
        }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// The list of errors, with lines and columns in `source`.
    mutating func errors(_ errors: [GraphQLError], in source: SourceText) {
        let offsets = errors.flatMap(\.offsets)
        var locations = source.locations(of: offsets)[...]
        beginArray()
        for error in errors {
            beginObject()
            key("locations")
            beginArray()
            for location in locations.prefix(error.offsets.count) {
                beginObject()
                key("line")
                number(location.line)
                key("column")
                number(location.column)
                endObject()
            }
            endArray()
            locations = locations.dropFirst(error.offsets.count)
            key("message")
            string(error.message)
            key("path")
            path(error.path)
            endObject()
        }
        endArray()
    }

    private mutating func path(_ path: [GraphQLError.PathElement]?) {
        guard let path else { return null() }
        beginArray()
        for element in path {
            switch element {
            case .key(let name): string(name)
            case .index(let index): number(index)
            }
        }
        endArray()
    }
}

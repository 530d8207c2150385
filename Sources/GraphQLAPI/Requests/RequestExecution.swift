// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import Execution
import GraphQLLanguage
import JSON

/// Carries out one GraphQL request and writes its answer.
///
///     text ──> Document ──> AnswerPlan ──> a FieldResult for each PlannedField ──> JSON
///              (one after another)         (several at a time)                     (in order)
///
/// All that depends on order (fragments and their limit, the list of errors) happens before and after the middle step,
/// so the answer does not depend on how many fields are worked on at a time.
struct RequestExecution {
    let database: any DatabaseOperations
    let schema: CollectionSchema
    let limits: GraphQLLimits
    /// What the document takes in memory is charged to it.
    let allowance: DecodingAllowance
    /// How many fields are worked on at a time.
    let width: Int
    private var errors: [GraphQLError] = []

    /// About what a field, an argument or a value of a document takes.
    private static let bytesOfNode = 192

    init(
        database: any DatabaseOperations, schema: CollectionSchema, limits: GraphQLLimits, allowance: DecodingAllowance,
        width: Int
    ) {
        self.database = database
        self.schema = schema
        self.limits = limits
        self.allowance = allowance
        self.width = width
    }

    /// The answer's JSON: `{"data": …}`, `{"data": …, "errors": […]}`, or `{"errors": […]}` if nothing could be asked.
    mutating func answer(_ request: GraphQLRequest) async -> [UInt8] {
        let source = SourceText(request.query)
        do {
            // A batch may hold many documents, and reading one takes its time.
            if Task.isCancelled { throw GraphQLError(DatabaseError.cancelled.wording) }
            let document = try Document(parsing: source, limits: limits)
            try allowance.charge(document.nodeCount * Self.bytesOfNode)
            errors = document.validate(against: schema.schema, limits: limits)
            guard errors.isEmpty else { return answer(data: nil, source) }
            let plan = try plan(of: document, request)
            let results = await mapInParallel(plan.fields, width: width) { [database] in await $0.result(from: database)
            }
            // On a line of its own, for it adds to `errors`.
            let data = data(plan, results)
            return answer(data: data, source)
        } catch let error as GraphQLError {
            errors = [error]
        } catch let refusal as DecodingAllowance.Refusal {
            errors = [GraphQLError(refusal.message)]
        } catch {
            errors = [GraphQLError(String(describing: error))]
        }
        return answer(data: nil, source)
    }

    // MARK: Planning

    private func plan(of document: Document, _ request: GraphQLRequest) throws -> AnswerPlan {
        let operation = try document.operation(named: request.operationName)
        guard operation.kind == .query else {
            throw GraphQLError("Schema is not configured for \(operation.kind.rawValue)s", at: operation.offset)
        }
        let variables = try operation.variableValues(
            from: request.variables, schema: schema.schema, source: document.source, limits: limits)
        var collector = FieldCollector(document, schema: schema.schema, variables: variables, limits: limits)
        let query = schema.schema.query
        var plan = AnswerPlan()
        for field in try collector.fields(of: [operation.selections], on: query) {
            let content: AnswerPlan.RootContent
            switch field.field.name.text {
            case WireNames.get, WireNames.aggregate:
                if case .object(let type)? = query.fields[field.field.name.text]?.type.namedType {
                    content = .classes(try classes(of: field, type, &collector, &plan))
                } else {
                    content = .json(Array("null".utf8))
                }
            case WireNames.explore: content = .refused("Explore is not supported yet")
            case "__schema", "__type": content = .json(try introspection(field, &collector))
            default: content = .typename(query.name)
            }
            plan.roots.append(AnswerPlan.Root(field: field, content: content))
        }
        return plan
    }

    /// Plans the collections that one root field asks for; what can be answered apart is added to `plan.fields`.
    private func classes(
        of root: CollectedField, _ type: ObjectType, _ collector: inout FieldCollector, _ plan: inout AnswerPlan
    ) throws -> [AnswerPlan.ClassField] {
        let isAggregate = root.field.name.text == WireNames.aggregate
        let planner = FieldPlanner(schema: schema, settings: database.settings)
        return try collector.fields(of: root.selections, on: type).map { field in
            let name = field.field.name.text
            guard let definition = type.fields[name], let collection = schema.collection(ofField: name) else {
                return AnswerPlan.ClassField(field: field, content: .typename(type.name))
            }
            let planned =
                isAggregate
                ? planner.aggregation(field, collection, definition, &collector)
                : planner.search(field, collection, definition, &collector)
            plan.fields.append(planned)
            return AnswerPlan.ClassField(field: field, content: .planned(plan.fields.count - 1))
        }
    }

    // MARK: Writing

    /// - Parameter results: one for each of `plan.fields`.
    private mutating func data(_ plan: AnswerPlan, _ results: [FieldResult]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for root in plan.roots {
            writer.key(root.field.responseKey)
            switch root.content {
            case .classes(let classes): write(classes, of: root.field, results, &writer)
            case .json(let bytes): writer.raw(bytes)
            case .typename(let name): writer.string(name)
            case .refused(let message):
                report(message, root.field, path: [root.field.responseKey])
                writer.null()
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private mutating func write(
        _ classes: [AnswerPlan.ClassField], of root: CollectedField, _ results: [FieldResult],
        _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        for entry in classes {
            writer.key(entry.field.responseKey)
            switch entry.content {
            case .typename(let name): writer.string(name)
            case .planned(let place):
                switch results[place] {
                case .success(let bytes): writer.raw(bytes)
                case .failure(let failure):
                    report(failure.message, entry.field, path: [root.responseKey, entry.field.responseKey])
                    writer.null()
                }
            }
        }
        writer.endObject()
    }

    private func introspection(_ field: CollectedField, _ collector: inout FieldCollector) throws -> [UInt8] {
        var output = IntrospectionWriter(schema: schema.schema, limits: limits, collector: collector)
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

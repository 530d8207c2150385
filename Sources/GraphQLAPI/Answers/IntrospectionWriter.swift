// SPDX-License-Identifier: Apache-2.0

import GraphQLLanguage
import JSON

/// Writes what `__schema` and `__type` ask for.
///
/// A schema describes itself in thousands of objects that are all asked for the same, so what is asked is worked out once for each
/// place of the query; what is bounded is the answer.
struct IntrospectionWriter {
    /// A place of the query: its selections, by where they begin, and the type they are on.
    private struct Place: Hashable {
        var offsets: [Int]
        var type: String
    }

    let schema: Schema
    let limits: GraphQLLimits
    var collector: FieldCollector
    var writer = JSONWriter()
    private var collected: [Place: [CollectedField]] = [:]
    private var objectCount = 0

    init(schema: Schema, limits: GraphQLLimits, collector: FieldCollector) {
        self.schema = schema
        self.limits = limits
        self.collector = collector
    }

    mutating func writeSchema(_ field: CollectedField) throws(GraphQLError) {
        try writeObject(field.selections, of: Introspection.schemaType) { output, field throws(GraphQLError) in
            switch field.field.name.text {
            case "types":
                let types = output.schema.types.values.sorted { $0.name < $1.name }.map { TypeReference.named($0) }
                try output.writeTypes(types, field)
            case "queryType": try output.write(.named(.object(output.schema.query)), field)
            case "directives":
                output.writer.beginArray()
                for name in ["include", "skip"] { try output.writeDirective(name, field) }
                output.writer.endArray()
            default: output.writer.null()
            }
        }
    }

    mutating func writeType(named name: String, _ field: CollectedField) throws(GraphQLError) {
        guard let type = schema.type(named: name) else { return writer.null() }
        try write(.named(type), field)
    }

    // MARK: Objects of the schema

    private mutating func writeObject(
        _ selections: [SelectionSet], of type: ObjectType,
        _ body: (inout Self, CollectedField) throws(GraphQLError) -> Void
    ) throws(GraphQLError) {
        guard writer.bytes.count <= limits.introspectionBytes else {
            throw GraphQLError(
                "The description of the schema is larger than \(limits.introspectionBytes) bytes; ask for single types by '__type'"
            )
        }
        objectCount &+= 1
        if objectCount % 1_024 == 0, Task.isCancelled { throw GraphQLError.cancelled }
        writer.beginObject()
        for field in try fields(of: selections, on: type) {
            writer.key(field.responseKey)
            if field.field.name.text == WireNames.typename {
                writer.string(type.name)
            } else {
                try body(&self, field)
            }
        }
        writer.endObject()
    }

    private mutating func fields(
        of selections: [SelectionSet], on type: ObjectType
    ) throws(GraphQLError) -> [CollectedField] {
        let place = Place(offsets: selections.map(\.offset), type: type.name)
        if let known = collected[place] { return known }
        let fields = try collector.fields(of: selections, on: type)
        collected[place] = fields
        return fields
    }

    private mutating func writeTypes(_ types: [TypeReference], _ field: CollectedField) throws(GraphQLError) {
        writer.beginArray()
        for type in types { try write(type, field) }
        writer.endArray()
    }

    private mutating func write(_ type: TypeReference, _ field: CollectedField) throws(GraphQLError) {
        try writeObject(field.selections, of: Introspection.typeType) { output, field throws(GraphQLError) in
            switch field.field.name.text {
            case "kind": output.writer.string(type.kind)
            case "name": output.writeText(type.ownName)
            case "description": output.writeText(type.summary)
            case "fields": try output.writeFields(of: type, field)
            case "interfaces":
                if case .named(.object) = type {
                    output.writer.beginArray()
                    output.writer.endArray()
                } else {
                    output.writer.null()
                }
            case "possibleTypes":
                guard case .named(.union(let union)) = type else { return output.writer.null() }
                try output.writeTypes(union.members.map { .named(.object($0)) }, field)
            case "enumValues": try output.writeValues(of: type, field)
            case "inputFields":
                guard case .named(.input(let input)) = type else { return output.writer.null() }
                try output.write(input.fields, field)
            case "ofType":
                switch type {
                case .list(let inner), .nonNull(let inner): try output.write(inner, field)
                case .named: output.writer.null()
                }
            default: output.writer.null()
            }
        }
    }

    private mutating func writeFields(of type: TypeReference, _ field: CollectedField) throws(GraphQLError) {
        guard case .named(.object(let object)) = type else { return writer.null() }
        writer.beginArray()
        for definition in object.fields.all {
            try writeObject(field.selections, of: Introspection.fieldType) { output, field throws(GraphQLError) in
                switch field.field.name.text {
                case "name": output.writer.string(definition.name)
                case "description": output.writeText(definition.summary)
                case "args": try output.write(definition.arguments, field)
                case "type": try output.write(definition.type, field)
                case "isDeprecated": output.writer.boolean(false)
                default: output.writer.null()
                }
            }
        }
        writer.endArray()
    }

    private mutating func writeValues(of type: TypeReference, _ field: CollectedField) throws(GraphQLError) {
        guard case .named(.enumeration(let enumeration)) = type else { return writer.null() }
        writer.beginArray()
        for value in enumeration.values {
            try writeObject(field.selections, of: Introspection.enumValueType) { output, field throws(GraphQLError) in
                switch field.field.name.text {
                case "name": output.writer.string(value)
                case "isDeprecated": output.writer.boolean(false)
                default: output.writer.null()
                }
            }
        }
        writer.endArray()
    }

    private mutating func write(_ inputs: [InputDefinition], _ field: CollectedField) throws(GraphQLError) {
        writer.beginArray()
        for input in inputs {
            try writeObject(field.selections, of: Introspection.inputValueType) { output, field throws(GraphQLError) in
                switch field.field.name.text {
                case "name": output.writer.string(input.name)
                case "description": output.writeText(input.summary)
                case "type": try output.write(input.type, field)
                default: output.writer.null()
                }
            }
        }
        writer.endArray()
    }

    private mutating func writeDirective(_ name: String, _ field: CollectedField) throws(GraphQLError) {
        try writeObject(field.selections, of: Introspection.directiveType) { output, field throws(GraphQLError) in
            switch field.field.name.text {
            case "name": output.writer.string(name)
            case "description":
                output.writer.string(
                    "Takes a field or fragment \(name == "skip" ? "out" : "in") if the condition is true.")
            case "locations":
                output.writer.beginArray()
                for place in ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"] { output.writer.string(place) }
                output.writer.endArray()
            case "args": try output.write([InputDefinition("if", .nonNull(Standard.boolean))], field)
            case "onOperation": output.writer.boolean(false)
            default: output.writer.boolean(true)
            }
        }
    }

    private mutating func writeText(_ text: String?) {
        if let text { writer.string(text) } else { writer.null() }
    }
}

extension TypeReference {
    fileprivate var kind: String {
        switch self {
        case .list: "LIST"
        case .nonNull: "NON_NULL"
        case .named(.scalar): "SCALAR"
        case .named(.enumeration): "ENUM"
        case .named(.input): "INPUT_OBJECT"
        case .named(.object): "OBJECT"
        case .named(.union): "UNION"
        }
    }

    /// `nil` for lists and non-nulls.
    fileprivate var ownName: String? { if case .named(let type) = self { type.name } else { nil } }

    fileprivate var summary: String? {
        switch self {
        case .list, .nonNull: nil
        case .named(.scalar(let type)): type.summary
        case .named(.enumeration(let type)): type.summary
        case .named(.input(let type)): type.summary
        case .named(.object(let type)): type.summary
        case .named(.union(let type)): type.summary
        }
    }
}

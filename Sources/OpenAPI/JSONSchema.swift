// SPDX-License-Identifier: Apache-2.0

import JSON

/// What JSON values may look like: a schema of JSON Schema 2020-12, which is what OpenAPI 3.1 takes.
///
///     .object([.required("name", .string), .optional("size", .integer.limited(to: 1...100))])
///
/// A schema knows the named schemas that it refers to, so that a document has all of them, and no others.
package struct JSONSchema: Sendable {
    /// The keywords, in the order they are written in.
    package private(set) var keywords: JSONObject
    /// What is referred to by `$ref`, in this schema and those within it; not what those components refer to.
    package private(set) var components: [SchemaComponent]

    private init(_ keywords: JSONObject, components: [SchemaComponent] = []) {
        self.keywords = keywords
        self.components = components
    }

    private init(type: String) { self.init(["type": .string(type)]) }

    package var json: JSONValue { .object(keywords) }

    // MARK: - Values without parts

    /// Anything at all.
    package static let any = JSONSchema(JSONObject())
    package static let string = JSONSchema(type: "string")
    package static let integer = JSONSchema(type: "integer")
    package static let number = JSONSchema(type: "number")
    package static let boolean = JSONSchema(type: "boolean")
    package static let null = JSONSchema(type: "null")

    /// A text of a format that JSON Schema or OpenAPI names, e.g. `uuid`.
    package static func string(format: String) -> Self { string.with("format", .string(format)) }

    /// A text whose bytes are base64.
    package static let base64 = string.with("contentEncoding", .string("base64"))

    package static func oneOf(_ texts: [String]) -> Self { string.with("enum", .array(texts.map { .string($0) })) }

    package static func oneOf(_ numbers: [Int]) -> Self {
        integer.with("enum", .array(numbers.map { .number(JSONNumber($0)) }))
    }

    // MARK: - Values with parts

    package static func array(of element: JSONSchema) -> Self {
        JSONSchema(["type": .string("array"), "items": element.json], components: element.components)
    }

    /// An object with these members. It may have others, unless `isClosed`.
    package static func object(_ members: [SchemaMember], isClosed: Bool = false) -> Self {
        var keywords: JSONObject = ["type": .string("object")]
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { keywords["required"] = .array(required) }
        keywords["properties"] = .object(JSONObject(members.map { ($0.name, $0.schema.json) }))
        if isClosed { keywords["additionalProperties"] = .boolean(false) }
        return JSONSchema(keywords, components: members.flatMap(\.schema.components))
    }

    /// An object with members of any names, all alike.
    package static func map(of value: JSONSchema) -> Self {
        JSONSchema(
            ["type": .string("object"), "additionalProperties": value.json], components: value.components)
    }

    /// What fits at least one of these.
    package static func any(of schemas: [JSONSchema]) -> Self {
        JSONSchema(["anyOf": .array(schemas.map(\.json))], components: schemas.flatMap(\.components))
    }

    /// What fits all of these.
    package static func all(of schemas: [JSONSchema]) -> Self {
        JSONSchema(["allOf": .array(schemas.map(\.json))], components: schemas.flatMap(\.components))
    }

    /// What stands under a name in the document's components.
    package static func reference(_ component: SchemaComponent) -> Self {
        JSONSchema(["$ref": .string("#/components/schemas/\(component.name)")], components: [component])
    }

    // MARK: - More of the same

    package func with(_ keyword: String, _ value: JSONValue) -> Self {
        var schema = self
        schema.keywords[keyword] = value
        return schema
    }

    package func described(_ text: String) -> Self { with("description", .string(text)) }
    package func byDefault(_ value: JSONValue) -> Self { with("default", value) }
    package func byDefault(_ value: Int) -> Self { byDefault(.number(JSONNumber(value))) }
    package func byDefault(_ value: String) -> Self { byDefault(.string(value)) }
    package func byDefault(_ value: Bool) -> Self { byDefault(.boolean(value)) }

    package func byDefault(_ value: Double) -> Self { byDefault(.number(JSONNumber(value))) }

    /// A text that this regular expression finds.
    package func matching(_ pattern: String) -> Self { with("pattern", .string(pattern)) }

    /// An array with at least one element.
    package var notEmpty: Self { with("minItems", .number(JSONNumber(1))) }

    package func limited(to range: ClosedRange<Int>) -> Self {
        with("minimum", .number(JSONNumber(range.lowerBound))).with("maximum", .number(JSONNumber(range.upperBound)))
    }

    package func atLeast(_ least: Int) -> Self { with("minimum", .number(JSONNumber(least))) }

    /// The same, or `null`.
    package var orNull: Self {
        guard case .string(let type)? = keywords["type"], keywords["enum"] == nil else {
            return .any(of: [self, .null])
        }
        return with("type", .array([.string(type), .string("null")]))
    }
}

/// A member of an object.
package struct SchemaMember: Sendable {
    package let name: String
    package let schema: JSONSchema
    package let isRequired: Bool

    package var description: String? { schema.json["description"]?.text }

    package static func required(_ name: String, _ schema: JSONSchema) -> Self {
        Self(name: name, schema: schema, isRequired: true)
    }

    package static func optional(_ name: String, _ schema: JSONSchema) -> Self {
        Self(name: name, schema: schema, isRequired: false)
    }
}

/// A schema with a name. It is made when it is needed, so that components may refer to each other, and to themselves.
package struct SchemaComponent: Sendable {
    package let name: String
    private let make: @Sendable () -> JSONSchema

    package init(_ name: String, _ make: @escaping @Sendable () -> JSONSchema) {
        self.name = name
        self.make = make
    }

    package var schema: JSONSchema { make() }
}

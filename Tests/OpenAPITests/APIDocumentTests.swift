// SPDX-License-Identifier: Apache-2.0

import JSON
import OpenAPI
import Testing

/// A schema that refers to itself, and another that refers to it.
extension SchemaComponent {
    fileprivate static let tree: SchemaComponent = SchemaComponent("Tree") {
        .object([.optional("branches", .array(of: .reference(.tree)))])
    }
    fileprivate static let garden = SchemaComponent("Garden") { .map(of: .reference(.tree)) }
}

struct APIDocumentTests {
    private func document(_ entries: [APIDocument.Entry]) -> JSONValue {
        .object(
            APIDocument(
                title: "T", version: "1", description: "D", license: ("L", "L-1"), tags: [("a", "A")],
                securitySchemes: [("key", ["type": .string("http"), "scheme": .string("bearer")])], entries: entries
            ).json)
    }

    private func entry(
        _ method: String, _ path: String, _ operation: APIOperation, security: [String] = []
    ) -> APIDocument.Entry {
        APIDocument.Entry(
            method, path, summary: "S", tag: "a", operation: operation, parameters: operation.parameters,
            responses: operation.responses, security: security)
    }

    @Test func `components are those that are referred to, also by each other`() {
        let operation = APIOperation(
            "o", responses: [APIResponse(200, "R", [.json(.array(of: .reference(.garden)))])])
        let schemas = document([entry("GET", "/x", operation)])["components"]?["schemas"]
        guard case .object(let members)? = schemas else {
            Issue.record("no schemas")
            return
        }
        #expect(members.members.map(\.name) == ["Garden", "Tree"])
        #expect(
            schemas?["Tree"]?["properties"]?["branches"]?["items"]?["$ref"]?.text == "#/components/schemas/Tree")
        #expect(document([])["components"]?["schemas"] == .object([:]))
    }

    @Test func `operations of one path stand together`() {
        let paths = document([
            entry("GET", "/x", APIOperation("get", responses: [])),
            entry("GET", "/y", APIOperation("other", responses: [])),
            entry("POST", "/x", APIOperation("post", "Long", responses: []), security: ["key"]),
        ])["paths"]
        #expect(paths?["/x"]?["get"]?["operationId"]?.text == "get")
        #expect(paths?["/x"]?["post"]?["description"]?.text == "Long")
        #expect(paths?["/x"]?["post"]?["security"] == .array([["key": .array([])]]))
        #expect(paths?["/y"]?["get"]?["security"] == .array([]))
    }

    @Test func `parameters, bodies and answers are written as OpenAPI has them`() throws {
        let operation = APIOperation(
            "o",
            parameters: [
                .path("id", "An id", example: "7"),
                .query("limit", JSONSchema.integer.limited(to: 1...9).byDefault(3), "How many", example: "4"),
            ],
            body: APIRequestBody(.json(.string, APIExample("A text", #""x""#)), description: "B"),
            responses: [
                APIResponse(204, "Done", headers: [("ETag", "Tag")]), .otherwise("Else", [.bytes("image/*")]),
            ])
        let written = document([entry("PUT", "/x/{id}", operation)])["paths"]?["/x/{id}"]?["put"]
        let expected = try JSONValue(
            parsing: #"""
                {"operationId": "o", "summary": "S", "tags": ["a"], "parameters": [
                 {"name": "id", "in": "path", "description": "An id", "required": true, "schema": {"type": "string"}, "example": "7"},
                 {"name": "limit", "in": "query", "description": "How many",
                  "schema": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3}, "example": 4}],
                 "requestBody": {"description": "B", "required": true, "content": {"application/json": {"schema": {"type": "string"},
                  "examples": {"example1": {"summary": "A text", "value": "x"}}}}},
                 "responses": {"204": {"description": "Done", "headers": {"ETag": {"description": "Tag", "schema": {"type": "string"}}}},
                  "default": {"description": "Else", "content": {"image/*": {"schema": {}}}}},
                 "security": []}
                """#)
        #expect(written == expected)
    }

    @Test func `a schema says what it was told`() throws {
        let schema = JSONSchema.object(
            [.required("a", .string.described("A")), .optional("b", JSONSchema.array(of: .number).orNull)],
            isClosed: true)
        let expected = try JSONValue(
            parsing: #"""
                {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "description": "A"},
                 "b": {"type": ["array", "null"], "items": {"type": "number"}}}, "additionalProperties": false}
                """#)
        #expect(schema.json == expected)
        #expect(JSONSchema.oneOf(["x"]).orNull.json["anyOf"]?[0]?["enum"] == .array([.string("x")]))
    }
}

extension JSONValue {
    /// The element of an array.
    fileprivate subscript(position: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
        return elements[position]
    }
}

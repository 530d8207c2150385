// SPDX-License-Identifier: Apache-2.0

import JSON

/// An OpenAPI 3.1 document: a whole interface, for programs that show it, call it or make clients for it.
package struct APIDocument: Sendable {
    /// An operation in its place.
    package struct Entry: Sendable {
        /// Upper case, e.g. `GET`.
        package let method: String
        /// With its parameters in braces, e.g. `/v1/objects/{id}`.
        package let path: String
        package let summary: String
        package let tag: String
        package let operation: APIOperation
        /// All of them, those of the path included.
        package let parameters: [APIParameter]
        package let responses: [APIResponse]
        /// Names of `securitySchemes`, one of which lets a request in; empty: everybody may ask.
        package let security: [String]
        /// Members of our own, whose names begin with `x-`.
        package let extensions: [(name: String, value: JSONValue)]

        package init(
            _ method: String, _ path: String, summary: String, tag: String, operation: APIOperation,
            parameters: [APIParameter], responses: [APIResponse], security: [String],
            extensions: [(name: String, value: JSONValue)] = []
        ) {
            self.method = method
            self.path = path
            self.summary = summary
            self.tag = tag
            self.operation = operation
            self.parameters = parameters
            self.responses = responses
            self.security = security
            self.extensions = extensions
        }
    }

    package let title: String
    package let version: String
    package let description: String
    package let license: (name: String, identifier: String)
    /// In the order in which they are shown.
    package let tags: [(name: String, description: String)]
    /// By name.
    package let securitySchemes: [(name: String, scheme: JSONValue)]
    package let entries: [Entry]

    package init(
        title: String, version: String, description: String, license: (name: String, identifier: String),
        tags: [(name: String, description: String)], securitySchemes: [(name: String, scheme: JSONValue)],
        entries: [Entry]
    ) {
        self.title = title
        self.version = version
        self.description = description
        self.license = license
        self.tags = tags
        self.securitySchemes = securitySchemes
        self.entries = entries
    }

    /// The document. Paths come in the order of their first operation, schemas in that of their names.
    package var json: JSONObject {
        [
            "openapi": .string("3.1.0"),
            "info": [
                "title": .string(title), "version": .string(version), "description": .string(description),
                "license": ["name": .string(license.name), "identifier": .string(license.identifier)],
            ],
            // Where the document comes from.
            "servers": .array([["url": .string("/")]]),
            "tags": .array(tags.map { ["name": .string($0.name), "description": .string($0.description)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(JSONObject(components.map { ($0.name, $0.schema.json) })),
                "securitySchemes": .object(JSONObject(securitySchemes.map { ($0.name, $0.scheme) })),
            ],
        ]
    }

    /// Everything that is referred to, and what that refers to in turn, by name.
    private var components: [(name: String, schema: JSONSchema)] {
        var found: [String: JSONSchema] = [:]
        var waiting = entries.flatMap(\.schemas).flatMap(\.components)
        while let component = waiting.popLast() {
            guard found[component.name] == nil else { continue }
            let schema = component.schema
            found[component.name] = schema
            waiting += schema.components
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private var paths: JSONObject {
        var paths = JSONObject()
        for entry in entries {
            var item = JSONObject()
            if case .object(let others)? = paths[entry.path] { item = others }
            item[entry.method.lowercased()] = entry.json
            paths[entry.path] = .object(item)
        }
        return paths
    }
}

// MARK: - Parts

extension APIDocument.Entry {
    fileprivate var schemas: [JSONSchema] {
        let contents = (operation.body?.contents ?? []) + responses.flatMap(\.contents)
        return parameters.map(\.schema) + contents.map(\.schema)
    }

    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "operationId": .string(operation.id), "summary": .string(summary), "tags": .array([.string(tag)]),
        ]
        if let description = operation.description { members["description"] = .string(description) }
        if !parameters.isEmpty { members["parameters"] = .array(parameters.map(\.json)) }
        if let body = operation.body { members["requestBody"] = body.json }
        members["responses"] = .object(JSONObject(responses.map { ($0.status, $0.json) }))
        members["security"] = .array(security.map { .object(JSONObject([($0, .array([]))])) })
        for (name, value) in extensions { members[name] = value }
        return .object(members)
    }
}

extension APIParameter {
    fileprivate var json: JSONValue {
        var members: JSONObject = [
            "name": .string(name), "in": .string(place.rawValue), "description": .string(description),
        ]
        if isRequired { members["required"] = .boolean(true) }
        members["schema"] = schema.json
        if let example { members["example"] = exampleValue(example) }
        return .object(members)
    }

    /// Of the schema's type.
    private func exampleValue(_ text: String) -> JSONValue {
        guard let type = schema.keywords["type"]?.text, ["integer", "number", "boolean"].contains(type),
            let value = try? JSONValue(parsing: text)
        else { return .string(text) }
        return value
    }
}

extension APIRequestBody {
    fileprivate var json: JSONValue {
        var members = JSONObject()
        if let description { members["description"] = .string(description) }
        members["required"] = .boolean(isRequired)
        members["content"] = contents.json
        return .object(members)
    }
}

extension APIResponse {
    fileprivate var json: JSONValue {
        var members: JSONObject = ["description": .string(description)]
        if !headers.isEmpty {
            members["headers"] = .object(
                JSONObject(
                    headers.map { name, description in
                        (name, ["description": .string(description), "schema": JSONSchema.string.json])
                    }))
        }
        if !contents.isEmpty { members["content"] = contents.json }
        return .object(members)
    }
}

extension [APIContent] {
    /// By content type.
    fileprivate var json: JSONValue {
        .object(
            JSONObject(
                map { content in
                    var members: JSONObject = ["schema": content.schema.json]
                    if !content.examples.isEmpty { members["examples"] = content.examples.json }
                    return (content.type, .object(members))
                }))
    }
}

extension [APIExample] {
    /// By names that count them.
    fileprivate var json: JSONValue {
        .object(
            JSONObject(
                enumerated().map { place, example in
                    ("example\(place + 1)", ["summary": .string(example.summary), "value": example.value])
                }))
    }
}

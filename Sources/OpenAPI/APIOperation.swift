// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a client has to know of one operation beside its method, path and summary: what it takes and what it answers.
package struct APIOperation: Sendable {
    /// Unique within a document. Programs make names of functions from it, so it never changes.
    package let id: String
    package let description: String?
    /// Those of the query and the headers; of the path, those that are not what their name usually stands for.
    package let parameters: [APIParameter]
    package let body: APIRequestBody?
    package let responses: [APIResponse]

    package init(
        _ id: String, _ description: String? = nil, parameters: [APIParameter] = [], body: APIRequestBody? = nil,
        responses: [APIResponse]
    ) {
        self.id = id
        self.description = description
        self.parameters = parameters
        self.body = body
        self.responses = responses
    }

    /// Whether a request may have this parameter in its query.
    package func takesQuery(_ name: String) -> Bool { parameters.contains { $0.place == .query && $0.name == name } }
}

/// A parameter in the path, the query or the headers.
package struct APIParameter: Sendable {
    package enum Place: String, Sendable { case path, query, header }

    package let name: String
    package let place: Place
    package let description: String
    package let schema: JSONSchema
    package let isRequired: Bool
    /// A value that makes sense, as text.
    package let example: String?

    package static func path(
        _ name: String, _ description: String, _ schema: JSONSchema = .string, example: String
    ) -> Self {
        Self(
            name: name, place: .path, description: description, schema: schema, isRequired: true, example: example)
    }

    package static func query(
        _ name: String, _ schema: JSONSchema, _ description: String, isRequired: Bool = false, example: String? = nil
    ) -> Self {
        Self(
            name: name, place: .query, description: description, schema: schema, isRequired: isRequired,
            example: example)
    }

    package static func header(
        _ name: String, _ schema: JSONSchema, _ description: String, example: String? = nil
    ) -> Self {
        Self(
            name: name, place: .header, description: description, schema: schema, isRequired: false, example: example)
    }
}

/// What stands in a body of one content type.
package struct APIContent: Sendable {
    package let type: String
    package let schema: JSONSchema
    package let examples: [APIExample]

    package init(_ type: String, _ schema: JSONSchema, examples: [APIExample] = []) {
        self.type = type
        self.schema = schema
        self.examples = examples
    }

    package static func json(_ schema: JSONSchema, _ examples: APIExample...) -> Self {
        Self("application/json", schema, examples: examples)
    }

    /// Whatever bytes.
    package static func bytes(_ type: String) -> Self { Self(type, .any) }
}

/// A body that can be sent as it is.
package struct APIExample: Sendable {
    /// What it shows, in a few words.
    package let summary: String
    package let value: JSONValue

    /// - Parameter text: JSON.
    package init(_ summary: String, _ text: String) {
        do throws(JSONError) { value = try JSONValue(parsing: text) } catch {
            preconditionFailure("the example '\(summary)' is no JSON: \(error.message)")
        }
        self.summary = summary
    }
}

package struct APIRequestBody: Sendable {
    package let description: String?
    package let isRequired: Bool
    package let contents: [APIContent]

    package init(_ contents: APIContent..., description: String? = nil, isRequired: Bool = true) {
        self.contents = contents
        self.description = description
        self.isRequired = isRequired
    }
}

/// What is answered with a status.
package struct APIResponse: Sendable {
    /// E.g. `200`; `default` for all that are not named.
    package let status: String
    package let description: String
    package let contents: [APIContent]
    /// What they say, by their names.
    package let headers: [(name: String, description: String)]

    package init(
        _ status: Int, _ description: String, _ contents: [APIContent] = [],
        headers: [(name: String, description: String)] = []
    ) {
        self.init(status: String(status), description, contents, headers: headers)
    }

    private init(
        status: String, _ description: String, _ contents: [APIContent],
        headers: [(name: String, description: String)]
    ) {
        self.status = status
        self.description = description
        self.contents = contents
        self.headers = headers
    }

    /// What every status means that is not named.
    package static func otherwise(_ description: String, _ contents: [APIContent]) -> Self {
        Self(status: "default", description, contents, headers: [])
    }
}

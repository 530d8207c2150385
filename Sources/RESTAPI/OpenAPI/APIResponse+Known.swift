// SPDX-License-Identifier: Apache-2.0

import OpenAPI

/// Answers that many endpoints have in common.
extension APIResponse {
    static func json(_ status: Int, _ description: String, _ schema: JSONSchema) -> Self {
        Self(status, description, [.json(schema)])
    }

    static func json(_ description: String, _ schema: JSONSchema) -> Self { .json(200, description, schema) }

    /// A refusal with one message.
    static func refusal(_ status: Int, _ description: String) -> Self {
        Self(status, description, [.json(.reference(.refusal))])
    }

    static let invalid = refusal(422, "The request makes no sense as it is; the message says why, and how to mend it")
    static let unreadable = refusal(
        400, "The body is no JSON, or of another shape; or a parameter has an unknown value")
    static let noClass = refusal(404, "There is no such class")
    /// Without a body.
    static let notFound = Self(404, "It is not there")
    static let done = Self(200, "Done")
    static let doneWithoutContent = Self(204, "Done")
    static let tooBusy = Self(
        429, "As many as may run at a time are running", [.json(.reference(.refusal))],
        headers: [("Retry-After", "Seconds until it is worth another try")])

    /// Of every endpoint that is not open to everybody.
    static let unauthorized = Self(
        401, "No key, or one that is not known, on a server that asks for keys", [.json(.reference(.refusal))])
    static let anythingElse = otherwise(
        "Another refusal, e.g. 413 (the request needs too much memory), 500 (something broke), 503 (no memory or time just "
            + "now; see `Retry-After`), 507 (the disk is full)", [.json(.reference(.refusal))])
}

extension SchemaComponent {
    /// Handlers say `error`, what comes before them `code` and `message`.
    static let refusal = SchemaComponent("Refusal") {
        .any(of: [.reference(.errors), .reference(.requestError)])
            .described("Why a request is not carried out, in one of two forms")
    }

    static let errors = SchemaComponent("Errors") {
        .object([
            .required("error", .array(of: .object([.required("message", .string)]))),
            .optional("allowed", .null.described("Of refusals by the schema")),
        ])
        .described("What an endpoint refuses")
    }

    static let requestError = SchemaComponent("RequestError") {
        .object([
            .required(
                "code",
                .integer.described(
                    "The status; of parts of another form 601 (type), 602 (missing), 606 (not one of), 607 (range)")),
            .required("message", .string),
        ])
        .described("What is refused because of its form, before it is looked at further")
    }
}

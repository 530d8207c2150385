// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import JSON

/// A request that is not carried out, and the answer that says why.
struct Refusal: Error {
    var response: HTTPResponse

    /// What a handler refuses: `{"error":[{"message":…}]}`.
    static func handler(_ status: Int, _ message: String) -> Self {
        Self(response: .json(errorBody(message), status: status))
    }

    /// What a handler of the schema refuses: the same with a member `allowed`.
    static func schema(_ status: Int, _ message: String) -> Self {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("allowed")
        writer.null()
        writeErrors(message, to: &writer)
        writer.endObject()
        return Self(response: .json(writer.bytes, status: status))
    }

    /// What is refused before any handler sees it: `{"code":…,"message":…}`.
    static func framework(_ status: Int, code: Int, _ message: String) -> Self {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("code")
        writer.number(code)
        writer.key("message")
        writer.string(message)
        writer.endObject()
        return Self(response: .json(writer.bytes, status: status))
    }

    /// Codes of what is refused because of its form.
    static let invalidTypeCode = 601
    static let requiredCode = 602
    static let enumCode = 606

    /// A text that is not of the format it has to have, e.g. a UUID. `place` is `path`, `query` or `body`.
    static func format(_ name: String, in place: String, of type: String, value: String) -> Self {
        framework(
            422, code: invalidTypeCode, "\(name) in \(place) must be of type \(type): \"\(value.prefix(200))\"")
    }

    /// A body that is no JSON, or not of the right shape; `parameter` is what the interface calls the body.
    static func body(_ parameter: String, because reason: String) -> Self {
        framework(400, code: 400, "parsing \(parameter) body from \"\" failed, because \(reason)")
    }

    static func missingBody(_ parameter: String) -> Self {
        framework(422, code: requiredCode, "\(parameter) in body is required")
    }

    static func notOneOf(_ name: String, in place: String, _ values: [String]) -> Self {
        framework(422, code: enumCode, "\(name) in \(place) should be one of [\(values.joined(separator: " "))]")
    }

    /// Not there: no body, no content type.
    static let notFound = Self(response: HTTPResponse(status: 404))

    /// Something of Weaviate that is not built yet.
    static func unsupported(_ feature: String) -> Self { handler(501, "\(feature) is not supported yet") }

    static func errorBody(_ message: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writeErrors(message, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The member `error` with one message.
    static func writeErrors(_ message: String, to writer: inout JSONWriter) {
        writer.key("error")
        writer.beginArray()
        writer.beginObject()
        writer.key("message")
        writer.string(message)
        writer.endObject()
        writer.endArray()
    }
}

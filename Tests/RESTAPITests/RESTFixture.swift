// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DataModel
import DatabaseCore
import DatabaseTesting
import Execution
import Fetching
import HTTPServer
import Importing
import JSON
import ServerInspection
import ThumbnailCache

@testable import RESTAPI

/// A handler over a database in memory, without a socket.
struct RESTFixture {
    let database: MemoryDatabase
    let handler: RESTHandler

    /// - Parameter insightsPool: what measures and draws classes; `nil`: nothing does.
    init(
        settings: DatabaseSettings = DatabaseSettings(), isReady: Bool = true, origin: String = "",
        thumbnails: ThumbnailService? = nil, imports: (MemoryDatabase) -> ImportService? = { _ in nil },
        insightsPool: ComputePool? = nil, fetcher: (any PictureFetching)? = nil, inspector: ServerInspector? = nil,
        recall: any RecallOperations = MeasuredDouble()
    ) {
        database = MemoryDatabase(settings: settings)
        var context = RESTContext(
            hostname: "http://[::]:8080", nodeName: "node1", modules: { ["img2vec-neural": .object([:])] },
            isReady: { isReady }, clock: { 1_700_000_000_000 })
        context.origin = origin
        context.thumbnails = thumbnails
        context.imports = imports(database)
        context.fetcher = fetcher
        context.inspector = inspector
        context.insights = insightsPool.map { [database] in
            Insights(database: database, recall: recall, pool: $0)
        }
        handler = RESTHandler(database: database, graphql: GraphQLDouble(), context: context)
    }

    /// What was answered.
    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        /// `nil` for an empty body.
        var body: JSONValue?

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

        var contentType: String? { header("Content-Type") }

        /// The text of the first error, wherever it stands.
        var message: String? {
            switch (body?["error"], body?["message"]) {
            case (.array(let errors)?, _): errors.first?["message"]?.text
            case (_, let message?): message.text
            default: nil
            }
        }

        var code: Double? { body?["code"]?.number }
    }

    /// - Parameters:
    ///   - target: path and query, e.g. `/v1/objects?limit=2`; nothing in it is percent-encoded.
    ///   - memory: what the request holds, its body aside.
    func send(
        _ method: String, _ target: String, _ body: String = "", memory: MemoryReservation = MemoryReservation()
    ) async throws -> Answer {
        let response = try await response(to: method, target, Array(body.utf8), memory: memory)
        return Answer(
            status: response.status, headers: response.headers,
            body: response.body.isEmpty ? nil : try JSONValue(parsing: response.body))
    }

    /// Sends a form.
    func send(_ method: String, _ target: String, form parts: [FormPart]) async throws -> Answer {
        let response = try await response(
            to: method, target, FormPart.body(parts),
            headers: [("content-type", "multipart/form-data; boundary=\(FormPart.boundary)")])
        return Answer(
            status: response.status, headers: response.headers,
            body: response.body.isEmpty ? nil : try JSONValue(parsing: response.body))
    }

    /// The response as it is, to a body of any kind.
    ///
    /// - Parameter headers: names in lower case.
    func response(
        to method: String, _ target: String, _ body: [UInt8] = [], headers: [(name: String, value: String)] = [],
        memory: MemoryReservation = MemoryReservation()
    ) async throws -> HTTPResponse {
        let parts = target.split(separator: "?", maxSplits: 1).map { String($0) }
        var query: [(name: String, value: String)] = []
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            query.append((sides[0], sides.count > 1 ? sides[1] : ""))
        }
        let request = HTTPRequest(
            method: method, pathSegments: parts[0].split(separator: "/").map { String($0) }, rawPath: parts[0],
            query: query, headers: headers, body: body, memory: memory)
        return await handler.respond(to: request)
    }

    /// Creates a class with these properties, given as JSON objects.
    func createClass(_ name: String, _ properties: String = "", more: String = "") async throws {
        let answer = try await send(
            "POST", "/v1/schema", #"{"class": "\#(name)", "properties": [\#(properties)]\#(more)}"#)
        precondition(answer.status == 200, "\(name): \(answer.message ?? "")")
    }
}

/// A part of a form that a test sends.
struct FormPart {
    var head: String
    var content: [UInt8]

    static let boundary = "----fixture"

    static func text(_ name: String, _ text: String, type: String? = nil) -> Self {
        Self(head: #"name="\#(name)""# + (type.map { "\r\nContent-Type: \($0)" } ?? ""), content: Array(text.utf8))
    }

    static func file(_ name: String, _ content: String, type: String = "image/jpeg") -> Self {
        Self(head: #"name="\#(name)"; filename="x.jpg""# + "\r\nContent-Type: \(type)", content: Array(content.utf8))
    }

    static func body(_ parts: [Self]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += "--\(boundary)\r\nContent-Disposition: form-data; \(part.head)\r\n\r\n".utf8
            body += part.content + Array("\r\n".utf8)
        }
        return body + Array("--\(boundary)--\r\n".utf8)
    }
}

/// Stands in for GraphQL and says which path it got.
private struct GraphQLDouble: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        .json(JSONValue.object(["path": .string(request.rawPath)]).encoded)
    }
}

/// An id that ends in these digits.
func id(_ number: Int) -> String {
    let digits = String(number)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}

/// What JSON has for numbers that are none in float32, and what is said of them; MEMBER stands for where they were.
let notFinite: [(text: String, words: String)] = [
    ("NaN", "invalid character 'N' looking for beginning of value"),
    ("Infinity", "invalid character 'I' looking for beginning of value"),
    ("-Infinity", "invalid character 'I' in numeric literal"),
    ("1e39", "cannot unmarshal number 1e39 into Go struct field MEMBER of type float32"),
    ("-3.5e38", "cannot unmarshal number -3.5e38 into Go struct field MEMBER of type float32"),
    ("1e400", "cannot unmarshal number 1e400 into Go struct field MEMBER of type float32"),
]

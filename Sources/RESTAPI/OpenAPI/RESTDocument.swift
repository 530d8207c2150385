// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway
import HTTPServer
import ImageVectorizer
import JSON
import OpenAPI

/// The OpenAPI document of the REST interface, made of the table of endpoints.
///
/// Endpoints that are not built are not in it: a program that reads it finds what it can call.
enum RESTDocument {
    /// As it is sent.
    static let bytes: [UInt8] = JSONValue.object(document.json).encoded
    /// A strong tag of it, with its quotes.
    static let tag: String = {
        let digits = Array("0123456789abcdef".utf8)
        let digest = PictureDigest.sha256(of: bytes).prefix(16).flatMap {
            [digits[Int($0 >> 4)], digits[Int($0 & 15)]]
        }
        return "\"\(String(decoding: digest, as: UTF8.self))\""
    }()

    static let document = APIDocument(
        title: "Needletail", version: RESTContext.weaviateVersion,
        description: """
            Finds the pictures and objects that are nearest to a picture, a vector or an object. The interface is that of \
            Weaviate \(RESTContext.weaviateVersion), with searches by pictures, stored pictures, imports, measurements and maps beside it.

            A server that has API keys wants one of them as `Authorization: Bearer KEY`. Names of classes may be written with a \
            small first letter. Endpoints of Weaviate that are not listed are not built, and answer with 501.
            """,
        license: ("Apache License 2.0", "Apache-2.0"), tags: tags,
        securitySchemes: [(apiKey, ["type": .string("http"), "scheme": .string("bearer")])],
        entries: RESTEndpoints.router.endpoints.compactMap(entry))

    private static let apiKey = "apiKey"

    private static let tags: [(name: String, description: String)] = [
        ("schema", "Classes of objects, their properties, shards and tenants"),
        ("objects", "Objects one by one, their references and pictures"),
        ("batch", "Many objects at once"),
        ("search", "The nearest objects, beside Weaviate's interface"),
        ("graphql", "Searches, filters and aggregates in GraphQL"),
        ("insights", "How good the vectors of a class are, and its map; beside Weaviate's interface"),
        ("imports", "Pictures from folders of the server; beside Weaviate's interface"),
        ("aliases", "Other names of classes"),
        ("backups", "Backups to a folder, and back"),
        ("nodes", "The one node and its shards"),
        ("cluster", "The cluster of one node"),
        ("meta", "The server and its interface"),
        ("server", "How the running server fares; beside Weaviate's interface"),
        ("well-known", "Whether the server works"),
    ]

    private static func entry(_ endpoint: RESTEndpoint) -> APIDocument.Entry? {
        guard let operation = endpoint.operation else { return nil }
        let isOpen = endpoint.permission == .open
        let common: [APIResponse] = isOpen ? [] : [.unauthorized, .anythingElse]
        return APIDocument.Entry(
            endpoint.method, path(of: endpoint), summary: endpoint.summary, tag: endpoint.tag, operation: operation,
            parameters: parameters(of: endpoint, operation), responses: operation.responses + common,
            security: isOpen ? [] : [apiKey],
            extensions: [("x-permission", .string("\(endpoint.permission)"))])
    }

    private static func path(of endpoint: RESTEndpoint) -> String {
        let segments = RESTEndpoints.router.prefix + (endpoint.path.segments.isEmpty ? [] : ["\(endpoint.path)"])
        return "/" + segments.joined(separator: "/")
    }

    /// Those of the path by its pattern, as the operation has them or else as their names mean everywhere.
    private static func parameters(of endpoint: RESTEndpoint, _ operation: APIOperation) -> [APIParameter] {
        let names = endpoint.path.parameterNames
        let inPath = names.map { name in
            guard
                let parameter = operation.parameters.first(where: { $0.place == .path && $0.name == name })
                    ?? .inPath(name)
            else { preconditionFailure("\(endpoint.method) \(endpoint.path): nothing says what {\(name)} means") }
            return parameter
        }
        return inPath + operation.parameters.filter { $0.place != .path }
    }
}

/// `GET /v1/openapi.json`.
extension RESTHandler {
    func openAPIDocument(_ call: Call) -> HTTPResponse {
        let conditional = ConditionalResponse(
            tag: RESTDocument.tag, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache")])
        return conditional.isKnown(to: call.request)
            ? conditional.notModified : conditional.response(RESTDocument.bytes, to: call.request)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway
import HTTPServer
import JSON
import OpenAPI
import Testing

@testable import RESTAPI

/// What the document says, against the table of endpoints.
struct OpenAPIDocumentTests {
    private let document = JSONValue.object(RESTDocument.document.json)

    /// Endpoints that can be called, as the router has them.
    private var endpoints: [RESTEndpoint] {
        RESTEndpoints.router.endpoints.filter { endpoint in
            if case .unbuilt = endpoint.action { return false }
            return true
        }
    }

    private func operation(of endpoint: RESTEndpoint) -> JSONValue? {
        let path = endpoint.path.segments.isEmpty ? "/v1" : "/v1/\(endpoint.path)"
        return document["paths"]?[path]?[endpoint.method.lowercased()]
    }

    @Test func `every endpoint that is built is in it, and nothing else`() {
        for endpoint in endpoints {
            let written = operation(of: endpoint)
            #expect(written != nil, "\(endpoint.method) \(endpoint.path) has no operation in its row")
            #expect(written?["summary"]?.text == endpoint.summary)
            #expect(written?["x-permission"]?.text == "\(endpoint.permission)")
            #expect((written?["security"] == .array([])) == (endpoint.permission == .open))
        }
        let count = document["paths"]?.members.map { $0.value.members.count }.reduce(0, +)
        #expect(count == endpoints.count)
    }

    @Test func `parameters of paths are those of the pattern, each with an example`() {
        for endpoint in endpoints {
            let parameters = operation(of: endpoint)?["parameters"]?.elements ?? []
            let inPath = parameters.filter { $0["in"]?.text == "path" }
            #expect(inPath.compactMap { $0["name"]?.text } == endpoint.path.parameterNames, "\(endpoint.path)")
            #expect(inPath.allSatisfy { $0["example"] != nil && $0["required"]?.boolean == true })
            let names = parameters.map { "\($0["in"]?.text ?? "") \($0["name"]?.text ?? "")" }
            #expect(Set(names).count == names.count, "\(endpoint.path): \(names)")
            #expect(parameters.allSatisfy { $0["description"]?.text?.isEmpty == false }, "\(endpoint.path): \(names)")
        }
    }

    @Test func `ids of operations are unique, and tags are described`() {
        let ids = endpoints.compactMap(\.operation?.id)
        #expect(Set(ids).count == ids.count)
        let tags = document["tags"]?.elements.compactMap { $0["name"]?.text } ?? []
        #expect(Set(tags) == Set(endpoints.map(\.tag)))
    }

    @Test func `whatever is referred to is there, and nothing else is`() {
        let components = Set(document["components"]?["schemas"]?.members.map(\.name) ?? [])
        var referred: Set<String> = []
        collectReferences(document, &referred)
        #expect(referred == Set(components.map { "#/components/schemas/\($0)" }))
        #expect(components.count > 40)
    }

    private func collectReferences(_ value: JSONValue, _ found: inout Set<String>) {
        for member in value.members {
            if member.name == "$ref", let text = member.value.text { found.insert(text) }
            collectReferences(member.value, &found)
        }
        for element in value.elements { collectReferences(element, &found) }
    }

    @Test func `every operation says what it answers when all goes well, and refusals look like refusals`() {
        for endpoint in endpoints {
            let responses = endpoint.operation?.responses ?? []
            #expect(Set(responses.map(\.status)).count == responses.count, "\(endpoint.method) \(endpoint.path)")
            // OpenID Connect is never there.
            if endpoint.path.description.hasSuffix("openid-configuration") { continue }
            #expect(responses.contains { $0.status.hasPrefix("2") }, "\(endpoint.method) \(endpoint.path)")
        }
    }

    @Test func `a body is declared with an example for each type that is no file`() {
        for operation in endpoints.compactMap(\.operation) {
            for content in operation.body?.contents ?? [] where !content.type.hasSuffix("*") {
                #expect(content.type == "application/octet-stream" || !content.examples.isEmpty, "\(operation.id)")
            }
        }
    }

    @Test func `what imports and searches refuse to know is not declared, and the other way round`() async throws {
        let imports = SchemaComponent.importRequest.schema.json["properties"]?.members.map(\.name) ?? []
        #expect(Set(imports) == ImportBody.members)
        let fixture = RESTFixture()
        try await fixture.createClass("C")
        for kind in [SearchRequest.Kind.image, .vector, .object] {
            for member in kind.members {
                let body = #"{"\#(member.name)": {"no such thing": 1}}"#
                let answer = try await fixture.send("POST", "/v1/search/C/\(kind.rawValue)", body)
                #expect(answer.message?.contains("takes no '\(member.name)'") == false, "\(kind) \(member.name)")
            }
        }
    }

    @Test func `it is answered without a key, and once more only if it changed`() async throws {
        let fixture = RESTFixture()
        let answer = try await fixture.send("GET", "/v1/openapi.json")
        #expect(answer.status == 200 && answer.body == document && answer.contentType == "application/json")
        let tag = try #require(answer.header("ETag"))
        let again = try await fixture.response(
            to: "GET", "/v1/openapi.json", headers: [("if-none-match", tag)])
        #expect(again.status == 304 && again.body.isEmpty)
    }
}

extension JSONValue {
    /// Of an object; empty for other values.
    var members: [JSONObject.Member] {
        guard case .object(let object) = self else { return [] }
        return object.members
    }

    /// Of an array; empty for other values.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return Array(elements)
    }
}

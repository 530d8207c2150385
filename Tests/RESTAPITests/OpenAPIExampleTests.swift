// SPDX-License-Identifier: Apache-2.0

import CollectionInsights
import DatabaseCore
import Execution
import Fetching
import Foundation
import HTTPServer
import ImageVectorizer
import Importing
import JSON
import OpenAPI
import ServerInspection
import Testing

@testable import RESTAPI

/// What the document shows, sent to the endpoints that it is shown for.
struct OpenAPIExampleTests {
    /// Those of the document, but GraphQL, which is answered elsewhere.
    private static let operations = RESTDocument.document.entries.filter { $0.tag != "graphql" }

    @Test func `every example of a body is carried out`() async throws {
        for entry in Self.operations {
            for content in entry.operation.body?.contents ?? [] {
                for example in content.examples {
                    let server = try await ExampleServer(isEmpty: entry.operation.id == "schema.objects.create")
                    let answer = try await server.send(entry, body: content, example.value)
                    let place: Comment =
                        "\(entry.operation.id), \(content.type), \(example.summary): \(answer.text.prefix(300))"
                    #expect((200..<300).contains(answer.status), place)
                    #expect(!answer.text.contains("FAILED"), place)
                    server.expectDeclared(answer, of: entry)
                    await server.close()
                }
            }
        }
    }

    @Test func `every operation answers its own example of a path as it says`() async throws {
        for entry in Self.operations {
            let server = try await ExampleServer()
            let content = entry.operation.body?.contents.first
            server.expectDeclared(
                try await server.send(entry, body: content, content?.examples.first?.value), of: entry)
            await server.close()
        }
    }

    @Test func `every parameter in a query matters`() async throws {
        for entry in Self.operations {
            for parameter in entry.parameters where parameter.place == .query {
                let plain = try await answer(to: entry, [])
                // Nothing is under way that could be cancelled; what began it takes the same parameters.
                if plain.status == 404, entry.method == "DELETE" {
                    let sibling = Self.operations.first { $0.path == entry.path && $0.method == "GET" }
                    #expect(sibling?.operation.takesQuery(parameter.name) == true)
                    continue
                }
                #expect((200..<300).contains(plain.status), "\(entry.operation.id): \(plain.text.prefix(200))")
                // An order needs what it orders.
                let others = parameter.name == "order" && entry.operation.takesQuery("sort") ? ["sort=text"] : []
                let changed = try await answer(to: entry, others + ["\(parameter.name)=nosuchthing"])
                #expect(
                    changed.status != plain.status || changed.text != plain.text,
                    "\(entry.operation.id) does not look at '\(parameter.name)'")
            }
        }
    }

    private func answer(to entry: APIDocument.Entry, _ query: [String]) async throws -> ExampleServer.Answer {
        let server = try await ExampleServer()
        let content = entry.operation.body?.contents.first
        let answer = try await server.send(entry, query: query, body: content, content?.examples.first?.value)
        await server.close()
        return answer
    }
}

private struct NoFetching: PictureFetching {
    func picture(at url: String) async throws(FetchError) -> [UInt8] { throw .off }
}

/// Measures until it is no longer wanted.
private struct EndlessRecall: RecallOperations {
    func recallCurve(
        of request: RecallCurveRequest, progress: (_ done: Int, _ total: Int) -> Void
    ) async throws -> RecallCurve? {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
        throw CancellationError()
    }
}

/// A server on which the examples of the document have been carried out that others need.
private struct ExampleServer {
    struct Answer {
        let status: Int
        let type: String?
        let text: String
    }

    private let fixture: RESTFixture
    private let pool = ComputePool(threadCount: 1, name: "examples")
    private let folder = NSTemporaryDirectory() + "needletail-examples-\(UUID().uuidString)"

    init(isEmpty: Bool = false) async throws {
        var settings = DatabaseSettings()
        settings.backupFolder = "/backups"
        settings.modules = ["img2vec-neural"]
        let (pool, folder) = (pool, folder)
        try FileManager.default.createDirectory(atPath: folder + "/root", withIntermediateDirectories: true)
        fixture = RESTFixture(
            settings: settings,
            imports: { database in
                ImportService(
                    database: database, roots: [folder + "/root"], limit: 1, executor: pool,
                    journalFolder: folder + "/journals", fetcher: NoFetching(), decodingLimits: .init())
            }, insightsPool: pool, inspector: .double(background: pool),
            recall: EndlessRecall())
        guard !isEmpty else { return }
        for id in ["schema.objects.create", "tenants.create", "batch.objects.create", "aliases.create"] {
            try await carryOutExamples(of: id)
        }
        for (path, body) in [
            ("/v1/schema/\(OpenAPIExamples.classWithTenants)/tenants", #"[{"name": "\#(OpenAPIExamples.tenant)"}]"#),
            ("/v1/aliases", #"{"alias": "\#(OpenAPIExamples.alias)", "class": "\#(OpenAPIExamples.pictureClass)"}"#),
            ("/v1/backups/filesystem", #"{"id": "\#(OpenAPIExamples.backup)"}"#),
        ] {
            let answer = try await fixture.send("POST", path, body)
            #expect(answer.status == 200, "\(path): \(answer.message ?? "")")
        }
        // What has just been created is to be created once more.
        for path in ["/v1/aliases/Funny"] { _ = try await fixture.send("DELETE", path) }
    }

    func close() async {
        await fixture.handler.context.inspector?.close()
        await fixture.handler.context.insights?.close()
        await fixture.handler.context.imports?.close()
        pool.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func carryOutExamples(of id: String) async throws {
        let entry = try #require(RESTDocument.document.entries.first { $0.operation.id == id })
        let content = try #require(entry.operation.body?.contents.first)
        for example in content.examples {
            let answer = try await send(entry, body: content, example.value)
            #expect(answer.status == 200, "\(id): \(answer.text)")
        }
    }

    /// Sends a request with the examples of its parameters.
    ///
    /// - Parameter query: more of it, e.g. `limit=2`.
    func send(
        _ entry: APIDocument.Entry, query: [String] = [], body content: APIContent?, _ value: JSONValue?
    ) async throws -> Answer {
        var path = entry.path
        var query = query
        for parameter in entry.parameters {
            // Names of shards are made by the database.
            let example = parameter.name == "shard" ? "shard\(OpenAPIExamples.pictureClass)" : parameter.example
            switch parameter.place {
            case .path: path = path.replacing("{\(parameter.name)}", with: example ?? "")
            case .query where parameter.isRequired && !query.contains { $0.hasPrefix("\(parameter.name)=") }:
                query.append("\(parameter.name)=\(example ?? "")")
            case .query, .header: break
            }
        }
        let target = path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        if let content, let value {
            let isForm = content.type == "multipart/form-data"
            headers = [("content-type", isForm ? "\(content.type); boundary=\(FormPart.boundary)" : content.type)]
            body = isForm ? FormPart.body(parts(value)) : value.encoded
        }
        let response = try await fixture.response(to: entry.method, target, body, headers: headers)
        return Answer(
            status: response.status, type: response.headers.first { $0.name == "Content-Type" }?.value,
            text: String(decoding: response.body, as: UTF8.self))
    }

    /// The parts that an example of a form stands for: texts as they are, all else as JSON.
    private func parts(_ form: JSONValue) -> [FormPart] {
        form.members.flatMap { member in
            let isListOfFiles = member.value.elements.first == .string(OpenAPIExamples.file)
            return (isListOfFiles ? member.value.elements : [member.value]).map { value in
                switch value {
                case .string(OpenAPIExamples.file): FormPart.file(member.name, "P a picture")
                case .string(let text): FormPart.text(member.name, text)
                default: FormPart.text(member.name, String(decoding: value.encoded, as: UTF8.self))
                }
            }
        }
    }

    /// Expects that the answer's status is declared, and its content type with it.
    func expectDeclared(_ answer: Answer, of entry: APIDocument.Entry) {
        let place: Comment = "\(entry.operation.id): \(answer.status) \(answer.type ?? "") \(answer.text.prefix(300))"
        guard let response = entry.operation.responses.first(where: { $0.status == "\(answer.status)" }) else {
            Issue.record(place)
            return
        }
        // The server leaves out the bodies of answers to HEAD.
        let type = answer.text.isEmpty || entry.method == "HEAD" ? nil : answer.type
        let declared = response.contents.map(\.type)
        let fits = declared.contains { $0 == type || $0.hasSuffix("/*") && type?.hasPrefix($0.dropLast()) == true }
        #expect(type == nil ? declared.isEmpty : fits, place)
    }
}

// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import Execution
import Foundation
import GraphQLLanguage
import HTTPServer
import JSON
import Synchronization

/// Answers `POST /v1/graphql` and `POST /v1/graphql/batch`; other paths 404, other methods 405.
///
/// Status 200 whenever the request was understood, with GraphQL's errors inside; 422 for a missing query and for a
/// database without collections; 400 for a body that is no JSON.
package final class GraphQLHandler: HTTPHandler {
    private let database: any DatabaseOperations
    private let limits: GraphQLLimits
    /// How many searches of one request are worked on at a time.
    private let width: Int
    /// What stands before the paths of links to pictures.
    private let origin: String
    /// Of the collections as they were at the last request.
    private let schema = Mutex<CollectionSchema?>(nil)

    /// How many requests a batch may hold.
    private static let batchLimit = 1_000

    /// - Parameters:
    ///   - width: how many searches of one request are worked on at a time, at least 1. More than the compute pool has threads
    ///     let other clients wait and gain nothing.
    ///   - origin: the setting `ORIGIN`, before the paths of links to pictures.
    package init(
        database: any DatabaseOperations, width: Int = ProcessInfo.processInfo.activeProcessorCount, origin: String = ""
    ) {
        self.origin = origin
        precondition(width >= 1, "\(width) searches at a time")
        self.database = database
        self.width = width
        limits = GraphQLLimits()
    }

    /// Answers `POST /v1/graphql` (200, errors inside) and `/v1/graphql/batch`; 422 for a body that is no request, 413 or 503 where the
    /// memory for it is not to be had. Runs on the compute pool and blocks it for reads of the database.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let isBatch: Bool
        switch request.pathSegments {
        case ["v1", "graphql"]: isBatch = false
        case ["v1", "graphql", "batch"]: isBatch = true
        default:
            return failure(404, "path \(request.rawPath) was not found")
        }
        guard request.method == "POST" else {
            return failure(405, "method \(request.method) is not allowed, but [POST] are")
        }
        guard !request.body.isEmpty else { return failure(422, "body in body is required", code: 602) }
        let allowance = DecodingAllowance(request.memory, bodyByteCount: request.body.count)
        do throws(RequestReader.Fault) {
            guard isBatch else {
                return await respond(to: try GraphQLRequest(request.body, allowance: allowance), allowance)
            }
            let (requests, count) = try GraphQLRequest.list(
                request.body, keeping: Self.batchLimit, allowance: allowance)
            guard count <= Self.batchLimit else {
                return refusal("a batch of \(count) queries; at most \(Self.batchLimit) are allowed")
            }
            return await respond(toBatch: requests, allowance)
        } catch {
            switch error {
            case .json(let error): return failure(400, "parsing body body from \"\" failed, because \(error.message)")
            case .memory(.budget(let error)): return .refusal(error)
            case .memory(let refusal): return failure(413, refusal.message)
            }
        }
    }

    private func respond(to request: GraphQLRequest, _ allowance: DecodingAllowance) async -> HTTPResponse {
        if request.query.isEmpty { return refusal("query cannot be empty") }
        guard let schema = currentSchema() else {
            return refusal(
                "no graphql provider present, this is most likely because no schema is present. Import a schema first!")
        }
        return .json(await answer(request, schema, allowance, width: width))
    }

    private func respond(
        toBatch requests: [GraphQLRequest], _ allowance: DecodingAllowance
    ) async -> HTTPResponse {
        let schema = currentSchema()
        // What the queries of the batch leave of the width is for the fields of each.
        let widthOfEach = max(1, width / max(1, requests.count))
        let answers = await mapInParallel(requests, width: width) { [self] request in
            guard let schema, !request.query.isEmpty else { return Self.unprocessable }
            return await answer(request, schema, allowance, width: widthOfEach)
        }
        var writer = JSONWriter(reservingCapacity: answers.reduce(2) { $0 + $1.count + 1 })
        writer.beginArray()
        for answer in answers { writer.raw(answer) }
        writer.endArray()
        return .json(writer.bytes)
    }

    /// What stands in the answer to a batch in the place of a query that is empty or has nothing to ask.
    private static let unprocessable: [UInt8] = {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("errors")
        writer.beginArray()
        writer.beginObject()
        writer.member("locations", .null)
        writer.member(
            "message",
            .string("422: The request is well-formed but was unable to be followed due to semantic errors."))
        writer.member("path", .null)
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }()

    private func answer(
        _ request: GraphQLRequest, _ schema: CollectionSchema, _ allowance: DecodingAllowance, width: Int
    ) async -> [UInt8] {
        var execution = RequestExecution(
            database: database, schema: schema, limits: limits, allowance: allowance, width: width)
        let bytes = await execution.answer(request)
        // The types refer to the schema without holding it.
        return withExtendedLifetime(schema) { bytes }
    }

    /// The types of the collections as they are now; `nil` if there is none. O(1) while no definition changes.
    private func currentSchema() -> CollectionSchema? {
        // Read first: what changes after it makes the next request look again.
        let generation = database.schemaGeneration
        if let schema = schema.withLock({ $0 }), schema.generation == generation { return schema }
        let definitions = database.collections()
        guard !definitions.isEmpty else { return nil }
        let made = CollectionSchema(
            definitions, aliases: database.aliases(), generation: generation, origin: origin)
        schema.withLock { $0 = made }
        return made
    }

    // MARK: Refusals

    /// A refusal of the framework: `{"code":…,"message":…}`.
    private func failure(_ status: Int, _ message: String, code: Int? = nil) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("code")
        writer.number(code ?? status)
        writer.key("message")
        writer.string(message)
        writer.endObject()
        return .json(writer.bytes, status: status)
    }

    /// A refusal of the handler: `{"error":[{"message":…}]}`.
    private func refusal(_ message: String) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.beginArray()
        writer.beginObject()
        writer.key("message")
        writer.string(message)
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes, status: 422)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import HTTPServer

/// Answers everything under `/v1`, and the redirection of `/` to it.
///
/// A request is routed, decoded, carried out by the database, and its result encoded; what is refused on the way is
/// thrown as a `Refusal`, which holds the answer. Every answer carries the three CORS headers.
package struct RESTHandler: HTTPHandler {
    let database: any DatabaseOperations
    let graphql: any HTTPHandler
    let context: RESTContext

    /// - Parameter graphql: answers `POST /v1/graphql` and `/v1/graphql/batch`.
    package init(database: any DatabaseOperations, graphql: any HTTPHandler, context: RESTContext) {
        self.database = database
        self.graphql = graphql
        self.context = context
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = await answer(to: request)
        response.headers += [
            ("Access-Control-Allow-Origin", context.allowedOrigins),
            ("Access-Control-Allow-Methods", context.allowedMethods),
            ("Access-Control-Allow-Headers", context.allowedHeaders),
        ]
        return response
    }

    private func answer(to request: HTTPRequest) async -> HTTPResponse {
        if request.method == "OPTIONS" { return HTTPResponse(status: 200) }
        if request.pathSegments.isEmpty, request.method == "GET" || request.method == "HEAD" {
            return HTTPResponse(status: 301, headers: [("Location", "/v1")])
        }
        do {
            switch Router.outcome(method: request.method, segments: request.pathSegments) {
            case .found(let endpoint, let parameters):
                return try await carryOut(endpoint, Call(request: request, parameters: parameters))
            case .unknownPath:
                throw Refusal.framework(404, code: 404, "path \(request.rawPath.prefix(1000)) was not found")
            case .wrongMethod(let allowed):
                let list = allowed.joined(separator: ",")
                var refusal = Refusal.framework(
                    405, code: 405, "method \(request.method) is not allowed, but [\(list)] are")
                refusal.response.headers.append(("Allow", list))
                throw refusal
            }
        } catch let refusal as Refusal {
            var response = refusal.response
            if request.method == "HEAD" { response.body = [] }
            return response
        } catch {
            // Endpoints throw nothing but refusals.
            return Refusal.handler(500, "the request failed").response
        }
    }

    private func carryOut(_ endpoint: Endpoint, _ call: Call) async throws(Refusal) -> HTTPResponse {
        switch endpoint {
        case .root: root()
        case .meta: meta()
        case .live: HTTPResponse(status: 200)
        case .ready: HTTPResponse(status: context.isReady() ? 200 : 503)
        // No OIDC: clients take it as "no credentials needed".
        case .openIDConfiguration: HTTPResponse(status: 404)
        case .nodes: try nodes(call)
        case .schema: schema()
        case .createClass: try await createClass(call)
        case .getClass: try getClass(call)
        case .updateClass: try await updateClass(call)
        case .deleteClass: try await deleteClass(call)
        case .addProperty: try await addProperty(call)
        case .shards: try shards(call)
        case .shardStatus: try changeShardStatus(call)
        case .deleteIndex: try await deleteIndex(call)
        case .listObjects: try await listObjects(call)
        case .createObject: try await createObject(call)
        case .validateObject: try await validateObject(call)
        case .getObject: try getObject(call)
        case .headObject: try headObject(call)
        case .replaceObject: try await replaceObject(call)
        case .mergeObject: try await mergeObject(call)
        case .deleteObject: try await deleteObject(call)
        case .batchObjects: try await batchObjects(call)
        case .batchDelete: try await batchDelete(call)
        case .batchReferences: try batchReferences(call)
        case .graphql: await graphql.respond(to: call.request)
        case .unbuilt(let feature): throw .unsupported(feature)
        }
    }

    /// Carries out `body`, with what the database refuses put into the words of `operation`.
    func during<Result>(
        _ operation: ErrorMapping.Operation, _ body: () async throws(DatabaseError) -> Result
    ) async throws(Refusal) -> Result {
        do {
            return try await body()
        } catch {
            throw ErrorMapping.refusal(error, in: operation)
        }
    }

    /// The same without suspension.
    func reading<Result>(
        _ operation: ErrorMapping.Operation, _ body: () throws(DatabaseError) -> Result
    ) throws(Refusal) -> Result {
        do {
            return try body()
        } catch {
            throw ErrorMapping.refusal(error, in: operation)
        }
    }
}

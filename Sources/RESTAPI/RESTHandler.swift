// SPDX-License-Identifier: Apache-2.0

import Authentication
import DatabaseCore
import HTTPGateway
import HTTPServer

/// Answers everything under `/v1`, and the redirection of `/` to it.
///
/// A request is routed (`RESTEndpoints`), decoded, carried out by the database, and its result encoded; what is refused on the
/// way is thrown as a `Refusal`, which holds the answer. Every answer carries the three CORS headers.
package struct RESTHandler: GuardedHandler {
    let database: any DatabaseOperations
    let graphql: any HTTPHandler
    let context: RESTContext
    /// Of pictures that were asked for.
    let pictureDigests = PictureDigests()
    private let health: RESTHealth

    /// - Parameter graphql: answers `POST /v1/graphql` and `/v1/graphql/batch`.
    package init(database: any DatabaseOperations, graphql: any HTTPHandler, context: RESTContext) {
        self.database = database
        self.graphql = graphql
        self.context = context
        health = RESTHealth(isReady: context.isReady, crossOrigin: context.crossOrigin)
    }

    /// What the endpoint's row in the table says. Open are preflights too, and what is not below `/v1`; a path below it that
    /// is none asks for `read`, so that nobody learns which ones there are, unless all paths that begin like it are open.
    package func permission(for request: HTTPRequest) -> Permission {
        let router = RESTEndpoints.router
        if request.method == "OPTIONS" || !request.pathSegments.starts(with: router.prefix) { return .open }
        if let permission = router.permission(method: request.method, path: request.pathSegments) { return permission }
        let branch = request.pathSegments.dropFirst(router.prefix.count).first
        return branch.map(Self.openBranches.contains) == true ? .open : .read
    }

    package func pathPattern(for request: HTTPRequest) -> String? {
        RESTEndpoints.router.fullPath(method: request.method, path: request.pathSegments)
    }

    /// The first segments below which everything is open.
    private static let openBranches: Set<String> = {
        let branches = Dictionary(grouping: RESTEndpoints.router.endpoints) { $0.path.segments.first }
        return Set(
            branches.compactMap { first, endpoints in
                guard case .literal(let name)? = first, endpoints.allSatisfy({ $0.permission == .open }) else {
                    return nil
                }
                return name
            })
    }()

    /// Liveness and readiness, on the connection's thread; `nil` for whatever takes work.
    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? { health.immediateResponse(to: request) }

    /// Answers any request below `/v1`, with the CORS headers; never throws, since every refusal is an answer. Runs on the compute
    /// pool and blocks it for reads of the database.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        context.crossOrigin.added(to: await answer(to: request))
    }

    private func answer(to request: HTTPRequest) async -> HTTPResponse {
        if request.method == "OPTIONS" { return HTTPResponse(status: 200) }
        if request.pathSegments.isEmpty, request.method == "GET" || request.method == "HEAD" {
            return HTTPResponse(status: 301, headers: [("Location", "/v1")])
        }
        do throws(Refusal) {
            switch RESTEndpoints.router.match(method: request.method, path: request.pathSegments) {
            case .found(let endpoint, let parameters):
                return try await carryOut(
                    endpoint.action, Call(request: request, parameters: parameters, operation: endpoint.operation))
            case .unknownPath:
                throw .framework(404, code: 404, "path \(request.rawPath.prefix(1000)) was not found")
            case .wrongMethod(let others):
                let list = Set(others.map(\.method)).sorted().joined(separator: ",")
                var refusal = Refusal.framework(
                    405, code: 405, "method \(request.method) is not allowed, but [\(list)] are")
                refusal.response.headers.append(("Allow", list))
                throw refusal
            }
        } catch {
            var response = error.response
            if request.method == "HEAD" { response.body = [] }
            return response
        }
    }

    private func carryOut(_ action: RESTAction, _ call: Call) async throws(Refusal) -> HTTPResponse {
        switch action {
        case .immediate(let answer): answer(context.isReady())
        case .work(let work): try await work(self, call)
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

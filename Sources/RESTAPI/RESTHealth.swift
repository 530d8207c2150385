// SPDX-License-Identifier: Apache-2.0

import HTTPGateway
import HTTPServer

/// Answers those endpoints that take no work: whether the server is alive and ready. Needs no database, so it answers before
/// one is open too.
package struct RESTHealth: HTTPHandler {
    private let isReady: @Sendable () -> Bool
    private let crossOrigin: CrossOriginHeaders

    /// - Parameter isReady: what `/v1/.well-known/ready` tells; asked on the connection's thread.
    package init(isReady: @escaping @Sendable () -> Bool, crossOrigin: CrossOriginHeaders) {
        self.isReady = isReady
        self.crossOrigin = crossOrigin
    }

    /// Answers the endpoints that take no work; `nil` for all others.
    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        let match = RESTEndpoints.immediateRouter.match(method: request.method, path: request.pathSegments)
        guard case .found(let endpoint, _) = match, case .immediate(let answer) = endpoint.action else { return nil }
        return crossOrigin.added(to: answer(isReady()))
    }

    /// The same; 404 for all else.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        immediateResponse(to: request) ?? crossOrigin.added(to: HTTPResponse(status: 404))
    }
}

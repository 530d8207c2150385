// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway
import HTTPServer

/// The console beside the APIs: it answers what is below `/console`, and browsers that ask for `/` are led there. All else is
/// left to the APIs.
package struct ConsoleEntrance: GuardedHandler {
    private let apis: any GuardedHandler
    private let mounts: Mounts

    package init(inner apis: any GuardedHandler, console: ConsoleHandler) {
        self.apis = apis
        mounts = Mounts([(ConsoleHandler.prefix, console)], others: apis)
    }

    package func permission(for request: HTTPRequest) -> Permission { mounts.permission(for: request) }

    package func pathPattern(for request: HTTPRequest) -> String? { mounts.pathPattern(for: request) }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? { apis.immediateResponse(to: request) }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = await mounts.respond(to: request)
        guard request.pathSegments.isEmpty else { return response }
        if request.method == "GET" || request.method == "HEAD", Self.isBrowser(request) {
            response = HTTPResponse(status: 302, headers: [("Location", "/\(ConsoleHandler.prefix[0])")])
        }
        response.headers.append(("Vary", "Accept"))
        return response
    }

    /// Whether it wants to show a page: clients of the API ask for JSON, or for anything.
    private static func isBrowser(_ request: HTTPRequest) -> Bool {
        request.header("accept")?.lowercased().contains("text/html") == true
    }
}

// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPServer

/// Lets requests through whose credential is accepted, and those that need none.
///
/// Every principal may do everything so far: what `permission(for:)` tells is only whether a credential is looked at.
package struct KeyCheck: HTTPHandler {
    private let inner: any GuardedHandler
    private let authenticator: Authenticator

    /// - Parameters:
    ///   - inner: says which permission a request needs, and answers those that have it.
    ///   - authenticator: tells from a credential who sends the request.
    package init(inner: any GuardedHandler, authenticator: Authenticator) {
        self.inner = inner
        self.authenticator = authenticator
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do throws(AuthenticationError) {
            try check(request)
        } catch {
            return .json(Array("{\"code\":401,\"message\":\"\(error.message)\"}".utf8), status: 401)
        }
        return await inner.respond(to: request)
    }

    /// Nothing but what is open to everybody: credentials are looked at on the pool.
    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        guard let response = inner.immediateResponse(to: request), inner.permission(for: request) == .open else {
            return nil
        }
        return response
    }

    private func check(_ request: HTTPRequest) throws(AuthenticationError) {
        if authenticator.letsEverybodyIn || inner.permission(for: request) == .open { return }
        _ = try authenticator.principal(authorization: request.header("authorization"))
    }
}

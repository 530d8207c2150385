// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPServer

/// Keeps pages of other origins from changing anything in the name of whoever looks at them (cross-site request forgery).
///
/// Weaviate's clients are no browsers and send neither `Origin` nor `Sec-Fetch-Site`; browsers send one of them with
/// everything that changes something. Such a request is let through if it brings what a foreign page cannot send:
///
/// - `Sec-Fetch-Site: same-origin`, or an `Origin` that is the server's own: both are the browser's words;
/// - the header `X-Needletail-Console`, which `CORS_ALLOW_HEADERS` does not list;
/// - an API key that is accepted;
/// - an `Origin` that `CORS_ALLOW_ORIGIN` names. Its default, `*`, lets other pages read.
package struct ForeignPageCheck: GuardedHandler {
    private let inner: any GuardedHandler
    private let authenticator: Authenticator
    private let crossOrigin: CrossOriginHeaders

    /// The name of the header that the console sends, in lower case.
    package static let consoleHeader = "x-needletail-console"

    /// - Parameter inner: says which permission a request needs, and answers those that are let through.
    package init(inner: any GuardedHandler, authenticator: Authenticator, crossOrigin: CrossOriginHeaders) {
        self.inner = inner
        self.authenticator = authenticator
        self.crossOrigin = crossOrigin
    }

    package func permission(for request: HTTPRequest) -> Permission { inner.permission(for: request) }

    package func pathPattern(for request: HTTPRequest) -> String? { inner.pathPattern(for: request) }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? { inner.immediateResponse(to: request) }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard changesSomething(request), isFromForeignPage(request) else { return await inner.respond(to: request) }
        let origin = request.header("origin").map { $0.prefix(200) } ?? "another site"
        let message =
            "a page of \(origin) wants to change something; pages of other origins may only read. To let its pages in, set "
            + "CORS_ALLOW_ORIGIN to their origin, or have them send an API key"
        return crossOrigin.added(to: .json(Self.body(message), status: 403))
    }

    private func changesSomething(_ request: HTTPRequest) -> Bool {
        switch request.method {
        case "GET", "HEAD", "OPTIONS": false
        case "DELETE": true
        default: inner.permission(for: request) >= .write
        }
    }

    private func isFromForeignPage(_ request: HTTPRequest) -> Bool {
        let origin = request.header("origin")
        let site = request.header("sec-fetch-site")
        // `none` is what the user asked for: the address bar, a bookmark.
        guard origin != nil || site.map({ $0 != "none" }) == true else { return false }
        if site == "same-origin" || request.header(Self.consoleHeader) != nil { return false }
        if let origin, origin == crossOrigin.allowedOrigins || (site == nil && isOwn(origin, request)) { return false }
        return !hasKey(request)
    }

    /// Whether an origin is where the request was sent to, for browsers that know no `Sec-Fetch-Site`.
    private func isOwn(_ origin: String, _ request: HTTPRequest) -> Bool {
        guard let host = request.header("host") else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    private func hasKey(_ request: HTTPRequest) -> Bool {
        guard case .user? = try? authenticator.principal(authorization: request.header("authorization")) else {
            return false
        }
        return true
    }

    private static func body(_ message: String) -> [UInt8] {
        // An origin is what a browser wrote; anybody else may send anything as one.
        let plain = message.unicodeScalars.filter { $0 != "\"" && $0 != "\\" && $0.value >= 0x20 }
        return Array("{\"error\":[{\"message\":\"\(String(String.UnicodeScalarView(plain)))\"}]}".utf8)
    }
}

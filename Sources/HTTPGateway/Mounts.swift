// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPServer

/// A handler that says what each request asks of its sender.
package protocol GuardedHandler: HTTPHandler {
    /// What the sender must be allowed. Must not be `open` for what tells anything about stored data.
    func permission(for request: HTTPRequest) -> Permission

    /// The path of the endpoint that a request means, with parameters in braces: `/v1/objects/{class}/{id}`; `nil` if it means
    /// none. Of these there must be as many as the API declares, whatever clients send.
    func pathPattern(for request: HTTPRequest) -> String?
}

/// Hands requests on by what their path begins with: several APIs on one port.
///
///     Mounts([(["v1"], rest), (["v1", "grpc-web"], grpcWeb), (["console"], console)], others: rest)
package struct Mounts: GuardedHandler {
    /// Segments that paths begin with, and who answers them.
    package typealias Mount = (prefix: [String], handler: any GuardedHandler)

    /// The longest prefix first.
    private let mounts: [Mount]
    private let others: any GuardedHandler

    /// - Parameters:
    ///   - mounts: each with the segments that its paths begin with; the longest that fits counts. Handlers get the whole path.
    ///   - others: answers all other paths.
    package init(_ mounts: [Mount], others: any GuardedHandler) {
        self.mounts = mounts.sorted { $0.prefix.count > $1.prefix.count }
        self.others = others
    }

    private func handler(for request: HTTPRequest) -> any GuardedHandler {
        // By index: `first(where:)` copies each on the way.
        for index in mounts.indices where request.pathSegments.starts(with: mounts[index].prefix) {
            return mounts[index].handler
        }
        return others
    }

    package func permission(for request: HTTPRequest) -> Permission {
        handler(for: request).permission(for: request)
    }

    package func pathPattern(for request: HTTPRequest) -> String? {
        handler(for: request).pathPattern(for: request)
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        await handler(for: request).respond(to: request)
    }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        handler(for: request).immediateResponse(to: request)
    }
}

// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// Lets requests through that bring a known API key, or none where that is allowed.
///
/// `/v1` and `/v1/.well-known/…` need no key, nor does a CORS preflight. A wrong key is refused even where none is needed.
struct KeyCheck: HTTPHandler {
    let inner: any HTTPHandler
    let keys: [String]
    let allowsAnonymous: Bool

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let refusal = refusal(of: request) {
            return .json(Array("{\"code\":401,\"message\":\"\(refusal)\"}".utf8), status: 401)
        }
        return await inner.respond(to: request)
    }

    private func refusal(of request: HTTPRequest) -> String? {
        let path = request.pathSegments
        if request.method == "OPTIONS" || path.count <= 1 || path.dropFirst().first == ".well-known" { return nil }
        guard let header = request.header("authorization") else {
            return allowsAnonymous
                ? nil
                : "anonymous access not enabled. Please authenticate through one of the available methods: [API-keys]"
        }
        if keys.isEmpty, allowsAnonymous { return nil }
        let scheme = "bearer "
        guard header.lowercased().hasPrefix(scheme) else {
            return "unauthorized: the Authorization header must read 'Bearer KEY'"
        }
        let given = Array(header.utf8.dropFirst(scheme.utf8.count))
        return keys.contains { Self.isEqual(Array($0.utf8), given) } ? nil : "unauthorized: invalid api key"
    }

    /// Takes the same time wherever the first difference lies.
    private static func isEqual(_ key: [UInt8], _ given: [UInt8]) -> Bool {
        guard key.count == given.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(key, given) { difference |= one ^ other }
        return difference == 0
    }
}

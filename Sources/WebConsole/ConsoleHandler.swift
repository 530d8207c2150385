// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPGateway
import HTTPServer

/// Answers everything under `/console`: the page, its scripts and styles, the guides.
///
/// Open to everybody, with keys as well: it tells nothing of what is stored, and asks for the key that the interface wants.
/// A path without a file name is a screen, and answered with the page, which reads it.
package struct ConsoleHandler: GuardedHandler {
    private let files: ConsoleFiles
    private let policy: ConsolePolicy

    /// What all paths begin with.
    package static let prefix = ["console"]

    /// - Parameter folder: holds the site in place of the one in the program, for working on it; `nil` for none.
    package init(policy: ConsolePolicy, folder: String? = nil) {
        self.policy = policy
        files = ConsoleFiles(folder: folder)
    }

    package func permission(for request: HTTPRequest) -> Permission { .open }

    package func pathPattern(for request: HTTPRequest) -> String? { "/\(Self.prefix[0])/{file}" }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = answer(to: request)
        response.headers += policy.headers
        if request.method == "HEAD" { response.body = [] }
        return response
    }

    private func answer(to request: HTTPRequest) -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Self.refusal(405, "the console is read with GET")
            response.headers.append(("Allow", "GET, HEAD"))
            return response
        }
        let segments = Array(request.pathSegments.dropFirst(Self.prefix.count))
        let isScreen = segments.last.map { !$0.contains(".") } ?? true
        guard let file = files.file(at: isScreen ? ["index.html"] : segments) else {
            return Self.refusal(404, "the console has no file \(request.rawPath.prefix(1000))")
        }
        return response(file, to: request)
    }

    private func response(_ file: ConsoleFile, to request: HTTPRequest) -> HTTPResponse {
        // Browsers keep what they have and ask each time whether it is still right: a new version shows at once.
        var headers = [("ETag", file.tag), ("Cache-Control", "no-cache"), ("Vary", "Accept-Encoding")]
        if request.header("if-none-match")?.contains(file.tag) == true {
            return HTTPResponse(status: 304, headers: headers)
        }
        headers.append(("Content-Type", file.contentType))
        guard let packed = file.packed, request.header("accept-encoding")?.contains("gzip") == true else {
            return HTTPResponse(status: 200, headers: headers, body: file.bytes)
        }
        headers.append(("Content-Encoding", "gzip"))
        return HTTPResponse(status: 200, headers: headers, body: packed)
    }

    private static func refusal(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array("\(text)\n".utf8))
    }
}

// SPDX-License-Identifier: Apache-2.0

import Authentication
import GRPCServer
import HTTPGateway
import HTTPServer

/// gRPC for browsers, which cannot speak gRPC's HTTP/2 (gRPC-Web, PROTOCOL-WEB.md of the gRPC project): unary calls as `POST` of one
/// framed message, answered with status 200 and a body that ends with the gRPC status.
///
///     POST /v1/grpc-web/weaviate.v1.Weaviate/Search
///     Content-Type: application/grpc-web+proto
///
/// The same `GRPCHandler` answers as over gRPC; request headers are the call's metadata.
package struct GRPCWebHandler: GuardedHandler {
    private let handler: any GRPCHandler
    private let prefix: [String]
    private let pattern: String
    private let messageLimitInBytes: Int
    private let crossOrigin: CrossOriginHeaders

    /// What a call may not bring as metadata: it is about the HTTP message.
    private static let transportHeaders: Set<String> = [
        "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "host",
        "transfer-encoding",
    ]

    /// - Parameters:
    ///   - prefix: the segments that stand before `SERVICE/METHOD`.
    ///   - messageLimitInBytes: the largest message, each way.
    package init(
        handler: any GRPCHandler, prefix: [String] = ["v1", "grpc-web"], messageLimitInBytes: Int,
        crossOrigin: CrossOriginHeaders
    ) {
        self.handler = handler
        self.prefix = prefix
        pattern = prefix.reduce("") { "\($0)/\($1)" } + "/{service}/{method}"
        self.messageLimitInBytes = messageLimitInBytes
        self.crossOrigin = crossOrigin
    }

    /// Preflights are open. For all else the front door asks for the key that the handler will ask for, so that nothing of it is
    /// read before.
    package func permission(for request: HTTPRequest) -> Permission {
        if request.method == "OPTIONS" { return .open }
        // `BatchObjects`, `BatchReferences`, `BatchDelete`, `BatchStream`: what begins so changes data.
        return request.pathSegments.last?.hasPrefix("Batch") == true ? .write : .read
    }

    package func pathPattern(for request: HTTPRequest) -> String? { pattern }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = crossOrigin.added(to: await answer(to: request))
        response.headers.append(("Access-Control-Expose-Headers", "grpc-status, grpc-message"))
        return response
    }

    private func answer(to request: HTTPRequest) async -> HTTPResponse {
        if request.method == "OPTIONS" { return HTTPResponse(status: 204) }
        guard request.method == "POST" else {
            var response = Self.refusal(405, "gRPC-Web calls are sent with POST")
            response.headers.append(("Allow", "OPTIONS, POST"))
            return response
        }
        guard let format = GRPCWebFormat(contentType: request.header("content-type") ?? "") else {
            return Self.refusal(
                415, "the Content-Type of gRPC-Web is application/grpc-web or application/grpc-web-text")
        }
        do throws(GRPCStatus) {
            return format.response(message: try await reply(to: request, format), GRPCStatus(.ok, ""))
        } catch {
            return format.response(message: nil, error)
        }
    }

    private func reply(to request: HTTPRequest, _ format: GRPCWebFormat) async throws(GRPCStatus) -> [UInt8] {
        if let refusal = handler.refusal { throw refusal }
        let path = request.pathSegments.dropFirst(prefix.count)
        let method = "/" + path.joined(separator: "/")
        switch handler.kind(of: method) {
        case nil: throw .unimplemented(method, services: handler.services)
        case .bidirectional:
            throw GRPCStatus(
                .unimplemented, "\(path.last ?? "") streams both ways, which gRPC-Web cannot; call it over gRPC")
        case .unary: break
        }
        let timeout = try GRPCTimeout.duration(of: request.header("grpc-timeout"))
        let call = GRPCCall(
            method: method, metadata: request.headers.filter { !Self.transportHeaders.contains($0.name) },
            memory: request.memory)
        let message = try format.message(in: request.body, limitInBytes: messageLimitInBytes, memory: request.memory)
        let reply = try await GRPCTimeout.run(within: timeout) { () async throws(GRPCStatus) in
            try await handler.respond(to: call, message: message)
        }
        try MessageLimit.check(reply, messageLimitInBytes)
        return reply
    }

    private static func refusal(_ status: Int, _ text: String) -> HTTPResponse {
        .json(Array("{\"code\":\(status),\"message\":\"\(text)\"}".utf8), status: status)
    }
}

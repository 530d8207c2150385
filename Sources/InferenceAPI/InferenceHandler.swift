// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import ImageVectorizer
import JSON

/// Answers as the inference container of Weaviate's `img2vec-neural` does, so that a Weaviate takes this server for it.
///
/// | request | answer |
/// | --- | --- |
/// | `GET /.well-known/live`, `/.well-known/ready` | 204; ready is 503 until the network is loaded |
/// | `GET /meta` | which network it is |
/// | `POST /vectors` `{"id": …, "image": base64}` | `{"id": …, "vector": […], "dim": …}` |
///
/// Whatever is refused has the form `{"error": "…"}`. An id is a text that comes back, and nothing else: the container named a
/// file by it.
package struct InferenceHandler: HTTPHandler {
    private let vectorizer: @Sendable () -> (any ImageVectorizing)?

    /// - Parameter vectorizer: what is in use now; `nil` while the network is being loaded, and if there is none. Must not wait.
    package init(vectorizer: @escaping @Sendable () -> (any ImageVectorizing)?) {
        self.vectorizer = vectorizer
    }

    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
        guard request.method == "GET" || request.method == "HEAD" else { return nil }
        switch request.pathSegments {
        case [".well-known", "live"]: return HTTPResponse(status: 204)
        case [".well-known", "ready"]: return HTTPResponse(status: vectorizer() == nil ? 503 : 204)
        default: return nil
        }
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let response = immediateResponse(to: request) { return response }
        do throws(InferenceRefusal) {
            switch request.pathSegments {
            case ["vectors"]:
                try check(request, isOneOf: ["POST"])
                return try await vector(for: request)
            case ["meta"]:
                try check(request, isOneOf: ["GET", "HEAD"])
                return await meta()
            case [".well-known", "live"], [".well-known", "ready"]:
                try check(request, isOneOf: ["GET", "HEAD"])
                return HTTPResponse(status: 204)
            default:
                throw InferenceRefusal(
                    404, "there is only /vectors, /meta, /.well-known/live and /.well-known/ready on this port")
            }
        } catch {
            return error.response
        }
    }

    private func check(_ request: HTTPRequest, isOneOf methods: [String]) throws(InferenceRefusal) {
        guard !methods.contains(request.method) else { return }
        let allowed = methods.joined(separator: ", ")
        throw InferenceRefusal(
            405, "\(request.rawPath.prefix(100)) is asked with \(allowed)", headers: [("Allow", allowed)])
    }

    // MARK: Answers

    private func meta() async -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        if let network = await vectorizer()?.network {
            writer.member("model", .string(network.name))
            writer.member("sha256", .string(network.sha256))
            writer.member("dim", .number(JSONNumber(network.dimensions)))
        }
        writer.endObject()
        return .json(writer.bytes)
    }

    private func vector(for request: HTTPRequest) async throws(InferenceRefusal) -> HTTPResponse {
        guard let vectorizer = vectorizer() else {
            throw InferenceRefusal(
                503, "no image network is loaded; it may still be on its way, else the server's log says why",
                headers: [("Retry-After", "1")])
        }
        let input = try VectorRequest(request)
        guard let result = await vectorizer.vectors(of: [input.picture]).first else {
            preconditionFailure("a vectorizer gave no result for one picture")
        }
        switch result {
        case .success(let vector): return .json(Self.body(id: input.id, vector))
        case .failure(let error): throw InferenceRefusal(error)
        }
    }

    private static func body(id: String, _ vector: [Float]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("id")
        writer.string(id)
        writer.key("vector")
        writer.floats(vector)
        writer.key("dim")
        writer.number(vector.count)
        writer.endObject()
        return writer.bytes
    }
}

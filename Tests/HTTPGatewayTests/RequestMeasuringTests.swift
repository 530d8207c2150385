// SPDX-License-Identifier: Apache-2.0

import Authentication
import HTTPServer
import Observability
import Testing

@testable import HTTPGateway

struct RequestMeasuringTests {
    /// One endpoint, streamed or not, and one that is answered at once.
    private struct API: GuardedHandler {
        let router = Router(
            prefix: ["v1"],
            [
                Endpoint("GET", "objects/{class}/{id}", .read, "Get", tag: "t", nil, 200),
                Endpoint("GET", "stream/{class}", .read, "Stream", tag: "t", nil, 200),
                Endpoint("GET", "live", .open, "Live", tag: "t", nil, 200),
                Endpoint("GET", "", .open, "Root", tag: "t", nil, 500),
            ])

        func permission(for request: HTTPRequest) -> Permission { .open }

        func pathPattern(for request: HTTPRequest) -> String? {
            router.fullPath(method: request.method, path: request.pathSegments)
        }

        func respond(to request: HTTPRequest) async -> HTTPResponse {
            guard case .found(let endpoint, _) = router.match(method: request.method, path: request.pathSegments) else {
                return HTTPResponse(status: 404)
            }
            if request.pathSegments.contains("stream") { return .stream { try await $0.write([1, 2, 3]) } }
            return HTTPResponse(status: endpoint.action)
        }

        func immediateResponse(to request: HTTPRequest) -> HTTPResponse? {
            request.pathSegments.last == "live" ? HTTPResponse(status: 204) : nil
        }
    }

    private let log = RequestLog()
    private var measuring: RequestMeasuring {
        RequestMeasuring(inner: API(), apis: Mounts([], others: API()), log: log)
    }

    private var counts: [String: Int] {
        Dictionary(
            uniqueKeysWithValues: log.figures.endpoints.map { ("\($0.endpoint.method) \($0.endpoint.path)", $0.count) })
    }

    @Test func `requests are counted by patterns, whatever clients send`() async {
        for path in ["/v1/objects/Meme/1", "/v1/objects/Other/2", "/v1", "/v1/nothing/1", "/etc/passwd"] {
            _ = await measuring.respond(to: request(path))
        }
        _ = await measuring.respond(to: request("/v1/objects/Meme/1", "DELETE"))
        _ = await measuring.respond(to: request("/v1/objects/Meme/1", "INVENTED"))
        #expect(
            counts == [
                "GET /v1/objects/{class}/{id}": 2, "GET /v1": 1, "GET other": 2, "DELETE other": 1, "other other": 1,
            ])
        #expect(log.figures.failedCount == 1 && log.figures.refusedCount == 4 && log.figures.inProgress == 0)
    }

    @Test func `slow requests show the class and nothing else of the path`() async {
        _ = await measuring.respond(to: request("/v1/objects/Meme/secret"))
        _ = await measuring.respond(to: request("/v1/nothing/secret"))
        #expect(Set(log.slowest.map(\.path)) == ["/v1/objects/Meme/{id}", "other"])
    }

    @Test func `a streamed answer ends with its stream`() async throws {
        let response = await measuring.respond(to: request("/v1/stream/Meme"))
        #expect(log.figures.inProgress == 1 && log.figures.count == 0)
        #expect(try await response.stream?.collected() == [1, 2, 3])
        #expect(log.figures.inProgress == 0 && counts == ["GET /v1/stream/{class}": 1])
    }

    @Test func `what is answered at once is counted, and what is not is no request yet`() {
        #expect(measuring.immediateResponse(to: request("/v1/live"))?.status == 204)
        #expect(measuring.immediateResponse(to: request("/v1/objects/Meme/1")) == nil)
        #expect(counts == ["GET /v1/live": 1] && log.figures.inProgress == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0

import Execution

/// One request, read whole.
package struct HTTPRequest: Sendable {
    /// Upper case, e.g. `GET`.
    package var method: String
    /// The path without the query, percent-decoded by segment, e.g. `["v1", "objects", "Meme", "…"]`; no empty last segment.
    package var pathSegments: [String]
    /// The path as it was sent, without the query.
    package var rawPath: String
    /// Query parameters in order, percent-decoded.
    package var query: [(name: String, value: String)]
    /// Names in lower case.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// What the request holds of the memory that all requests may take together. The body is counted already; decoders grow it
    /// by what they make of the body, before they keep it. Given back when the response is there.
    package var memory: MemoryReservation
    /// `true` as soon as the client has gone or the server stops waiting. The handler's task is cancelled then as well,
    /// and that is what long work looks at.
    package var isCancelled: @Sendable () -> Bool

    package init(
        method: String, pathSegments: [String], rawPath: String, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        memory: MemoryReservation = MemoryReservation(),
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.method = method
        self.pathSegments = pathSegments
        self.rawPath = rawPath
        self.query = query
        self.headers = headers
        self.body = body
        self.memory = memory
        self.isCancelled = isCancelled
    }

    /// The first value of query parameter `name`.
    package func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The first value of header `name`, given in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// One response. `body` is sent with `Content-Length` in a single write; a stream in chunks, as it is produced.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// What produces the body, instead of `body`.
    package var stream: ResponseStream?

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response whose body is produced while it is sent.
    package static func stream(
        status: Int = 200, headers: [(name: String, value: String)] = [], _ produce: @escaping ResponseStream.Producer
    ) -> Self {
        var response = Self(status: status, headers: headers)
        response.stream = ResponseStream(produce)
        return response
    }

    package static func json(_ body: [UInt8], status: Int = 200) -> Self {
        Self(status: status, headers: [("Content-Type", "application/json")], body: body)
    }

    /// What is answered, by every API, to a request that gets no more memory: 413, or 503 with `Retry-After`.
    package static func refusal(_ error: MemoryBudgetError) -> Self { TransportRefusal(error).response }
}

/// Answers requests.
package protocol HTTPHandler: Sendable {
    /// The answer. Called on the compute pool, so it may block there.
    func respond(to request: HTTPRequest) async -> HTTPResponse

    /// The answer to a request that takes no work, such as whether the server is alive; `nil` for all others.
    ///
    /// Asked for every GET and HEAD without a body, on the connection's own thread, so that the answer comes even when every
    /// thread of the pool is busy and while the server stops. It takes microseconds and never waits.
    func immediateResponse(to request: HTTPRequest) -> HTTPResponse?
}

extension HTTPHandler {
    package func immediateResponse(to request: HTTPRequest) -> HTTPResponse? { nil }
}

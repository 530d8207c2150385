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

/// One response; sent with `Content-Length` in a single write.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func json(_ body: [UInt8], status: Int = 200) -> Self {
        Self(status: status, headers: [("Content-Type", "application/json")], body: body)
    }

    /// What is answered, by every API, to a request that gets no more memory: 413, or 503 with `Retry-After`.
    package static func refusal(_ error: MemoryBudgetError) -> Self { TransportRefusal(error).response }
}

/// Answers requests. Called on the compute pool, so it may block there.
package protocol HTTPHandler: Sendable {
    func respond(to request: HTTPRequest) async -> HTTPResponse
}

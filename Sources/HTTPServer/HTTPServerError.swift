// SPDX-License-Identifier: Apache-2.0

import Execution

/// Why a server does not start.
package enum HTTPServerError: Error, Equatable {
    /// The host is no address of this machine, or no name that leads to one.
    case cannotResolve(host: String, reason: String)
    /// The port is taken, forbidden, or the address is not this machine's.
    case cannotListen(host: String, port: Int, reason: String)
    /// The port is in use by another process.
    case portInUse(host: String, port: Int)
    /// libmicrohttpd refuses; its log says why.
    case cannotStart

    /// For whoever started the server.
    package var message: String {
        switch self {
        case .cannotResolve(let host, let reason): "host '\(host)' is no address to listen on: \(reason)"
        case .cannotListen(let host, let port, let reason):
            "cannot listen on port \(port) of host '\(host)': \(reason)"
        case .portInUse(let host, let port):
            "port \(port) of host '\(host)' is in use by another process; stop it or choose another port"
        case .cannotStart: "the HTTP server does not start; the log says why"
        }
    }
}

/// A request that the transport itself turns down.
struct TransportRefusal: Error, Equatable {
    var status: Int
    /// Fixed texts and numbers only: it is put between quotation marks as it is.
    var message: String

    static let badTarget = Self(
        status: 400, message: "the path or the query holds an escape that is not % and two digits, or is not UTF-8")
    static let missingHost = Self(status: 400, message: "a request of HTTP/1.1 has one Host header")
    static let ambiguousLength = Self(
        status: 400, message: "a request has one Content-Length or Transfer-Encoding, not both and not several")
    static let unknownTransferEncoding = Self(status: 501, message: "the only Transfer-Encoding is chunked")
    static let headersTimedOut = Self(status: 408, message: "the request's headers did not arrive in time")
    static let bodyTimedOut = Self(status: 408, message: "the request's body did not arrive in time")
    static let unknownContentEncoding = Self(
        status: 415, message: "the Content-Encodings that are understood are gzip, deflate and identity")
    static let brokenContentEncoding = Self(status: 400, message: "the body is not what its Content-Encoding says")
    static let noStream = Self(status: 503, message: "there is no memory to unpack the body; try again in a moment")
    static let stopping = Self(status: 503, message: "the server is stopping")

    /// No memory for one more request, or never enough for this one.
    init(_ error: MemoryBudgetError) {
        let status =
            switch error {
            case .exceedsBudget: 413
            case .budgetInUse: 503
            }
        self.init(status: status, message: error.message)
    }

    init(status: Int, message: String) {
        self.status = status
        self.message = message
    }

    static func headersTooLarge(limit: Int) -> Self {
        Self(status: 431, message: "the request line and headers are longer than \(limit) bytes, or too many")
    }

    static func tooManyParameters(limit: Int) -> Self {
        Self(status: 414, message: "the query has more than \(limit) parameters")
    }

    static func bodyTooLarge(limit: Int) -> Self {
        Self(status: 413, message: "the body is larger than \(limit) bytes")
    }

    var response: HTTPResponse {
        var response = HTTPResponse.json(Array("{\"code\":\(status),\"message\":\"\(message)\"}".utf8), status: status)
        if status == 503 { response.headers.append(("Retry-After", "1")) }
        return response
    }

    /// The whole response as it goes over the wire, for where libmicrohttpd takes none. The connection ends with it.
    var wireBytes: [UInt8] {
        let reasons = [408: "Request Timeout", 413: "Content Too Large", 431: "Request Header Fields Too Large"]
        let body = response.body
        let head = """
            HTTP/1.1 \(status) \(reasons[status] ?? "Error")\r\nContent-Type: application/json\r\n\
            Content-Length: \(body.count)\r\nConnection: close\r\n\r\n
            """
        return Array(head.utf8) + body
    }
}

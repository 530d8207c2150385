// SPDX-License-Identifier: Apache-2.0

extension HTTPListener {
    /// Where a server listens, and the limits of what it takes.
    package struct Configuration: Sendable {
        /// A name or numeric address; empty for all addresses, IPv6 and IPv4.
        package var host: String
        /// 0 for any that is free.
        package var port: UInt16
        /// Threads that read and write; the work is done on the pool.
        package var threadCount = 2
        package var connectionLimit = 4096
        /// The longest request line and headers, in bytes, together.
        package var headLimitInBytes = 32 << 10
        /// How many parameters a query may have.
        package var queryParameterLimit = 900
        /// The largest body of one request, in bytes; also after unpacking.
        package var bodyLimitInBytes = 256 << 20
        /// From opening a connection, or the end of the request line, to the end of the headers.
        package var headTimeout = Duration.seconds(30)
        /// For the whole body.
        package var bodyTimeout = Duration.seconds(300)
        /// For sending a whole response.
        package var responseTimeout = Duration.seconds(300)
        /// How long a connection stays open between requests.
        package var idleTimeout = Duration.seconds(180)

        package init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// What libmicrohttpd may take for a connection: a head that is a little too long is refused with a text of ours, a much
        /// longer one by the library.
        var connectionMemoryInBytes: Int { 2 * headLimitInBytes }

        var timeouts: ConnectionState.Timeouts {
            .init(head: headTimeout, body: bodyTimeout, response: responseTimeout, idle: idleTimeout)
        }

        /// How often deadlines are looked at: eight times within the shortest, at most once a second.
        var watchInterval: Duration {
            min(.seconds(1), max(.milliseconds(5), min(headTimeout, bodyTimeout, responseTimeout, idleTimeout) / 8))
        }
    }

    /// What a server has done and is doing.
    package struct Statistics: Sendable, Equatable {
        package var openConnections = 0
        package var totalConnections = 0
        /// Requests that handlers are working on.
        package var requestsInFlight = 0
        /// Requests that were answered, refusals included.
        package var totalRequests = 0
        /// Requests that the server turned down by itself: too large, too slow, malformed, too many.
        package var refusedRequests = 0
        /// Bytes of the memory budget that requests hold, for bodies and for what is decoded from them.
        package var requestBytesInUse = 0
    }
}

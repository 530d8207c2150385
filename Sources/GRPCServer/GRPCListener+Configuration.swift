// SPDX-License-Identifier: Apache-2.0

extension GRPCListener {
    /// Where a server listens, and the limits of what it takes.
    package struct Configuration: Sendable {
        /// A name or numeric address; empty for all addresses, IPv6 and IPv4.
        package var host: String
        /// 0 for any that is free.
        package var port: UInt16
        /// Threads that read, write and tell of events; the work is done on the pool.
        package var threadCount = 1
        /// Connections open at one time; more are closed as they come.
        package var connectionLimit = 4096
        /// Calls of one connection at one time; clients hold more back by themselves.
        package var streamsPerConnection = 256
        /// Calls that are received, worked on or answered at one time; more wait, unread, with 64 KiB of their message at most.
        package var callLimit = 1024
        /// Of these, bidirectional ones, which may last for hours; more are refused.
        package var streamLimit = 256
        /// The largest message, in bytes, each way; also after unpacking.
        package var messageLimitInBytes = 104_858_000
        /// The most metadata of one call, in bytes.
        package var metadataLimitInBytes = 32 << 10
        /// From the begin of a unary call to the end of its message.
        package var receiveTimeout = Duration.seconds(300)
        /// For sending a reply, or one message of a stream.
        package var responseTimeout = Duration.seconds(300)
        /// How long a connection without calls stays open.
        package var idleTimeout = Duration.seconds(180)
        /// A client that has been silent for so long is asked whether it is there.
        package var keepaliveTime = Duration.seconds(60)
        /// How long it may take to answer that.
        package var keepaliveTimeout = Duration.seconds(20)

        package init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// How often deadlines are looked at: eight times within the shortest, at most every ten seconds.
        var lookInterval: Duration {
            min(.seconds(10), max(.milliseconds(5), min(receiveTimeout, responseTimeout) / 8))
        }
    }

    /// What a server has done and is doing.
    package struct Statistics: Sendable, Equatable {
        package var openConnections = 0
        package var totalConnections = 0
        /// Connections that were closed as they came, because there were too many.
        package var refusedConnections = 0
        /// Calls that are received, worked on or answered, those that do for health aside.
        package var callsInFlight = 0
        /// Of these, bidirectional ones.
        package var openStreams = 0
        /// Calls that have come, refused ones included, those for health aside.
        package var totalCalls = 0
        /// Calls that the server turned down by itself: unknown, too large, too slow, too many.
        package var refusedCalls = 0
    }
}

extension Duration {
    /// In whole milliseconds, as gRPC's settings take them.
    var inMilliseconds: Int {
        Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Why a gRPC server does not start.
package enum GRPCServerError: Error, Equatable {
    /// The host is no address of this machine, or no name that leads to one.
    case cannotResolve(host: String, reason: String)
    /// The port is taken, forbidden, or the address is not this machine's.
    case cannotListen(host: String, port: Int, reason: String)
    /// The port is in use by another process.
    case portInUse(host: String, port: Int)
    /// gRPC refuses; its log says why.
    case cannotStart

    /// For whoever started the server.
    package var message: String {
        switch self {
        case .cannotResolve(let host, let reason): "host '\(host)' is no address to listen on for gRPC: \(reason)"
        case .cannotListen(let host, let port, let reason):
            "GRPC_PORT: cannot listen on port \(port) of host '\(host)': \(reason)"
        case .portInUse(let host, let port):
            "GRPC_PORT: port \(port) of host '\(host)' is in use by another process; stop it or choose another port"
        case .cannotStart: "the gRPC server does not start; the log says why"
        }
    }
}

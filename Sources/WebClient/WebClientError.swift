// SPDX-License-Identifier: Apache-2.0

/// Why a request has no answer.
package enum WebClientError: Error, Hashable, Sendable {
    /// The address can't be read; nothing was sent.
    case badAddress(String)
    /// A method or header holds what would end its line; nothing was sent.
    case badHeader(name: String)
    case cannotResolve(host: String)
    /// `reason` in the words of libcurl.
    case cannotConnect(host: String, port: Int, reason: String)
    /// Whoever asked does not allow connections to any address of the host.
    case addressRefused(host: String)
    /// No connection can be trusted, or there is no common language.
    case tls(host: String, reason: String)
    case timedOut(Duration)
    case headTooLarge(limitInBytes: Int)
    case bodyTooLarge(limitInBytes: Int)
    /// The connection broke, or what came is no HTTP.
    case broken(host: String, reason: String)
    case cancelled
    case outOfMemory

    package var message: String {
        switch self {
        case .badAddress(let reason): "the address can't be used: \(reason)"
        case .badHeader(let name): "the header '\(name)' holds a line end or a NUL"
        case .cannotResolve(let host): "the host '\(host)' is not known; check its name and the machine's name service"
        case .cannotConnect(let host, let port, let reason):
            "can't connect to '\(host)', port \(port) (\(reason)); is something listening there?"
        case .addressRefused(let host): "the host '\(host)' has an address that connections to are not allowed"
        case .tls(let host, let reason): "no safe connection to '\(host)': \(reason)"
        case .timedOut(let timeout):
            "no complete answer within \((timeout / .milliseconds(1) / 1000).formattedSeconds) s"
        case .headTooLarge(let limit): "the head of the answer has more than \(limit) bytes"
        case .bodyTooLarge(let limit): "the answer has more than \(limit) bytes"
        case .broken(let host, let reason): "the connection to '\(host)' broke: \(reason)"
        case .cancelled: "the request was cancelled"
        case .outOfMemory: "there was no memory for the request"
        }
    }
}

extension Double {
    /// Without a fraction if there is none.
    fileprivate var formattedSeconds: String { self == rounded() ? "\(Int(self))" : "\(self)" }
}

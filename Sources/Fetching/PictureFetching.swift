// SPDX-License-Identifier: Apache-2.0

/// Gets pictures from other servers. Whoever takes addresses of pictures knows the fetcher only by this.
package protocol PictureFetching: Sendable {
    /// The bytes that `url` leads to; what they are, they say themselves. Suspends; a cancelled task gets `.cancelled` soon.
    func picture(at url: String) async throws(FetchError) -> [UInt8]
}

/// Why a picture was not fetched.
package enum FetchError: Error, Hashable, Sendable {
    /// No host is listed.
    case off
    case badAddress(reason: String)
    /// Neither host and port are listed; `isRedirect` if another host sent us there.
    case hostNotListed(host: String, port: Int, isRedirect: Bool)
    /// The host is at an address where it must not be.
    case addressRefused(host: String, isRedirect: Bool)
    case tooManyRedirects(limit: Int)
    /// With another status than 200.
    case answered(host: String, status: Int)
    case empty(host: String)
    case tooLarge(limitInBytes: Int)
    case unreachable(reason: String)
    case timedOut(seconds: Double)
    /// As many pictures are being fetched, or wait for that, as may be.
    case busy(limit: Int)
    case cancelled

    /// Who can mend it.
    package enum Cause: Hashable, Sendable {
        /// Whoever sent the address. HTTP status 422.
        case sender
        /// The other server. HTTP status 502.
        case remote
        /// The other server, which was too slow. HTTP status 504.
        case slowRemote
        /// Nobody: it may work in a moment. HTTP status 503.
        case load
        /// Nobody asks any more.
        case cancellation
    }

    package var cause: Cause {
        switch self {
        case .off, .badAddress, .hostNotListed, .addressRefused, .empty, .tooLarge: .sender
        case .answered(_, let status): (400..<500).contains(status) ? .sender : .remote
        case .tooManyRedirects, .unreachable: .remote
        case .timedOut: .slowRemote
        case .busy: .load
        case .cancelled: .cancellation
        }
    }

    /// For whoever sent the address.
    package var message: String {
        switch self {
        case .off:
            "pictures are not fetched from addresses here; send the picture, or list its host in NEEDLETAIL_FETCH_HOSTS"
        case .badAddress(let reason): "the picture's address can't be used: \(reason)"
        case .hostNotListed(let host, let port, let isRedirect):
            "\(isRedirect ? "the picture's address leads on to" : "pictures are not fetched from") '\(host)', port \(port)"
                + "\(isRedirect ? ", which is not listed" : ""); NEEDLETAIL_FETCH_HOSTS lists the hosts that are allowed"
        case .addressRefused(let host, let isRedirect):
            "\(isRedirect ? "the picture's address leads on to" : "the picture is at") '\(host)', which is at an address that is "
                + "not public; networks of your own are allowed by NEEDLETAIL_FETCH_NETWORKS"
        case .tooManyRedirects(let limit): "the picture's address was redirected more than \(limit) times"
        case .answered(let host, let status): "'\(host)' answered with status \(status) instead of the picture"
        case .empty(let host): "'\(host)' answered with no bytes instead of the picture"
        case .tooLarge(let limit): "the picture has more than \(limit) bytes (NEEDLETAIL_FETCH_MAX_BYTES)"
        case .unreachable(let reason): "the picture can't be fetched: \(reason)"
        case .timedOut(let seconds): "the picture did not come within \(seconds) s (NEEDLETAIL_FETCH_TIMEOUT)"
        case .busy(let limit):
            "\(limit) pictures are being fetched or wait for that, which is as many as may be; try again in a moment"
        case .cancelled: "the request was cancelled"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A request that took long.
package struct SlowRequest: Sendable {
    /// When it was answered.
    package let end: Date
    package let method: String
    /// The pattern of its path, with the name of the collection in it.
    package let path: String
    package let duration: Duration
    package let status: Int
}

/// The slowest of some requests.
package struct SlowestRequests: Sendable {
    package static let limit = 100

    /// The slowest first.
    private(set) var requests: [SlowRequest] = []

    init() {}

    func takes(_ duration: Duration) -> Bool {
        requests.count < Self.limit || requests[requests.count - 1].duration < duration
    }

    mutating func add(_ request: SlowRequest) {
        if requests.count == Self.limit { requests.removeLast() }
        let place = requests.firstIndex { $0.duration < request.duration } ?? requests.count
        requests.insert(request, at: place)
    }
}

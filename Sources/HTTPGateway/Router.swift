// SPDX-License-Identifier: Apache-2.0

import Authentication

/// Finds the endpoint that a method and a path mean.
package struct Router<Action: Sendable>: Sendable {
    /// What became of a look-up.
    package enum Match: Sendable {
        /// With what stands in the places of the path's parameters.
        case found(Endpoint<Action>, parameters: [String: String])
        /// There is such a path, with other methods only: those of these endpoints, at least one.
        case wrongMethod(others: [Endpoint<Action>])
        case unknownPath
    }

    /// All of them, in the order of their declaration.
    package let endpoints: [Endpoint<Action>]
    /// What every path begins with.
    package let prefix: [String]
    /// By the number of segments after the prefix.
    private let endpointsByLength: [Int: [Endpoint<Action>]]

    /// - Parameters:
    ///   - prefix: what all paths begin with, e.g. `["v1"]`.
    ///   - endpoints: of several that fit a path and method, the first counts.
    package init(prefix: [String] = [], _ endpoints: [Endpoint<Action>]) {
        self.prefix = prefix
        self.endpoints = endpoints
        endpointsByLength = Dictionary(grouping: endpoints) { $0.path.segments.count }
    }

    /// - Parameter path: the segments of the whole path, prefix included.
    package func match(method: String, path: [String]) -> Match {
        guard path.starts(with: prefix) else { return .unknownPath }
        let rest = path[prefix.count...]
        var others: [Endpoint<Action>] = []
        for endpoint in endpointsByLength[rest.count] ?? [] where endpoint.path.matches(rest) {
            if endpoint.method == method { return .found(endpoint, parameters: endpoint.path.parameters(of: rest)) }
            others.append(endpoint)
        }
        return others.isEmpty ? .unknownPath : .wrongMethod(others: others)
    }
}

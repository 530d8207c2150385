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
    private let paths: PathTable

    /// - Parameters:
    ///   - prefix: what all paths begin with, e.g. `["v1"]`.
    ///   - endpoints: of several that fit a path and method, the first counts.
    package init(prefix: [String] = [], _ endpoints: [Endpoint<Action>]) {
        self.prefix = prefix
        self.endpoints = endpoints
        paths = PathTable(
            prefix: prefix, endpoints.map { (method: $0.method, path: $0.path, permission: $0.permission) })
    }

    /// - Parameter path: the segments of the whole path, prefix included.
    package func match(method: String, path: [String]) -> Match {
        if let row = paths.row(method: method, path: path) {
            let endpoint = endpoints[row.place]
            return .found(endpoint, parameters: endpoint.path.parameters(of: path[prefix.count...]))
        }
        let others = paths.rows(path: path).map { endpoints[$0.place] }
        return others.isEmpty ? .unknownPath : .wrongMethod(others: others)
    }

    /// The whole path of the endpoint that a method and a path mean, with parameters in braces: `/v1/objects/{class}/{id}`;
    /// `nil` if there is none.
    package func fullPath(method: String, path: [String]) -> String? {
        paths.row(method: method, path: path)?.fullPath
    }

    /// What the endpoint that a method and a path mean asks of the sender, or the least that the endpoints with this path and
    /// another method ask; `nil` if there is no such path.
    package func permission(method: String, path: [String]) -> Permission? {
        paths.row(method: method, path: path)?.permission ?? paths.rows(path: path).map(\.permission).min()
    }
}

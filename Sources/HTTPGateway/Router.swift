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
    /// An endpoint with its whole path, which is looked up for every request.
    private struct Entry: Sendable {
        let endpoint: Endpoint<Action>
        let fullPath: String
    }

    /// By the number of segments after the prefix.
    private let entriesByLength: [Int: [Entry]]

    /// - Parameters:
    ///   - prefix: what all paths begin with, e.g. `["v1"]`.
    ///   - endpoints: of several that fit a path and method, the first counts.
    package init(prefix: [String] = [], _ endpoints: [Endpoint<Action>]) {
        self.prefix = prefix
        self.endpoints = endpoints
        let start = prefix.map { "/\($0)" }.joined()
        let entries = endpoints.map { endpoint in
            Entry(
                endpoint: endpoint,
                fullPath: endpoint.path.segments.isEmpty ? start : "\(start)/\(endpoint.path)")
        }
        entriesByLength = Dictionary(grouping: entries) { $0.endpoint.path.segments.count }
    }

    /// - Parameter path: the segments of the whole path, prefix included.
    package func match(method: String, path: [String]) -> Match {
        guard let (entries, rest) = candidates(for: path) else { return .unknownPath }
        if let place = place(of: method, rest, in: entries) {
            let endpoint = entries[place].endpoint
            return .found(endpoint, parameters: endpoint.path.parameters(of: rest))
        }
        let others = entries.filter { $0.endpoint.path.matches(rest) }.map(\.endpoint)
        return others.isEmpty ? .unknownPath : .wrongMethod(others: others)
    }

    /// The whole path of the endpoint that a method and a path mean, with parameters in braces: `/v1/objects/{class}/{id}`;
    /// `nil` if there is none. Takes a fraction of a microsecond.
    package func fullPath(method: String, path: [String]) -> String? {
        guard let (entries, rest) = candidates(for: path) else { return nil }
        return place(of: method, rest, in: entries).map { entries[$0].fullPath }
    }

    /// The entries as long as `path`, and what follows its prefix; `nil` if there are none.
    private func candidates(for path: [String]) -> (entries: [Entry], rest: ArraySlice<String>)? {
        guard path.starts(with: prefix) else { return nil }
        let rest = path[prefix.count...]
        return entriesByLength[rest.count].map { ($0, rest) }
    }

    /// Looks at the entries where they lie: to copy each costs more than to compare it.
    private func place(of method: String, _ rest: ArraySlice<String>, in entries: [Entry]) -> Int? {
        entries.indices.first { entries[$0].endpoint.method == method && entries[$0].endpoint.path.matches(rest) }
    }
}

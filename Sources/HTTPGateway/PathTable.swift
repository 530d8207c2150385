// SPDX-License-Identifier: Apache-2.0

import Authentication

/// The paths of endpoints, by their length. Every request looks here several times, so nothing is generic, and rows are compared
/// where they lie: to copy one costs more than to compare it.
struct PathTable: Sendable {
    /// What is looked up of an endpoint.
    struct Row: Sendable {
        let method: String
        let path: PathPattern
        /// The prefix included, with parameters in braces.
        let fullPath: String
        let permission: Permission
        /// Which endpoint it is, in the order of their declaration.
        let place: Int
    }

    private let prefix: [String]
    /// By the number of segments after the prefix; in the order of declaration.
    private let rowsByLength: [[Row]]

    init(prefix: [String], _ endpoints: [(method: String, path: PathPattern, permission: Permission)]) {
        self.prefix = prefix
        let start = prefix.map { "/\($0)" }.joined()
        let longest = endpoints.map(\.path.segments.count).max() ?? 0
        var rows = [[Row]](repeating: [], count: longest + 1)
        for (place, endpoint) in endpoints.enumerated() {
            rows[endpoint.path.segments.count].append(
                Row(
                    method: endpoint.method, path: endpoint.path,
                    fullPath: endpoint.path.segments.isEmpty ? start : "\(start)/\(endpoint.path)",
                    permission: endpoint.permission, place: place))
        }
        rowsByLength = rows
    }

    /// The first with this method that the path fits. Takes a fraction of a microsecond.
    ///
    /// - Parameter path: the segments of the whole path, prefix included.
    func row(method: String, path: [String]) -> Row? {
        guard let length = lengthAfterPrefix(path) else { return nil }
        for index in rowsByLength[length].indices
        where rowsByLength[length][index].method == method
            && rowsByLength[length][index].path.matches(path[prefix.count...])
        {
            return rowsByLength[length][index]
        }
        return nil
    }

    /// All that the path fits, whatever their method.
    func rows(path: [String]) -> [Row] {
        guard let length = lengthAfterPrefix(path) else { return [] }
        return rowsByLength[length].filter { $0.path.matches(path[prefix.count...]) }
    }

    /// `nil` if the path does not begin with the prefix, or is longer than all.
    private func lengthAfterPrefix(_ path: [String]) -> Int? {
        guard path.starts(with: prefix) else { return nil }
        let length = path.count - prefix.count
        return length < rowsByLength.count ? length : nil
    }
}

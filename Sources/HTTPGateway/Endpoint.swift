// SPDX-License-Identifier: Apache-2.0

import Authentication
import OpenAPI

/// One operation of an API: where it is, what it asks of the sender, what it does, and what carries it out.
///
/// An API declares each of its operations once, as a value of this type; the router, the check of credentials and the
/// description of the API read it there.
package struct Endpoint<Action: Sendable>: Sendable {
    /// Upper case, e.g. `GET`.
    package let method: String
    /// Where it is, below the router's prefix.
    package let path: PathPattern
    /// What it asks of whoever sends a request.
    package let permission: Permission
    /// What it does, for people: a few words without a full stop.
    package let summary: String
    /// The group it is shown in, e.g. `objects`.
    package let tag: String
    /// What it takes and answers; `nil` for what is not there to be called.
    package let operation: APIOperation?
    /// What the API does.
    package let action: Action

    /// - Parameters:
    ///   - path: e.g. `objects/{class}/{id}`, below the prefix of the API.
    ///   - operation: what it takes and answers; `nil` for what is not there to be called.
    package init(
        _ method: String, _ path: String, _ permission: Permission, _ summary: String, tag: String,
        _ operation: APIOperation?, _ action: Action
    ) {
        self.method = method
        self.path = PathPattern(path)
        self.permission = permission
        self.summary = summary
        self.tag = tag
        self.operation = operation
        self.action = action
    }
}

/// A path with parameters: `objects/{class}/{id}` stands for every path of three segments that begins with `objects`.
package struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    package enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
    }

    package let segments: [Segment]

    /// - Parameter text: segments with slashes between them; those in braces are parameters. Empty for the prefix itself.
    package init(_ text: String) {
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") && segment.hasSuffix("}")
                ? .parameter(String(segment.dropFirst().dropLast())) : .literal(String(segment))
        }
    }

    package var description: String {
        segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .parameter(let name): "{\(name)}"
            }
        }.joined(separator: "/")
    }

    /// In the order in which they stand in the path.
    package var parameterNames: [String] {
        segments.compactMap { segment in
            guard case .parameter(let name) = segment else { return nil }
            return name
        }
    }

    func matches(_ path: ArraySlice<String>) -> Bool {
        guard path.count == segments.count else { return false }
        return segments.indices.allSatisfy { index in
            guard case .literal(let expected) = segments[index] else { return true }
            return expected == path[path.startIndex + index]
        }
    }

    /// The parameters of a path that matches, by name.
    func parameters(of path: ArraySlice<String>) -> [String: String] {
        var parameters: [String: String] = [:]
        for case (.parameter(let name), let text) in zip(segments, path) { parameters[name] = text }
        return parameters
    }
}

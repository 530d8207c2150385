// SPDX-License-Identifier: Apache-2.0

import DataModel

/// Reads the addresses of objects and of their properties: `weaviate://localhost/Class/uuid[/property]`.
///
/// As in the original, whatever stands for `weaviate` is overlooked, and so is what follows `?` or `#`.
package enum BeaconReader {
    /// Why a text is no beacon, in words that clients know.
    package struct Fault: Error, Hashable, Sendable {
        package var reason: String
    }

    /// The object that a beacon names: `weaviate://localhost/Class/uuid` or, of the old form, `weaviate://localhost/uuid`.
    package static func beacon(_ text: String) throws(Fault) -> Beacon {
        let (host, segments) = try split(text)
        let path = "/" + segments.joined(separator: "/")
        guard (1...2).contains(segments.count) else {
            throw invalid("path must be of format '/<class>/<uuid>', but got '\(path.prefix(200))'")
        }
        guard let id = ObjectID(segments[segments.count - 1]) else {
            throw invalid("2nd path segment must be uuid, but got '\(segments[segments.count - 1].prefix(100))'")
        }
        guard host == "localhost" else { throw Fault(reason: "unrecognized cross-ref ref format") }
        let collection = segments.count == 2 ? CollectionName.normalized(segments[0]) : nil
        return Beacon(host: host, collection: collection, id: id)
    }

    /// The property that references come from: `weaviate://localhost/Class/uuid/property`.
    package static func source(_ text: String) throws(Fault) -> ReferenceSource {
        let (host, segments) = try split(text)
        guard segments.count == 3 else {
            let path = segments.isEmpty ? "" : "/" + segments.joined(separator: "/")
            throw invalid(
                "must use long-form: path must be of format '/<className>/<uuid>/<propertyName>', but got "
                    + "'\(path.prefix(300))'")
        }
        guard let id = ObjectID(segments[1]) else {
            throw invalid("2nd path segment must be uuid, but got '\(segments[1].prefix(100))'")
        }
        guard let first = segments[0].first else { throw Fault(reason: "className cannot be empty") }
        guard !first.isLowercase else {
            throw Fault(
                reason: "className must start with an uppercase letter, but got \(segments[0].prefix(300))")
        }
        guard !segments[2].isEmpty else { throw Fault(reason: "property cannot be empty") }
        guard host == "localhost" else {
            throw Fault(reason: "source class must always point to the local peer, but got \(host.prefix(100))")
        }
        return ReferenceSource(collection: segments[0], id: id, property: segments[2])
    }

    /// The host, empty where there is none, and the segments of the path.
    private static func split(_ text: String) throws(Fault) -> (host: String, segments: [String]) {
        var rest = text[...]
        if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
        var host = ""
        if let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
        }
        // What the original says of a beacon that is empty, or ends behind its host.
        guard let first = rest.first else { throw invalid("%!w(<nil>)") }
        if first == "/" { rest = rest.dropFirst() }
        // No path of any use has more segments than this.
        return (host, rest.split(separator: "/", maxSplits: 8, omittingEmptySubsequences: false).map(String.init))
    }

    private static func invalid(_ reason: String) -> Fault { Fault(reason: "invalid cref URI: \(reason)") }
}

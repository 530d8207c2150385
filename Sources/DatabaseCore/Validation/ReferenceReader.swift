// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// Reads references: `[{"beacon": "weaviate://localhost/Class/uuid"}]`.
enum ReferenceReader {
    /// - Parameter targets: the collections that the property may refer to; the only one completes a beacon without class.
    static func beacons(
        _ value: JSONValue, targets: [String], property: String, of collection: String
    ) throws(InvalidValue) -> [Beacon] {
        guard case .array(let elements) = value else {
            if case .object = value {
                throw InvalidValue("reference must be an array, but got a map: \(GoName.text(of: value))")
            }
            throw InvalidValue("invalid ref type. Needs to be []map, got \(GoName.type(of: value))")
        }
        var beacons: [Beacon] = []
        for element in elements {
            guard case .object(let members) = element else {
                throw InvalidValue(
                    "Multiple references in \(collection).\(property) should be a list of maps, but we got: "
                        + GoName.type(of: element))
            }
            guard case .string(let text)? = members["beacon"] else {
                throw InvalidValue(
                    "class '\(collection)' with property '\(property)' requires exactly 1 argument: 'beacon' is missing, "
                        + "check your input schema")
            }
            var beacon = try beacon(text)
            if beacon.collection == nil, targets.count == 1 { beacon.collection = targets[0] }
            beacons.append(beacon)
        }
        return beacons
    }

    /// Reads `weaviate://host/Class/uuid` or, of the old form, `weaviate://host/uuid`.
    static func beacon(_ text: String) throws(InvalidValue) -> Beacon {
        let scheme = "weaviate://"
        guard text.hasPrefix(scheme) else {
            throw InvalidValue(
                "invalid reference: invalid cref URI: must have scheme 'weaviate', but got '\(text.prefix(200))'")
        }
        let parts = text.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), !parts[0].isEmpty, let id = ObjectID(parts[parts.count - 1]) else {
            throw InvalidValue(
                "invalid reference: invalid cref URI: path must be of format '/<class>/<uuid>', but got '\(text.prefix(200))'"
            )
        }
        let collection = parts.count == 3 ? CollectionName.normalized(String(parts[1])) : nil
        return Beacon(host: String(parts[0]), collection: collection, id: id)
    }
}

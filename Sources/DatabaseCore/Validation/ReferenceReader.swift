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

    /// The object that a beacon in an object's properties names.
    static func beacon(_ text: String) throws(InvalidValue) -> Beacon {
        do throws(BeaconReader.Fault) {
            return try BeaconReader.beacon(text)
        } catch {
            throw InvalidValue("invalid reference: \(error.reason)")
        }
    }
}

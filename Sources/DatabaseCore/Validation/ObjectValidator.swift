// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON

/// Checks objects against their collection and turns them into what is stored.
///
/// Knows the definition only: whether an id is taken, a reference leads somewhere or a vector has the length of the
/// others is for the caller to find out.
package struct ObjectValidator: Sendable {
    /// How many elements of an array are checked between two looks for cancellation: less than a millisecond's worth.
    private static let elementsBetweenLooks = 1024

    private let definition: CollectionDefinition
    private let properties: [String: PropertyDefinition]

    package init(definition: CollectionDefinition) {
        self.definition = definition
        properties = Dictionary(definition.properties.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What is to be stored of `object`: properties in their stored form (JSON `null` counts as absent), vectors by number.
    ///
    /// - Throws: `DatabaseError.invalidObject`, `.unknownVector` for a vector name that the collection does not have;
    ///   `.cancelled` soon after the task was cancelled.
    package func validated(_ object: ObjectInput) throws(DatabaseError) -> ValidatedObject {
        var valid = ValidatedObject(
            properties: [:], vectors: try validatedVectors(of: object),
            multiVectors: try validatedMultiVectors(of: object))
        for member in object.properties?.members ?? [] where member.value != .null {
            let property = try property(named: member.name)
            (valid.properties[property.id], valid.hashedBlobs[property.id]) = try parts(of: member.value, of: property)
        }
        return valid
    }

    /// What `patch` changes: its properties replace those of the same name as a whole, JSON `null` removes one.
    ///
    /// - Throws: as `validated`.
    package func changes(in patch: ObjectInput) throws(DatabaseError) -> ObjectChanges {
        var changes = ObjectChanges(
            vectors: try validatedVectors(of: patch), multiVectors: try validatedMultiVectors(of: patch))
        for member in patch.properties?.members ?? [] {
            guard member.value != .null else {
                if let property = properties[PropertyName.normalized(member.name)] {
                    changes.removed.insert(property.id)
                }
                continue
            }
            let property = try property(named: member.name)
            (changes.properties[property.id], changes.hashedBlobs[property.id]) = try parts(
                of: member.value, of: property)
            changes.removed.remove(property.id)
        }
        return changes
    }

    private func property(named name: String) throws(DatabaseError) -> PropertyDefinition {
        guard let property = properties[PropertyName.normalized(name)] else {
            throw .invalidObject(
                "no such prop with name '\(name.prefix(300))' found in class '\(definition.name)' in the schema. "
                    + "Check your schema files for which properties in this class are available")
        }
        return property
    }

    // MARK: - Vectors

    private func validatedVectors(of object: ObjectInput) throws(DatabaseError) -> [VectorID: [Float]] {
        var vectors: [VectorID: [Float]] = [:]
        if let vector = object.vector, !vector.isEmpty {
            let target = try targetOfUnnamedVector()
            try requirePlain(target)
            try VectorRules.check(vector, name: target.name)
            vectors[target.id] = vector
        }
        for (name, vector) in object.namedVectors where !vector.isEmpty {
            let target = try target(named: name, in: object)
            try requirePlain(target)
            try VectorRules.check(vector, name: name)
            vectors[target.id] = vector
        }
        return vectors
    }

    private func validatedMultiVectors(of object: ObjectInput) throws(DatabaseError) -> [VectorID: MultiVector] {
        var vectors: [VectorID: MultiVector] = [:]
        for (name, vector) in object.multiVectors {
            let target = try target(named: name, in: object)
            guard target.isMultiVector else {
                throw .invalidObject(
                    "vector '\(name)' is no multi-vector and takes one list of numbers, but received a list of lists")
            }
            try VectorRules.check(vector, name: name)
            vectors[target.id] = vector
        }
        return vectors
    }

    private func target(named name: String, in object: ObjectInput) throws(DatabaseError) -> VectorDefinition {
        guard definition.hasNamedVectors else {
            let names = Array(object.namedVectors.keys) + object.multiVectors.keys
            throw .invalidObject(
                "collection \(definition.name) is configured without multiple named vectors, but received named "
                    + "vectors: [\(names.sorted().joined(separator: " "))]")
        }
        guard let target = definition.vector(named: name) else {
            throw .invalidObject(
                "collection \(definition.name) does not have configuration for vector \(name); available named "
                    + "vectors: [\(nameList)]")
        }
        return target
    }

    private func requirePlain(_ target: VectorDefinition) throws(DatabaseError) {
        if target.isMultiVector {
            throw .invalidObject(
                "vector '\(target.name ?? "")' is a multi-vector and takes a list of vectors, but received a single vector"
            )
        }
    }

    /// Where the vector without a name goes: the unnamed one, or the only named one.
    private func targetOfUnnamedVector() throws(DatabaseError) -> VectorDefinition {
        guard let target = definition.defaultVector else {
            throw .invalidObject(
                "collection \(definition.name) is configured with multiple named vectors [\(nameList)], but received a "
                    + "single vector")
        }
        return target
    }

    private var nameList: String { definition.vectors.compactMap(\.name).joined(separator: " ") }

    // MARK: - Values

    /// What is stored of a value, and the blob beside it of which only the hash is stored.
    private func parts(
        of value: JSONValue, of property: PropertyDefinition
    ) throws(DatabaseError) -> (PropertyValue, hashedBlob: [UInt8]?) {
        guard property.type == .scalar(.blobHash) else { return (try self.value(value, of: property), nil) }
        var bytes: [UInt8]?
        let stored = try read(ScalarType.blobHash.nameInMessages, property.name) { () throws(InvalidValue) in
            let parts = try ValueReader.blobHash(value)
            bytes = parts.bytes
            return .blobHash(parts.hash)
        }
        return (stored, bytes)
    }

    /// `path` is the name of the property, with the names of the objects around it before it.
    private func value(
        _ value: JSONValue, of property: PropertyDefinition, path: String? = nil
    ) throws(DatabaseError) -> PropertyValue {
        let path = path ?? property.name
        switch property.type {
        case .reference(let targets):
            do {
                return .references(
                    try ReferenceReader.beacons(value, targets: targets, property: path, of: definition.name))
            } catch {
                throw .invalidObject("invalid cref: \(error.reason)")
            }
        case .scalar(.object):
            return .object(try members(of: value, in: property, path: path, kind: "object"))
        case .scalar(let type):
            return try read(type.nameInMessages, path) { () throws(InvalidValue) in
                try ValueReader.value(value, as: type)
            }
        case .array(let type):
            return .array(try elements(of: value, type: type, property: property, path: path))
        }
    }

    private func elements(
        of value: JSONValue, type: ScalarType, property: PropertyDefinition, path: String
    ) throws(DatabaseError) -> PropertyArray {
        guard case .array(let elements) = value else {
            throw invalid(
                "\(type.nameInMessages) array", path, "not \(type.arrayInMessages), but \(GoName.type(of: value))")
        }
        func all<Element>(
            _ element: (JSONValue, Int) throws(DatabaseError) -> Element
        ) throws(DatabaseError) -> [Element] {
            var all: [Element] = []
            all.reserveCapacity(elements.count)
            for (position, value) in elements.enumerated() {
                if position % Self.elementsBetweenLooks == 0, Task.isCancelled { throw .cancelled }
                all.append(try element(value, position))
            }
            return all
        }
        func scalars<Element>(
            _ element: (JSONValue) throws(InvalidValue) -> Element
        ) throws(DatabaseError) -> [Element] {
            try all { (value, position) throws(DatabaseError) in
                do throws(InvalidValue) {
                    return try element(value)
                } catch {
                    throw invalid(
                        "\(type.nameInMessages) array", path,
                        "invalid \(type.nameInMessages) array value: element [\(position)]: \(error.reason)")
                }
            }
        }
        switch type {
        case .text: return PropertyArray(texts: try scalars(ValueReader.text))
        case .int: return PropertyArray(ints: try scalars(ValueReader.int))
        case .number: return PropertyArray(numbers: try scalars(ValueReader.number))
        case .boolean: return PropertyArray(booleans: try scalars(ValueReader.boolean))
        case .date: return PropertyArray(dates: try scalars(ValueReader.date))
        case .uuid: return PropertyArray(uuids: try scalars(ValueReader.uuid))
        case .blob, .blobHash, .geoCoordinates, .phoneNumber:
            return PropertyArray(
                try scalars { (value) throws(InvalidValue) in try ValueReader.value(value, as: type) })
        case .object:
            return PropertyArray(
                try all { (value, position) throws(DatabaseError) in
                    .object(try members(of: value, in: property, path: "\(path)[\(position)]", kind: "object array"))
                })
        }
    }

    private func members(
        of value: JSONValue, in property: PropertyDefinition, path: String, kind: String
    ) throws(DatabaseError) -> [String: PropertyValue] {
        guard case .object(let object) = value else {
            throw invalid(kind, path, "object must be a map, but got: \(GoName.type(of: value))")
        }
        var values: [String: PropertyValue] = [:]
        // A table for large objects; for small ones looking through the list is faster than building it.
        let table =
            object.members.count > 16
            ? Dictionary(property.nestedProperties.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }) : nil
        for member in object.members where member.value != .null {
            let known =
                if let table { table[member.name] } else {
                    property.nestedProperties.first { $0.name == member.name }
                }
            guard let nested = known else {
                throw invalid(
                    kind, path,
                    "no such prop with name '\(member.name.prefix(300))' found in the nested properties of '\(property.name)'"
                )
            }
            values[member.name] = try self.value(member.value, of: nested, path: "\(path).\(nested.name)")
        }
        return values
    }

    private func read(
        _ kind: String, _ path: String, _ body: () throws(InvalidValue) -> PropertyValue
    ) throws(DatabaseError) -> PropertyValue {
        do {
            return try body()
        } catch {
            throw invalid(kind, path, error.reason)
        }
    }

    private func invalid(_ kind: String, _ path: String, _ reason: String) -> DatabaseError {
        .invalidObject("invalid \(kind) property '\(path)' on class '\(definition.name)': \(reason)")
    }
}

extension ScalarType {
    /// What messages call a property of this type.
    fileprivate var nameInMessages: String {
        switch self {
        case .int: "integer"
        case .text, .number, .boolean, .date, .uuid, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object: rawValue
        }
    }

    /// What messages call an array of this type, with its article.
    fileprivate var arrayInMessages: String {
        (self == .int || self == .object ? "an " : "a ") + nameInMessages + " array"
    }
}

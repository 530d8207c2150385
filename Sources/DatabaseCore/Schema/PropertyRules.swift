// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What a property may be called and what it may be.
struct PropertyRules {
    /// The name of the collection whose properties they are; references may lead to it too.
    var collection: String
    var others: CollectionNames

    /// The most properties that a collection can have in its life: a number is never used twice.
    static let maximumCount = Int(UInt16.max)

    /// How deep objects may nest inside a property.
    static let maximumNesting = 32

    /// `definition` with `properties`, numbered and with their names in the normal form, as its last ones.
    ///
    /// - Complexity: O(all properties).
    func adding(
        _ properties: [PropertyDefinition], to definition: CollectionDefinition
    ) throws(DatabaseError) -> CollectionDefinition {
        var extended = definition
        var names = Set(definition.properties.map { $0.name.lowercased() })
        for var property in properties {
            property.name = PropertyName.normalized(property.name)
            try check(property, definition.invertedIndex)
            guard names.insert(property.name.lowercased()).inserted else {
                throw .invalidDefinition(
                    "class \"\(definition.name)\": conflict for property \"\(property.name)\": already in use or provided "
                        + "multiple times")
            }
            guard extended.nextPropertyNumber < Self.maximumCount else {
                throw .invalidDefinition("a class can have at most \(Self.maximumCount) properties in its life")
            }
            property.id = PropertyID(extended.nextPropertyNumber)
            extended.nextPropertyNumber += 1
            extended.properties.append(property)
        }
        return extended
    }

    private func check(_ property: PropertyDefinition, _ index: InvertedIndexDefinition) throws(DatabaseError) {
        try checkName(property.name)
        if case .reference(let targets) = property.type {
            try checkTargets(targets, of: property.name)
        }
        try checkNestedProperties(of: property, path: property.name, depth: 1, index)
        try checkTokenization(of: property)
        try checkIndexes(of: property)
        try property.textAnalyzer?.check(in: property, path: property.name, index)
    }

    private func checkName(_ name: String) throws(DatabaseError) {
        guard PropertyName.isValid(name) else {
            throw .invalidDefinition(
                "'\(name.prefix(300))' is not a valid property name. Property names in Weaviate are restricted to valid "
                    + "GraphQL names, which must be “/[_A-Za-z][_0-9A-Za-z]{0,230}/”")
        }
        guard !PropertyName.reserved.contains(name) else {
            throw .invalidDefinition("'\(name)' is a reserved property name")
        }
        if let suffix = PropertyName.reservedSuffixes.first(where: { name.hasSuffix($0) }) {
            throw .invalidDefinition(
                "'\(name)' is not a valid property name: suffix '\(suffix)' is reserved for internal indices")
        }
    }

    private func checkTargets(_ targets: [String], of name: String) throws(DatabaseError) {
        guard targets.allSatisfy({ $0 == collection || others.contains($0) }) else {
            throw .invalidDefinition(
                "property '\(name)': invalid dataType: [\(targets.joined(separator: " "))]: reference property to "
                    + "nonexistent class")
        }
    }

    /// Checks how deep objects nest inside `property`: what is stored of it must be readable again.
    static func checkNesting(of property: PropertyDefinition) throws(DatabaseError) {
        var level = property.nestedProperties
        for _ in 0..<maximumNesting where !level.isEmpty { level = level.flatMap(\.nestedProperties) }
        guard level.isEmpty else {
            throw .invalidDefinition("property '\(property.name)': objects may nest \(maximumNesting) deep")
        }
    }

    private func checkNestedProperties(
        of property: PropertyDefinition, path: String, depth: Int, _ index: InvertedIndexDefinition
    ) throws(DatabaseError) {
        guard property.type == .scalar(.object) || property.type == .array(.object) else {
            guard property.nestedProperties.isEmpty else {
                throw .invalidDefinition(
                    "property '\(path)': nestedProperties not allowed for data types other than object/object[]")
            }
            return
        }
        guard !property.nestedProperties.isEmpty else {
            throw .invalidDefinition(
                "property '\(path)': At least one nested property is required for data type object/object[]")
        }
        guard depth <= Self.maximumNesting else {
            throw .invalidDefinition("property '\(path)': objects may nest \(Self.maximumNesting) deep")
        }
        var names: Set<String> = []
        for nested in property.nestedProperties {
            let nestedPath = "\(path).\(nested.name)"
            guard PropertyName.isValid(nested.name) else {
                throw .invalidDefinition("'\(nestedPath.prefix(600))' is not a valid nested property name")
            }
            guard names.insert(nested.name.lowercased()).inserted else {
                throw .invalidDefinition("property '\(nestedPath)': already in use or provided multiple times")
            }
            switch nested.type {
            case .reference:
                throw .invalidDefinition("property '\(nestedPath)': reference data type not allowed as nested property")
            case .scalar(.geoCoordinates), .scalar(.phoneNumber):
                throw .invalidDefinition(
                    "property '\(nestedPath)': data type '\(TypeName.of(nested.type))' not allowed as nested property")
            case .scalar, .array: break
            }
            try checkTokenization(of: nested)
            try checkIndexes(of: nested)
            try nested.textAnalyzer?.check(in: nested, path: nestedPath, index)
            try checkNestedProperties(of: nested, path: nestedPath, depth: depth + 1, index)
        }
    }

    private func checkTokenization(of property: PropertyDefinition) throws(DatabaseError) {
        switch property.type {
        case .scalar(.text), .array(.text):
            guard property.tokenization != nil else {
                throw .invalidDefinition("tokenization '' is not allowed for data type '\(TypeName.of(property.type))'")
            }
        case .scalar(.object), .array(.object):
            guard property.tokenization == nil else {
                throw .invalidDefinition("tokenization is not allowed for object/object[] data types")
            }
        case .scalar, .array:
            guard property.tokenization == nil else {
                throw .invalidDefinition("tokenization is not allowed for data type '\(TypeName.of(property.type))'")
            }
        case .reference:
            guard property.tokenization == nil else {
                throw .invalidDefinition("tokenization is not allowed for reference data type")
            }
        }
    }

    private func checkIndexes(of property: PropertyDefinition) throws(DatabaseError) {
        if property.isSearchable, property.type != .scalar(.text), property.type != .array(.text) {
            throw .invalidDefinition(
                "`indexSearchable` is allowed only for text/text[] data types. For other data types set false or leave empty"
            )
        }
        let ranged: [PropertyType] = [.scalar(.number), .scalar(.int), .scalar(.date)]
        if property.hasRangeIndex, !ranged.contains(property.type) {
            throw .invalidDefinition(
                "`indexRangeFilters` is allowed only for number/int/date data types. For other data types set false or "
                    + "leave empty")
        }
    }
}

/// Types as messages and the REST API name them.
package enum TypeName {
    /// E.g. `text`, `int[]`; the first collection of a reference.
    package static func of(_ type: PropertyType) -> String {
        switch type {
        case .scalar(let scalar): scalar.rawValue
        case .array(let scalar): scalar.rawValue + "[]"
        case .reference(let targets): targets.first ?? ""
        }
    }
}

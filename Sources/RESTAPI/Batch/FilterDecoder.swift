// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import JSON

/// Translates where-clauses into filters. What a filter may ask of which property is for the database to say.
enum FilterDecoder {
    struct Fault: Error {
        var reason: String
    }

    static func filter(_ clause: WhereClause) throws(Fault) -> Filter {
        switch clause.comparison {
        case "And": return .and(try operands(of: clause))
        case "Or": return .or(try operands(of: clause))
        case "Not":
            let operands = try operands(of: clause)
            guard operands.count == 1 else {
                throw Fault(reason: "too many children for operator \"Not\". Expected 1, given \(operands.count)")
            }
            return .not(operands[0])
        default:
            guard let comparison = comparisons[clause.comparison] else {
                throw Fault(reason: "unrecognized operator: \(clause.comparison)")
            }
            let path = try path(clause.path ?? [])
            return .condition(FilterCondition(path: path, comparison: comparison, value: try value(of: clause)))
        }
    }

    private static let comparisons: [String: FilterComparison] = [
        "Equal": .equal, "NotEqual": .notEqual, "GreaterThan": .greaterThan, "GreaterThanEqual": .greaterThanEqual,
        "LessThan": .lessThan, "LessThanEqual": .lessThanEqual, "Like": .like, "ContainsAny": .containsAny,
        "ContainsAll": .containsAll, "ContainsNone": .containsNone, "IsNull": .isNull,
        "WithinGeoRange": .withinGeoRange,
    ]

    private static func operands(of clause: WhereClause) throws(Fault) -> [Filter] {
        guard let operands = clause.operands, !operands.isEmpty else {
            throw Fault(reason: "operator '\(clause.comparison)', but no operands set - add at least one operand")
        }
        guard clause.path?.isEmpty ?? true, clause.values.isEmpty else {
            throw Fault(reason: "operator '\(clause.comparison)' takes operands, no path and no value")
        }
        var filters: [Filter] = []
        for operand in operands { filters.append(try filter(operand)) }
        return filters
    }

    // MARK: - Paths

    private static func path(_ segments: [String]) throws(Fault) -> FilterPath {
        guard segments.count % 2 == 1 else {
            guard !segments.isEmpty else { throw Fault(reason: "field 'path': must have at least one element") }
            throw Fault(
                reason: "field 'path': must have an odd number of elements (reference, class, …, property), got "
                    + "\(segments.count)")
        }
        guard segments.count <= 2 * WhereLimits.references + 1 else {
            throw Fault(
                reason: "field 'path': more than \(WhereLimits.references) references one after another")
        }
        var path = lastSegment(segments[segments.count - 1])
        for place in stride(from: segments.count - 3, through: 0, by: -2) {
            path = .through(property: segments[place], collection: segments[place + 1], rest: path)
        }
        return path
    }

    private static func lastSegment(_ name: String) -> FilterPath {
        switch name {
        case "id", "_id": .id
        case "_creationTimeUnix": .creationTime
        case "_lastUpdateTimeUnix": .updateTime
        default:
            name.hasPrefix("len(") && name.hasSuffix(")")
                ? .length(of: String(name.dropFirst(4).dropLast())) : .property(name)
        }
    }

    // MARK: - Values

    private static func value(of clause: WhereClause) throws(Fault) -> FilterValue {
        guard let (name, value) = clause.values.first else {
            throw Fault(reason: "got operator '\(clause.comparison)', but no value<Type> field set")
        }
        guard clause.values.count == 1 else {
            throw Fault(reason: "found more than one value: \(clause.values.map(\.name).joined(separator: ", "))")
        }
        switch (name, value) {
        case ("valueText", .string(let text)), ("valueString", .string(let text)): return .text(text)
        case ("valueDate", .string(let text)): return .date(text)
        case ("valueInt", .number(let number)): return .int(try int(number))
        case ("valueNumber", .number(let number)): return .number(number.value)
        case ("valueBoolean", .boolean(let boolean)): return .boolean(boolean)
        case ("valueTextArray", .array(let list)), ("valueStringArray", .array(let list)):
            return .texts(list.compactMap(\.text))
        case ("valueDateArray", .array(let list)): return .dates(list.compactMap(\.text))
        case ("valueIntArray", .array(let list)):
            var ints: [Int64] = []
            for case .number(let number) in list { ints.append(try int(number)) }
            return .ints(ints)
        case ("valueNumberArray", .array(let list)): return .numbers(list.compactMap(\.number))
        case ("valueBooleanArray", .array(let list)): return .booleans(list.compactMap(\.boolean))
        case ("valueGeoRange", let range): return try geoRange(range)
        default: throw Fault(reason: "\(name) has a value of another type")
        }
    }

    private static func int(_ number: JSONNumber) throws(Fault) -> Int64 {
        guard let int = Int64(number.literal) else { throw Fault(reason: "\(number.literal) is not a whole number") }
        return int
    }

    private static func geoRange(_ value: JSONValue) throws(Fault) -> FilterValue {
        guard let center = value["geoCoordinates"], let latitude = center["latitude"]?.number,
            let longitude = center["longitude"]?.number, let distance = value["distance"]?["max"]?.number
        else {
            throw Fault(
                reason: "valueGeoRange: needs geoCoordinates.latitude, geoCoordinates.longitude and distance.max")
        }
        guard distance >= 0 else {
            throw Fault(reason: "valueGeoRange: field 'distance.max' must be a positive number")
        }
        return .geoRange(
            center: GeoCoordinates(latitude: Float(latitude), longitude: Float(longitude)),
            distanceInMeters: Float(distance))
    }
}

extension JSONValue {
    /// The member of an object.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number.value
    }

    var boolean: Bool? {
        guard case .boolean(let boolean) = self else { return nil }
        return boolean
    }
}

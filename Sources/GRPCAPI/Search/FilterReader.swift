// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Turns a filter message into a filter.
///
/// The field that holds a value need not fit the property: whole numbers, numbers and texts of numbers become what the property is, as
/// far as nothing is lost. So the filter is read against the definitions of the collections that it goes through.
struct FilterReader {
    /// The collection called so, or with an alias of that name.
    let collections: (String) -> CollectionDefinition?

    /// - Complexity: linear in the message; recursive to `WhereLimits.depth`.
    func filter(_ message: Filters, on collection: CollectionDefinition) throws(GRPCStatus) -> Filter {
        try filter(message, on: collection, depth: 1)
    }

    private func filter(
        _ message: Filters, on collection: CollectionDefinition, depth: Int
    ) throws(GRPCStatus) -> Filter {
        guard depth <= WhereLimits.depth else { throw Self.refusal(.tooDeep) }
        switch message.operator {
        case .and: return .and(try operands(of: message, .and, on: collection, depth: depth))
        case .or: return .or(try operands(of: message, .or, on: collection, depth: depth))
        case .not:
            let operands = try operands(of: message, .not, on: collection, depth: depth)
            guard operands.count == 1 else { throw Self.refusal(.tooManyOperands(.not, count: operands.count)) }
            return .not(operands[0])
        default:
            guard let comparison = message.operator.comparison else {
                throw .refusal("unknown filter operator \(message.operator.rawValue)")
            }
            return .condition(try condition(message, comparison, on: collection))
        }
    }

    private func operands(
        of message: Filters, _ name: WhereOperator, on collection: CollectionDefinition, depth: Int
    ) throws(GRPCStatus) -> [Filter] {
        guard !message.filters.isEmpty else { throw Self.refusal(.noOperands(name)) }
        var operands: [Filter] = []
        for operand in message.filters { operands.append(try filter(operand, on: collection, depth: depth + 1)) }
        return operands
    }

    private static func refusal(_ fault: WhereFault) -> GRPCStatus {
        .refusal("invalid where filter: \(fault.message)")
    }

    // MARK: Conditions

    private func condition(
        _ message: Filters, _ comparison: FilterComparison, on collection: CollectionDefinition
    ) throws(GRPCStatus) -> FilterCondition {
        let place: FilterPlace
        if let target = message.target?.target {
            place = try self.place(of: target, on: collection, depth: 1)
        } else {
            place = try self.place(ofPath: message.on[...], on: collection)
        }
        guard let value = message.testValue else { throw .refusal("unknown value type <nil>") }
        return FilterCondition(
            path: place.path, comparison: comparison,
            value: try FilterValueReader(type: comparison == .isNull ? nil : place.type).value(value))
    }

    /// What a condition looks at, with the type that values there have; `nil` where any will do.
    private struct FilterPlace {
        var path: FilterPath
        var type: ScalarType?

        func behind(_ property: String, of collection: String) -> Self {
            FilterPlace(path: .through(property: property, collection: collection, rest: path), type: type)
        }
    }

    private func place(
        of target: FilterTarget.Target, on collection: CollectionDefinition, depth: Int
    ) throws(GRPCStatus) -> FilterPlace {
        guard depth <= WhereLimits.references + 1 else { throw Self.refusal(.pathTooLong) }
        switch target {
        case .property(let name): return try place(named: name, on: collection)
        case .count(let count):
            return FilterPlace(path: .property(PropertyName.normalized(count.on)), type: .int)
        case .singleTarget(let step):
            let (name, targets) = try reference(step.on, of: collection)
            guard targets.count == 1 else {
                throw .refusal(
                    "reference property '\(name)' of class \(collection.name) leads to several classes; name one: "
                        + "[\(targets.joined(separator: " "))]")
            }
            return try place(behind: name, of: collection, to: targets[0], step.target, depth: depth)
        case .multiTarget(let step):
            let name = try reference(step.on, of: collection).name
            return try place(behind: name, of: collection, to: step.targetCollection, step.target, depth: depth)
        }
    }

    private func place(
        behind name: String, of collection: CollectionDefinition, to target: String, _ rest: FilterTarget?, depth: Int
    ) throws(GRPCStatus) -> FilterPlace {
        guard let definition = collections(CollectionName.normalized(target)) else {
            throw .refusal("could not find class \(target.prefix(300)) in schema")
        }
        guard let rest = rest?.target else {
            throw .refusal("the filter target behind reference property '\(name)' names no property")
        }
        return try place(of: rest, on: definition, depth: depth + 1).behind(name, of: definition.name)
    }

    /// A path of the old form: property, or reference, class, …, property.
    private func place(
        ofPath path: ArraySlice<String>, on collection: CollectionDefinition
    ) throws(GRPCStatus) -> FilterPlace {
        guard path.count % 2 == 1, let first = path.first else {
            throw .refusal(
                "paths needs to have a uneven number of components: property, class, property, ...., got "
                    + "[\(path.joined(separator: " ").prefix(300))]")
        }
        guard path.count <= 2 * WhereLimits.references + 1 else { throw Self.refusal(.pathTooLong) }
        guard path.count > 1 else { return try place(named: first, on: collection) }
        let name = try reference(first, of: collection).name
        let target = path[path.startIndex + 1]
        guard let definition = collections(CollectionName.normalized(target)) else {
            throw .refusal("could not find class \(target.prefix(300)) in schema")
        }
        return try place(ofPath: path.dropFirst(2), on: definition).behind(name, of: definition.name)
    }

    private func reference(
        _ name: String, of collection: CollectionDefinition
    ) throws(GRPCStatus) -> (name: String, targets: [String]) {
        let property = try Self.property(PropertyName.normalized(name), of: collection)
        guard case .reference(let targets) = property.type else {
            throw .refusal(
                "property '\(property.name)' of class \(collection.name) holds no references; filter by the property itself"
            )
        }
        return (property.name, targets)
    }

    private func place(named name: String, on collection: CollectionDefinition) throws(GRPCStatus) -> FilterPlace {
        switch name {
        // Sorting takes `id` too, filters do not.
        case "_id": return FilterPlace(path: .id, type: .text)
        case "_creationTimeUnix": return FilterPlace(path: .creationTime, type: .date)
        case "_lastUpdateTimeUnix": return FilterPlace(path: .updateTime, type: .date)
        default: break
        }
        if name.hasPrefix("len("), name.hasSuffix(")") {
            let property = try Self.property(String(name.dropFirst(4).dropLast()), of: collection)
            return FilterPlace(path: .length(of: property.name), type: .int)
        }
        let property = try Self.property(name, of: collection)
        return FilterPlace(path: .property(property.name), type: property.type.filteredType)
    }

    private static func property(
        _ name: String, of collection: CollectionDefinition
    ) throws(GRPCStatus) -> PropertyDefinition {
        if let property = collection.property(named: name) { return property }
        if let outer = name.split(separator: ".").first, outer.count < name.count,
            let property = collection.property(named: String(outer)), !property.nestedProperties.isEmpty
        {
            throw .refusal(
                "filtering on nested properties ('\(name.prefix(300))') is a preview feature of Weaviate that is not there; store "
                    + "what is filtered by in a property of its own")
        }
        throw .refusal(noSuchProperty(name, in: collection.name))
    }
}

extension PropertyType {
    /// What the values of conditions on it are.
    fileprivate var filteredType: ScalarType {
        switch self {
        case .scalar(let type), .array(let type): type
        case .reference: .int
        }
    }
}

extension Filters.Operator {
    fileprivate var comparison: FilterComparison? {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .greaterThan: .greaterThan
        case .greaterThanEqual: .greaterThanEqual
        case .lessThan: .lessThan
        case .lessThanEqual: .lessThanEqual
        case .withinGeoRange: .withinGeoRange
        case .like: .like
        case .isNull: .isNull
        case .containsAny: .containsAny
        case .containsAll: .containsAll
        case .containsNone: .containsNone
        default: nil
        }
    }
}

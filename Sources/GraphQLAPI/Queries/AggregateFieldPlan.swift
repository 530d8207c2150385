// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GraphQLLanguage

/// What a field of `Aggregate` asks for, and how its answer is laid out.
struct AggregateFieldPlan: Sendable {
    /// A member of the answer for one group.
    enum Member: Sendable {
        /// The count of objects; `nil` stands for the name of the type.
        case meta([(key: String, isCount: Bool)], typeName: String)
        case groupedBy(GroupedByPlan)
        case property(PropertyPlan)
        case typename
    }

    /// What is asked of one property.
    struct PropertyPlan: Sendable {
        let definition: PropertyDefinition
        let typeName: String
        fileprivate(set) var entries: [(key: String, field: PropertyField)] = []
    }

    enum PropertyField: Sendable {
        case count, minimum, maximum, mean, median, mode, sum
        case totalTrue, totalFalse, percentageTrue, percentageFalse
        case type, pointingTo, typename
        case topOccurrences([(key: String, field: OccurrenceField?)], limit: Int, typeName: String)
    }

    enum OccurrenceField: String, Sendable {
        case value, occurs
    }

    private(set) var request: AggregationRequest
    let typeName: String
    private(set) var members: [(key: String, member: Member)] = []

    init(
        _ field: CollectedField, of collection: CollectionDefinition, definition: FieldDefinition,
        collector: inout FieldCollector
    ) throws {
        guard case .object(let type) = definition.type.namedType else {
            preconditionFailure("the type of Aggregate.\(collection.name) is an object type")
        }
        request = try Self.request(
            collector.arguments(of: field.field, definition: definition), collection: collection)
        typeName = type.name
        for field in try collector.fields(of: field.selections, on: type) {
            let name = field.field.name.text
            guard case .object(let inner)? = type.fields[name]?.type.namedType else {
                members.append((field.responseKey, .typename))
                continue
            }
            members.append((field.responseKey, try member(field, name, inner, collection, &collector)))
        }
    }

    private static func request(
        _ arguments: InputObject, collection: CollectionDefinition
    ) throws(QueryError) -> AggregationRequest {
        var request = AggregationRequest(collection: collection.name)
        request.tenant = arguments.tenant
        if let clause = arguments.object("where") { request.filter = try FilterParser().filter(clause) }
        request.search = try SearchParser(arguments: arguments, collection: collection).search()
        request.objectLimit = arguments.integer("objectLimit")
        request.groupBy = arguments.strings("groupBy") ?? []
        request.groupLimit = arguments.integer("limit")
        return request
    }

    private mutating func member(
        _ field: CollectedField, _ name: String, _ type: ObjectType, _ collection: CollectionDefinition,
        _ collector: inout FieldCollector
    ) throws(GraphQLError) -> Member {
        // Before properties of these names, which clients cannot ask for.
        if name == "meta" {
            let entries = try collector.fields(of: field.selections, on: type)
                .map { (key: $0.responseKey, isCount: $0.field.name.text == "count") }
            if entries.contains(where: \.isCount) { request.countsObjects = true }
            return .meta(entries, typeName: type.name)
        }
        if name == "groupedBy" { return .groupedBy(try GroupedByPlan(field.selections, on: type, &collector)) }
        guard let property = collection.property(named: name) else { return .typename }
        var plan = PropertyPlan(definition: property, typeName: type.name)
        for inner in try collector.fields(of: field.selections, on: type) {
            plan.entries.append((inner.responseKey, try Self.propertyField(inner, on: type, &collector)))
        }
        // What references are is said by the definition alone.
        if case .reference = property.type { return .property(plan) }
        add(plan)
        return .property(plan)
    }

    private static func propertyField(
        _ field: CollectedField, on type: ObjectType, _ collector: inout FieldCollector
    ) throws(GraphQLError) -> PropertyField {
        switch field.field.name.text {
        case "count": return .count
        case "minimum": return .minimum
        case "maximum": return .maximum
        case "mean": return .mean
        case "median": return .median
        case "mode": return .mode
        case "sum": return .sum
        case "totalTrue": return .totalTrue
        case "totalFalse": return .totalFalse
        case "percentageTrue": return .percentageTrue
        case "percentageFalse": return .percentageFalse
        case "type": return .type
        case "pointingTo": return .pointingTo
        case "topOccurrences":
            guard let definition = type.fields["topOccurrences"],
                case .object(let occurrence) = definition.type.namedType
            else { return .typename }
            let limit = collector.arguments(of: field.field, definition: definition).integer("limit") ?? 5
            let entries = try collector.fields(of: field.selections, on: occurrence)
                .map { (key: $0.responseKey, field: OccurrenceField(rawValue: $0.field.name.text)) }
            return .topOccurrences(entries, limit: limit, typeName: occurrence.name)
        default: return .typename
        }
    }

    /// Asks the database for what a property's fields need; several fields may be for the same property.
    private mutating func add(_ plan: PropertyPlan) {
        var wanted = request.properties[plan.definition.name] ?? .init([], topCount: 0)
        for (_, field) in plan.entries {
            if let measures = field.measures { wanted.measures.formUnion(measures) }
            if case .topOccurrences(_, let limit, _) = field {
                wanted.topCount = limit < 0 || wanted.topCount < 0 ? -1 : max(limit, wanted.topCount)
            }
        }
        request.properties[plan.definition.name] = wanted
    }
}

extension AggregateFieldPlan.PropertyField {
    /// What has to be computed for it; `nil` for what is known.
    fileprivate var measures: AggregationRequest.Measures? {
        switch self {
        case .count: .count
        case .minimum: .minimum
        case .maximum: .maximum
        case .mean: .mean
        case .median: .median
        case .mode: .mode
        case .sum: .sum
        case .totalTrue, .totalFalse, .percentageTrue, .percentageFalse: .totals
        case .topOccurrences: .topOccurrences
        case .type, .pointingTo, .typename: nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import GraphQLLanguage

/// What a query asks of each group of hits: `_additional { group { … } }`.
struct GroupPlan: Sendable {
    enum Field: Sendable {
        case id, count, minDistance, maxDistance
        case groupedBy(GroupedByPlan)
        case hits(ObjectPlan)
        case typename
    }

    let typeName: String
    private(set) var entries: [(key: String, field: Field)] = []
    /// What has to be loaded of the hits; `nil` if they are not asked for.
    private(set) var selection: Query.Selection?

    init(
        _ selections: [SelectionSet], of collection: CollectionDefinition, type: ObjectType, schema: CollectionSchema,
        collector: inout FieldCollector
    ) throws(GraphQLError) {
        typeName = type.name
        for field in try collector.fields(of: selections, on: type) {
            let content: Field
            switch (field.field.name.text, type.fields[field.field.name.text]?.type.namedType) {
            case ("id", _): content = .id
            case ("count", _): content = .count
            case ("minDistance", _): content = .minDistance
            case ("maxDistance", _): content = .maxDistance
            case ("groupedBy", .object(let groupedBy)?):
                content = .groupedBy(try GroupedByPlan(field.selections, on: groupedBy, &collector))
            case ("hits", .object(let hit)?):
                let plan = try ObjectPlan(
                    field.selections, of: collection, type: hit, schema: schema, collector: &collector)
                selection = selection?.union(plan.selection) ?? plan.selection
                content = .hits(plan)
            default: content = .typename
            }
            entries.append((field.responseKey, content))
        }
    }
}

/// What a query asks of what a group has in common: `groupedBy { value path }`.
struct GroupedByPlan: Sendable {
    enum Field: String, Sendable {
        case value, path
    }

    let typeName: String
    /// `nil` asks for the name of the type.
    let entries: [(key: String, field: Field?)]

    init(
        _ selections: [SelectionSet], on type: ObjectType, _ collector: inout FieldCollector
    ) throws(GraphQLError) {
        typeName = type.name
        entries = try collector.fields(of: selections, on: type)
            .map { (key: $0.responseKey, field: Field(rawValue: $0.field.name.text)) }
    }
}

extension Query.Selection {
    mutating func formUnion(_ other: Self) {
        if let names = other.properties { properties?.formUnion(names) } else { properties = nil }
        includesVectors = includesVectors || other.includesVectors
        needsCertainty = needsCertainty || other.needsCertainty
        needsPercent = needsPercent || other.needsPercent
        needsScoreExplanation = needsScoreExplanation || other.needsScoreExplanation
    }

    func union(_ other: Self) -> Self {
        var result = self
        result.formUnion(other)
        return result
    }
}

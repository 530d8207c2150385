// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import JSON

extension AggregateFieldPlan {
    /// Has the database aggregate what the plan asks for.
    ///
    /// - Returns: the JSON of the field.
    func answer(from database: any DatabaseOperations) async throws(DatabaseError) -> [UInt8] {
        let plan = try await database.plan(request)
        let groups = try database.read { view throws(DatabaseError) in try view.groups(of: plan) }
        var writer = JSONWriter()
        writer.beginArray()
        for group in groups { write(group, &writer) }
        writer.endArray()
        return writer.bytes
    }

    private func write(_ group: AggregateGroup, _ writer: inout JSONWriter) {
        writer.beginObject()
        for (key, member) in members {
            writer.key(key)
            switch member {
            case .typename: writer.string(typeName)
            case .meta(let entries, let typeName):
                writer.beginObject()
                for (key, isCount) in entries {
                    writer.key(key)
                    if isCount { writer.number(group.objectCount) } else { writer.string(typeName) }
                }
                writer.endObject()
            case .groupedBy(let plan):
                if let value = group.value, let path = request.groupBy.first {
                    writer.write(plan, value: GroupValueText.ofAggregate(value), path: path)
                } else {
                    writer.null()
                }
            case .property(let plan):
                writer.beginObject()
                for (key, field) in plan.entries {
                    writer.key(key)
                    writer.write(field, of: group.properties[plan.definition.name], plan)
                }
                writer.endObject()
            }
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func write(
        _ field: AggregateFieldPlan.PropertyField, of aggregate: PropertyAggregate?,
        _ plan: AggregateFieldPlan.PropertyPlan
    ) {
        switch field {
        case .typename: return string(plan.typeName)
        case .type: return string(plan.definition.type.aggregateName)
        case .pointingTo:
            guard case .reference(let targets) = plan.definition.type else { return null() }
            beginArray()
            for target in targets { string(target) }
            return endArray()
        default: break
        }
        switch aggregate {
        case .ints(let ints)?: write(field, of: ints)
        case .numbers(let numbers)?: write(field, of: numbers)
        case .texts(let texts)?: write(field, of: texts)
        case .booleans(let booleans)?: write(field, of: booleans)
        case .dates(let dates)?: write(field, of: dates)
        case nil: null()
        }
    }

    private mutating func write(_ field: AggregateFieldPlan.PropertyField, of ints: IntAggregate) {
        switch field {
        case .count: number(ints.count)
        case .minimum: write(ints.minimum.map { Int128($0) })
        case .maximum: write(ints.maximum.map { Int128($0) })
        case .mode: write(ints.mode.map { Int128($0) })
        case .sum: write(ints.sum)
        case .mean: write(ints.mean)
        case .median: write(ints.median)
        default: null()
        }
    }

    private mutating func write(_ field: AggregateFieldPlan.PropertyField, of numbers: NumberAggregate) {
        switch field {
        case .count: number(numbers.count)
        case .minimum: write(numbers.minimum)
        case .maximum: write(numbers.maximum)
        case .mode: write(numbers.mode)
        case .sum: write(numbers.sum)
        case .mean: write(numbers.mean)
        case .median: write(numbers.median)
        default: null()
        }
    }

    private mutating func write(_ field: AggregateFieldPlan.PropertyField, of texts: TextAggregate) {
        switch field {
        case .count: number(texts.count)
        case .topOccurrences(let entries, let limit, let typeName):
            beginArray()
            for occurrence in texts.topOccurrences.prefix(limit < 0 ? .max : limit) {
                beginObject()
                for (key, field) in entries {
                    self.key(key)
                    switch field {
                    case .value?: string(occurrence.value)
                    case .occurs?: number(occurrence.count)
                    case nil: string(typeName)
                    }
                }
                endObject()
            }
            endArray()
        default: null()
        }
    }

    private mutating func write(_ field: AggregateFieldPlan.PropertyField, of booleans: BooleanAggregate) {
        switch field {
        case .count: number(booleans.count)
        case .totalTrue: number(booleans.trueCount)
        case .totalFalse: number(booleans.falseCount)
        case .percentageTrue: write(booleans.trueShare)
        case .percentageFalse: write(booleans.falseShare)
        default: null()
        }
    }

    private mutating func write(_ field: AggregateFieldPlan.PropertyField, of dates: DateAggregate) {
        switch field {
        case .count: number(dates.count)
        case .minimum: write(dates.minimum)
        case .maximum: write(dates.maximum)
        case .mode: write(dates.mode)
        case .median: write(dates.median)
        default: null()
        }
    }

    private mutating func write(_ value: Double?) { if let value { number(value) } else { null() } }

    private mutating func write(_ value: String?) { if let value { string(value) } else { null() } }

    /// Exactly as far as JSON readers go along: whole up to 64 bits, beyond as a float64.
    private mutating func write(_ value: Int128?) {
        guard let value else { return null() }
        if let small = Int(exactly: value) { number(small) } else { number(Double(value)) }
    }
}

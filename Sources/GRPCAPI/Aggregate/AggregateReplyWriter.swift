// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import WeaviateMessages

/// Makes messages of aggregated groups.
struct AggregateReplyWriter {
    let collection: CollectionDefinition
    let properties: [AggregateRequestReader.Property]
    let countsObjects: Bool

    /// All objects as one.
    func single(_ group: AggregateGroup) -> AggregateReply.Single {
        var message = AggregateReply.Single()
        // Set also where it was not asked for, as in Weaviate.
        message.objectsCount = countsObjects ? Int64(group.objectCount) : 0
        message.aggregations = aggregations(group)
        return message
    }

    /// - Returns: `nil` without groups.
    func grouped(_ groups: [AggregateGroup], by property: String) -> AggregateReply.Grouped? {
        if groups.isEmpty { return nil }
        var message = AggregateReply.Grouped()
        message.groups = groups.map { group in
            var entry = AggregateReply.Group()
            entry.objectsCount = Int64(group.objectCount)
            entry.aggregations = aggregations(group)
            var groupedBy = AggregateReply.Group.GroupedBy()
            groupedBy.path = [property]
            groupedBy.value = group.value.map(Self.value)
            entry.groupedBy = groupedBy
            return entry
        }
        return message
    }

    private static func value(_ value: PropertyValue) -> AggregateReply.Group.GroupedBy.Value {
        switch value {
        case .boolean(let value): .boolean(value)
        // As in Weaviate, whose groups know no ints.
        case .int(let number): .number(Double(number))
        case .number(let number): .number(number)
        case let value: .text(GroupValueText.ofAggregate(value))
        }
    }

    // MARK: Properties

    private func aggregations(_ group: AggregateGroup) -> AggregateReply.Aggregations? {
        if properties.isEmpty { return nil }
        var message = AggregateReply.Aggregations()
        message.aggregations = properties.compactMap { property -> Aggregation? in
            guard let type = collection.property(named: property.name)?.type else { return nil }
            var entry = Aggregation()
            entry.property = property.name
            entry.aggregation = aggregation(property, type, group.properties[property.name])
            return entry
        }
        return message
    }

    private typealias Aggregation = AggregateReply.Aggregations.Aggregation

    private func aggregation(
        _ property: AggregateRequestReader.Property, _ type: PropertyType, _ aggregate: PropertyAggregate?
    ) -> Aggregation.AggregationChoice? {
        if case .reference(let targets) = type {
            var message = Aggregation.Reference()
            message.type = property.asksAnything ? property.asksType ? type.aggregateName : "" : nil
            if property.asksTargets { message.pointingTo = targets }
            return .reference(message)
        }
        // Nothing is said of a type that nothing else is said of.
        let typeName = property.asksAnything ? property.asksType ? type.aggregateName : "" : nil
        switch aggregate {
        case .ints(let ints)?: return .int(message(ints, property.measures, typeName))
        case .numbers(let numbers)?: return .number(message(numbers, property.measures, typeName))
        case .texts(let texts)?: return .text(message(texts, topCount: property.topCount, typeName))
        case .booleans(let booleans)?: return .boolean(message(booleans, typeName))
        case .dates(let dates)?: return .date(message(dates, property.measures, typeName))
        case nil: return nothing(of: type, typeName)
        }
    }

    /// Where nothing was asked for, an empty message of the type's kind.
    private func nothing(of type: PropertyType, _ typeName: String?) -> Aggregation.AggregationChoice? {
        switch type {
        case .scalar(.int), .array(.int): .int(message(IntAggregate(), [], typeName))
        case .scalar(.number), .array(.number): .number(message(NumberAggregate(), [], typeName))
        case .scalar(.date), .array(.date): .date(message(DateAggregate(), [], typeName))
        default: nil
        }
    }

    private func message(
        _ ints: IntAggregate, _ asked: AggregationRequest.Measures, _ type: String?
    ) -> Aggregation.Integer {
        var message = Aggregation.Integer()
        message.type = type
        if asked.contains(.count) { message.count = Int64(ints.count) }
        if asked.contains(.mean) { message.mean = ints.mean }
        if asked.contains(.median) { message.median = ints.median }
        if asked.contains(.mode) { message.mode = ints.mode }
        if asked.contains(.maximum) { message.maximum = ints.maximum }
        if asked.contains(.minimum) { message.minimum = ints.minimum }
        if asked.contains(.sum) { message.sum = ints.sum.map { Int64(clamping: $0) } }
        return message
    }

    private func message(
        _ numbers: NumberAggregate, _ asked: AggregationRequest.Measures, _ type: String?
    ) -> Aggregation.Number {
        var message = Aggregation.Number()
        message.type = type
        if asked.contains(.count) { message.count = Int64(numbers.count) }
        if asked.contains(.mean) { message.mean = numbers.mean }
        if asked.contains(.median) { message.median = numbers.median }
        if asked.contains(.mode) { message.mode = numbers.mode }
        if asked.contains(.maximum) { message.maximum = numbers.maximum }
        if asked.contains(.minimum) { message.minimum = numbers.minimum }
        if asked.contains(.sum) { message.sum = numbers.sum }
        return message
    }

    private func message(_ texts: TextAggregate, topCount: Int, _ type: String?) -> Aggregation.Text {
        var message = Aggregation.Text()
        message.type = type
        message.count = Int64(texts.count)
        guard texts.count > 0 else { return message }
        var top = Aggregation.Text.TopOccurrences()
        top.items = texts.topOccurrences.prefix(topCount).map { occurrence in
            var item = Aggregation.Text.TopOccurrences.TopOccurrence()
            item.value = occurrence.value
            item.occurs = Int64(occurrence.count)
            return item
        }
        message.topOccurences = top
        return message
    }

    private func message(_ booleans: BooleanAggregate, _ type: String?) -> Aggregation.Boolean {
        var message = Aggregation.Boolean()
        message.type = type
        message.count = Int64(booleans.count)
        message.totalTrue = Int64(booleans.trueCount)
        message.totalFalse = Int64(booleans.falseCount)
        message.percentageTrue = booleans.trueShare ?? .nan
        message.percentageFalse = booleans.falseShare ?? .nan
        return message
    }

    private func message(
        _ dates: DateAggregate, _ asked: AggregationRequest.Measures, _ type: String?
    ) -> Aggregation.Date {
        var message = Aggregation.Date()
        message.type = type
        if asked.contains(.count) { message.count = Int64(dates.count) }
        if asked.contains(.median) { message.median = dates.median }
        if asked.contains(.mode) { message.mode = dates.mode }
        if asked.contains(.maximum) { message.maximum = dates.maximum }
        if asked.contains(.minimum) { message.minimum = dates.minimum }
        return message
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// Carries out one aggregation on one shard, inside one read transaction.
///
/// Never reads more of an object than the properties in question, and not even those where the term index has their values
/// (decision 66).
struct AggregationRun {
    /// From which share of all objects on it costs less to look at every posting of a property than to read the objects: one in so many.
    private static let shareWorthIndex = 8

    let reader: ShardReader
    let plan: AggregationPlan
    let cancellation: Cancellation

    private var schema: InvertedIndexSchema { plan.query.collection.invertedSchema }

    /// - Parameter documents: those to aggregate; `nil` for all.
    func groups(of documents: DocumentSet?) throws -> [AggregateGroup] {
        guard let property = plan.groupBy else {
            var group = AggregateGroup(objectCount: 0)
            if plan.request.countsObjects { group.objectCount = try documents?.count ?? reader.objectCount() }
            group.properties = try aggregates(of: documents)
            return [group]
        }
        let grouping = Grouping(reader: reader, property: property, schema: schema, cancellation: cancellation)
        let groups = try grouping.largest(plan.groupLimit, among: documents)
        if plan.properties.isEmpty {
            return groups.map { AggregateGroup(value: $0.value, objectCount: $0.count) }
        }
        let members = try grouping.documents(with: groups.map(\.value), among: documents)
        return try zip(groups, members).map { group, members in
            AggregateGroup(value: group.value, objectCount: group.count, properties: try aggregates(of: members))
        }
    }

    /// What is computed of the properties, over `documents` or all.
    private func aggregates(of documents: DocumentSet?) throws -> [String: PropertyAggregate] {
        var result: [String: PropertyAggregate] = [:]
        var toRead: [AggregationPlan.Property] = []
        let prefersIndex =
            try documents.map { $0.count >= max(64, try reader.objectCount() / Self.shareWorthIndex) } ?? true
        for property in plan.properties where !property.request.measures.isEmpty {
            if prefersIndex, isInIndex(property.definition, isOfAll: documents == nil) {
                result[property.definition.name] = try indexedAggregate(of: property, among: documents)
            } else {
                toRead.append(property)
            }
        }
        result.merge(try readAggregates(of: toRead, documents)) { _, read in read }
        return result
    }

    /// Whether the index tells all that the objects would: not how often a list holds a value, nor with which offset a date was given,
    /// which only aggregates over all objects are allowed to forget.
    private func isInIndex(_ property: PropertyDefinition, isOfAll: Bool) -> Bool {
        guard case .scalar(let type) = property.type, schema.holdsValues(of: property.id) else { return false }
        return type != .date || isOfAll
    }

    private func indexedAggregate(
        of property: AggregationPlan.Property, among documents: DocumentSet?
    ) throws -> PropertyAggregate? {
        guard var tally = PropertyTally(property.definition.type) else { return nil }
        let store = reader.transaction.inverted(reader.shard.address)
        if documents == nil, property.request.measures.isSubset(of: [.minimum, .maximum]) {
            if let (least, greatest) = try schema.extremes(of: property.definition.id, in: store) {
                tally.append(least, count: 1)
                if greatest != least { tally.append(greatest, count: 1) }
            }
        } else {
            try schema.visitValues(
                of: property.definition.id, among: documents, in: store, cancellation: cancellation
            ) { value, count in
                tally.append(value, count: count)
                return true
            }
        }
        return tally.aggregate(property.request)
    }

    /// In one pass over the objects for all properties.
    private func readAggregates(
        of properties: [AggregationPlan.Property], _ documents: DocumentSet?
    ) throws -> [String: PropertyAggregate] {
        if properties.isEmpty { return [:] }
        var tallies = properties.map { PropertyTally($0.definition.type) }
        try reader.visit(documents, properties: Set(properties.map(\.definition.id)), cancellation) { _, object in
            for (index, property) in properties.enumerated() {
                if let value = object.properties[property.definition.id] { tallies[index]?.add(value) }
            }
        }
        var result: [String: PropertyAggregate] = [:]
        for (index, property) in properties.enumerated() {
            result[property.definition.name] = tallies[index]?.aggregate(property.request)
        }
        return result
    }
}

extension ShardReader {
    /// Visits `documents`, or all, ascending, with the given properties only.
    func visit(
        _ documents: DocumentSet?, properties: Set<PropertyID>, _ cancellation: Cancellation,
        _ body: (DocumentID, StoredObject) throws -> Void
    ) throws {
        let selection = PropertySelection.only(properties)
        guard let documents else {
            return try transaction.scanObjects(in: shard.address, properties: selection) { document, object in
                try cancellation.check()
                try body(document, object)
                return true
            }
        }
        for document in documents {
            try cancellation.check()
            if let object = try transaction.object(document, in: shard.address, properties: selection) {
                try body(document, object)
            }
        }
    }
}

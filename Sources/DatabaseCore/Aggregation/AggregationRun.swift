// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// Carries out one aggregation on one shard, inside one read transaction.
///
/// Never reads more of an object than the properties in question, and not even those where the term index or a column has
/// their values (decision 68).
struct AggregationRun {
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
        let parts = try grouping.parts(with: groups.map(\.value), among: documents)
        return try zip(groups, aggregates(of: wanted, in: parts, ofGroups: groups.count)).map { group, properties in
            AggregateGroup(value: group.value, objectCount: group.count, properties: properties)
        }
    }

    /// What is computed of the properties, over `documents` or all.
    private func aggregates(of documents: DocumentSet?) throws -> [String: PropertyAggregate] {
        if let documents { return try aggregates(of: wanted, over: documents) }
        var result: [String: PropertyAggregate] = [:]
        var others: [AggregationPlan.Property] = []
        for property in wanted {
            if isBestInIndex(property) {
                result[property.definition.name] = try indexedAggregate(of: property)
            } else {
                others.append(property)
            }
        }
        if !others.isEmpty {
            let found = try aggregates(of: others, over: reader.allDocuments())
            result.merge(found) { _, found in found }
        }
        return result
    }

    private func aggregates(
        of properties: [AggregationPlan.Property], over documents: DocumentSet
    ) throws -> [String: PropertyAggregate] {
        var parts: [GroupPart] = []
        documents.forEachBlock { parts.append(GroupPart(block: $0, group: 0, documents: $1)) }
        return try aggregates(of: properties, in: parts, ofGroups: 1)[0]
    }

    /// What is computed of the properties, over each of some groups.
    ///
    /// - Parameter parts: the documents of the groups, by ascending block.
    private func aggregates(
        of properties: [AggregationPlan.Property], in parts: [GroupPart], ofGroups count: Int
    ) throws -> [[String: PropertyAggregate]] {
        var results = Array(repeating: [String: PropertyAggregate](), count: count)
        for property in properties where ColumnKind(property.definition.type) != nil {
            for (group, aggregate) in try columnAggregates(of: property, parts, ofGroups: count).enumerated() {
                results[group][property.definition.name] = aggregate
            }
        }
        let others = properties.filter { ColumnKind($0.definition.type) == nil }
        if others.isEmpty { return results }
        var members = Array(repeating: NotedDocuments(), count: count)
        for part in parts { members[part.group].insert(part.documents, ofBlock: part.block) }
        for group in results.indices {
            results[group].merge(try readAggregates(of: others, members[group].set)) { _, found in found }
        }
        return results
    }

    /// The properties that something is to be computed of.
    private var wanted: [AggregationPlan.Property] { plan.properties.filter { !$0.request.measures.isEmpty } }

    /// Whether the index tells all that the objects would: not how often a list holds a value. With which offset a date was
    /// given it does not know either, which aggregates over all objects are allowed to forget.
    private func isInIndex(_ property: PropertyDefinition) -> Bool {
        guard case .scalar = property.type else { return false }
        return schema.holdsValues(of: property.id)
    }

    /// Whether the index is the fastest way to what is asked of all objects: it has the different values in their order. What needs no
    /// values but their sum is added up faster in the column.
    private func isBestInIndex(_ property: AggregationPlan.Property) -> Bool {
        guard isInIndex(property.definition) else { return false }
        switch property.definition.type {
        case .scalar(.int), .scalar(.number):
            return property.request.measures.isSubset(of: [.minimum, .maximum])
                || !property.request.measures.isDisjoint(with: [.median, .mode])
        case .scalar, .array, .reference: return true
        }
    }

    /// Over all objects.
    private func indexedAggregate(of property: AggregationPlan.Property) throws -> PropertyAggregate? {
        guard var tally = PropertyTally(property.definition.type, for: property.request.measures) else { return nil }
        let store = reader.transaction.inverted(reader.shard.address)
        if property.request.measures.isSubset(of: [.minimum, .maximum]) {
            if let (least, greatest) = try schema.extremes(of: property.definition.id, in: store) {
                tally.append(least, count: 1)
                if greatest != least { tally.append(greatest, count: 1) }
            }
        } else {
            try schema.visitValues(
                of: property.definition.id, among: nil, in: store, cancellation: cancellation
            ) { value, count in
                tally.append(value, count: count)
                return true
            }
        }
        return tally.aggregate(property.request)
    }

    /// In one pass over the blocks of the column for all groups; what is not told there comes from the objects.
    ///
    /// - Complexity: O(parts + documents in them); memory for the different values, as far as they are needed.
    private func columnAggregates(
        of property: AggregationPlan.Property, _ parts: [GroupPart], ofGroups count: Int
    ) throws -> [PropertyAggregate?] {
        guard let column = try reader.columnScanner(of: property.definition),
            let empty = PropertyTally(property.definition.type, for: property.request.measures)
        else { return Array(repeating: nil, count: count) }
        var tallies = Array(repeating: empty, count: count)
        var incomplete = Array(repeating: NotedDocuments(), count: count)
        var position = 0
        while position < parts.count {
            try cancellation.check()
            let number = parts[position].block
            let isThere = try column.move(to: number)
            // Once, and not for each part: it has many arrays.
            let block = column.block
            while position < parts.count, parts[position].block == number {
                let part = parts[position]
                position += 1
                if !isThere { continue }
                tallies[part.group].add(block, of: part.documents)
                let missing = block.incomplete & part.documents
                if missing != 0 { incomplete[part.group].insert(missing, ofBlock: number) }
            }
        }
        for group in tallies.indices { try add(incomplete[group], of: property.definition.id, to: &tallies[group]) }
        return tallies.indices.map { tallies[$0].aggregate(property.request) }
    }

    private func add(_ noted: NotedDocuments, of property: PropertyID, to tally: inout PropertyTally) throws {
        if noted.documents.isEmpty { return }
        try reader.visit(noted.set, properties: [property], cancellation) { _, object in
            if let value = object.properties[property] { tally.add(value) }
        }
    }

    /// In one pass over the objects for all properties.
    private func readAggregates(
        of properties: [AggregationPlan.Property], _ documents: DocumentSet
    ) throws -> [String: PropertyAggregate] {
        var tallies = properties.map { PropertyTally($0.definition.type, for: $0.request.measures) }
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
    /// The column of a property; `nil` if its type has none.
    func column(of property: PropertyDefinition) throws -> ColumnReader? {
        try ColumnKind(property.type).map { try transaction.column(property.id, $0, in: shard.address) }
    }

    /// The column of a property, to be read in order; `nil` if its type has none.
    func columnScanner(of property: PropertyDefinition) throws -> ColumnScanner? {
        try ColumnKind(property.type).map { try transaction.columnScanner(property.id, $0, in: shard.address) }
    }

    /// Visits `documents`, ascending, with the given properties only.
    func visit(
        _ documents: DocumentSet, properties: Set<PropertyID>, _ cancellation: Cancellation,
        _ body: (DocumentID, StoredObject) throws -> Void
    ) throws {
        let selection = PropertySelection.only(properties)
        for document in documents {
            try cancellation.check()
            if let object = try transaction.object(document, in: shard.address, properties: selection) {
                try body(document, object)
            }
        }
    }
}

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
        let members = try grouping.documents(with: groups.map(\.value), among: documents)
        return try zip(groups, aggregates(of: wanted, in: members)).map { group, properties in
            AggregateGroup(value: group.value, objectCount: group.count, properties: properties)
        }
    }

    /// What is computed of the properties, over `documents` or all.
    private func aggregates(of documents: DocumentSet?) throws -> [String: PropertyAggregate] {
        if let documents { return try aggregates(of: wanted, in: [documents])[0] }
        var result: [String: PropertyAggregate] = [:]
        var others: [AggregationPlan.Property] = []
        for property in wanted {
            if isInIndex(property.definition) {
                result[property.definition.name] = try indexedAggregate(of: property)
            } else {
                others.append(property)
            }
        }
        if !others.isEmpty {
            let found = try aggregates(of: others, in: [reader.allDocuments()])[0]
            result.merge(found) { _, found in found }
        }
        return result
    }

    /// What is computed of the properties, over each of some sets.
    private func aggregates(
        of properties: [AggregationPlan.Property], in sets: [DocumentSet]
    ) throws -> [[String: PropertyAggregate]] {
        var results = try columnAggregates(of: properties.filter { ColumnKind($0.definition.type) != nil }, sets)
        let others = properties.filter { ColumnKind($0.definition.type) == nil }
        if others.isEmpty { return results }
        for (index, documents) in sets.enumerated() {
            results[index].merge(try readAggregates(of: others, documents)) { _, found in found }
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

    /// Over all objects.
    private func indexedAggregate(of property: AggregationPlan.Property) throws -> PropertyAggregate? {
        guard var tally = PropertyTally(property.definition.type) else { return nil }
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

    /// In one pass over the blocks of each column for all sets; what is not told there comes from the objects.
    ///
    /// - Complexity: O(blocks + documents in the sets); memory for the blocks of the sets, and the different values.
    private func columnAggregates(
        of properties: [AggregationPlan.Property], _ sets: [DocumentSet]
    ) throws -> [[String: PropertyAggregate]] {
        var results = sets.map { _ in [String: PropertyAggregate]() }
        if properties.isEmpty { return results }
        var parts: [UInt32: [(set: Int, documents: UInt128)]] = [:]
        for (index, documents) in sets.enumerated() {
            documents.forEachBlock { parts[$0, default: []].append((index, $1)) }
        }
        let numbers = parts.keys.sorted()
        for property in properties {
            guard let column = try reader.column(of: property.definition) else { continue }
            var tallies = sets.map { _ in PropertyTally(property.definition.type) }
            var incomplete = sets.map { _ in NotedDocuments() }
            for number in numbers {
                try cancellation.check()
                guard let block = try column.block(number) else { continue }
                for (index, documents) in parts[number] ?? [] {
                    tallies[index]?.add(block, of: documents)
                    incomplete[index].insert(block.incomplete & documents, ofBlock: number)
                }
            }
            for index in sets.indices {
                try add(incomplete[index], of: property.definition.id, to: &tallies[index])
                results[index][property.definition.name] = tallies[index]?.aggregate(property.request)
            }
        }
        return results
    }

    private func add(_ noted: NotedDocuments, of property: PropertyID, to tally: inout PropertyTally?) throws {
        if noted.documents.isEmpty { return }
        try reader.visit(noted.set, properties: [property], cancellation) { _, object in
            if let value = object.properties[property] { tally?.add(value) }
        }
    }

    /// In one pass over the objects for all properties.
    private func readAggregates(
        of properties: [AggregationPlan.Property], _ documents: DocumentSet
    ) throws -> [String: PropertyAggregate] {
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
    /// The column of a property; `nil` if its type has none.
    func column(of property: PropertyDefinition) throws -> ColumnReader? {
        try ColumnKind(property.type).map { try transaction.column(property.id, $0, in: shard.address) }
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

// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Turns a request of `Aggregate` into one of the database, and remembers what of each property is to be shown.
struct AggregateRequestReader {
    /// What is asked of one property. Of which kind it is, its type says, whatever the request takes it for.
    struct Property {
        let name: String
        var measures: AggregationRequest.Measures = []
        var asksType = false
        var asksTargets = false
        var topCount = 5

        /// Whether anything at all is asked.
        var asksAnything: Bool { asksType || asksTargets || !measures.isEmpty }
    }

    let request: AggregateRequest
    let collection: CollectionDefinition
    /// The collection of a name, or of an alias.
    let collections: (String) -> CollectionDefinition?

    func read() throws(GRPCStatus) -> (request: AggregationRequest, properties: [Property]) {
        var aggregation = AggregationRequest(collection: collection.name)
        aggregation.tenant = request.tenant.isEmpty ? nil : request.tenant
        if let filters = request.filters {
            aggregation.filter = try FilterReader(collections: collections).filter(filters, on: collection)
        }
        aggregation.search = try search()
        // Without a search there is nothing that it limits.
        if aggregation.search != nil { aggregation.objectLimit = request.objectLimit.map { Int($0) } }
        if let groupBy = request.groupBy {
            aggregation.groupBy = [groupBy.property]
            aggregation.groupLimit = request.limit.map { Int($0) }
        }
        aggregation.countsObjects = request.objectsCount || request.groupBy != nil
        let properties = request.aggregations.map { Property($0) }
        for property in properties { try add(property, to: &aggregation) }
        return (aggregation, properties)
    }

    private func search() throws(GRPCStatus) -> Query.Search? {
        let near = NearReader(collection: collection)
        switch request.search {
        case nil: return nil
        case .hybrid(let hybrid)?:
            return .hybrid(try WordsReader(collection: collection, autocut: 0).search(hybrid))
        case .nearVector(let message)?: return .vector(try ofOneTarget(try near.search(message)))
        case .nearObject(let message)?: return .vector(try ofOneTarget(try near.search(message)))
        case .nearImage(let message)?: return .vector(try ofOneTarget(try near.search(message)))
        case .nearText?: throw NearReader.cannotVectorize("nearText", collection: collection.name)
        case .nearAudio?: throw NearReader.cannotVectorize("nearAudio", collection: collection.name)
        case .nearVideo?: throw NearReader.cannotVectorize("nearVideo", collection: collection.name)
        case .nearDepth?: throw NearReader.cannotVectorize("nearDepth", collection: collection.name)
        case .nearThermal?: throw NearReader.cannotVectorize("nearThermal", collection: collection.name)
        case .nearImu?: throw NearReader.cannotVectorize("nearIMU", collection: collection.name)
        }
    }

    private func ofOneTarget(_ search: VectorSearch) throws(GRPCStatus) -> VectorSearch {
        guard search.targetVectors.count <= 1 else {
            throw .refusal("found more than one target vector for aggregation")
        }
        return search
    }

    /// Several aggregations may be of the same property.
    private func add(_ property: Property, to aggregation: inout AggregationRequest) throws(GRPCStatus) {
        guard let definition = collection.property(named: property.name) else {
            // The database says what is wrong.
            aggregation.properties[property.name] = .init(property.measures)
            return
        }
        // What references are is said by the definition alone.
        if case .reference = definition.type { return }
        var wanted = aggregation.properties[property.name] ?? .init([], topCount: 0)
        wanted.measures.formUnion(property.measures.completed(for: definition.type))
        wanted.topCount = max(wanted.topCount, property.topCount)
        aggregation.properties[property.name] = wanted
    }
}

extension AggregationRequest.Measures {
    /// Texts and booleans are always aggregated as a whole.
    fileprivate func completed(for type: PropertyType) -> Self {
        switch type {
        case .scalar(.text), .array(.text): [.count, .topOccurrences]
        case .scalar(.boolean), .array(.boolean): [.count, .totals]
        default: self
        }
    }
}

extension AggregateRequestReader.Property {
    fileprivate init(_ message: AggregateRequest.Aggregation) {
        name = message.property
        switch message.aggregation {
        case .int(let asked)?:
            asksType = asked.type
            add(asked.count, .count)
            add(asked.sum, .sum)
            add(asked.mean, .mean)
            add(asked.mode, .mode)
            add(asked.median, .median)
            add(asked.maximum, .maximum)
            add(asked.minimum, .minimum)
        case .number(let asked)?:
            asksType = asked.type
            add(asked.count, .count)
            add(asked.sum, .sum)
            add(asked.mean, .mean)
            add(asked.mode, .mode)
            add(asked.median, .median)
            add(asked.maximum, .maximum)
            add(asked.minimum, .minimum)
        case .text(let asked)?:
            asksType = asked.type
            add(asked.count, .count)
            add(asked.topOccurences, .topOccurrences)
            if let limit = asked.topOccurencesLimit { topCount = Int(limit) }
        case .boolean(let asked)?:
            asksType = asked.type
            add(asked.count, .count)
            add(asked.totalTrue || asked.totalFalse || asked.percentageTrue || asked.percentageFalse, .totals)
        case .date(let asked)?:
            asksType = asked.type
            add(asked.count, .count)
            add(asked.median, .median)
            add(asked.mode, .mode)
            add(asked.maximum, .maximum)
            add(asked.minimum, .minimum)
        case .reference(let asked)?:
            asksType = asked.type
            asksTargets = asked.pointingTo
        case nil: break
        }
    }

    private mutating func add(_ isAsked: Bool, _ measure: AggregationRequest.Measures) {
        if isAsked { measures.insert(measure) }
    }
}

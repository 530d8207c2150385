// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// Reads one shard as one snapshot of the storage shows it. Lives as long as the transaction.
struct ShardReader {
    let transaction: ReadTransaction
    let shard: Shard
    let collection: Collection.Snapshot
    /// Where the targets of references are.
    let collections: CollectionTable
    private let vectorReaders = VectorReaders()

    /// The documents that fulfill `filter`.
    ///
    /// - Parameter wanted: so many suffice, the lowest ones; there may be more.
    func documents(matching filter: ResolvedFilter, atLeast wanted: Int = .max) throws -> DocumentSet {
        try collection.invertedSchema.documents(
            matching: filter, atLeast: wanted, ids: self, in: transaction.inverted(shard.address))
    }

    /// How many documents fulfill `filter`.
    func count(matching filter: ResolvedFilter) throws -> Int {
        try collection.invertedSchema.count(matching: filter, ids: self, in: transaction.inverted(shard.address))
    }

    func allDocuments() throws -> DocumentSet {
        try collection.invertedSchema.allDocuments(in: transaction.inverted(shard.address))
    }

    /// The first `count` of `documents` by the first of the sort keys, and all that are equal to the last of them.
    ///
    /// - Returns: in order, those with equal values together; `nil` if the index does not know.
    func first(_ count: Int, byFirstKeyOf sorter: ObjectSorter, of documents: DocumentSet) throws -> [[DocumentID]]? {
        guard let property = sorter.columns.first ?? nil, let isDescending = sorter.order.isDescending.first else {
            return nil
        }
        return try collection.invertedSchema.first(
            count, by: property.id, isDescending: isDescending, of: documents, in: transaction.inverted(shard.address))
    }

    /// The object kept as `document`, as far as its columns are wanted; `nil` if it is gone.
    func object(_ document: DocumentID, _ columns: QueryPlan.Columns) throws -> DatabaseObject? {
        if let names = columns.recordedNames,
            let record = try transaction.record(document, in: shard.address, properties: columns.properties)
        {
            return try object(record, names, document, columns)
        }
        guard let stored = try transaction.object(document, in: shard.address, properties: columns.properties) else {
            return nil
        }
        var object = DatabaseObject(stored, in: collection)
        object.blobProperties = Set(stored.blobProperties.compactMap { collection.propertyNames[$0] })
        if columns.includesVectors { try fillVectors(of: &object, document, stored.vectors, stored.multiVectors) }
        return object
    }

    private func object(
        _ record: ObjectRecord, _ names: PropertyNames, _ document: DocumentID, _ columns: QueryPlan.Columns
    ) throws -> DatabaseObject {
        var object = DatabaseObject(
            collection: collection.definition.name, id: record.id, creationTime: record.creationTime,
            updateTime: record.updateTime, properties: [:])
        object.recorded = RecordedProperties(values: record.values, names: names)
        object.blobProperties = Set(record.blobProperties.compactMap { collection.propertyNames[$0] })
        if columns.includesVectors { try fillVectors(of: &object, document, record.vectors, record.multiVectors) }
        return object
    }

    private func fillVectors(
        of object: inout DatabaseObject, _ document: DocumentID, _ vectors: [VectorID], _ multiVectors: [VectorID]
    ) throws {
        for id in vectors {
            guard let definition = collection.definition.vectors.first(where: { $0.id == id }) else { continue }
            if let values = try vector(id, of: document) { object.setVector(values, named: definition.name) }
        }
        for (id, vector) in try transaction.multiVectors(multiVectors, of: document, in: shard.address) {
            guard let name = collection.definition.vectors.first(where: { $0.id == id })?.name else { continue }
            object.multiVectors[name] = vector
        }
    }

    /// A copy of one vector of a document, shape [dimensions]; `nil` if it does not have it. Quickest beside the one before.
    func vector(_ vector: VectorID, of document: DocumentID) throws -> [Float]? {
        try vectorReaders.reader(of: vector, in: self).copy(of: document)
    }

    /// Visits the documents in order of their ids from behind `id` on.
    func scan(after id: ObjectID?, _ body: (DocumentID) throws -> Bool) throws {
        try transaction.scanIDs(in: shard.address, after: id) { _, document in try body(document) }
    }

    /// The number of objects.
    func objectCount() throws -> Int { Int(try transaction.counters(of: shard.address).objectCount) }
}

/// Keeps what reads each vector, with the block of it that was read last.
private final class VectorReaders {
    private var readers: [VectorID: VectorReader] = [:]

    func reader(of vector: VectorID, in reader: ShardReader) throws -> VectorReader {
        if let known = readers[vector] { return known }
        let made = try reader.transaction.vectors(vector, of: reader.shard.address)
        readers[vector] = made
        return made
    }
}

extension ShardReader {
    /// Reads what `plan` is for.
    init(transaction: ReadTransaction, plan: QueryPlan, collections: CollectionTable) {
        self.init(
            transaction: transaction, shard: plan.shard, collection: plan.collection, collections: collections)
    }
}

extension ShardReader: IDLookup {
    func document(of id: ObjectID) throws -> DocumentID? { try transaction.document(of: id, in: shard.address) }

    func scanIDs(from start: ObjectID, _ body: (ObjectID, DocumentID) throws -> Bool) throws {
        if let document = try document(of: start), try !body(start, document) { return }
        try transaction.scanIDs(in: shard.address, after: start, body)
    }

    func id(of document: DocumentID) throws -> ObjectID? { try transaction.id(of: document, in: shard.address) }

    func targets(in other: CollectionID, matching filter: ResolvedFilter) throws -> any ReferenceTargets {
        guard let target = collections[other], let targetShard = target.shard(referredToFrom: shard, of: collection)
        else { return FoundTargets(reader: self, documents: DocumentSet()) }
        let reader = ShardReader(
            transaction: transaction, shard: targetShard, collection: target.snapshot, collections: collections)
        return FoundTargets(reader: reader, documents: try reader.documents(matching: filter))
    }
}

/// Objects of one shard that references may lead to.
private struct FoundTargets: ReferenceTargets {
    let reader: ShardReader
    let documents: DocumentSet

    var count: Int { documents.count }

    func contains(_ id: ObjectID) throws -> Bool { try reader.document(of: id).map(documents.contains) ?? false }

    func forEach(_ body: (ObjectID) throws -> Void) throws {
        for document in documents {
            if let id = try reader.id(of: document) { try body(id) }
        }
    }
}

extension DatabaseObject {
    /// Gives the numbered properties of a stored object their names; properties that the collection has no more are left out.
    init(_ stored: StoredObject, in collection: Collection.Snapshot) {
        var properties: [String: PropertyValue] = [:]
        properties.reserveCapacity(stored.properties.count)
        for (id, value) in stored.properties {
            if let name = collection.propertyNames[id] { properties[name] = value }
        }
        self.init(
            collection: collection.definition.name, id: stored.id, creationTime: stored.creationTime,
            updateTime: stored.updateTime, properties: properties)
    }

    /// Sets the vector called `name`, `nil` being the unnamed one.
    mutating func setVector(_ values: [Float], named name: String?) {
        if let name { namedVectors[name] = values } else { vector = values }
    }
}

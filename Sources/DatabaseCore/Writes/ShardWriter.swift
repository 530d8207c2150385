// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import InvertedIndexes
import ObjectStorage

/// Writes objects of one shard inside one transaction.
///
/// Every object is checked against what is stored before anything of it is written, so that a refused one leaves no trace.
/// Invariant: a document's vectors never change; an object whose vectors change gets a new document number.
struct ShardWriter {
    private let transaction: WriteTransaction
    private let collection: Collection.Snapshot
    private let shard: Shard
    private let staged: StagedChanges
    private let references: ReferenceCheck
    private var state: ShardState
    private var removed: [(document: DocumentID, vectors: [VectorID])] = []

    init(
        transaction: WriteTransaction, collection: Collection.Snapshot, shard: Shard, collections: CollectionTable,
        staged: StagedChanges
    ) throws {
        self.transaction = transaction
        self.collection = collection
        self.shard = shard
        self.staged = staged
        references = ReferenceCheck(
            transaction: transaction, collections: collections, collection: collection, shard: shard)
        state = shard.stagedState
        if state.replacement != nil {
            throw DatabaseError.revectorizationUnfinished(collection: collection.definition.name)
        }
    }

    // MARK: Put

    mutating func put(
        _ object: PreparedObject, mode: PutMode, time: Int64, network: NetworkIdentity?
    ) throws -> ObjectOutcome {
        let existing = try transaction.document(of: object.id, in: shard.address)
        if let refusal = mode.refusal(of: object.id, isStored: existing != nil, in: collection.definition.name) {
            return .refused(refusal)
        }
        if let fault = try references.fault(in: object.properties.lazy.map { ($0.key, $0.value) }) {
            return .refused(fault)
        }
        do throws(DatabaseError) {
            try noteVectors(
                object.vectors, object.multiVectors, made: object.madeVectors, of: object.id, network: network)
        } catch {
            return .refused(error)
        }
        var stored = StoredObject(
            id: object.id, creationTime: time, updateTime: time, properties: object.properties)
        guard let existing else {
            let document = try transaction.takeDocumentNumber(in: shard.address)
            try transaction.insert(
                stored, vectors: object.vectors, multiVectors: object.multiVectors, as: document, in: shard.address)
            try stage(object.vectors, of: document)
            try addPostings(of: stored, object.analysis, as: document)
            return .stored(stored)
        }
        guard let old = try self.object(existing) else { throw inconsistency(existing) }
        stored.creationTime = old.creationTime
        try replace(
            existing, old, with: stored, vectors: object.vectors, multiVectors: object.multiVectors, keepingBlobsOf: [],
            analysis: object.analysis)
        return .stored(stored)
    }

    // MARK: Patch

    mutating func patch(_ patch: ObjectPatch, time: Int64, network: NetworkIdentity?) throws -> ObjectOutcome {
        guard let document = try transaction.document(of: patch.id, in: shard.address) else {
            return .refused(.objectNotFound(collection: collection.definition.name, id: patch.id))
        }
        guard let old = try object(document) else { throw inconsistency(document) }
        if try !hasPictures(patch.unchangedPictures, document) { throw ChangedMeanwhile() }
        let values = patch.properties.lazy.compactMap { property, value in value.map { (property, $0) } }
        if let fault = try references.fault(in: values) { return .refused(fault) }
        let given = patch.vectors.compactMapValues { $0 }
        do throws(DatabaseError) {
            try noteVectors(given, patch.multiVectors, made: patch.madeVectors, of: patch.id, network: network)
        } catch {
            return .refused(error)
        }
        var stored = old
        stored.updateTime = time
        for (property, value) in patch.properties {
            if case .references(let added)? = value {
                stored.add(added, to: property)
            } else {
                stored.properties[property] = value
            }
        }
        var vectors = try storedVectors(of: document, old.vectors)
        for (vector, value) in patch.vectors { vectors[vector] = value }
        var multiVectors = try transaction.multiVectors(old.multiVectors, of: document, in: shard.address)
        multiVectors.merge(patch.multiVectors) { _, new in new }
        let kept = collection.blobProperties.subtracting(patch.properties.keys)
        try replace(
            document, old, with: stored, vectors: vectors, multiVectors: multiVectors, keepingBlobsOf: kept)
        return .stored(stored)
    }

    private func hasPictures(_ pictures: [PropertyID: PropertyValue], _ document: DocumentID) throws -> Bool {
        if pictures.isEmpty { return true }
        let now = try transaction.object(document, in: shard.address, properties: .only(Set(pictures.keys)))
        return pictures.allSatisfy { now?.properties[$0.key] == $0.value }
    }

    // MARK: References

    /// - Returns: one outcome an edit, in order.
    mutating func edit(_ edits: [PreparedReferenceEdit], time: Int64) throws -> [ObjectOutcome] {
        var outcomes: [ObjectOutcome] = []
        outcomes.reserveCapacity(edits.count)
        var ofSource: [ObjectID: [Int]] = [:]
        var sources: [ObjectID] = []
        for (index, edit) in edits.enumerated() {
            let fault = try edit.edit.added.lazy.compactMap {
                try references.fault(of: $0, in: edit.property, requiresTarget: edit.requiresTargets)
            }.first
            outcomes.append(fault.map { .refused(.invalidReference($0)) } ?? .edited)
            if fault != nil { continue }
            if ofSource[edit.source] == nil { sources.append(edit.source) }
            ofSource[edit.source, default: []].append(index)
        }
        for source in sources {
            let indexes = ofSource[source] ?? []
            if try edit(source, indexes.map { edits[$0] }, time: time) { continue }
            let refusal = DatabaseError.objectNotFound(collection: collection.definition.name, id: source)
            for index in indexes { outcomes[index] = .refused(refusal) }
        }
        return outcomes
    }

    /// Carries out all edits of one object.
    ///
    /// - Returns: `false` if there is no such object.
    private mutating func edit(_ id: ObjectID, _ edits: [PreparedReferenceEdit], time: Int64) throws -> Bool {
        guard let document = try transaction.document(of: id, in: shard.address) else { return false }
        guard let old = try object(document) else { throw inconsistency(document) }
        var values: [PropertyID: [Beacon]] = [:]
        for property in Set(edits.map(\.property)) {
            if case .references(let beacons)? = old.properties[property] { values[property] = beacons }
        }
        var isChanged = false
        for edit in edits {
            switch edit.edit {
            case .add(let beacon): values[edit.property, default: []].append(beacon)
            case .replace(let beacons): values[edit.property] = beacons
            case .remove(let beacon):
                guard values[edit.property]?.contains(beacon) == true else { continue }
                values[edit.property]?.removeAll { $0 == beacon }
            }
            isChanged = true
        }
        if !isChanged { return true }
        var new = old
        new.updateTime = time
        for (property, beacons) in values { new.properties[property] = .references(beacons) }
        var record = new
        for property in collection.blobProperties { record.properties[property] = nil }
        try transaction.update(
            document, with: record, keepingBlobsOf: collection.blobProperties, in: shard.address)
        try replacePostings(of: document, old, by: new)
        return true
    }

    // MARK: Delete

    /// - Parameter time: milliseconds since 1970; what was written then or later stays. `nil`: whatever it is.
    /// - Returns: `false` if there was no such object.
    mutating func delete(_ id: ObjectID, ifUnchangedSince time: Int64? = nil) throws -> Bool {
        guard let document = try transaction.document(of: id, in: shard.address) else { return false }
        guard let old = try object(document) else { throw inconsistency(document) }
        if let time, old.updateTime >= time { return false }
        try removePostings(of: old, document)
        try transaction.remove(document, in: shard.address)
        removed.append((document, old.vectors))
        return true
    }

    // MARK: Finish

    /// Nothing can be written through this writer afterwards.
    ///
    /// - Returns: the documents that are gone, to be taken out of the vector indexes once this is committed.
    func finish() throws -> [(document: DocumentID, vectors: [VectorID])] {
        if state != shard.stagedState { try staged.state.stage(state, of: shard, in: transaction) }
        return removed
    }

    // MARK: Parts

    /// Replaces `old` by `new`: under the same document number if the vectors stay the same.
    private mutating func replace(
        _ document: DocumentID, _ old: StoredObject, with new: StoredObject, vectors: [VectorID: [Float]],
        multiVectors: [VectorID: MultiVector], keepingBlobsOf kept: Set<PropertyID>,
        analysis: PreparedObject.Analysis? = nil
    ) throws {
        var record = new
        for property in kept { record.properties[property] = nil }
        if try storedVectors(of: document, old.vectors) == vectors,
            try transaction.multiVectors(old.multiVectors, of: document, in: shard.address) == multiVectors
        {
            try transaction.update(document, with: record, keepingBlobsOf: kept, in: shard.address)
            try replacePostings(of: document, old, by: new)
        } else {
            let number = try transaction.takeDocumentNumber(in: shard.address)
            try transaction.replace(
                document, with: record, vectors: vectors, multiVectors: multiVectors, as: number, keepingBlobsOf: kept,
                in: shard.address)
            try stage(vectors, of: number)
            try removePostings(of: old, document)
            try addPostings(of: new, analysis, as: number)
            removed.append((document, old.vectors))
        }
    }

    private func addPostings(
        of stored: StoredObject, _ analysis: PreparedObject.Analysis?, as document: DocumentID
    ) throws {
        try transaction.editPostings(of: shard.address) { postings in
            // The definition may have changed since.
            if let analysis, analysis.collection === collection {
                collection.invertedSchema.add(
                    analysis.values, as: document, creationTime: stored.creationTime, updateTime: stored.updateTime,
                    to: &postings)
            } else {
                collection.invertedSchema.add(collection.indexed(stored, as: document), to: &postings)
            }
        }
    }

    private func replacePostings(of document: DocumentID, _ old: StoredObject, by new: StoredObject) throws {
        try transaction.editPostings(of: shard.address) {
            collection.invertedSchema.replace(
                collection.indexed(old, as: document), with: collection.indexed(new, as: document), in: &$0)
        }
    }

    private func removePostings(of old: StoredObject, _ document: DocumentID) throws {
        try transaction.editPostings(of: shard.address) {
            collection.invertedSchema.remove(collection.indexed(old, as: document), from: &$0)
        }
    }

    private func stage(_ vectors: [VectorID: [Float]], of document: DocumentID) throws {
        for (vector, value) in vectors {
            if let index = shard.index(of: vector) { try staged.vectors.add(value, of: document, to: index) }
        }
    }

    /// Checks the vectors of an object against the dimensions and the network of the shard; the first vector fixes both.
    private mutating func noteVectors(
        _ vectors: [VectorID: [Float]], _ multiVectors: [VectorID: MultiVector], made: Set<VectorID>,
        of id: ObjectID, network: NetworkIdentity?
    ) throws(DatabaseError) {
        var noted = state
        func entry(of vector: VectorID, _ dimensions: Int) throws(DatabaseError) -> ShardState.VectorState {
            let entry = noted.vectors[vector] ?? ShardState.VectorState(dimensions: dimensions)
            guard entry.dimensions == dimensions else {
                let name = collection.definition.vectors.first { $0.id == vector }?.name
                throw .dimensionMismatch(id: id, vector: name, expected: entry.dimensions, received: dimensions)
            }
            return entry
        }
        for (vector, value) in multiVectors { noted.vectors[vector] = try entry(of: vector, value.dimensions) }
        for (vector, value) in vectors {
            var entry = try entry(of: vector, value.count)
            if made.contains(vector), let network,
                let definition = collection.definition.vectors.first(where: { $0.id == vector })
            {
                try noted.require(network, for: definition, in: collection.definition.name)
                entry.network = network.with(definition)
            }
            noted.vectors[vector] = entry
        }
        state = noted
    }

    private func storedVectors(of document: DocumentID, _ ids: [VectorID]) throws -> [VectorID: [Float]] {
        var vectors: [VectorID: [Float]] = [:]
        for id in ids {
            vectors[id] = try transaction.vector(id, of: document, in: shard.address)
        }
        return vectors
    }

    /// The object as the inverted indexes saw it when it was written.
    private func object(_ document: DocumentID) throws -> StoredObject? {
        try transaction.object(document, in: shard.address, properties: collection.indexedSelection)
    }

    private func inconsistency(_ document: DocumentID) -> StorageError {
        .damaged(
            key: "document \(document.number) of \(shard.address)", reason: "an id leads to it, but it is not there")
    }
}

extension StoredObject {
    /// Puts references behind those that are there.
    fileprivate mutating func add(_ beacons: [Beacon], to property: PropertyID) {
        if beacons.isEmpty { return }
        var all: [Beacon] = []
        if case .references(let stored)? = properties[property] { all = stored }
        properties[property] = .references(all + beacons)
    }
}

/// What a change was prepared from is no longer so; it has to be prepared again.
struct ChangedMeanwhile: Error {}

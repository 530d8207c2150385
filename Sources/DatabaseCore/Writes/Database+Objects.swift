// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage

extension Database {
    package func insert(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject {
        try await put([object], mode: .insert)[0].get()
    }

    package func upsert(_ objects: [ObjectInput]) async -> [Result<DatabaseObject, DatabaseError>] {
        var results: [Result<DatabaseObject, DatabaseError>?] = Array(repeating: nil, count: objects.count)
        var groups: [String: [Int]] = [:]
        for (place, object) in objects.enumerated() { groups[object.collection, default: []].append(place) }
        for (_, places) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
            let group: [Result<DatabaseObject, DatabaseError>]
            do throws(DatabaseError) {
                group = try await put(places.map { objects[$0] }, mode: .insertOrReplace)
            } catch {
                group = places.map { _ in .failure(error) }
            }
            for (place, result) in zip(places, group) { results[place] = result }
        }
        return results.map { $0 ?? .failure(.storage("an object of the batch was passed over")) }
    }

    package func replace(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject {
        try await put([object], mode: .replace)[0].get()
    }

    package func validate(_ object: ObjectInput) async throws(DatabaseError) {
        _ = try ObjectValidator(definition: try extendedDefinition(for: object)).validated(object)
    }

    /// Stores objects of one collection and tenant; one result an object, in order.
    private func put(
        _ objects: [ObjectInput], mode: PutMode
    ) async throws(DatabaseError) -> [Result<DatabaseObject, DatabaseError>] {
        let refusals = try await extendSchema(for: objects, canCreateCollection: mode != .replace)
        if refusals.count == objects.count {
            // Where no object is left there may be no collection either; each is told why itself is refused.
            return objects.indices.compactMap { refusals[$0].map { .failure($0) } }
        }
        let collection = try requireCollection(objects[0].collection)
        let batch = ObjectBatch(objects, in: collection, mode: mode, refusals: refusals)
        let byShard = batch.placesByShard()
        var results = batch.results
        for (shard, places) in byShard {
            let outcomes = try await put(batch, places, shard, mode: mode)
            for (place, outcome) in zip(places, outcomes) { results[place] = outcome }
        }
        return results.map { $0 ?? .failure(.storage("an object of the batch was passed over")) }
    }

    private func put(
        _ batch: ObjectBatch, _ places: [Int], _ shard: Shard, mode: PutMode
    ) async throws(DatabaseError) -> [Result<DatabaseObject, DatabaseError>] {
        let snapshot = batch.collection.snapshot
        await shard.waitForRoom()
        let preparation = ObjectPreparation(collection: snapshot, shard: shard, vectorizer: vectorizer)
        let objects = places.map { batch.checked[$0] }
        let (stored, state, refusals) = try readStorage { transaction in
            try batch.lookUp(objects, mode: mode, preparation, transaction)
        }
        let wanted = objects.indices.filter { refusals[$0] == nil }
        var storedOfWanted: [Int: ObjectPreparation.StoredPictures] = [:]
        for (place, index) in wanted.enumerated() { storedOfWanted[place] = stored[index] }
        let prepared = await preparation.prepare(wanted.map { objects[$0] }, stored: storedOfWanted, state: state)

        var results: [Result<DatabaseObject, DatabaseError>?] = objects.indices.map {
            refusals[$0].map { .failure($0) }
        }
        var ready: [(place: Int, object: PreparedObject)] = []
        for (place, result) in zip(wanted, prepared) {
            switch result {
            case .success(let object): ready.append((place, object))
            case .failure(let error): results[place] = .failure(error)
            }
        }
        if !ready.isEmpty {
            // Whoever brings all vectors along does not wait for a network that is still being loaded.
            let network = ready.contains { !$0.object.madeVectors.isEmpty } ? await vectorizer.network : nil
            let command = ObjectCommand.put(ready.map(\.object), mode: mode, time: now(), network: network)
            let outcomes = try await submit(change(command, batch.collection, shard)).outcomes
            for ((place, object), outcome) in zip(ready, outcomes) {
                results[place] = Self.result(of: outcome, object, in: snapshot)
            }
        }
        return results.map { $0 ?? .failure(.storage("an object of the batch was passed over")) }
    }

    func change(_ command: ObjectCommand, _ collection: Collection, _ shard: Shard) -> ObjectChange {
        ObjectChange(
            command, collection: collection, shard: shard.address, collections: collectionTable,
            maintenance: maintenance)
    }

    private static func result(
        of outcome: ObjectOutcome, _ prepared: PreparedObject, in collection: Collection.Snapshot
    ) -> Result<DatabaseObject, DatabaseError> {
        switch outcome {
        case .refused(let error): return .failure(error)
        case .deleted: return .failure(.storage("a stored object came back as deleted"))
        case .stored(let stored):
            var object = DatabaseObject(stored, in: collection)
            for definition in collection.definition.vectors {
                if let vector = prepared.vectors[definition.id] { object.setVector(vector, named: definition.name) }
            }
            return .success(object)
        }
    }
}

/// The objects of one request for one collection, checked.
struct ObjectBatch: Sendable {
    let collection: Collection
    /// Only those without a result are meaningful.
    private(set) var checked: [(id: ObjectID, object: ValidatedObject)] = []
    /// `nil` for those that go on.
    private(set) var results: [Result<DatabaseObject, DatabaseError>?] = []
    private var shards: [Shard?] = []

    /// - Parameter refusals: of objects that have failed already, by place.
    init(_ objects: [ObjectInput], in collection: Collection, mode: PutMode, refusals: [Int: DatabaseError]) {
        self.collection = collection
        let validator = ObjectValidator(definition: collection.definition)
        for (place, object) in objects.enumerated() {
            var valid = ValidatedObject(properties: [:], vectors: [:])
            var result: Result<DatabaseObject, DatabaseError>?
            var shard: Shard?
            do throws(DatabaseError) {
                if let refusal = refusals[place] { throw refusal }
                shard = try collection.shard(for: object.tenant)
                valid = try validator.validated(object)
            } catch {
                result = .failure(error)
            }
            let id = object.id ?? ObjectID.random()
            checked.append((id, valid))
            results.append(result)
            shards.append(result == nil ? shard : nil)
        }
    }

    /// The places of the objects that go on, by the shard they go to.
    func placesByShard() -> [(Shard, [Int])] {
        var groups: [(Shard, [Int])] = []
        for (place, shard) in shards.enumerated() {
            guard let shard else { continue }
            if let group = groups.firstIndex(where: { $0.0 === shard }) {
                groups[group].1.append(place)
            } else {
                groups.append((shard, [place]))
            }
        }
        return groups
    }

    /// Reads what is stored under the ids of `objects`, and refuses early what the writer would refuse.
    func lookUp(
        _ objects: [(id: ObjectID, object: ValidatedObject)], mode: PutMode, _ preparation: ObjectPreparation,
        _ transaction: ReadTransaction
    ) throws -> (stored: [Int: ObjectPreparation.StoredPictures], state: ShardState, refusals: [Int: DatabaseError]) {
        var stored: [Int: ObjectPreparation.StoredPictures] = [:]
        var refusals: [Int: DatabaseError] = [:]
        let address = preparation.shard.address
        for (place, entry) in objects.enumerated() {
            let document = try transaction.document(of: entry.id, in: address)
            switch (mode, document) {
            case (.insert, _?): refusals[place] = .objectExists(entry.id)
            case (.replace, nil):
                refusals[place] = .objectNotFound(collection: collection.definition.name, id: entry.id)
            case (_, let document?): stored[place] = try preparation.storedPictures(of: document, in: transaction)
            case (_, nil): break
            }
        }
        return (stored, preparation.shard.state, refusals)
    }
}

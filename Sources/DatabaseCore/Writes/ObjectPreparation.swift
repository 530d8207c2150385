// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage

/// Makes checked objects ready for their command: finds out which vectors come from pictures, keeps those whose pictures
/// have not changed, and makes the others.
struct ObjectPreparation: Sendable {
    /// One vector to be filled in, of the object at `object` in the batch.
    private struct Pending {
        var object: Int
        var vector: VectorID
    }

    let collection: Collection.Snapshot
    let shard: Shard
    let vectorizer: any ImageVectorizing

    /// What is stored of the objects that a batch replaces, as far as it decides about vectors.
    struct StoredPictures: Sendable {
        var pictures: [VectorID: [Blob]]
        var vectors: [VectorID: [Float]]
    }

    /// One result an object, in order. A vector that came with an object is left as it is.
    ///
    /// - Parameter stored: what is stored under the same ids, by place in `objects`.
    func prepare(
        _ objects: [(id: ObjectID, object: ValidatedObject)], stored: [Int: StoredPictures], state: ShardState
    ) async -> [Result<PreparedObject, DatabaseError>] {
        var results = objects.map { id, object in
            Result<PreparedObject, DatabaseError>.success(
                PreparedObject(id: id, properties: object.properties, vectors: object.vectors))
        }
        var pending: [Pending] = []
        var requests: [PictureVectors.Request] = []
        for place in objects.indices {
            for definition in collection.definition.vectors where objects[place].object.vectors[definition.id] == nil {
                let pictures = PictureVectors.pictures(
                    for: definition, in: collection.definition, of: objects[place].object.properties)
                if pictures.isEmpty { continue }
                if let vector = unchangedVector(definition.id, pictures.map(\.bytes), stored[place], state) {
                    results[place] = results[place].map { $0.with(vector, for: definition.id, isMade: false) }
                } else if let refusal = await refusal(of: definition.id, state) {
                    results[place] = .failure(refusal)
                } else {
                    pending.append(Pending(object: place, vector: definition.id))
                    requests.append(.init(object: place, vector: definition.id, pictures: pictures))
                }
            }
        }
        let vectors = await PictureVectors(vectorizer: vectorizer).vectors(for: requests)
        for (entry, vector) in zip(pending, vectors) {
            guard case .success(let object) = results[entry.object] else { continue }
            results[entry.object] = vector.map { object.with($0, for: entry.vector, isMade: true) }
        }
        return results
    }

    /// The vectors that a patch changes: made again where it touches a picture, kept otherwise.
    ///
    /// - Parameter current: the picture properties of the object as it is stored now.
    func prepare(
        _ changes: ObjectChanges, of id: ObjectID, current: [PropertyID: PropertyValue], state: ShardState
    ) async throws(DatabaseError) -> ObjectPatch {
        var patch = ObjectPatch(id: id, properties: changes.properties.mapValues { $0 }, vectors: [:])
        for property in changes.removed { patch.properties.updateValue(nil, forKey: property) }
        patch.vectors = changes.vectors.mapValues { $0 }
        let result = changes.applied(to: current)
        var requests: [PictureVectors.Request] = []
        for definition in collection.definition.vectors where changes.vectors[definition.id] == nil {
            guard case .image(let fields) = definition.vectorizer else { continue }
            let properties = fields.compactMap { collection.definition.property(named: $0)?.id }
            guard properties.contains(where: { current[$0] != result[$0] }) else { continue }
            let pictures = PictureVectors.pictures(for: definition, in: collection.definition, of: result)
            if pictures.isEmpty {
                patch.vectors.updateValue(nil, forKey: definition.id)
                continue
            }
            if let refusal = await refusal(of: definition.id, state) { throw refusal }
            requests.append(.init(object: 0, vector: definition.id, pictures: pictures))
            for property in properties where patch.properties[property] == nil {
                if case .blob(let blob)? = current[property] { patch.unchangedPictures[property] = blob }
            }
        }
        let vectors = await PictureVectors(vectorizer: vectorizer).vectors(for: requests)
        for (request, vector) in zip(requests, vectors) {
            patch.vectors[request.vector] = try vector.get()
            patch.madeVectors.insert(request.vector)
        }
        return patch
    }

    /// Reads what decides whether the vectors of a replaced object can stay.
    func storedPictures(of document: DocumentID, in transaction: ReadTransaction) throws -> StoredPictures? {
        let imageVectors = collection.definition.vectors.filter { $0.vectorizer != .none }
        if imageVectors.isEmpty { return nil }
        guard
            let object = try transaction.object(document, in: shard.address, properties: .only(pictureProperties))
        else { return nil }
        var stored = StoredPictures(pictures: [:], vectors: [:])
        for vector in imageVectors {
            stored.pictures[vector.id] = PictureVectors.blobs(
                for: vector, in: collection.definition, of: object.properties
            ).map(\.blob)
            stored.vectors[vector.id] = try transaction.vector(vector.id, of: document, in: shard.address)
        }
        return stored
    }

    /// The properties that pictures for vectors are taken from.
    var pictureProperties: Set<PropertyID> {
        var properties: Set<PropertyID> = []
        for case .image(let fields) in collection.definition.vectors.map(\.vectorizer) {
            properties.formUnion(fields.compactMap { collection.definition.property(named: $0)?.id })
        }
        return properties
    }

    private func unchangedVector(
        _ vector: VectorID, _ pictures: [[UInt8]], _ stored: StoredPictures?, _ state: ShardState
    ) -> [Float]? {
        guard let stored, stored.pictures[vector]?.map(\.bytes) == pictures else { return nil }
        return stored.vectors[vector]
    }

    /// Why the network in use must not make the vector.
    private func refusal(of vector: VectorID, _ state: ShardState) async -> DatabaseError? {
        if state.vectors[vector]?.network == nil { return nil }
        let network = await vectorizer.network
        do throws(DatabaseError) { try state.require(network, for: vector, in: collection.definition.name) } catch {
            return error
        }
        return nil
    }
}

extension PreparedObject {
    /// The object with one vector more.
    ///
    /// - Parameter isMade: whether the network has just made it.
    fileprivate func with(_ vector: [Float], for id: VectorID, isMade: Bool) -> PreparedObject {
        var object = self
        object.vectors[id] = vector
        if isMade { object.madeVectors.insert(id) }
        return object
    }
}

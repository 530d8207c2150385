// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage

/// Finds out which vectors of an object come from its pictures: which of them can stay, because the pictures have not
/// changed, and which the network has to make.
struct ObjectPreparation: Sendable {
    let collection: Collection.Snapshot
    let shard: Shard
    let vectorizer: any ImageVectorizing

    /// What is stored of an object that is replaced, as far as it decides about vectors.
    struct StoredPictures: Sendable {
        var pictures: [VectorID: [PictureVectors.Stored]]
        var vectors: [VectorID: [Float]]
    }

    /// A vector that is to be made, of these pictures.
    typealias MissingVector = (vector: VectorID, pictures: [(property: String, picture: PictureInput)])

    /// The vectors of `object` that come from pictures and did not come with it.
    ///
    /// - Parameter stored: what is stored under the same id.
    /// - Throws: `DatabaseError.networkMismatch`, if the network in use must not make one of them; `.invalidObject`, if
    ///   only the hash of a picture is known.
    func vectorsFromPictures(
        of object: PreparedObject, stored: StoredPictures?
    ) async throws(DatabaseError) -> (kept: [VectorID: [Float]], missing: [MissingVector]) {
        var kept: [VectorID: [Float]] = [:]
        var missing: [MissingVector] = []
        for definition in collection.definition.vectors where object.vectors[definition.id] == nil {
            let pictures = PictureVectors.stored(
                for: definition, in: collection.definition, of: object.properties)
            if pictures.isEmpty { continue }
            if let stored, stored.pictures[definition.id] == pictures.map(\.picture),
                let vector = stored.vectors[definition.id]
            {
                kept[definition.id] = vector
            } else {
                try await requireNetwork(for: definition)
                let inputs = try PictureVectors.pictures(
                    pictures, hashedBlobs: object.hashedBlobs, for: definition)
                missing.append((definition.id, inputs))
            }
        }
        return (kept, missing)
    }

    /// The vectors that a patch changes: made again where it touches a picture, kept otherwise.
    ///
    /// - Parameter current: the picture properties of the object as it is stored now.
    func prepare(
        _ changes: ObjectChanges, of id: ObjectID, current: [PropertyID: PropertyValue]
    ) async throws(DatabaseError) -> ObjectPatch {
        var patch = ObjectPatch(id: id, properties: changes.properties.mapValues { $0 }, vectors: [:])
        for property in changes.removed { patch.properties.updateValue(nil, forKey: property) }
        patch.vectors = changes.vectors.mapValues { $0 }
        patch.multiVectors = changes.multiVectors
        let result = changes.applied(to: current)
        var requests: [PictureVectors.Request] = []
        for definition in collection.definition.vectors where changes.vectors[definition.id] == nil {
            guard case .image(let fields) = definition.vectorizer else { continue }
            let properties = fields.compactMap { collection.definition.property(named: $0)?.id }
            guard properties.contains(where: { current[$0] != result[$0] }) else {
                // The vector stays because the pictures given are those that it was made of.
                for property in properties where changes.properties[property] != nil {
                    patch.unchangedPictures[property] = current[property]
                }
                continue
            }
            let pictures = PictureVectors.stored(for: definition, in: collection.definition, of: result)
            if pictures.isEmpty {
                patch.vectors.updateValue(nil, forKey: definition.id)
                continue
            }
            try await requireNetwork(for: definition)
            let inputs = try PictureVectors.pictures(pictures, hashedBlobs: changes.hashedBlobs, for: definition)
            requests.append(.init(object: 0, vector: definition.id, pictures: inputs))
            for property in properties where patch.properties[property] == nil {
                if let value = current[property] { patch.unchangedPictures[property] = value }
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
            stored.pictures[vector.id] = PictureVectors.stored(
                for: vector, in: collection.definition, of: object.properties
            ).map(\.picture)
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

    /// Refuses to make a vector with another network than the one that has filled it.
    private func requireNetwork(for vector: VectorDefinition) async throws(DatabaseError) {
        let state = shard.state
        if state.vectors[vector.id]?.network == nil { return }
        try state.require(await vectorizer.network, for: vector, in: collection.definition.name)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import Execution
import InvertedIndexes

/// What is done to objects before the writer thread sees them, and needs no transaction: they are checked against their definition, and
/// cut into the terms that the inverted indexes will have.
struct PutPreparation: Sendable {
    /// How many objects a thread takes at a time.
    private static let objectsPerPart = 32

    let collection: Collection.Snapshot

    /// - Parameter width: how many threads work at a time.
    /// - Returns: one result an object, in order.
    func prepared(_ objects: [ObjectInput], width: Int) async -> [Result<PreparedObject, DatabaseError>] {
        let validator = ObjectValidator(definition: collection.definition)
        let parts = stride(from: 0, to: objects.count, by: Self.objectsPerPart).map {
            objects[$0..<min($0 + Self.objectsPerPart, objects.count)]
        }
        return await mapInParallel(parts, width: width) { part in
            part.map { object in
                Result { () throws(DatabaseError) in try prepared(object, validator) }
            }
        }.flatMap { $0 }
    }

    private func prepared(
        _ object: ObjectInput, _ validator: ObjectValidator
    ) throws(DatabaseError) -> PreparedObject {
        if Task.isCancelled { throw .cancelled }
        let valid = try validator.validated(object)
        return PreparedObject(
            id: object.id ?? .random(), properties: valid.properties, vectors: valid.vectors,
            multiVectors: valid.multiVectors, hashedBlobs: valid.hashedBlobs,
            analysis: (collection.invertedSchema.analyzed(collection.indexed(valid.properties)), collection))
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ProcessMemory

extension Database {
    package func insert(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject {
        try await put([object], mode: .insert)[0].get()
    }

    package func upsert(_ objects: [ObjectInput]) async -> [Result<DatabaseObject, DatabaseError>] {
        await put(objects, mode: .insertOrReplace)
    }

    package func replace(_ object: ObjectInput) async throws(DatabaseError) -> DatabaseObject {
        try await put([object], mode: .replace)[0].get()
    }

    /// - Returns: one result an object, in order.
    private func put(_ objects: [ObjectInput], mode: PutMode) async -> [Result<DatabaseObject, DatabaseError>] {
        do throws(DatabaseError) {
            let permit = try await enterMemory(objects)
            defer { permit.leave() }
            return await stored(objects, mode)
        } catch {
            return objects.map { _ in .failure(error) }
        }
    }

    private func stored(_ objects: [ObjectInput], _ mode: PutMode) async -> [Result<DatabaseObject, DatabaseError>] {
        var batch = PutBatch(objects, mode: mode, database: self)
        return await batch.run()
    }

    package func validate(_ object: ObjectInput) async throws(DatabaseError) {
        _ = try ObjectValidator(definition: try extendedDefinition(for: object)).validated(object)
    }

    func change(_ command: ObjectCommand, _ collection: Collection, _ lease: ShardLease) -> ObjectChange {
        ObjectChange(
            command, collection: collection, lease: lease, collections: collectionTable,
            maintenance: maintenance)
    }
}

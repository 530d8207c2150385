// SPDX-License-Identifier: Apache-2.0

import DataModel
import Observability

extension Database {
    /// Deletes what has expired (`ObjectTTLDefinition`) again and again, until the task is cancelled.
    package func deleteExpiredObjects(every interval: Duration) async {
        while (try? await Task.sleep(for: interval)) != nil { await deleteExpiredObjects() }
    }

    /// Deletes the objects that have expired by now, collection by collection; those of tenants that are not in use wait until
    /// they are. What goes wrong in one collection is logged and tried again the next time.
    ///
    /// - Returns: how many were deleted.
    @discardableResult package func deleteExpiredObjects() async -> Int {
        var count = 0
        for collection in collectionTable.all {
            guard let ttl = collection.snapshot.definition.objectTTL, ttl.isEnabled else { continue }
            for shard in collection.shards.all where shard.status == .active && !shard.isReadOnly {
                if Task.isCancelled { return count }
                do throws(DatabaseError) {
                    count += try await deleteExpiredObjects(of: shard, collection, ttl)
                } catch {
                    logger.warning(
                        "deleting expired objects stopped; it is tried again",
                        ["class": .text(collection.name), "reason": .text(error.message)])
                }
            }
        }
        return count
    }

    private func deleteExpiredObjects(
        of shard: Shard, _ collection: Collection, _ ttl: ObjectTTLDefinition
    ) async throws(DatabaseError) -> Int {
        let definition = collection.definition
        var query = Query(collection: definition.name)
        query.tenant = definition.multiTenancy.isEnabled ? shard.name : nil
        var count = 0
        while !Task.isCancelled {
            // Before anything is read: what is written later is not what was found to have expired.
            let time = now()
            query.filter = ttl.expired(at: time)
            let plan = try await plan(query)
            let ids = try readStorage { transaction in
                let reader = ShardReader(transaction: transaction, plan: plan, collections: collectionTable)
                let documents = try plan.filter.map { try reader.documents(matching: $0) }
                return try documents?.prefix(Self.expiredObjectsPerCommit).compactMap { try reader.id(of: $0) } ?? []
            }
            if ids.isEmpty { return count }
            let lease = try await lease(plan.shard, of: collection)
            let outcomes = try await submit(change(.expire(ids, unchangedSince: time), collection, lease)).outcomes
            let deleted = outcomes.count { if case .deleted(true) = $0 { true } else { false } }
            count += deleted
            if deleted == 0 || ids.count < Self.expiredObjectsPerCommit { return count }
        }
        return count
    }

    private static let expiredObjectsPerCommit = 1_000
}

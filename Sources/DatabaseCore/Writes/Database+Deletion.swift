// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

extension Database {
    package func delete(_ id: ObjectID, in name: String, tenant: String?) async throws(DatabaseError) -> Bool {
        let collection = try requireCollection(name)
        let shard = try await wakenShard(of: collection, for: tenant)
        let lease = try await lease(shard, of: collection)
        let result = try await submit(change(.delete([id]), collection, lease))
        switch result.outcomes.first {
        case .deleted(let wasThere)?: return wasThere
        case .refused(let error)?: throw error
        case .stored?, .edited?, nil: return false
        }
    }

    package func deleteObjects(
        matching filter: Filter, in name: String, tenant: String?, isDryRun: Bool
    ) async throws(DatabaseError) -> DeletionReport {
        let collection = try requireCollection(name)
        let limit = settings.maximumResults
        var query = Query(collection: name)
        query.tenant = tenant
        query.filter = filter
        let plan = try await plan(query)
        let (matches, ids) = try readStorage { transaction in
            let reader = ShardReader(transaction: transaction, plan: plan, collections: collectionTable)
            let documents = try plan.filter.map { try reader.documents(matching: $0) } ?? DocumentSet()
            return (documents.count, try documents.prefix(limit).compactMap { try reader.id(of: $0) })
        }
        let report = DeletionReport(
            matches: matches, limit: limit, items: ids.map { DeletionReport.Item(id: $0) })
        if isDryRun || ids.isEmpty { return report }
        var deleted = report
        let lease = try await lease(plan.shard, of: collection)
        for (index, outcome) in try await delete(ids, collection, lease).enumerated() {
            if case .refused(let error) = outcome { deleted.items[index].error = error }
        }
        return deleted
    }

    /// Deletes objects in one transaction; in smaller ones where a full database has no room for that. Every step leaves
    /// objects and index entries in agreement, so that one that fails, or a cancellation, only leaves the rest undone.
    ///
    /// - Returns: an outcome an id, in order.
    /// - Throws: `DatabaseError.cancelled` between two steps; what committing throws.
    private func delete(
        _ ids: [ObjectID], _ collection: Collection, _ lease: ShardLease
    ) async throws(DatabaseError) -> [ObjectOutcome] {
        var outcomes: [ObjectOutcome] = []
        var count = ids.count
        while outcomes.count < ids.count {
            if Task.isCancelled { throw .cancelled }
            let step = Array(ids[outcomes.count...].prefix(count))
            do {
                outcomes += try await submit(change(.delete(step), collection, lease)).outcomes
            } catch .storageFull(let text) {
                if step.count == 1 { outcomes.append(.refused(.storageFull(text))) }
                count = max(step.count / 8, 1)
            }
        }
        return outcomes
    }
}

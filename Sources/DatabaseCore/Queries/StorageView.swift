// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage

/// A view of the database over one read transaction.
///
/// Remembers what it has worked out of collections, since an answer follows thousands of references to the same few.
final class StorageView: DatabaseView {
    private struct Source {
        var reader: ShardReader
        var columns: [Query.Selection: QueryPlan.Columns] = [:]
    }

    private struct SourceKey: Hashable {
        var collection: String
        var tenant: String?
    }

    private let database: Database
    private let transaction: ReadTransaction
    private var sources: [SourceKey: Source] = [:]

    init(_ database: Database, _ transaction: ReadTransaction) {
        self.database = database
        self.transaction = transaction
    }

    func hits(of plan: QueryPlan) throws(DatabaseError) -> [Hit] {
        database.recall.load.begin()
        defer { database.recall.load.end() }
        return try caught { try run(of: plan).hits() }
    }

    private func run(of plan: QueryPlan) -> QueryRun {
        QueryRun(
            reader: reader(of: plan), plan: plan, answered: database.offer, isCancelled: { Task.isCancelled })
    }

    func count(of plan: QueryPlan) throws(DatabaseError) -> Int {
        try caught { try run(of: plan).count() }
    }

    func groups(of plan: AggregationPlan) throws(DatabaseError) -> [AggregateGroup] {
        database.recall.load.begin()
        defer { database.recall.load.end() }
        return try caught {
            let run = run(of: plan.query)
            if plan.countsOnly { return [AggregateGroup(objectCount: try run.count())] }
            let documents = try run.documents(atMost: plan.request.objectLimit)
            return try AggregationRun(reader: run.reader, plan: plan, cancellation: .ofCurrentTask)
                .groups(of: documents)
        }
    }

    func object(
        _ id: ObjectID, in collection: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        let key = SourceKey(collection: collection, tenant: tenant)
        var source: Source
        if let known = sources[key] { source = known } else { source = try self.source(key) }
        let columns =
            source.columns[selection] ?? QueryPlan.Columns(selection, in: source.reader.collection.definition)
        source.columns[selection] = columns
        sources[key] = source
        let reader = source.reader
        var object = try caught { try reader.document(of: id).flatMap { try reader.object($0, columns) } }
        object?.tenant = tenant
        return object
    }

    private func reader(of plan: QueryPlan) -> ShardReader {
        ShardReader(transaction: transaction, plan: plan, collections: database.collectionTable)
    }

    private func source(_ key: SourceKey) throws(DatabaseError) -> Source {
        let collection = try database.requireCollection(key.collection)
        let shard = try collection.shard(for: key.tenant)
        return Source(
            reader: ShardReader(
                transaction: transaction, shard: shard, collection: collection.snapshot,
                collections: database.collectionTable))
    }

    private func caught<R>(_ body: () throws -> R) throws(DatabaseError) -> R {
        do { return try body() } catch { throw database.databaseError(error) }
    }
}

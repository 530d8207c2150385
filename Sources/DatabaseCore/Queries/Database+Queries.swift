// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import InvertedIndexes
import ObjectStorage

extension Database {
    package func hits(of query: Query) async throws(DatabaseError) -> [Hit] {
        let collection = try requireCollection(query.collection)
        let shard = try collection.shard(for: query.tenant)
        try Self.check(query)
        recall.load.begin()
        defer { recall.load.end() }
        let vector = try await queryVector(of: query, collection, shard)
        return try read { transaction in
            let reader = ShardReader(transaction: transaction, shard: shard, collection: collection.snapshot)
            let run = QueryRun(
                reader: reader, query: query, settings: settings, queryVector: vector,
                answered: offer, isCancelled: { Task.isCancelled })
            return try run.hits()
        }
    }

    /// Has a search answered again exactly, later, if it is picked.
    private func offer(_ sample: RecallSample) {
        if recall.sampler.offer(sample) { maintenance.wakeForRecall() }
    }

    package func object(
        _ id: ObjectID, in name: String, tenant: String?, selection: Query.Selection
    ) throws(DatabaseError) -> DatabaseObject? {
        let collection = try requireCollection(name)
        let shard = try collection.shard(for: tenant)
        return try read { transaction in
            let reader = ShardReader(transaction: transaction, shard: shard, collection: collection.snapshot)
            return try reader.document(of: id).flatMap { try reader.object($0, selection) }
        }
    }

    package func count(in name: String, tenant: String?, filter: Filter?) throws(DatabaseError) -> Int {
        let collection = try requireCollection(name)
        let shard = try collection.shard(for: tenant)
        return try read { transaction in
            let reader = ShardReader(transaction: transaction, shard: shard, collection: collection.snapshot)
            return try filter.map { try reader.documents(matching: $0).count } ?? reader.objectCount()
        }
    }

    package func deleteObjects(
        matching filter: Filter, in name: String, tenant: String?, isDryRun: Bool
    ) async throws(DatabaseError) -> DeletionReport {
        let collection = try requireCollection(name)
        let shard = try collection.shard(for: tenant)
        let limit = settings.maximumResults
        let (matches, ids) = try read { transaction in
            let reader = ShardReader(transaction: transaction, shard: shard, collection: collection.snapshot)
            let documents = try reader.documents(matching: filter)
            return (documents.count, try documents.prefix(limit).compactMap { try reader.id(of: $0) })
        }
        let report = DeletionReport(
            matches: matches, limit: limit, items: ids.map { DeletionReport.Item(id: $0) })
        if isDryRun || ids.isEmpty { return report }
        var deleted = report
        let outcomes = try await submit(change(.delete(ids), collection, shard)).outcomes
        for (place, outcome) in outcomes.enumerated() {
            if case .refused(let error) = outcome { deleted.items[place].error = error.message }
        }
        return deleted
    }

    package func shards() -> [ShardStatus] {
        collectionTable.all.flatMap { collection in
            collection.shards.map { shard in
                let count = try? environment.read { try $0.counters(of: shard.address).objectCount }
                return ShardStatus(
                    collection: collection.definition.name, name: shard.name, objectCount: Int(count ?? 0),
                    unlinkedCount: shard.allIndexes.reduce(0) { $0 + $1.unlinkedCount }, isReadOnly: shard.isReadOnly)
            }
        }
    }

    /// The vector that the query's origin stands for; `nil` for queries without one.
    private func queryVector(
        of query: Query, _ collection: Collection, _ shard: Shard
    ) async throws(DatabaseError) -> [Float]? {
        switch query.search {
        case .vector(let search):
            let target = try VectorTarget(search.targetVectors, in: collection.definition).definition
            return try await vector(of: search.origin, target, collection, shard)
        case .hybrid(let search):
            if search.alpha > 0, search.vector == nil {
                throw .invalidQuery(
                    "VectorFromInput was called without vectorizer on class \(query.collection) for input \(search.query); "
                        + "give a 'vector', or alpha 0 for a keyword search")
            }
            return search.vector
        case .keyword, nil: return nil
        }
    }

    private func vector(
        of origin: VectorSearch.Origin, _ target: VectorDefinition, _ collection: Collection, _ shard: Shard
    ) async throws(DatabaseError) -> [Float] {
        switch origin {
        case .vector(let vector):
            try Self.requireFinite(vector, "the search vector")
            return vector
        case .object(let id):
            return try read { transaction in
                guard let document = try transaction.document(of: id, in: shard.address) else {
                    throw DatabaseError.missingSearchObject(id)
                }
                guard let vector = try transaction.vector(target.id, of: document, in: shard.address) else {
                    throw DatabaseError.searchObjectHasNoVector(id)
                }
                return vector
            }
        case .image(let base64):
            let state = try read { try ShardState(of: shard, in: $0) }
            if let filledBy = state.vectors[target.id]?.network, let inUse = await vectorizer.network, filledBy != inUse
            {
                throw .networkMismatch(
                    collection: collection.definition.name, filledBy: filledBy.label, inUse: inUse.label)
            }
            guard let bytes = Base64.decoded(base64) else {
                throw .searchVectorization(.unknownFormat(found: nil))
            }
            guard let result = await vectorizer.vectors(of: [bytes]).first else {
                throw .searchVectorization(.inference(reason: "no answer"))
            }
            do { return try result.get() } catch { throw .searchVectorization(error) }
        }
    }

    /// - Parameter title: what the vector is called in the error.
    private static func requireFinite(_ vector: [Float], _ title: String) throws(DatabaseError) {
        guard let place = vector.firstIndex(where: { !$0.isFinite }) else { return }
        throw .invalidQuery("\(title) has \(vector[place]) at position \(place); all must be finite numbers")
    }

    /// Refuses what cannot be combined, and a hybrid search that makes no sense in itself.
    private static func check(_ query: Query) throws(DatabaseError) {
        // First, and whatever weight it has: such a vector is wrong in itself.
        if case .hybrid(let search)? = query.search, let vector = search.vector {
            try requireFinite(vector, "failed to extract hybrid params: vector")
        }
        if query.after != nil {
            let conflict =
                query.filter != nil ? "where" : query.search != nil ? "a search" : !query.sort.isEmpty ? "sort" : nil
            if let conflict {
                throw .invalidQuery(
                    "cursor api: invalid 'after' parameter: \(conflict) cannot be set with after and limit parameters")
            }
            if query.offset != 0 {
                throw .invalidQuery(
                    "cursor api: invalid 'after' parameter: offset cannot be set with after and limit parameters")
            }
        }
        switch query.search {
        case .keyword where !query.sort.isEmpty: throw .invalidQuery("bm25 search is not compatible with sort")
        case .hybrid where !query.sort.isEmpty: throw .invalidQuery("hybrid search is not compatible with sort")
        case .hybrid(let search) where !(0...1).contains(search.alpha):
            throw .invalidQuery("failed to extract hybrid params: alpha should be between 0.0 and 1.0")
        default: break
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import ObjectStorage

extension Database {
    package func plan(_ query: Query) async throws(DatabaseError) -> QueryPlan {
        let collection = try requireCollection(query.collection)
        let shard = try await wakenShard(of: collection, for: query.tenant)
        var plan = try QueryPlan(
            query, collection: collection.snapshot, shard: shard, settings: settings,
            others: collectionTable.referenced)
        if let ttl = plan.collection.definition.objectTTL, ttl.isEnabled, ttl.filtersExpired {
            plan.expired = try plan.collection.resolved(
                ttl.expired(at: now()), limits: settings.queryLimits, others: { _ in nil })
        }
        let time = now()
        plan.boost?.now = Instant(seconds: time / 1_000, nanoseconds: Int32(time % 1_000) * 1_000_000)
        if plan.search != nil { plan.lease = try await lease(shard, of: collection) }
        try await replacePicture(of: &plan)
        return plan
    }

    package func plan(_ aggregation: AggregationRequest) async throws(DatabaseError) -> AggregationPlan {
        // Before a picture goes through the network.
        let definition = try requireCollection(aggregation.collection).definition
        try AggregationPlan.check(aggregation, in: definition)
        return try AggregationPlan(
            aggregation, query: await plan(aggregation.query(in: definition)), settings: settings)
    }

    package func read<R>(_ body: (any DatabaseView) throws(DatabaseError) -> R) throws(DatabaseError) -> R {
        try readStorage { try body(StorageView(self, $0)) }
    }

    /// Has a search answered again exactly, later, if it is picked.
    func offer(_ sample: RecallSample) {
        if recall.sampler.offer(sample) { maintenance.wakeForRecall() }
    }

    /// Puts the vector that the network makes of the plan's picture in its place: a search has one, for all of its legs.
    private func replacePicture(of plan: inout QueryPlan) async throws(DatabaseError) {
        guard var search = plan.search else { return }
        var made: [Float]?
        for index in search.legs.indices {
            guard case .picture(let bytes) = search.legs[index].origin else { continue }
            try plan.shard.state.require(
                await vectorizer.network, for: search.legs[index].target.id, in: plan.collection.definition.name)
            let vector: [Float]
            if let made { vector = made } else { vector = try await self.vector(ofPicture: bytes) }
            made = vector
            search.legs[index].origin = .vector(vector)
        }
        plan.search = search
    }

    private func vector(ofPicture bytes: [UInt8]) async throws(DatabaseError) -> [Float] {
        recall.load.begin()
        defer { recall.load.end() }
        guard let result = await vectorizer.vectors(of: [bytes]).first else {
            throw .searchVectorization(.inference(reason: "no answer"))
        }
        do { return try result.get() } catch { throw .searchVectorization(error) }
    }
}

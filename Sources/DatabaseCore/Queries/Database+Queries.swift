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
        try await replacePictures(of: &plan)
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

    /// Puts the vectors that the network makes of the plan's pictures in their place: legs whose pictures are made ready in
    /// the same way share them.
    private func replacePictures(of plan: inout QueryPlan) async throws(DatabaseError) {
        guard var search = plan.search else { return }
        var made: [PicturePreprocessing: [PictureEmbedding]] = [:]
        for index in search.legs.indices {
            guard case .pictures(let sum) = search.legs[index].origin else { continue }
            let target = search.legs[index].target
            let preprocessing = target.searchPreprocessing
            let embeddings: [PictureEmbedding]
            if sum.hasPictures {
                try plan.shard.state.require(
                    await vectorizer.network, for: target, in: plan.collection.definition.name)
            }
            if let known = made[preprocessing] {
                embeddings = known
            } else {
                embeddings = try await self.embeddings(of: sum, preprocessing, of: &plan)
                made[preprocessing] = embeddings
            }
            let vectors = try vectors(of: sum, embeddings, target, plan.shard)
            search.legs[index].origin = .vector(try sum.vector(of: vectors))
        }
        plan.search = search
    }

    /// What the network makes of the pictures among the parts, in order.
    private func embeddings(
        of sum: PictureSum, _ preprocessing: PicturePreprocessing, of plan: inout QueryPlan
    ) async throws(DatabaseError) -> [PictureEmbedding] {
        recall.load.begin()
        defer { recall.load.end() }
        let inputs = sum.parts.compactMap { part -> PictureInput? in
            guard case .picture(let bytes, let crop) = part.part else { return nil }
            return PictureInput(bytes, preprocessing: preprocessing, crop: crop)
        }
        if inputs.isEmpty { return [] }
        var embeddings: [PictureEmbedding] = []
        var times = plan.pictureTimes ?? PictureTimes()
        for result in await vectorizer.embeddings(of: inputs) {
            do throws(ImageVectorizerError) {
                let embedding = try result.get()
                times.decoding += embedding.decodingTime
                times.inference += embedding.inferenceTime
                embeddings.append(embedding)
            } catch {
                throw .searchVectorization(error)
            }
        }
        guard embeddings.count == inputs.count else { throw .searchVectorization(.inference(reason: "no answer")) }
        plan.pictureTimes = times
        return embeddings
    }

    /// One vector for each part: those of the network for pictures, the stored ones for objects.
    private func vectors(
        of sum: PictureSum, _ embeddings: [PictureEmbedding], _ target: VectorDefinition, _ shard: Shard
    ) throws(DatabaseError) -> [[Float]] {
        var rest = embeddings[...]
        return try readStorage { transaction in
            try sum.parts.map { part, _ in
                switch part {
                case .picture: return rest.removeFirst().vector
                case .object(let id):
                    guard let document = try transaction.document(of: id, in: shard.address) else {
                        throw DatabaseError.missingSearchObject(id)
                    }
                    guard let vector = try transaction.vector(target.id, of: document, in: shard.address) else {
                        throw DatabaseError.searchObjectHasNoVector(id)
                    }
                    return vector
                }
            }
        }
    }
}

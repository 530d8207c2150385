// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

// Searches by vector.
extension QueryRun {
    func nearest(_ search: SearchPlan.VectorPart, _ allowed: DocumentSet?) throws -> [Candidate] {
        var found = try neighbors(search, allowed, count: searchDepth)
        found = Array(found.prefix(autocutCount(of: found.map(\.distance), jumps: search.autocut)))
        return found.map { Candidate(document: $0.document, distance: $0.distance) }
    }

    /// The nearest documents to what the legs ask for, among those that are allowed.
    ///
    /// Several legs: the `count` nearest of each are the candidates, whose distances to all targets are then computed.
    func neighbors(
        _ search: SearchPlan.VectorPart, _ allowed: DocumentSet?, count: Int
    ) throws -> [Neighbor] {
        if reader.shard.state.replacement != nil {
            throw DatabaseError.revectorizationUnfinished(collection: collection.name)
        }
        let allowed = allowed.map(AllowedDocuments.init)
        if search.legs.count == 1, let leg = search.legs.first {
            return try neighbors(leg, allowed, count: count, maximumDistance: search.maximumDistance)
        }
        // Of a combination that takes all distances, none alone says whether the whole is within the bound.
        let bound = search.combination.needsAll ? nil : search.maximumDistance
        var found = try search.legs.map { try neighbors($0, allowed, count: count, maximumDistance: bound) }
        if search.combination.needsAll { try complete(&found, search.legs) }
        let combined = DistanceCombination.combined(
            found, weights: search.legs.map(\.weight), by: search.combination)
        let within =
            search.maximumDistance.map { maximum in combined.prefix { $0.distance <= maximum } } ?? combined[...]
        return Array(within.prefix(count))
    }

    /// The nearest documents to what one leg asks for.
    private func neighbors(
        _ leg: VectorLeg, _ allowed: AllowedDocuments?, count: Int, maximumDistance: Float?
    ) throws -> [Neighbor] {
        if leg.target.isMultiVector {
            return try neighborsByMaxSim(leg, allowed?.documents, count: count, maximumDistance: maximumDistance)
        }
        let allowed = allowed?.bits
        let vector = try queryVector(of: leg)
        guard let slot = reader.shard.index(of: leg.target.id), let index = slot.index else { return [] }
        guard index.dimensions == vector.count else {
            throw DatabaseError.invalidQuery(.dimensionMismatch(query: vector.count, stored: index.dimensions))
        }
        let vectors = try reader.transaction.vectors(leg.target.id, of: reader.shard.address)
        if let maximumDistance {
            return try index.within(
                distance: maximumDistance, maximum: count, of: vector.span, allowed: allowed, vectors: vectors,
                isCancelled: isCancelled)
        }
        let found = try index.nearest(
            count, to: vector.span, ef: nil, allowed: allowed, vectors: vectors, isCancelled: isCancelled)
        if case .vector? = plan.search {
            answered(RecallSample(index: slot, query: vector, count: count, allowed: allowed))
        }
        return found
    }

    /// Adds to what each leg has found what only others have, with its distance; what has no vector there stays away.
    private func complete(_ found: inout [[Neighbor]], _ legs: [VectorLeg]) throws {
        let union = DocumentSet(found.lazy.joined().map(\.document))
        for (index, leg) in legs.enumerated() {
            let missing = union.subtracting(DocumentSet(found[index].map(\.document)))
            if missing.isEmpty { continue }
            if leg.target.isMultiVector {
                found[index] += try neighborsByMaxSim(leg, missing, count: missing.count, maximumDistance: nil)
                continue
            }
            guard let vectorIndex = reader.shard.index(of: leg.target.id)?.index else { continue }
            let vector = try queryVector(of: leg)
            let vectors = try reader.transaction.vectors(leg.target.id, of: reader.shard.address)
            // As many as there are: all get their exact distance.
            found[index] += try vectorIndex.nearest(
                missing.count, to: vector.span, ef: nil, allowed: DocumentBits(missing), vectors: vectors,
                isCancelled: isCancelled)
        }
    }

    /// What distances are in per cent; `nil` where hits have several distances, those of multi-vectors, or none.
    func percentScale() throws -> PercentScale? {
        guard case .vector(let search)? = plan.search, search.legs.count == 1, let leg = search.legs.first,
            !leg.target.isMultiVector, let slot = reader.shard.index(of: leg.target.id), let index = slot.index
        else { return nil }
        let vectors = try reader.transaction.vectors(leg.target.id, of: reader.shard.address)
        return try slot.calibration.scale(of: index, vectors: vectors)
    }

    func queryVector(of leg: VectorLeg) throws -> [Float] {
        switch leg.origin {
        case .vector(let vector): return vector
        case .object(let id):
            guard let document = try reader.document(of: id) else { throw DatabaseError.missingSearchObject(id) }
            guard let vector = try reader.vector(leg.target.id, of: document) else {
                throw DatabaseError.searchObjectHasNoVector(id)
            }
            return vector
        case .multiVector: preconditionFailure("a multi-vector is compared with multi-vectors alone")
        case .pictures: preconditionFailure("a plan is run after its pictures have become vectors")
        }
    }
}

/// What a filter lets through, for indexes as bits, and in order.
private struct AllowedDocuments {
    let documents: DocumentSet
    let bits: DocumentBits

    init(_ documents: DocumentSet) {
        self.documents = documents
        bits = DocumentBits(documents)
    }
}

extension DocumentBits {
    fileprivate init(_ documents: DocumentSet) {
        let end = documents.max.map { Int($0.number) + 1 } ?? 0
        self.init(words: documents.words(coveringDocuments: end), count: documents.count)
    }
}

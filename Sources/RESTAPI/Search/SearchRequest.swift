// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import ImageVectorizer

/// What a request to `/v1/search/{class}/near-…` asks for, however it is written: as JSON, as a form, or as the bytes of a picture
/// with the rest in the query.
struct SearchRequest {
    enum Kind: String, Sendable {
        case image = "near-image"
        case vector = "near-vector"
        case object = "near-object"
    }

    /// A picture to search near to, or away from.
    struct Picture {
        enum Source {
            /// An encoded file.
            case bytes([UInt8])
            /// An object of the class: its vector, or its stored picture where a part of that is meant.
            case object(ObjectID)
            /// Where it is to be fetched.
            case url(String)
        }

        var source: Source
        var weight: Double?
        var crop: PictureCrop?
    }

    /// A vector of one of the targets.
    struct TargetVector {
        var target: String
        var vector: QueryVector
    }

    let kind: Kind
    var pictures: [Picture] = []
    /// One for each picture, where they are not given with the pictures.
    var weights: [Double]?
    /// Of pictures that have none of their own.
    var crop: PictureCrop?
    var vector: QueryVector?
    var vectors: [TargetVector] = []
    var id: ObjectID?
    var limit: Int?
    var offset: Int?
    var distance: Double?
    var certainty: Double?
    var filter: WhereClause?
    /// `nil`: all but blobs.
    var properties: [String]?
    var targetVectors: [String] = []
    var tenant: String?
    var groupBy: Query.GroupBy?
    /// Whether hits are left out that are what is searched near to.
    var excludesSelf = false
    /// What decoding may take.
    var allowance = DecodingAllowance.unlimited

    init(kind: Kind) { self.kind = kind }
}

// MARK: - Checks

extension SearchRequest {
    /// The request, once what it gives fits together.
    ///
    /// - Throws: 422 with what to do.
    func checked() throws(Refusal) -> Self {
        var request = self
        switch kind {
        case .image:
            guard !pictures.isEmpty else {
                throw .handler(
                    422,
                    "there is no picture to search near to; send it as part or member 'image', or as the body itself")
            }
            guard pictures.count <= WeightedPicture.limit else {
                throw .handler(422, "there are \(pictures.count) pictures; at most \(WeightedPicture.limit) are taken")
            }
            try request.applyWeights()
            for index in pictures.indices where pictures[index].crop == nil { request.pictures[index].crop = crop }
        case .vector:
            guard (vector == nil) != vectors.isEmpty else {
                throw .handler(
                    422, "near-vector takes 'vector', or 'vectors' by the names of target vectors, and not both")
            }
            guard vectors.isEmpty || targetVectors.isEmpty else {
                throw .handler(422, "'vectors' names its target vectors itself; leave out 'targetVector'")
            }
        case .object:
            guard id != nil else { throw .handler(422, "near-object takes 'id', the object to search near to") }
        }
        guard distance == nil || certainty == nil else {
            throw .handler(422, "'distance' and 'certainty' are both given; choose one")
        }
        guard (offset ?? 0) >= 0, (limit ?? 1) >= 1 else {
            throw .handler(422, "'limit' begins at 1 and 'offset' at 0; got \(limit ?? 1) and \(offset ?? 0)")
        }
        if let groupBy, groupBy.groups < 1 || groupBy.objectsPerGroup < 1 {
            throw .handler(422, "'groupBy' takes 'groups' and 'objectsPerGroup' of at least 1")
        }
        return request
    }

    private mutating func applyWeights() throws(Refusal) {
        if let weights {
            guard weights.count == pictures.count else {
                throw .handler(422, "'weights' has \(weights.count) numbers for \(pictures.count) pictures")
            }
            guard pictures.allSatisfy({ $0.weight == nil }) else {
                throw .handler(422, "weights are given in 'images' and in 'weights'; choose one")
            }
            for (index, weight) in weights.enumerated() { pictures[index].weight = weight }
        }
        guard pictures.contains(where: { $0.weight ?? 1 != 0 }) else {
            throw .handler(422, "all weights are 0: there is nothing to search near to")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import VectorIndexes

/// One vector index that a query asks, and for what.
struct VectorLeg: Sendable {
    enum Origin: Sendable {
        /// Shape [dimensions], all finite.
        case vector([Float])
        /// All finite; only where the target is a multi-vector.
        case multiVector(MultiVector)
        /// The vector that this object has when the query is run.
        case object(ObjectID)
        /// The network makes a vector of them before the query is run.
        case pictures(PictureSum)
    }

    /// How many a query may have; each is a search of its own.
    static let limit = 64

    let target: VectorDefinition
    /// What its distances weigh, for combinations that weigh them.
    var weight: Float = 1
    var origin: Origin

    /// The legs of a search for `origin` in the vectors called `names`, the only one where none is named.
    ///
    /// - Parameter search: which kind of search it is part of.
    static func legs(
        _ origin: VectorSearch.Origin, _ names: [String], of search: InvalidQuery.SearchKind,
        in collection: CollectionDefinition
    ) throws(DatabaseError) -> [VectorLeg] {
        guard names.count <= limit else { throw .invalidQuery(.tooManyTargetVectors(names.count, limit: limit)) }
        let targets = try targets(names, in: collection)
        try requireFinite(origin, in: search)
        switch origin {
        case .vector(let vector):
            return try legs(targets, Array(repeating: .vector(vector), count: targets.count))
        case .multiVector(let vector):
            return try legs(targets, Array(repeating: .multiVector(vector), count: targets.count))
        case .vectors(let vectors):
            guard vectors.count == targets.count else {
                throw .invalidQuery(.vectorsUnlikeTargets(vectors: vectors.count, targets: targets.count))
            }
            return try legs(targets, vectors)
        case .object(let id): return targets.map { VectorLeg(target: $0, origin: .object(id)) }
        case .pictures(let pictures):
            let sum = try PictureSum(pictures)
            for target in targets where target.isMultiVector {
                throw .invalidQuery(.vectorForMultiVector(target: target.name ?? ""))
            }
            return targets.map { VectorLeg(target: $0, origin: .pictures(sum)) }
        }
    }

    /// A leg for each target, all of them with what fits them.
    private static func legs(
        _ targets: [VectorDefinition], _ vectors: [QueryVector]
    ) throws(DatabaseError) -> [VectorLeg] {
        var legs: [VectorLeg] = []
        for (target, vector) in zip(targets, vectors) {
            switch vector {
            case .vector(let vector):
                if target.isMultiVector { throw .invalidQuery(.vectorForMultiVector(target: target.name ?? "")) }
                legs.append(VectorLeg(target: target, origin: .vector(vector)))
            case .multiVector(let vector):
                if !target.isMultiVector { throw .invalidQuery(.multiVectorForVector(target: target.name ?? "")) }
                legs.append(VectorLeg(target: target, origin: .multiVector(vector)))
            }
        }
        return legs
    }

    static func requireFinite(
        _ origin: VectorSearch.Origin?, in search: InvalidQuery.SearchKind
    ) throws(DatabaseError) {
        let vectors: [[Float]] =
            switch origin {
            case .vector(let vector)?: [vector]
            case .multiVector(let vector)?: [vector.elements]
            case .vectors(let vectors)?: vectors.map(\.elements)
            case .object?, .pictures?, nil: []
            }
        for vector in vectors {
            guard let index = vector.firstIndex(where: { !$0.isFinite }) else { continue }
            throw .invalidQuery(.notFinite(search, value: vector[index], index: index))
        }
    }

    /// Whether its distances are cosine distances, which certainty is defined for.
    var isByCosine: Bool { target.index.metric == .cosine && !target.isMultiVector }

    func requireCosine() throws(DatabaseError) {
        if isByCosine { return }
        let metric = target.isMultiVector ? "maxSim" : target.index.metric.rawValue
        throw .invalidQuery(.certaintyWithoutCosine(metric: metric))
    }

    private static func targets(
        _ names: [String], in collection: CollectionDefinition
    ) throws(DatabaseError) -> [VectorDefinition] {
        if names.isEmpty {
            guard let target = collection.defaultVector else {
                throw collection.vectors.isEmpty ? .unknownVector("") : .invalidQuery(.noTargetVector)
            }
            return [target]
        }
        var targets: [VectorDefinition] = []
        for name in names {
            guard let target = collection.vector(named: name) else { throw .unknownVector(name) }
            targets.append(target)
        }
        return targets
    }
}

extension QueryVector {
    fileprivate var elements: [Float] {
        switch self {
        case .vector(let vector): vector
        case .multiVector(let vector): vector.elements
        }
    }
}

extension SearchPlan.VectorPart {
    /// What is added to a bound, since the distance between equal vectors is not quite 0.
    private static let tolerance: Float = 1e-6

    init(_ search: VectorSearch, _ collection: CollectionDefinition) throws(DatabaseError) {
        try self.init(
            VectorLeg.legs(search.origin, search.targetVectors, of: .vector, in: collection), search.combination)
        switch search.threshold {
        case .distance(let distance)?: limit(to: distance)
        case .certainty(let certainty)?:
            for leg in legs { try leg.requireCosine() }
            limit(to: Float(2 * (1 - certainty)))
        case nil: break
        }
        autocut = search.autocut
        try select(search.diversity)
    }

    /// The vector part of a hybrid search.
    init(
        _ search: HybridSearch, origin: VectorSearch.Origin, _ collection: CollectionDefinition
    ) throws(DatabaseError) {
        try self.init(VectorLeg.legs(origin, search.targetVectors, of: .hybrid, in: collection), search.combination)
        if let distance = search.maxVectorDistance { limit(to: distance) }
        try select(search.diversity)
    }

    private init(_ legs: [VectorLeg], _ combination: VectorSearch.Combination) throws(DatabaseError) {
        self.legs = legs
        let weights: [Double]
        switch combination {
        case .minimum:
            (self.combination, weights) = (.minimum, legs.map { _ in 1 })
        case .sum: (self.combination, weights) = (.weightedSum, legs.map { _ in 1 })
        case .average: (self.combination, weights) = (.weightedSum, legs.map { _ in 1 / Double(legs.count) })
        case .manualWeights(let given): (self.combination, weights) = (.weightedSum, given)
        case .relativeScore(let given): (self.combination, weights) = (.relativeScore, given)
        }
        guard weights.count == legs.count, weights.allSatisfy({ Float($0).isFinite }) else {
            throw .invalidQuery(.weightsUnlikeTargets(weights: weights.count, targets: legs.count))
        }
        for (index, weight) in weights.enumerated() { self.legs[index].weight = Float(weight) }
    }

    private mutating func select(_ diversity: VectorSearch.Diversity?) throws(DatabaseError) {
        guard let diversity else { return }
        guard diversity.count >= 1 else { throw .invalidQuery(.diversity(.noCount)) }
        guard (0...1).contains(diversity.balance) else {
            throw .invalidQuery(.diversity(.balanceOutOfRange(diversity.balance)))
        }
        guard legs.count == 1 else { throw .invalidQuery(.diversity(.severalTargets(legs.count))) }
        for leg in legs where leg.target.isMultiVector {
            throw .invalidQuery(.diversity(.multiVector(target: leg.target.name ?? "")))
        }
        self.diversity = diversity
    }

    /// Relative scores have no bound, and of a combination of several legs 0 is none, as in Weaviate.
    private mutating func limit(to distance: Float) {
        if legs.count > 1, combination == .relativeScore || distance == 0 { return }
        maximumDistance = distance + Self.tolerance
    }
}

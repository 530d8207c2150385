// SPDX-License-Identifier: Apache-2.0

import DataModel
import ImageVectorizer
import InvertedIndexes
import VectorIndexes

/// What a search asks of the indexes: keyword search, vector indexes, or both.
enum SearchPlan: Sendable {
    case vector(VectorPart)
    case keyword(KeywordPart)
    case hybrid(HybridPart)

    /// The vector indexes that are asked; several of them are a longer list of legs.
    struct VectorPart: Sendable {
        var legs: [VectorLeg]
        /// In the metric's own unit; `nil`: no bound.
        var maximumDistance: Float?
        var autocut = 0
    }

    struct KeywordPart: Sendable {
        var query: KeywordQuery
        var autocut = 0
    }

    /// A part that is `nil` weighs nothing and is not run.
    struct HybridPart: Sendable {
        var keyword: KeywordPart?
        var vector: VectorPart?
        /// The weight of the vector part, 0 to 1; the keyword part has the rest.
        var alpha: Double
        var fusion: HybridSearch.Fusion
        var autocut: Int
    }

    init(_ search: Query.Search, _ query: Query, _ collection: Collection.Snapshot) throws(DatabaseError) {
        switch search {
        case .vector(let search):
            self = .vector(try VectorPart(search, collection.definition))
        case .keyword(let search):
            if !query.sort.isEmpty { throw .invalidQuery(.sortBeside(.keyword)) }
            self = .keyword(try KeywordPart(search, collection))
        case .hybrid(let search):
            self = .hybrid(try HybridPart(search, isSorted: !query.sort.isEmpty, collection))
        }
    }

    /// The vector indexes that are asked.
    var legs: [VectorLeg] {
        get { vectorPart?.legs ?? [] }
        set {
            switch self {
            case .vector(var part):
                part.legs = newValue
                self = .vector(part)
            case .hybrid(var part):
                part.vector?.legs = newValue
                self = .hybrid(part)
            case .keyword: break
            }
        }
    }

    private var vectorPart: VectorPart? {
        switch self {
        case .vector(let part): part
        case .hybrid(let part): part.vector
        case .keyword: nil
        }
    }

    /// Certainty is defined for the hits of a vector search by cosine distance alone.
    func checkCertainty() throws(DatabaseError) {
        guard case .vector(let part) = self else { return }
        for leg in part.legs { try leg.requireCosine() }
    }
}

/// One vector index that a query asks: for what, and how much its answer weighs.
struct VectorLeg: Sendable {
    enum Origin: Sendable {
        /// Shape [dimensions], all finite.
        case vector([Float])
        /// The vector that this object has when the query is run.
        case object(ObjectID)
        /// The bytes of an encoded picture; the network makes a vector of it before the query is run.
        case picture([UInt8])
    }

    let target: VectorDefinition
    var weight = 1.0
    var origin: Origin

    init(_ origin: VectorSearch.Origin, target: VectorDefinition) throws(DatabaseError) {
        self.target = target
        switch origin {
        case .vector(let vector):
            try Self.requireFinite(vector, in: .vector)
            self.origin = .vector(vector)
        case .object(let id): self.origin = .object(id)
        case .image(let base64):
            guard let bytes = Base64.decodedIgnoringLineBreaks(base64) else {
                throw .searchVectorization(.unknownFormat(found: nil))
            }
            self.origin = .picture(bytes)
        }
    }

    static func requireFinite(_ vector: [Float], in search: InvalidQuery.SearchKind) throws(DatabaseError) {
        guard let index = vector.firstIndex(where: { !$0.isFinite }) else { return }
        throw .invalidQuery(.notFinite(search, value: vector[index], index: index))
    }

    func requireCosine() throws(DatabaseError) {
        guard target.index.metric == .cosine else {
            throw .invalidQuery(.certaintyWithoutCosine(metric: target.index.metric.rawValue))
        }
    }

    /// The vectors of `collection` called `names`; the only one where none is named.
    static func targets(
        _ names: [String], in collection: CollectionDefinition
    ) throws(DatabaseError) -> [VectorDefinition] {
        if names.count > 1 { throw .unsupported("a search over several target vectors") }
        if names.isEmpty {
            guard let only = collection.vectors.first else { throw .unknownVector("") }
            guard collection.vectors.count == 1 else { throw .invalidQuery(.noTargetVector) }
            return [only]
        }
        var targets: [VectorDefinition] = []
        for name in names {
            guard let target = collection.vector(named: name) else { throw .unknownVector(name) }
            targets.append(target)
        }
        return targets
    }
}

extension SearchPlan.VectorPart {
    /// What is added to a bound, since the distance between equal vectors is not quite 0.
    private static let tolerance: Float = 1e-6

    init(_ search: VectorSearch, _ collection: CollectionDefinition) throws(DatabaseError) {
        legs = []
        for target in try VectorLeg.targets(search.targetVectors, in: collection) {
            legs.append(try VectorLeg(search.origin, target: target))
        }
        switch search.threshold {
        case .distance(let distance)?: maximumDistance = distance + Self.tolerance
        case .certainty(let certainty)?:
            for leg in legs { try leg.requireCosine() }
            maximumDistance = Float(2 * (1 - certainty)) + Self.tolerance
        case nil: maximumDistance = nil
        }
        autocut = search.autocut
    }

    /// The vector part of a hybrid search.
    init(_ search: HybridSearch, vector: [Float], _ collection: CollectionDefinition) throws(DatabaseError) {
        legs = []
        for target in try VectorLeg.targets(search.targetVectors, in: collection) {
            legs.append(try VectorLeg(.vector(vector), target: target))
        }
        maximumDistance = search.maxVectorDistance.map { $0 + Self.tolerance }
    }
}

extension SearchPlan.KeywordPart {
    init(_ search: KeywordSearch, _ collection: Collection.Snapshot) throws(DatabaseError) {
        try self.init(search.query, search.properties, search.tokenOperator, collection)
        autocut = search.autocut
    }

    init(
        _ text: String, _ properties: [String], _ tokenOperator: KeywordSearch.Operator,
        _ collection: Collection.Snapshot
    ) throws(DatabaseError) {
        let matching: KeywordQuery.Operator =
            switch tokenOperator {
            case .or(let minimum): .or(minimumMatches: minimum)
            case .and: .and
            case .andAcross: .andAcross
            }
        do throws(KeywordSearchError) {
            guard !text.isEmpty else { throw .emptyQuery }
            let fields = try collection.invertedSchema.keywordFields(named: properties)
            query = KeywordQuery(text: text, fields: fields, matching: matching)
        } catch {
            throw .invalidQuery(.keywordSearch(error))
        }
    }
}

extension SearchPlan.HybridPart {
    init(_ search: HybridSearch, isSorted: Bool, _ collection: Collection.Snapshot) throws(DatabaseError) {
        // First, and whatever weight it has: such a vector is wrong in itself.
        if let vector = search.vector { try VectorLeg.requireFinite(vector, in: .hybrid) }
        if isSorted { throw .invalidQuery(.sortBeside(.hybrid)) }
        guard (0...1).contains(search.alpha) else { throw .invalidQuery(.alphaOutOfRange(search.alpha)) }
        alpha = search.alpha
        fusion = search.fusion
        autocut = search.autocut
        if alpha > 0 {
            guard let vector = search.vector else {
                throw .invalidQuery(
                    .noTextVectorizer(collection: collection.definition.name, text: search.query))
            }
            self.vector = try SearchPlan.VectorPart(search, vector: vector, collection.definition)
        }
        if alpha < 1 {
            keyword = try SearchPlan.KeywordPart(
                search.query.isEmpty ? " " : search.query, search.properties, search.tokenOperator, collection)
        }
    }
}

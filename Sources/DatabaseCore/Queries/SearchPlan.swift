// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// What a search asks of the indexes: keyword search, vector indexes, or both.
enum SearchPlan: Sendable {
    case vector(VectorPart)
    case keyword(KeywordPart)
    case hybrid(HybridPart)

    /// The vector indexes that are asked, and how what they say of an object becomes one distance.
    struct VectorPart: Sendable {
        /// At least one.
        var legs: [VectorLeg]
        var combination: DistanceCombination.Method
        /// In the metric's own unit; `nil`: no bound.
        var maximumDistance: Float?
        var autocut = 0
        /// Of one leg that is no multi-vector.
        var diversity: VectorSearch.Diversity?
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

    var vectorPart: VectorPart? {
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
        try VectorLeg.requireFinite(search.origin, in: .hybrid)
        if isSorted { throw .invalidQuery(.sortBeside(.hybrid)) }
        guard search.alpha.isFinite else { throw .invalidQuery(.alphaOutOfRange(search.alpha)) }
        alpha = search.alpha
        fusion = search.fusion
        autocut = search.autocut
        if alpha > 0 {
            guard let origin = search.origin else {
                throw .invalidQuery(
                    .noTextVectorizer(collection: collection.definition.name, text: search.query))
            }
            self.vector = try SearchPlan.VectorPart(search, origin: origin, collection.definition)
        }
        if search.diversity != nil, vector == nil { throw .invalidQuery(.diversity(.withoutVector)) }
        if alpha < 1 {
            keyword = try SearchPlan.KeywordPart(
                search.query.isEmpty ? " " : search.query, search.properties, search.tokenOperator, collection)
        }
    }
}

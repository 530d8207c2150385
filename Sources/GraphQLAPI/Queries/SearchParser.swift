// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import DatabaseCore
import GraphQLLanguage

/// Turns the search arguments of a field into a search.
struct SearchParser {
    let arguments: InputObject
    /// The names of vectors that are multi-vectors.
    private let multiVectors: Set<String>

    init(arguments: InputObject, collection: CollectionDefinition) {
        self.arguments = arguments
        multiVectors = Set(collection.vectors.lazy.filter(\.isMultiVector).compactMap(\.name))
    }

    /// Arguments of which a query takes one.
    private static let nearNames = ["nearVector", "nearObject", "nearImage"]

    /// - Returns: `nil` for a listing.
    func search() throws(QueryError) -> Query.Search? {
        if let hybrid = arguments.object("hybrid") { return .hybrid(try hybridSearch(hybrid)) }
        let near = Self.nearNames.filter { arguments[$0] != nil }
        if let bm25 = arguments.object("bm25") {
            guard near.isEmpty else {
                throw QueryError("conflict: both near<Media> and keyword-based (bm25) arguments present, choose one")
            }
            return .keyword(try keywordSearch(bm25))
        }
        if near.count > 1 {
            throw QueryError(
                "explorer: get class: vectorize params: found both '\(near[0])' and '\(near[1])' parameters which are "
                    + "conflicting, choose one instead")
        }
        if let near = arguments.object("nearVector") { return try nearVector(near).map { .vector($0) } }
        if let near = arguments.object("nearObject") { return .vector(try nearObject(near)) }
        if let near = arguments.object("nearImage") { return .vector(try nearImage(near)) }
        return nil
    }

    var autocut: Int { max(0, arguments.integer("autocut") ?? 0) }

    // MARK: Near

    /// - Returns: `nil` for an empty vector, which Weaviate takes for a listing.
    private func nearVector(_ near: InputObject) throws(QueryError) -> VectorSearch? {
        var targets = try TargetVectors(near, of: "nearVector")
        let origin: VectorSearch.Origin
        if let value = near["vector"] {
            guard let given = try vector(value, "failed to extract nearVector params: ") else { return nil }
            origin = given
        } else if let vectors = near.object("vectorPerTarget") {
            guard !vectors.fields.isEmpty else {
                throw QueryError("failed to extract nearVector params: vectorPerTarget must have at least one target")
            }
            try targets.setVectors(vectors, multiVectors: multiVectors, of: "nearVector")
            origin = .vectors(targets.vectors ?? [])
        } else {
            throw QueryError("failed to extract nearVector params: vector or vectorPerTarget is required field")
        }
        return try search(origin, targets, near, of: "nearVector")
    }

    /// A vector, or a multi-vector where the collection has such; `nil` for an empty one.
    private func vector(_ value: InputValue, _ prefix: String) throws(QueryError) -> VectorSearch.Origin? {
        if let vector = value.vector { return vector.isEmpty ? nil : .vector(vector) }
        if multiVectors.isEmpty { throw QueryError("\(prefix)vector must be a list of numbers") }
        guard let vector = value.multiVector else {
            throw QueryError("\(prefix)vector must be a list of numbers, or a list of lists of as many numbers each")
        }
        return .multiVector(vector)
    }

    private func nearObject(_ near: InputObject) throws(QueryError) -> VectorSearch {
        let prefix =
            "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vectorize search vector: "
        let text: String
        if let id = near.string("id"), !id.isEmpty {
            text = id
        } else if let beacon = near.string("beacon"), !beacon.isEmpty {
            guard beacon.hasPrefix("weaviate://") else {
                throw QueryError(
                    "\(prefix)nearObject params: invalid cref URI: must be of the form "
                        + "'weaviate://localhost/<class>/<uuid>'")
            }
            text = beacon.split(separator: "/").last.map(String.init) ?? ""
        } else {
            throw QueryError("\(prefix)nearObject params: empty id and beacon")
        }
        guard let id = ObjectID(text) else {
            throw QueryError("\(prefix)nearObject params: '\(text.prefix(100))' is not a valid uuid")
        }
        return try search(.object(id), TargetVectors(near, of: "nearObject"), near, of: "nearObject")
    }

    private func nearImage(_ near: InputObject) throws(QueryError) -> VectorSearch {
        let pictures = try NearImagePictures(near).pictures
        return try search(.pictures(pictures), TargetVectors(near, of: "nearImage"), near, of: "nearImage")
    }

    private func search(
        _ origin: VectorSearch.Origin, _ targets: TargetVectors, _ near: InputObject, of name: String
    ) throws(QueryError) -> VectorSearch {
        var search = VectorSearch(origin: origin, threshold: try threshold(near, of: name))
        search.targetVectors = targets.names
        search.combination = try targets.combination(of: name)
        search.autocut = autocut
        return search
    }

    private func threshold(_ near: InputObject, of name: String) throws(QueryError) -> VectorSearch.Threshold? {
        switch (near.number("distance"), near.number("certainty")) {
        case (nil, nil): return nil
        case (let distance?, nil): return .distance(Float(distance))
        case (nil, let certainty?): return .certainty(certainty)
        case (_?, _?):
            throw QueryError("failed to extract \(name) params: cannot provide distance and certainty")
        }
    }

    // MARK: Words

    private func keywordSearch(_ bm25: InputObject) throws(QueryError) -> KeywordSearch {
        guard let query = bm25.string("query"), !query.isEmpty else {
            throw QueryError("keyword search (bm25) must have query set")
        }
        var search = KeywordSearch(query: query)
        search.properties = bm25.strings("properties") ?? []
        search.autocut = autocut
        search.tokenOperator = tokenOperator(bm25.object("searchOperator"))
        return search
    }

    private func tokenOperator(_ value: InputObject?) -> KeywordSearch.Operator {
        switch value?.enumeration("operator") {
        case "And"?: return .and
        case "AndCross"?: return .andAcross
        default: return .or(minimum: value?.integer("minimumOrTokensMatch") ?? 1)
        }
    }

    private func hybridSearch(_ hybrid: InputObject) throws(QueryError) -> HybridSearch {
        var search = HybridSearch(query: hybrid.string("query") ?? "")
        if let alpha = hybrid.number("alpha") { search.alpha = alpha }
        try setVector(of: &search, hybrid)
        guard (0...1).contains(search.alpha) else {
            throw QueryError(InvalidQuery.alphaOutOfRange(search.alpha).wording)
        }
        search.properties = hybrid.strings("properties") ?? []
        if hybrid.enumeration("fusionType") == "rankedFusion" { search.fusion = .ranked }
        search.maxVectorDistance = hybrid.number("maxVectorDistance").map { Float($0) } ?? search.maxVectorDistance
        search.autocut = autocut
        search.tokenOperator = tokenOperator(hybrid.object("bm25SearchOperator"))
        return search
    }

    /// What the vector leg looks for: a plain vector, an object with vectors by target, or a search by vector of its own.
    private func setVector(of search: inout HybridSearch, _ hybrid: InputObject) throws(QueryError) {
        let prefix = "failed to extract hybrid params: "
        var targets = try TargetVectors(hybrid, of: "hybrid")
        if case .list(let searches)? = hybrid["searches"] {
            guard hybrid["vector"] == nil else {
                throw QueryError("\(prefix)cannot have both vector and nearVectorParams")
            }
            guard searches.count == 1, case .object(let first) = searches[0], let near = first.object("nearVector")
            else { throw QueryError("\(prefix)searches takes one entry with nearVector") }
            let vectorSearch = try nearVector(near)
            search.origin = vectorSearch?.origin
            if case .distance(let distance)? = vectorSearch?.threshold { search.maxVectorDistance = distance }
            if targets.names.isEmpty, let vectorSearch {
                search.targetVectors = vectorSearch.targetVectors
                search.combination = vectorSearch.combination
                return
            }
        } else if let vectors = hybrid.object("vector") {
            try targets.setVectors(vectors, multiVectors: multiVectors, of: "hybrid")
            search.origin = .vectors(targets.vectors ?? [])
        } else if let value = hybrid["vector"] {
            search.origin = try vector(value, prefix)
        }
        search.targetVectors = targets.names
        search.combination = try targets.combination(of: "hybrid")
    }
}

// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import GRPCServer
import WeaviateMessages

/// Turns keyword and hybrid searches of a request into searches of the database.
struct WordsReader {
    let collection: CollectionDefinition
    let autocut: Int

    func search(_ bm25: BM25) throws(GRPCStatus) -> KeywordSearch {
        guard !bm25.query.isEmpty else { throw .refusal("keyword search (bm25) must have query set") }
        var search = KeywordSearch(query: bm25.query)
        search.properties = bm25.properties.map(Self.normalized)
        search.tokenOperator = Self.tokenOperator(bm25.searchOperator)
        search.autocut = autocut
        return search
    }

    func search(_ hybrid: Hybrid) throws(GRPCStatus) -> HybridSearch {
        var search = HybridSearch(query: hybrid.query)
        search.alpha = Double(hybrid.useAlphaParam ? hybrid.alphaParam ?? 0.75 : hybrid.alpha)
        search.properties = hybrid.properties.map(Self.normalized)
        search.fusion = hybrid.fusionType == .ranked ? .ranked : .relativeScore
        search.tokenOperator = Self.tokenOperator(hybrid.bm25SearchOperator)
        search.autocut = autocut
        if case .vectorDistance(let distance)? = hybrid.threshold { search.maxVectorDistance = distance }
        search.diversity = VectorSearch.Diversity(hybrid.selection)
        try setVector(of: &search, hybrid)
        return search
    }

    /// What the vector leg looks for: a vector, or a search by vector of its own.
    private func setVector(of search: inout HybridSearch, _ hybrid: Hybrid) throws(GRPCStatus) {
        if hybrid.nearText != nil {
            guard hybrid.nearVector == nil else {
                throw .refusal("cannot combine nearText and nearVector in hybrid search")
            }
            throw NearReader.cannotVectorize("nearText", collection: collection.name)
        }
        var targets = try TargetReader(hybrid.targets, hybrid.targetVectors, in: collection)
        let vectors = try VectorMessage.all(hybrid.vectors, hybrid.vectorBytes, hybrid.vector, of: "hybrid")
        if let near = hybrid.nearVector {
            guard vectors.isEmpty else { throw .refusal("cannot combine nearVector and vector in hybrid search") }
            guard near.selection == nil else {
                throw .refusal(
                    "hybrid: selection belongs to the hybrid search itself, not to the search by vector in it")
            }
            var near = near
            if near.targets == nil, near.targetVectors.isEmpty {
                near.targets = hybrid.targets
                near.targetVectors = hybrid.targetVectors
            }
            let vectorSearch = try NearReader(collection: collection).search(near)
            search.origin = vectorSearch.origin
            search.targetVectors = vectorSearch.targetVectors
            search.combination = vectorSearch.combination
            if case .distance(let distance)? = vectorSearch.threshold { search.maxVectorDistance = distance }
            return
        }
        guard vectors.count <= 1 else {
            throw .refusal("hybrid: only 1 vector supported, found \(vectors.count) vectors")
        }
        search.origin = try targets.origin(vectors.first, of: "hybrid")
        search.targetVectors = targets.names
        search.combination = try targets.combination()
    }

    private static func tokenOperator(_ options: SearchOperatorOptions?) -> KeywordSearch.Operator {
        switch options?.operator {
        case .and?: .and
        case .andCross?: .andAcross
        default: .or(minimum: Int(options?.minimumOrTokensMatch ?? 1))
        }
    }

    /// The first letter of a property is lower case, whatever weight follows its name.
    private static func normalized(_ property: String) -> String { PropertyName.normalized(property) }
}

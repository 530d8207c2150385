// SPDX-License-Identifier: Apache-2.0

import DatabaseCore

/// What GraphQL's clients are told when the database refuses or fails: Weaviate's prefixes, our explanations.
extension DatabaseError {
    /// What was going on when the error came.
    enum Occasion {
        case listing, vectorSearch, keywordSearch, aggregation
    }

    func graphQLMessage(on occasion: Occasion) -> String {
        let search = QueryPlanner.searchPrefix
        let vectorize =
            "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vectorize search vector: "
        switch self {
        case .searchVectorization: return "\(vectorize)vectorize params: vectorize params: \(message)"
        case .missingSearchObject, .searchObjectHasNoVector: return vectorize + message
        case .unknownVector: return search + message
        case .dimensionMismatch(_, _, let expected, let received):
            return "\(search)the query has \(received) dimensions, the stored vectors have \(expected): "
                + "\(expected) vs \(received): vector lengths don't match"
        case .invalidQuery(let text):
            return Self.hasOwnPrefix(text) ? text : prefix(on: occasion) + text
        case .tenantMissing, .tenantNotExpected, .tenantNotFound, .networkMismatch, .revectorizationUnfinished,
            .storage, .overloaded, .cancelled, .collectionNotFound, .objectNotFound:
            return prefix(on: occasion) + message
        case .unsupported: return message
        case .collectionExists, .similarCollectionExists, .invalidDefinition, .objectExists, .invalidObject,
            .vectorization, .readOnlyShard, .shardNotFound:
            // Only writes end so.
            return message
        }
    }

    private func prefix(on occasion: Occasion) -> String {
        switch occasion {
        case .listing: QueryPlanner.listPrefix
        case .vectorSearch: QueryPlanner.searchPrefix
        case .keywordSearch: "explorer: get class: vector search: "
        case .aggregation: ""
        }
    }

    /// Whether Weaviate sends this text as it is, without saying where it came from.
    private static func hasOwnPrefix(_ text: String) -> Bool {
        let beginnings = [
            "invalid 'where' filter", "invalid 'sort' parameter", "cursor api:", "could not extract filters",
            "Searching by property", "Filtering by property", "bm25 search is", "hybrid search is",
            "failed to extract", "VectorFromInput", "can't compute and return certainty", "explorer:",
        ]
        return beginnings.contains { text.hasPrefix($0) }
    }
}

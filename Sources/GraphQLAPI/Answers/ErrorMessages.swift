// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import InvertedIndexes

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
        case .searchVectorization: return "\(vectorize)vectorize params: vectorize params: \(wording)"
        case .missingSearchObject, .searchObjectHasNoVector: return vectorize + wording
        case .unknownVector: return search + wording
        case .invalidQuery(let problem):
            return problem.standsAlone ? wording : prefix(on: occasion) + wording
        case .tenantMissing(let collection), .tenantNotExpected(let collection), .tenantNotFound(_, let collection),
            .tenantNotActive(_, let collection):
            return prefix(on: occasion) + indexSearch(on: occasion, in: collection) + wording
        case .networkMismatch, .revectorizationUnfinished,
            .storage, .overloaded, .cancelled, .collectionNotFound, .objectNotFound:
            return prefix(on: occasion) + wording
        case .unsupported: return wording
        case .collectionExists, .similarCollectionExists, .invalidDefinition, .objectExists, .invalidObject,
            .invalidReference, .alias, .vectorization, .dimensionMismatch, .readOnlyShard, .shardNotFound, .storageFull,
            .multiTenancyDisabled, .invalidTenants, .backup:
            // Only writes and backups end so.
            return wording
        }
    }

    /// Which search of an index it was, as far as Weaviate says so.
    private func indexSearch(on occasion: Occasion, in collection: String) -> String {
        switch occasion {
        case .listing, .keywordSearch: "object search at index \(collection.lowercased()): "
        case .vectorSearch: "object vector search at index \(collection.lowercased()): "
        case .aggregation: ""
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
}

extension InvalidQuery {
    /// Whether Weaviate sends its text as it is, without saying where it came from.
    fileprivate var standsAlone: Bool {
        switch self {
        case .filter(let error):
            switch error.reason {
            case .notFilterable: true
            default: error.isValidation
            }
        case .keywordSearch(.notSearchable): true
        case .keywordSearch: false
        case .sortKey, .sortBeside, .cursorBeside, .noTextVectorizer, .alphaOutOfRange, .certaintyWithoutCosine,
            .aggregation, .tooManyTargetVectors, .vectorsUnlikeTargets, .weightsUnlikeTargets:
            true
        case .notFinite(let search, _, _): search == .hybrid
        case .negativeOffset, .windowTooLarge, .noTargetVector, .dimensionMismatch, .tooManyReferences,
            .unknownGroupProperty, .tooManyGroupedHits, .tooManyHitsToMerge, .unmergeableProperty:
            false
        }
    }
}

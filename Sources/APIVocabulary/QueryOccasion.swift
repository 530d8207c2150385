// SPDX-License-Identifier: Apache-2.0

import DatabaseCore
import InvertedIndexes

/// What kind of query it was that the database refused or failed, which is what Weaviate's errors begin with.
package enum QueryOccasion: Sendable {
    case listing, vectorSearch, keywordSearch, aggregation

    /// The beginning of errors of this kind; of searches by vector with the bracket that stands alone there.
    package var prefix: String {
        switch self {
        case .listing: "explorer: list class: search: "
        case .vectorSearch: "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vector search: "
        case .keywordSearch: "explorer: get class: vector search: "
        case .aggregation: ""
        }
    }
}

/// What clients that sent a query are told when the database refuses or fails: Weaviate's prefixes, our explanations.
extension DatabaseError {
    package func wording(on occasion: QueryOccasion) -> String {
        let search = QueryOccasion.vectorSearch.prefix
        let vectorize =
            "explorer: get class: concurrentTargetVectorSearch): explorer: get class: vectorize search vector: "
        switch self {
        case .searchVectorization: return "\(vectorize)vectorize params: vectorize params: \(wording)"
        case .missingSearchObject, .searchObjectHasNoVector: return vectorize + wording
        case .unknownVector: return search + wording
        case .invalidQuery(let problem):
            return problem.standsAlone ? wording : occasion.prefix + wording
        case .tenantMissing(let collection), .tenantNotExpected(let collection), .tenantNotFound(_, let collection),
            .tenantNotActive(_, let collection):
            return occasion.prefix + indexSearch(on: occasion, in: collection) + wording
        case .networkMismatch, .revectorizationUnfinished,
            .storage, .overloaded, .memoryFull, .cancelled, .collectionNotFound, .objectNotFound:
            return occasion.prefix + wording
        case .unsupported: return wording
        case .collectionExists, .similarCollectionExists, .invalidDefinition, .objectExists, .invalidObject,
            .invalidReference, .alias, .vectorization, .dimensionMismatch, .readOnlyShard, .shardNotFound, .storageFull,
            .multiTenancyDisabled, .invalidTenants, .backup:
            // Only writes and backups end so.
            return wording
        }
    }

    /// Which search of an index it was, as far as Weaviate says so.
    private func indexSearch(on occasion: QueryOccasion, in collection: String) -> String {
        switch occasion {
        case .listing, .keywordSearch: "object search at index \(collection.lowercased()): "
        case .vectorSearch: "object vector search at index \(collection.lowercased()): "
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
            .aggregation, .tooManyTargetVectors, .vectorsUnlikeTargets, .weightsUnlikeTargets, .vectorForMultiVector,
            .multiVectorForVector, .boost, .diversity, .pictures:
            true
        case .notFinite(let search, _, _): search == .hybrid
        case .negativeOffset, .windowTooLarge, .noTargetVector, .dimensionMismatch, .tooManyReferences,
            .unknownGroupProperty, .tooManyGroupedHits, .tooManyHitsToMerge, .unmergeableProperty:
            false
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// What is wrong with a query. Everything here is found while the query is planned, before anything is computed, but for
/// `dimensionMismatch` of a vector that is read or made first, and `tooManyReferences`.
package enum InvalidQuery: Error, Hashable, Sendable {
    /// A search that sorting, cursors or the like cannot be combined with.
    package enum SearchKind: Hashable, Sendable { case vector, keyword, hybrid }

    /// What a cursor cannot stand beside.
    package enum CursorConflict: Hashable, Sendable { case filter, search, sort, offset }

    /// Why a property cannot be sorted by.
    package enum SortProblem: Hashable, Sendable {
        case unknownProperty(name: String, collection: String)
        case identifierProperty(name: String)
        case referenceProperty(name: String, targets: String)
        case blobProperty(name: String)
    }

    /// Why objects cannot be aggregated.
    package enum AggregationProblem: Hashable, Sendable {
        /// A search that says neither how far nor how many.
        case unboundedSearch
        case objectLimitWithoutSearch
        case negativeObjectLimit(Int)
        case unknownProperty(name: String, collection: String)
        case typeWithoutAggregation(name: String, type: PropertyType)
        /// A single value that has no index, over all objects.
        case notFilterable(name: String)
        case groupingThroughReference
        case groupingByType(name: String, type: PropertyType)
    }

    case filter(FilterError)
    case keywordSearch(KeywordSearchError)
    /// - index: the index of the key among the sort keys.
    case sortKey(index: Int, SortProblem)
    case sortBeside(SearchKind)
    case cursorBeside(CursorConflict)
    case negativeOffset(Int)
    /// The window reaches beyond what any answer may hold.
    case windowTooLarge(offset: Int, count: Int, maximum: Int)
    /// The collection has several vectors, and the search names none of them.
    case noTargetVector
    /// A hybrid search with a vector leg and no vector: nothing here makes vectors of words.
    case noTextVectorizer(collection: String, text: String)
    /// A component of the query vector that is no finite number.
    case notFinite(SearchKind, value: Float, index: Int)
    case alphaOutOfRange(Double)
    case dimensionMismatch(query: Int, stored: Int)
    /// A vector for a target that takes multi-vectors.
    case vectorForMultiVector(target: String)
    /// A multi-vector for a target that takes vectors.
    case multiVectorForVector(target: String)
    /// Certainty is defined for the cosine distance alone.
    case certaintyWithoutCosine(metric: String)
    case tooManyReferences(limit: Int)
    case aggregation(AggregationProblem)
    case tooManyTargetVectors(Int, limit: Int)
    /// As many vectors as target vectors are needed.
    case vectorsUnlikeTargets(vectors: Int, targets: Int)
    /// As many finite weights as target vectors are needed.
    case weightsUnlikeTargets(weights: Int, targets: Int)
    case unknownGroupProperty(name: String, collection: String)
    case tooManyGroupedHits(limit: Int)
    /// More hits than are compared with each other.
    case tooManyHitsToMerge(Int, limit: Int)
    /// A property whose values cannot be made one.
    case unmergeableProperty(name: String)
    case boost(BoostProblem)
    case diversity(DiversityProblem)
    case pictures(PictureProblem)

    /// What is wrong, with the values, and what to do about it; in words of no API.
    package var message: String {
        switch self {
        case .filter(let error): "filter: \(error.message)"
        case .keywordSearch(let error): error.message
        case .sortKey(let index, let problem): "sort key \(index): \(problem.message)"
        case .sortBeside(let kind): "a \(kind) search has an order of its own and cannot be sorted"
        case .cursorBeside(let conflict): "a cursor goes through all objects by id; it cannot stand beside \(conflict)"
        case .negativeOffset(let offset): "the offset is \(offset); it must be 0 or more"
        case .windowTooLarge(let offset, let count, let maximum):
            "offset \(offset) and limit \(count) reach beyond \(maximum), the most results of a query"
        case .noTargetVector: "the collection has several vectors; name the one to search"
        case .noTextVectorizer(let collection, _): "collection \(collection) has no vectorizer for text; give a vector"
        case .notFinite(_, let value, let index):
            "the query vector has \(value) at index \(index); all must be finite numbers"
        case .alphaOutOfRange(let alpha): "alpha is \(alpha); it must be a number between 0 and 1"
        case .dimensionMismatch(let query, let stored):
            "the query vector has \(query) dimensions, the stored vectors have \(stored)"
        case .vectorForMultiVector(let target):
            "vector '\(target)' is a multi-vector; search it with a list of vectors"
        case .multiVectorForVector(let target): "vector '\(target)' is no multi-vector; search it with one vector"
        case .certaintyWithoutCosine(let metric): "certainty is defined for cosine distance, not for \(metric)"
        case .tooManyReferences(let limit):
            "the query follows more than \(limit) references; ask for fewer objects or levels"
        case .aggregation(let problem): problem.message
        case .tooManyTargetVectors(let count, let limit):
            "the search has \(count) target vectors; at most \(limit) are allowed"
        case .vectorsUnlikeTargets(let vectors, let targets):
            "the search has \(vectors) vectors for \(targets) target vectors; give one for each"
        case .weightsUnlikeTargets(let weights, let targets):
            "the search has \(weights) weights for \(targets) target vectors; give a finite one for each"
        case .unknownGroupProperty(let name, let collection):
            "collection \(collection) has no property '\(name)' to group by"
        case .tooManyGroupedHits(let limit):
            "the groups hold more than \(limit) hits; ask for fewer groups, or fewer hits in each"
        case .tooManyHitsToMerge(let count, let limit):
            "\(count) objects are too many to merge; at most \(limit) are compared with each other: set a limit"
        case .unmergeableProperty(let name): "values of property '\(name)' cannot be merged into one"
        case .boost(let problem): "boost: \(problem.message)"
        case .diversity(let problem): "diversity: \(problem.message)"
        case .pictures(let problem): problem.message
        }
    }
}

extension InvalidQuery.AggregationProblem {
    /// What is wrong, in words of no API.
    package var message: String {
        switch self {
        case .unboundedSearch: "a search that is aggregated needs a bound: a distance or an object limit"
        case .objectLimitWithoutSearch: "an object limit goes with a search"
        case .negativeObjectLimit(let limit): "the object limit is \(limit); it must be 0 or more"
        case .unknownProperty(let name, let collection): "collection \(collection) has no property '\(name)'"
        case .typeWithoutAggregation(let name, let type): "property '\(name)' is \(type), which is not aggregated"
        case .notFilterable(let name):
            "property '\(name)' is not filterable; only filtered or grouped objects are aggregated without its index"
        case .groupingThroughReference: "objects are grouped by a property of their own"
        case .groupingByType(let name, let type): "property '\(name)' is \(type), which does not make groups"
        }
    }
}

extension InvalidQuery.SortProblem {
    /// What is wrong, in words of no API.
    package var message: String {
        switch self {
        case .unknownProperty(let name, let collection): "collection \(collection) has no property '\(name)'"
        case .identifierProperty(let name): "property '\(name)' holds UUIDs, which have no order here"
        case .referenceProperty(let name, let targets): "property '\(name)' refers to \(targets)"
        case .blobProperty(let name): "property '\(name)' is a blob, which has no order"
        }
    }
}

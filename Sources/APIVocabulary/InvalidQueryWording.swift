// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import InvertedIndexes

/// What clients of every API read about a query that makes no sense: Weaviate's words, and how to mend it.
extension InvalidQuery {
    /// Whether it is a filter that fits the schema and cannot be answered from what is indexed.
    package var isUnanswerableFilter: Bool {
        if case .filter(let error) = self { !error.isValidation } else { false }
    }

    /// The wording, of a filter without `invalid 'where' filter: ` before it.
    package var wordingInFilter: String {
        if case .filter(let error) = self { error.message } else { wording }
    }

    /// The text, without a prefix.
    package var wording: String {
        switch self {
        case .filter(let error): (error.isValidation ? "invalid 'where' filter: " : "") + error.message
        case .keywordSearch(let error): error.message
        case .sortKey(let index, let problem):
            "invalid 'sort' parameter: sort parameter at position \(index): \(problem.wording)"
        case .sortBeside(.keyword): "bm25 search is not compatible with sort"
        case .sortBeside(.hybrid): "hybrid search is not compatible with sort"
        case .sortBeside(.vector): "vector search is not compatible with sort"
        case .cursorBeside(let conflict):
            "cursor api: invalid 'after' parameter: \(conflict.wording) cannot be set with after and limit parameters"
        case .negativeOffset(let offset): "invalid pagination params: the offset is \(offset); it must be 0 or more"
        case .windowTooLarge(let offset, let count, let maximum):
            "query maximum results exceeded: the total limit calculated from the provided offset '\(offset)' and limit "
                + "'\(count)' exceeds the configured value for QUERY_MAXIMUM_RESULTS '\(maximum)'. Ask for fewer, or go on "
                + "behind an object with 'after'"
        case .noTargetVector:
            "multiple vectorizers configuration found, please specify target vector name (targetVectors)"
        case .noTextVectorizer(let collection, let text):
            "VectorFromInput was called without vectorizer on class \(collection) for input \(text); "
                + "give a 'vector', or alpha 0 for a keyword search"
        case .notFinite(let kind, let value, let index):
            (kind == .hybrid ? "failed to extract hybrid params: vector" : "the search vector")
                + " has \(value) at position \(index); all must be finite numbers"
        case .alphaOutOfRange: "failed to extract hybrid params: alpha should be between 0.0 and 1.0"
        case .dimensionMismatch(let query, let stored):
            "vector search: the query has \(query) dimensions, the stored vectors have \(stored): "
                + "vector lengths don't match: \(stored) vs \(query)"
        case .vectorForMultiVector: "provided vector is a regular vector but vector index supports multi vectors"
        case .multiVectorForVector: "provided vector is a multi vector but vector index supports regular vectors"
        case .certaintyWithoutCosine(let metric):
            "can't compute and return certainty when vector index is configured with \(metric) distance"
        case .tooManyReferences:
            "the query follows more references than are allowed; ask for fewer objects or levels"
        case .aggregation(let problem): problem.wording
        case .tooManyTargetVectors(let count, let limit):
            "\(count) target vectors are too many; at most \(limit) are allowed"
        case .vectorsUnlikeTargets(let vectors, let targets):
            "number of vectors (\(vectors)) does not match number of targets (\(targets)); give one vector for each"
        case .weightsUnlikeTargets(let weights, let targets):
            "number of weights (\(weights)) does not match number of targets (\(targets)); give a finite one for each"
        case .unknownGroupProperty(let name, let collection): noSuchProperty(name, in: collection)
        case .tooManyGroupedHits: "groupBy: \(message)"
        case .tooManyHitsToMerge(let count, let limit):
            "grouper: \(count) objects are too many to group; at most \(limit) are: set a limit"
        case .unmergeableProperty(let name):
            "grouper: merge values: prop '\(name)': unrecognized value type; leave it out, or group by closest"
        case .boost(let problem): "boost: \(problem.wording)"
        case .diversity(let problem): problem.wording
        case .pictures(let problem): problem.message
        }
    }
}

extension InvalidQuery.BoostProblem {
    fileprivate var wording: String {
        switch self {
        case .condition(let index, let problem): "condition \(index): \(problem.wording)"
        case .withoutSearch, .conditionCount, .weightOutOfRange, .negativeDepth: message
        }
    }
}

extension InvalidQuery.BoostConditionProblem {
    fileprivate var wording: String {
        switch self {
        case .unknownProperty(let name, let collection): noSuchProperty(name, in: collection)
        case .notANumber(let name, let type): "property '\(name)' is \(type.wording); an int or a number is needed"
        case .notADate(let name, let type): "property '\(name)' is \(type.wording); a date is needed"
        case .weightNotFinite, .originNotFinite, .scaleOutOfRange, .offsetOutOfRange, .decayOutOfRange: message
        }
    }
}

extension InvalidQuery.DiversityProblem {
    fileprivate var wording: String {
        switch self {
        case .noCount: "MMR limit must be at least 1"
        case .countBeyondLimit(let count, let limit):
            "MMR limit (\(count)) cannot be larger than the query limit (\(limit))"
        case .balanceOutOfRange(let balance): "MMR balance must be between 0.0 and 1.0, but is \(balance)"
        case .tooManyCandidates(let count, let limit):
            "MMR compares at most \(limit) objects with each other, and the query limit is \(count)"
        case .severalTargets(let count): "MMR takes one target vector, but the search has \(count)"
        case .multiVector: "MMR is not supported for multi-vector indexes"
        case .withoutVector:
            "MMR needs a vector to compare objects by: give the hybrid search one, and an alpha above 0"
        }
    }
}

extension InvalidQuery.AggregationProblem {
    fileprivate var wording: String {
        switch self {
        case .unboundedSearch: "must provide certainty or objectLimit with vector search"
        case .objectLimitWithoutSearch: "objectLimit can only be used with a near<Media> or hybrid filter"
        case .negativeObjectLimit(let limit): "objectLimit must be 0 or more, but is \(limit)"
        case .unknownProperty(let name, let collection): noSuchProperty(name, in: collection)
        case .typeWithoutAggregation(let name, let type):
            "aggregate properties: property \(name): unrecognized data type: \(type.wording) cannot be aggregated"
        case .notFilterable(let name):
            "aggregate properties: property \(name): could not find bucket for prop \(name): "
                + "set indexFilterable, or give a 'where' filter"
        case .groupingThroughReference: "identify groups: grouping by cross-refs not supported"
        case .groupingByType(let name, let type):
            "identify groups: property \(name): \(type.wording) does not make groups"
        }
    }
}

extension PropertyType {
    fileprivate var wording: String {
        switch self {
        case .scalar(let type): type.rawValue
        case .array(let type): "\(type.rawValue)[]"
        case .reference: "a reference"
        }
    }
}

/// What a request reads that names a property which its class does not have.
package func noSuchProperty(_ name: String, in collection: String) -> String {
    "no such prop with name '\(name)' found in class '\(collection)' in the schema. "
        + "Check your schema files for which properties in this class are available"
}

extension InvalidQuery.SortProblem {
    fileprivate var wording: String {
        switch self {
        case .unknownProperty(let name, let collection): noSuchProperty(name, in: collection)
        case .identifierProperty(let name):
            "prop \"\(name)\" is of type uuid/uuid[]: sorting by uuid is currently not supported - "
                + "if you believe it should be, sort by a text property that holds the same value"
        case .referenceProperty(let name, let targets):
            "sorting by reference not supported, property \"\(name)\" is a ref prop to the class \"\(targets)\""
        case .blobProperty(let name): "prop \"\(name)\" is of type blob, which has no order"
        }
    }
}

extension InvalidQuery.CursorConflict {
    fileprivate var wording: String {
        switch self {
        case .filter: "where"
        case .search: "a search"
        case .sort: "sort"
        case .offset: "offset"
        }
    }
}

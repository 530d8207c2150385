// SPDX-License-Identifier: Apache-2.0

import DataModel

extension InvalidQuery {
    /// Why a boost makes no sense.
    package enum BoostProblem: Hashable, Sendable {
        case withoutSearch
        case conditionCount(Int, limit: Int)
        /// Outside 0...1.
        case weightOutOfRange(Double)
        case negativeDepth(Int)
        /// - index: the index of the condition among all.
        case condition(index: Int, BoostConditionProblem)

        /// What is wrong, in words of no API.
        package var message: String {
            switch self {
            case .withoutSearch: "a boost puts what a search finds in another order; give a search, or sort instead"
            case .conditionCount(0, _): "a boost needs a condition"
            case .conditionCount(let count, let limit):
                "the boost has \(count) conditions; at most \(limit) are allowed"
            case .weightOutOfRange(let weight): "the weight is \(weight); it must be between 0 and 1"
            case .negativeDepth(let depth): "the depth is \(depth); it must be 0 or more"
            case .condition(let index, let problem): "condition \(index): \(problem.message)"
            }
        }
    }

    /// Why a condition of a boost makes no sense.
    package enum BoostConditionProblem: Error, Hashable, Sendable {
        case weightNotFinite(Double)
        case unknownProperty(name: String, collection: String)
        case notANumber(name: String, type: PropertyType)
        case notADate(name: String, type: PropertyType)
        case originNotFinite(Double)
        /// In the unit of the property, or in seconds.
        case scaleOutOfRange(Double)
        case offsetOutOfRange(Double)
        case decayOutOfRange(Double)

        /// What is wrong, in words of no API.
        package var message: String {
            switch self {
            case .weightNotFinite(let weight): "the weight is \(weight); it must be a finite number"
            case .unknownProperty(let name, let collection): "collection \(collection) has no property '\(name)'"
            case .notANumber(let name, let type): "property '\(name)' is \(type); an int or a number is needed"
            case .notADate(let name, let type): "property '\(name)' is \(type); a date is needed"
            case .originNotFinite(let origin): "the origin is \(origin); it must be a finite number"
            case .scaleOutOfRange(let scale): "the scale is \(scale); it must be more than 0"
            case .offsetOutOfRange(let offset): "the offset is \(offset); it must be 0 or more"
            case .decayOutOfRange(let value): "the decay is \(value); it must be more than 0 and at most 1"
            }
        }
    }

    /// Why a diverse selection of hits makes no sense.
    package enum DiversityProblem: Hashable, Sendable {
        case noCount
        case countBeyondLimit(Int, limit: Int)
        /// Outside 0...1.
        case balanceOutOfRange(Double)
        /// More candidates than are compared with each other.
        case tooManyCandidates(Int, limit: Int)
        case severalTargets(Int)
        case multiVector(target: String)
        /// A hybrid search without a vector leg.
        case withoutVector

        /// What is wrong, in words of no API.
        package var message: String {
            switch self {
            case .noCount: "say how many hits to select, 1 or more"
            case .countBeyondLimit(let count, let limit): "\(count) hits cannot be selected of \(limit)"
            case .balanceOutOfRange(let balance): "the balance is \(balance); it must be between 0 and 1"
            case .tooManyCandidates(let count, let limit):
                "\(count) candidates are too many to compare with each other; ask for at most \(limit)"
            case .severalTargets(let count): "hits are selected by one vector, and the search has \(count) of them"
            case .multiVector(let target): "vector '\(target)' is a multi-vector, which hits are not selected by"
            case .withoutVector: "hits are selected by their vectors, and the search has none"
            }
        }
    }
}

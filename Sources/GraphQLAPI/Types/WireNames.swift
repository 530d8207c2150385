// SPDX-License-Identifier: Apache-2.0

import DataModel
import GraphQLLanguage

/// Names that stand in queries and answers.
enum WireNames {
    static let query = "WeaviateObj"
    static let get = "Get"
    static let getType = "GetObjectsObj"
    static let aggregate = "Aggregate"
    static let aggregateType = "AggregateObjectsObj"
    static let explore = "Explore"
    static let additional = "_additional"
    static let typename = "__typename"
}

/// Types that occur everywhere.
enum Standard {
    static let int = TypeReference.named(.scalar(.int))
    static let float = TypeReference.named(.scalar(.float))
    static let string = TypeReference.named(.scalar(.string))
    static let boolean = TypeReference.named(.scalar(.boolean))
}

/// The fields of `_additional`.
enum AdditionalField: String, CaseIterable {
    case id, vector, vectors, distance, certainty, score, explainScore, creationTimeUnix, lastUpdateTimeUnix
    case isConsistent, classification, group
}

enum GeoField: String, CaseIterable { case latitude, longitude }

enum PhoneField: String, CaseIterable {
    case input, internationalFormatted, nationalFormatted, national, countryCode, valid, defaultCountry

    var definition: FieldDefinition {
        switch self {
        case .input, .internationalFormatted, .nationalFormatted, .defaultCountry:
            FieldDefinition(rawValue, Standard.string)
        case .national, .countryCode: FieldDefinition(rawValue, Standard.int)
        case .valid: FieldDefinition(rawValue, Standard.boolean)
        }
    }
}

/// The operators of `where`.
enum WhereOperator: String, CaseIterable {
    case and = "And"
    case or = "Or"
    case not = "Not"
    case like = "Like"
    case equal = "Equal"
    case notEqual = "NotEqual"
    case greaterThan = "GreaterThan"
    case greaterThanEqual = "GreaterThanEqual"
    case lessThan = "LessThan"
    case lessThanEqual = "LessThanEqual"
    case withinGeoRange = "WithinGeoRange"
    case isNull = "IsNull"
    case containsAny = "ContainsAny"
    case containsAll = "ContainsAll"
    case containsNone = "ContainsNone"

    /// `nil` for the operators that combine operands.
    var comparison: FilterComparison? {
        switch self {
        case .and, .or, .not: nil
        case .like: .like
        case .equal: .equal
        case .notEqual: .notEqual
        case .greaterThan: .greaterThan
        case .greaterThanEqual: .greaterThanEqual
        case .lessThan: .lessThan
        case .lessThanEqual: .lessThanEqual
        case .withinGeoRange: .withinGeoRange
        case .isNull: .isNull
        case .containsAny: .containsAny
        case .containsAll: .containsAll
        case .containsNone: .containsNone
        }
    }
}

/// The `value…` fields of `where`.
enum WhereValue: String, CaseIterable {
    case valueInt, valueNumber, valueBoolean, valueString, valueText, valueDate, valueGeoRange
}

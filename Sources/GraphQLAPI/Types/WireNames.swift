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

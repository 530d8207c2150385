// SPDX-License-Identifier: Apache-2.0

/// Why a filter cannot be used.
package struct FilterError: Error, Hashable, Sendable {
    package var reason: Reason
    /// Where in the tree: positions among the operands, outermost first.
    package var operandPath: [Int]

    package init(_ reason: Reason, operandPath: [Int] = []) {
        self.reason = reason
        self.operandPath = operandPath
    }

    package enum Reason: Hashable, Sendable {
        /// The collection has no such property.
        case unknownProperty(name: String, collection: String)
        /// `given` and `expected` are names such as `valueText`; `type` is the data type as users write it.
        case wrongValueType(given: String, type: String, expected: String)
        /// A list where one value is wanted, or the other way round; both as `[]int`, `int`.
        case wrongListness(expected: String, received: String)
        case operatorNotAllowed(comparison: String, type: String)
        case noOperands(of: String)
        case tooDeep(limit: Int)
        case pathTooLong(limit: Int)
        case textTooLong(limit: Int)
        case tooManyTerms(limit: Int)
        case notFilterable(property: String)
        case typeNotFilterable(property: String, type: String)
        case nestedProperty(property: String)
        /// A value without any token.
        case onlyStopWords
        case invalidDate(String)
        case invalidUUID(String)
        case nullStateNotIndexed
        case nullStateWithoutIndex(property: String)
        case lengthNotIndexed
        case lengthWithoutIndex(property: String)
        case negativeLength(Int64)
        case timestampsNotIndexed
        case invalidTimestamp(String)
        case identifierWithWrongValue
        case nonPositiveDistance
        case invalidCoordinates
        case notAReference(property: String)
        /// A path leads through a reference to a collection that there is not.
        case unknownCollection(String)
    }

    /// Whether the filter is wrong by itself, seen against the schema; else it cannot be answered from what is indexed.
    package var isValidation: Bool {
        switch reason {
        case .unknownProperty, .wrongValueType, .wrongListness, .operatorNotAllowed, .noOperands, .tooDeep,
            .pathTooLong,
            .textTooLong, .tooManyTerms, .typeNotFilterable,
            .nestedProperty, .negativeLength, .nonPositiveDistance, .invalidCoordinates, .notAReference,
            .unknownCollection:
            true
        case .notFilterable, .onlyStopWords, .invalidDate, .invalidUUID, .nullStateNotIndexed, .nullStateWithoutIndex,
            .lengthNotIndexed, .lengthWithoutIndex, .timestampsNotIndexed, .invalidTimestamp, .identifierWithWrongValue:
            false
        }
    }

    /// For whoever sent the filter, with the positions of nested operands, without a prefix such as `invalid 'where' filter: `.
    package var message: String {
        operandPath.map { isValidation ? "child operand at position \($0): " : "nested clause at pos \($0): " }.joined()
            + reason.message
    }
}

extension FilterError.Reason {
    package var message: String {
        switch self {
        case .unknownProperty(let name, let collection):
            "no such prop with name '\(name.prefix(300))' found in class '\(collection)' in the schema. "
                + "Check your schema files for which properties in this class are available"
        case .wrongValueType(let given, let type, let expected):
            "data type filter cannot use \"\(given)\" on type \"\(type)\", use \"\(expected)\" instead"
        case .wrongListness(let expected, let received):
            "expected value to be \(expected), got \(received)"
        case .operatorNotAllowed(let comparison, let type):
            "operator \"\(comparison)\" cannot be used on \(type) props"
        case .noOperands(let name):
            "got operator '\(name)', but no operands set - add at least one operand"
        case .tooDeep(let limit):
            "filter is nested more than \(limit) deep"
        case .pathTooLong(let limit):
            "field 'path': goes through more than \(limit) references"
        case .textTooLong(let limit):
            "a text to compare with is longer than \(limit) bytes"
        case .tooManyTerms(let limit):
            "the filter has more than \(limit) values and words, the value of NEEDLETAIL_QUERY_MAXIMUM_TERMS"
        case .notFilterable(let property):
            "Filtering by property '\(property)' requires inverted index. "
                + "Is `indexFilterable` option of property '\(property)' enabled? Set it to `true` or leave empty"
        case .typeNotFilterable(let property, let type):
            "property '\(property)' of type \(type) cannot be filtered by"
        case .nestedProperty(let property):
            "property '\(property)': filtering on nested properties is not supported"
        case .onlyStopWords:
            "invalid search term, only stopwords provided. "
                + "Stopwords can be configured in class.invertedIndexConfig.stopwords"
        case .invalidDate(let text):
            "trying parse time as RFC3339 string: parsing time \"\(text.prefix(100))\": use a form such as 2006-01-02T15:04:05Z"
        case .invalidUUID(let text):
            "parse uuid filter value: invalid UUID \"\(text.prefix(100))\""
        case .nullStateNotIndexed:
            "Nullstate must be indexed to be filterable! add `IndexNullState: true` to the invertedIndexConfig"
        case .nullStateWithoutIndex(let property):
            "bucket for prop \(property)_nullState not found - is it indexed?"
        case .lengthNotIndexed:
            "Property length must be indexed to be filterable! add `IndexPropertyLength: true` to the invertedIndexConfig"
        case .lengthWithoutIndex(let property):
            "bucket for prop \(property)_propertyLength not found - is it indexed?"
        case .negativeLength(let length):
            "Can only filter for positive property length got \(length) instead"
        case .timestampsNotIndexed:
            "Timestamps must be indexed to be filterable! Add `IndexTimestamps: true` to the invertedIndexConfig"
        case .invalidTimestamp(let text):
            "\"\(text.prefix(100))\" is no time: use milliseconds since 1970 as digits, or RFC3339 in valueDate"
        case .identifierWithWrongValue:
            "using [\"_id\"] to filter by uuid: must use \"valueText\" to specify the id"
        case .nonPositiveDistance:
            "valueGeoRange: field 'distance.max' must be a positive number"
        case .invalidCoordinates:
            "valueGeoRange: latitude must be between -90 and 90, longitude between -180 and 180"
        case .notAReference(let property):
            "property '\(property.prefix(300))' is not a reference, so no path leads through it"
        case .unknownCollection(let name):
            "class \"\(name.prefix(300))\" does not exist in schema"
        }
    }
}

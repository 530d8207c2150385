// SPDX-License-Identifier: Apache-2.0

import DataModel

/// The operators of `where`, by the names that all APIs give them.
package enum WhereOperator: String, CaseIterable, Sendable {
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
    package var comparison: FilterComparison? {
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

/// The types of values of `where`, by the names of the fields that hold one.
package enum WhereValueType: String, CaseIterable, Sendable {
    case int = "valueInt"
    case number = "valueNumber"
    case boolean = "valueBoolean"
    case string = "valueString"
    case text = "valueText"
    case date = "valueDate"
    case geoRange = "valueGeoRange"

    /// The field that holds a list, where lists have fields of their own; `nil` for the type that has no lists.
    package var listName: String? { self == .geoRange ? nil : rawValue + "Array" }

    /// A text as a value of this type; `nil` for the types that are not written as text.
    package func value(_ text: String) -> FilterValue? {
        switch self {
        case .string, .text: .text(text)
        case .date: .date(text)
        case .int, .number, .boolean, .geoRange: nil
        }
    }

    /// Texts as a value of this type; `nil` for the types that are not written as text.
    package func value(_ texts: [String]) -> FilterValue? {
        switch self {
        case .string, .text: .texts(texts)
        case .date: .dates(texts)
        case .int, .number, .boolean, .geoRange: nil
        }
    }
}

/// Names that stand where a property's name may stand, and mean something that every object has.
package enum ObjectField: Hashable, Sendable {
    case id, creationTime, updateTime

    /// `nil` for every other name: that of a property.
    package init?(named name: some StringProtocol) {
        switch name {
        case "id", "_id": self = .id
        case "_creationTimeUnix": self = .creationTime
        case "_lastUpdateTimeUnix": self = .updateTime
        default: return nil
        }
    }
}

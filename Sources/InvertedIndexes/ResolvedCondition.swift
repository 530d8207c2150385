// SPDX-License-Identifier: Apache-2.0

internal import DataModel

/// A node of a resolved filter.
indirect enum ResolvedCondition: Hashable, Sendable {
    /// All documents when empty.
    case and([ResolvedCondition])
    /// No document when empty.
    case or([ResolvedCondition])
    case not(ResolvedCondition)
    /// Documents that have this term.
    case term(PropertyID, [UInt8])
    /// Documents that have a term between the bounds. For all types but text: terms of one width.
    case terms(PropertyID, TermRange)
    /// Documents that have a token between the bounds.
    case tokens(PropertyID, TokenRange)
    /// Documents that have a token like this.
    case pattern(PropertyID, WildcardPattern)
    /// Documents with a value.
    case present(PropertyID)
    /// Documents with a length, or number of references, in the range, which begins at 1 or above.
    case length(PropertyID, ClosedRange<UInt32>)
    case time(DocumentTime, TermRange)
    case near(PropertyID, center: GeoCoordinates, distanceInMeters: Float)
    /// Documents that refer to an object of this collection that fulfills `condition`, which was resolved against it.
    case refers(PropertyID, collection: CollectionID, name: String, condition: ResolvedCondition)
    case ids([ObjectID])
    case idRange(lower: ObjectID?, includesLower: Bool, upper: ObjectID?, includesUpper: Bool)
    case idPattern(WildcardPattern)

    static let everything = ResolvedCondition.and([])
    static let nothing = ResolvedCondition.or([])
}

/// From one term to another; nil is open.
struct TermRange: Hashable, Sendable {
    var lower: [UInt8]?
    var includesLower = true
    var upper: [UInt8]?
    var includesUpper = true
}

/// From one token to another; nil is open.
struct TokenRange: Hashable, Sendable {
    var lower: TextTerm?
    var includesLower = true
    var upper: TextTerm?
    var includesUpper = true
}

extension FilterComparison {
    /// `value` as a bound, for the four comparisons by order; nil for all others.
    func bounds<Bound>(_ value: Bound) -> (lower: Bound?, upper: Bound?, isInclusive: Bool)? {
        switch self {
        case .greaterThan: (value, nil, false)
        case .greaterThanEqual: (value, nil, true)
        case .lessThan: (nil, value, false)
        case .lessThanEqual: (nil, value, true)
        case .equal, .notEqual, .like, .containsAny, .containsAll, .containsNone, .isNull, .withinGeoRange: nil
        }
    }

    func termRange(_ value: [UInt8]) -> TermRange? {
        bounds(value).map {
            TermRange(lower: $0.lower, includesLower: $0.isInclusive, upper: $0.upper, includesUpper: $0.isInclusive)
        }
    }

    func tokenRange(_ value: TextTerm) -> TokenRange? {
        bounds(value).map {
            TokenRange(lower: $0.lower, includesLower: $0.isInclusive, upper: $0.upper, includesUpper: $0.isInclusive)
        }
    }

    /// As users write it.
    var wireName: String {
        switch self {
        case .equal: "Equal"
        case .notEqual: "NotEqual"
        case .greaterThan: "GreaterThan"
        case .greaterThanEqual: "GreaterThanEqual"
        case .lessThan: "LessThan"
        case .lessThanEqual: "LessThanEqual"
        case .like: "Like"
        case .containsAny: "ContainsAny"
        case .containsAll: "ContainsAll"
        case .containsNone: "ContainsNone"
        case .isNull: "IsNull"
        case .withinGeoRange: "WithinGeoRange"
        }
    }
}

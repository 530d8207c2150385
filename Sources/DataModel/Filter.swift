// SPDX-License-Identifier: Apache-2.0

/// A condition on objects, as a tree.
package indirect enum Filter: Hashable, Sendable {
    case and([Filter])
    case or([Filter])
    case not(Filter)
    case condition(FilterCondition)
}

/// One comparison: what `path` leads to, `comparison`, `value`.
package struct FilterCondition: Hashable, Sendable {
    package var path: FilterPath
    package var comparison: FilterComparison
    package var value: FilterValue

    package init(path: FilterPath, comparison: FilterComparison, value: FilterValue) {
        self.path = path
        self.comparison = comparison
        self.value = value
    }
}

/// What a condition looks at.
package indirect enum FilterPath: Hashable, Sendable {
    /// A property; a reference property itself stands for the number of its references.
    case property(String)
    /// `len(property)`.
    case length(of: String)
    case id
    case creationTime
    case updateTime
    /// `rest`, at the objects of `collection` that `property` refers to.
    case through(property: String, collection: String, rest: FilterPath)
}

package enum FilterComparison: String, Hashable, Sendable, CaseIterable {
    case equal, notEqual, greaterThan, greaterThanEqual, lessThan, lessThanEqual
    case like, containsAny, containsAll, containsNone, isNull, withinGeoRange
}

/// What a condition compares with, as the user gave it.
package enum FilterValue: Hashable, Sendable {
    case text(String)
    case int(Int64)
    case number(Double)
    case boolean(Bool)
    /// RFC 3339 text, not yet checked.
    case date(String)
    case texts([String])
    case ints([Int64])
    case numbers([Double])
    case booleans([Bool])
    case dates([String])
    /// Within `distanceInMeters` of `center`.
    case geoRange(center: GeoCoordinates, distanceInMeters: Float)
}

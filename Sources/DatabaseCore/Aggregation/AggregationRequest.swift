// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What is to be computed over the objects of a collection, instead of the objects themselves.
///
///     var request = AggregationRequest(collection: "Article")
///     request.properties["year"] = .init([.minimum, .maximum])
///     let plan = try await database.plan(request)
///     let groups = try database.read { view in try view.groups(of: plan) }
package struct AggregationRequest: Sendable {
    /// What is computed of one property.
    package struct Measures: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let count = Self(rawValue: 1 << 0)
        package static let minimum = Self(rawValue: 1 << 1)
        package static let maximum = Self(rawValue: 1 << 2)
        package static let mean = Self(rawValue: 1 << 3)
        package static let median = Self(rawValue: 1 << 4)
        package static let mode = Self(rawValue: 1 << 5)
        package static let sum = Self(rawValue: 1 << 6)
        /// How many are true, and how many false.
        package static let totals = Self(rawValue: 1 << 7)
        /// The texts that occur most often.
        package static let topOccurrences = Self(rawValue: 1 << 8)
    }

    /// What is computed of a property.
    package struct PropertyRequest: Hashable, Sendable {
        package var measures: Measures
        /// How many texts `topOccurrences` names; negative for all.
        package var topCount: Int

        package init(_ measures: Measures, topCount: Int = 5) {
            self.measures = measures
            self.topCount = topCount
        }
    }

    package var collection: String
    package var tenant: String?
    package var filter: Filter?
    /// Only what it finds is aggregated: the `objectLimit` best, or all within its threshold. Of a hybrid search, what either part finds.
    package var search: Query.Search?
    package var objectLimit: Int?
    /// The path to the property whose values make the groups; empty: all objects are one group.
    package var groupBy: [String] = []
    /// How many groups there are at most, the largest; `nil` for 100, negative for as many as any answer may hold.
    package var groupLimit: Int?
    /// Whether groups know how many objects they hold. An ungrouped count of all objects is O(1).
    package var countsObjects = false
    /// By name.
    package var properties: [String: PropertyRequest] = [:]

    package init(collection: String) { self.collection = collection }

    /// The query that finds what is aggregated.
    ///
    /// The words of a hybrid search that names no properties are looked for in texts, not in lists of texts, where there are texts: so does
    /// Weaviate here, and here only.
    package func query(in definition: CollectionDefinition) -> Query {
        var query = Query(collection: collection)
        query.tenant = tenant
        query.filter = filter
        query.search = search
        if case .hybrid(var hybrid)? = search, hybrid.properties.isEmpty {
            hybrid.properties = definition.properties.filter { $0.type == .scalar(.text) && $0.isSearchable }.map(
                \.name)
            query.search = .hybrid(hybrid)
        }
        query.selection = Query.Selection(properties: [])
        return query
    }
}

/// Objects that were aggregated together.
package struct AggregateGroup: Hashable, Sendable {
    /// What they have in common, one value or element of the property grouped by; `nil` without grouping.
    package var value: PropertyValue?
    /// How many objects there are; 0 where they were not to be counted.
    package var objectCount: Int
    /// By name, each as far as it was asked for.
    package var properties: [String: PropertyAggregate]

    package init(value: PropertyValue? = nil, objectCount: Int, properties: [String: PropertyAggregate] = [:]) {
        self.value = value
        self.objectCount = objectCount
        self.properties = properties
    }
}

/// What was computed of one property. What makes no sense without values is `nil` where there are none; what was not asked for
/// may be there or not.
package enum PropertyAggregate: Hashable, Sendable {
    case ints(IntAggregate)
    case numbers(NumberAggregate)
    case texts(TextAggregate)
    case booleans(BooleanAggregate)
    case dates(DateAggregate)
}

/// Of an `int` or `int[]`; exact.
package struct IntAggregate: Hashable, Sendable {
    /// Values; the elements of lists each.
    package var count = 0
    package var minimum: Int64?
    package var maximum: Int64?
    /// The least of those that occur most often.
    package var mode: Int64?
    package var sum: Int128?
    package var mean: Double?
    /// The mean of the two in the middle where the count is even.
    package var median: Double?

    package init() {}
}

/// Of a `number` or `number[]`.
package struct NumberAggregate: Hashable, Sendable {
    package var count = 0
    package var minimum: Double?
    package var maximum: Double?
    package var mode: Double?
    /// Infinite where it is beyond float64.
    package var sum: Double?
    package var mean: Double?
    package var median: Double?

    package init() {}
}

/// Of a `text` or `text[]`: whole texts as they are stored, not words.
package struct TextAggregate: Hashable, Sendable {
    package struct Occurrence: Hashable, Sendable {
        package var value: String
        package var count: Int

        package init(value: String, count: Int) {
            self.value = value
            self.count = count
        }
    }

    package var count = 0
    /// The most frequent first; equally frequent ones in byte order.
    package var topOccurrences: [Occurrence] = []

    package init(count: Int = 0, topOccurrences: [Occurrence] = []) {
        self.count = count
        self.topOccurrences = topOccurrences
    }
}

/// Of a `boolean` or `boolean[]`.
package struct BooleanAggregate: Hashable, Sendable {
    package var trueCount = 0
    package var falseCount = 0

    package init(trueCount: Int = 0, falseCount: Int = 0) {
        self.trueCount = trueCount
        self.falseCount = falseCount
    }

    package var count: Int { trueCount + falseCount }
    /// 0 to 1; `nil` of nothing.
    package var trueShare: Double? { count == 0 ? nil : Double(trueCount) / Double(count) }
    package var falseShare: Double? { count == 0 ? nil : Double(falseCount) / Double(count) }
}

/// Of a `date` or `date[]`, as RFC 3339 texts: as they are stored, or in UTC where the index answers, which knows no offsets.
package struct DateAggregate: Hashable, Sendable {
    package var count = 0
    package var minimum: String?
    package var maximum: String?
    package var mode: String?
    /// Between the two in the middle, in UTC, where the count is even.
    package var median: String?

    package init() {}
}

// SPDX-License-Identifier: Apache-2.0

package import DataModel

extension InvertedIndexSchema {
    /// How deep a filter may be nested.
    package static let maximumFilterDepth = 100
    /// How many references a path may go through.
    package static let maximumReferencesOfPath = 20

    /// Checks names, types and values of a filter, and turns it into what can be looked up.
    ///
    /// - Parameters:
    ///   - collection: its name, for messages.
    ///   - limits: how long texts may be, and how many values and tokens there may be in all.
    ///   - others: the collection of a name, for paths that go there through a reference.
    /// - Throws: `FilterError`, `CancellationError`.
    package func resolve(
        _ filter: Filter, collection: String, limits: QueryLimits = QueryLimits(),
        cancellation: Cancellation = .ofCurrentTask, others: (String) -> ReferencedCollection?
    ) throws -> ResolvedFilter {
        try withoutActuallyEscaping(others) { others in
            let resolver = FilterResolver(
                schema: self, collection: collection, limits: limits,
                budget: TermBudget(limit: limits.maximumTerms), meter: WorkMeter(cancellation), others: others)
            return ResolvedFilter(root: try resolver.resolve(filter, depth: 0))
        }
    }
}

/// Counts the values and tokens of one filter: each becomes a look-up that takes some hundred bytes.
final class TermBudget {
    private let limit: Int
    private var left: Int

    init(limit: Int) {
        self.limit = limit
        left = limit
    }

    /// - Throws: `FilterError.Reason.tooManyTerms`.
    func take(_ count: Int) throws(FilterError) {
        guard count <= left else { throw FilterError(.tooManyTerms(limit: limit)) }
        left -= count
    }
}

/// Turns a filter into a tree of look-ups.
struct FilterResolver {
    let schema: InvertedIndexSchema
    let collection: String
    let limits: QueryLimits
    let budget: TermBudget
    let meter: WorkMeter
    let others: (String) -> ReferencedCollection?

    func resolve(_ filter: Filter, depth: Int) throws -> ResolvedCondition {
        guard depth < InvertedIndexSchema.maximumFilterDepth else {
            throw FilterError(.tooDeep(limit: InvertedIndexSchema.maximumFilterDepth))
        }
        switch filter {
        case .and(let operands): return .and(mergingRanges(try resolve(operands, of: "And", depth: depth)))
        case .or(let operands): return .or(try resolve(operands, of: "Or", depth: depth))
        case .not(let operand): return .not(try resolve(operand, at: 0, depth: depth))
        case .condition(let condition): return try resolve(condition)
        }
    }

    private func resolve(_ operands: [Filter], of name: String, depth: Int) throws -> [ResolvedCondition] {
        guard !operands.isEmpty else { throw FilterError(.noOperands(of: name)) }
        return try operands.enumerated().map { try resolve($1, at: $0, depth: depth) }
    }

    private func resolve(_ operand: Filter, at position: Int, depth: Int) throws -> ResolvedCondition {
        do {
            return try resolve(operand, depth: depth + 1)
        } catch var error as FilterError {
            error.operandPath.insert(position, at: 0)
            throw error
        }
    }

    private func resolve(_ condition: FilterCondition) throws -> ResolvedCondition {
        try meter.count()
        try budget.take(condition.value.count)
        switch condition.path {
        case .id: return try resolveID(condition)
        case .creationTime: return try resolveTime(.creation, condition)
        case .updateTime: return try resolveTime(.update, condition)
        case .property(let name): return try resolve(condition, property(name), name)
        case .length(let name): return try resolveLength(condition, property(name), name)
        case .through(let name, let target, let rest):
            return try resolve(condition, through: property(name), name, target, rest)
        }
    }

    private func property(_ name: String) throws -> IndexedProperty {
        guard let property = schema.properties[name] else {
            throw FilterError(.unknownProperty(name: name, collection: collection))
        }
        return property
    }

    // MARK: Properties

    private func resolve(
        _ condition: FilterCondition, _ property: IndexedProperty, _ name: String
    ) throws -> ResolvedCondition {
        if property.type.isNested { throw FilterError(.nestedProperty(property: name)) }
        if condition.comparison == .isNull { return try resolveNull(condition.value, property, name) }
        switch property.type {
        case .reference: return try resolveCount(condition, property, name)
        case .scalar(let type), .array(let type):
            try checkValue(condition, property, type, name)
            switch type {
            case .text: return try resolveText(condition, property)
            case .geoCoordinates: return try resolveGeoRange(condition, property)
            default: return try resolveScalar(condition, property, type)
            }
        }
    }

    /// Checks that the property can be filtered by, and that value, type and comparison go together.
    private func checkValue(
        _ condition: FilterCondition, _ property: IndexedProperty, _ type: ScalarType, _ name: String
    ) throws {
        switch type {
        case .blob, .blobHash, .phoneNumber, .object:
            throw FilterError(.typeNotFilterable(property: name, type: property.type.wireName))
        case .text, .int, .number, .boolean, .date, .uuid, .geoCoordinates: break
        }
        let expected = type.valueName
        guard condition.value.valueName == expected else {
            throw FilterError(
                .wrongValueType(
                    given: condition.value.valueName, type: property.type.wireName,
                    expected: type == .geoCoordinates ? "valueGeoCoordinates" : expected))
        }
        try checkComparison(condition.comparison, type, property)
        if type != .geoCoordinates { try checkListness(condition, type) }
        guard property.isFilterable || property.hasRangeIndex || type == .text && property.isSearchable
        else { throw FilterError(.notFilterable(property: name)) }
    }

    private func checkComparison(
        _ comparison: FilterComparison, _ type: ScalarType, _ property: IndexedProperty
    ) throws {
        let isAllowed =
            switch comparison {
            case .like: type == .text
            case .withinGeoRange: type == .geoCoordinates
            default: type != .geoCoordinates
            }
        guard isAllowed else {
            let types = type == .uuid ? "uuid/uuid[]" : property.type.wireName
            throw FilterError(.operatorNotAllowed(comparison: comparison.wireName, type: types))
        }
    }

    private func checkListness(_ condition: FilterCondition, _ type: ScalarType) throws {
        let name = type == .text || type == .uuid ? "string" : type.rawValue
        let wantsList = [.containsAny, .containsAll, .containsNone].contains(condition.comparison)
        guard wantsList != condition.value.isList else { return }
        throw FilterError(
            wantsList
                ? .wrongListness(expected: "[]\(name)", received: name)
                : .wrongListness(expected: name, received: "[]\(name)"))
    }

    private func resolveScalar(
        _ condition: FilterCondition, _ property: IndexedProperty, _ type: ScalarType
    ) throws -> ResolvedCondition {
        let terms = try condition.value.terms(as: type, meter)
        let equals = terms.map { ResolvedCondition.term(property.id, $0) }
        switch condition.comparison {
        case .containsAny: return .or(equals)
        case .containsAll: return .and(equals)
        case .containsNone: return .not(.or(equals))
        case .equal, .notEqual, .greaterThan, .greaterThanEqual, .lessThan, .lessThanEqual, .like, .isNull,
            .withinGeoRange:
            guard let term = terms.first, let equal = equals.first else { return .nothing }
            return compare(condition.comparison, equal, term, property)
        }
    }

    /// A comparison with a single value.
    ///
    /// - Parameter equal: the condition that `term` is there.
    private func compare(
        _ comparison: FilterComparison, _ equal: ResolvedCondition, _ term: [UInt8], _ property: IndexedProperty
    ) -> ResolvedCondition {
        switch comparison {
        case .equal: return equal
        case .notEqual where !property.isFilterable:
            // A range index alone knows only documents with a value.
            return .and([.terms(property.id, TermRange()), .not(equal)])
        case .notEqual: return .not(equal)
        default: return comparison.termRange(term).map { .terms(property.id, $0) } ?? .nothing
        }
    }

    private func resolveGeoRange(_ condition: FilterCondition, _ property: IndexedProperty) throws -> ResolvedCondition
    {
        guard case .geoRange(let center, let distance) = condition.value else { return .nothing }
        guard distance >= 0 else { throw FilterError(.nonPositiveDistance) }
        guard abs(center.latitude) <= 90, abs(center.longitude) <= 180 else { throw FilterError(.invalidCoordinates) }
        return distance == 0 ? .nothing : .near(property.id, center: center, distanceInMeters: distance)
    }

    private func resolveNull(
        _ value: FilterValue, _ property: IndexedProperty, _ name: String
    ) throws -> ResolvedCondition {
        guard case .boolean(let isNull) = value else {
            throw FilterError(.wrongValueType(given: value.valueName, type: "IsNull", expected: "valueBoolean"))
        }
        guard schema.settings.indexNullState else { throw FilterError(.nullStateNotIndexed) }
        guard property.isIndexed else { throw FilterError(.nullStateWithoutIndex(property: name)) }
        let present = ResolvedCondition.present(property.id)
        return isNull ? .not(present) : present
    }

    // MARK: Lengths and references

    private func resolveLength(
        _ condition: FilterCondition, _ property: IndexedProperty, _ name: String
    ) throws -> ResolvedCondition {
        if property.type.isNested { throw FilterError(.nestedProperty(property: name)) }
        guard schema.settings.indexPropertyLength else { throw FilterError(.lengthNotIndexed) }
        let hasLength =
            switch property.type {
            case .scalar(let type): type == .text
            case .array, .reference: true
            }
        guard hasLength, property.isIndexed else { throw FilterError(.lengthWithoutIndex(property: name)) }
        return try resolveNumber(condition, property, type: "len(\(name))")
    }

    private func resolveCount(
        _ condition: FilterCondition, _ property: IndexedProperty, _ name: String
    ) throws -> ResolvedCondition {
        guard property.isFilterable else { throw FilterError(.notFilterable(property: name)) }
        return try resolveNumber(condition, property, type: "number of references")
    }

    /// A comparison with a length or number of references; documents without a value have 0.
    private func resolveNumber(
        _ condition: FilterCondition, _ property: IndexedProperty, type: String
    ) throws -> ResolvedCondition {
        guard case .int(let value) = condition.value else {
            if case .ints = condition.value { throw FilterError(.wrongListness(expected: "int", received: "[]int")) }
            throw FilterError(.wrongValueType(given: condition.value.valueName, type: type, expected: "valueInt"))
        }
        guard value >= 0 else { throw FilterError(.negativeLength(value)) }
        let number = UInt32(clamping: value)
        switch condition.comparison {
        case .equal: return lengths(number, number, property.id)
        case .notEqual: return .not(lengths(number, number, property.id))
        case .greaterThan: return number == .max ? .nothing : lengths(number + 1, .max, property.id)
        case .greaterThanEqual: return lengths(number, .max, property.id)
        case .lessThan: return number == 0 ? .nothing : lengths(0, number - 1, property.id)
        case .lessThanEqual: return lengths(0, number, property.id)
        case .like, .containsAny, .containsAll, .containsNone, .isNull, .withinGeoRange:
            throw FilterError(.operatorNotAllowed(comparison: condition.comparison.wireName, type: type))
        }
    }

    private func lengths(_ lower: UInt32, _ upper: UInt32, _ property: PropertyID) -> ResolvedCondition {
        if lower > 0 { return .length(property, lower...upper) }
        return upper == .max ? .everything : .not(.length(property, upper + 1...(.max)))
    }

    private func resolve(
        _ condition: FilterCondition, through property: IndexedProperty, _ name: String, _ target: String,
        _ rest: FilterPath
    ) throws -> ResolvedCondition {
        guard rest.hasAtMost(references: InvertedIndexSchema.maximumReferencesOfPath - 1) else {
            throw FilterError(.pathTooLong(limit: InvertedIndexSchema.maximumReferencesOfPath))
        }
        guard case .reference = property.type else { throw FilterError(.notAReference(property: name)) }
        guard property.isFilterable else { throw FilterError(.notFilterable(property: name)) }
        guard let other = others(target) else { throw FilterError(.unknownCollection(target)) }
        let resolver = FilterResolver(
            schema: other.schema, collection: target, limits: limits, budget: budget, meter: meter, others: others)
        func refers(_ comparison: FilterComparison, _ value: FilterValue) throws -> ResolvedCondition {
            let condition = FilterCondition(path: rest, comparison: comparison, value: value)
            return .refers(
                property.id, collection: other.id, name: target, condition: try resolver.resolve(condition))
        }
        switch condition.comparison {
        case .containsNone: return .not(try refers(.containsAny, condition.value))
        case .containsAll where condition.value.isList:
            // Each value may be met by another target.
            return .and(try condition.value.lists.map { try refers(.containsAny, $0) })
        default: return try refers(condition.comparison, condition.value)
        }
    }
}

extension FilterPath {
    /// Whether it goes through no more than so many references. A loop: a path is as long as its sender likes.
    func hasAtMost(references limit: Int) -> Bool {
        var path = self
        for _ in 0...limit {
            guard case .through(_, _, let rest) = path else { return true }
            path = rest
        }
        return false
    }
}

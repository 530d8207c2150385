// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import GraphQLLanguage

/// Turns a `where` argument into a filter, checking properties, operators and values against the collections.
///
/// Texts of errors begin as Weaviate's do: `could not extract filters: …` for a wrong shape, `invalid 'where' filter: …` for
/// what does not fit the collection.
struct FilterParser {
    /// By name.
    let collections: [String: CollectionDefinition]

    func filter(_ clause: InputObject, of collection: CollectionDefinition) throws(QueryError) -> Filter {
        let shape = try shape(of: clause)
        do throws(QueryError) {
            return try filter(shape, of: collection)
        } catch {
            if error.message.hasPrefix("Filtering by property") { throw error }
            throw QueryError("invalid 'where' filter: \(error.message)")
        }
    }

    // MARK: Shape

    /// A clause whose parts are there, not yet held against a collection.
    private indirect enum Shape {
        case combination(WhereOperator, [Shape])
        case condition(FilterComparison, path: [String], value: WhereValue, InputValue)
    }

    private func shape(of clause: InputObject) throws(QueryError) -> Shape {
        guard case .enumeration(let name)? = clause["operator"], let whereOperator = WhereOperator(rawValue: name)
        else {
            throw QueryError("could not extract filters: unrecognized operator: ")
        }
        let values = WhereValue.allCases.compactMap { name in clause[name.rawValue].map { (name, $0) } }
        guard let comparison = whereOperator.comparison else {
            guard case .list(let operands)? = clause["operands"], !operands.isEmpty else {
                throw QueryError(
                    "could not extract filters: invalid where filter: operator '\(name)', but no operands set - "
                        + "add at least one operand")
            }
            var shapes: [Shape] = []
            for operand in operands {
                guard case .object(let clause) = operand else {
                    throw QueryError("could not extract filters: invalid where filter: an operand is null")
                }
                shapes.append(try shape(of: clause))
            }
            return .combination(whereOperator, shapes)
        }
        guard let (value, content) = values.first else {
            throw QueryError(
                "could not extract filters: invalid where filter: got operator '\(name)', but no value<Type> field set")
        }
        guard values.count == 1 else {
            let names = values.map(\.0.rawValue).joined(separator: "', '")
            throw QueryError(
                "could not extract filters: invalid where filter: found more than one values the clause: '\(names)'; "
                    + "give one of them")
        }
        let path = clause.strings("path") ?? []
        guard !path.isEmpty else {
            throw QueryError(
                "could not extract filters: invalid where filter: field 'path': must have at least one element")
        }
        return .condition(comparison, path: path, value: value, content)
    }

    // MARK: Conditions against a collection

    private func filter(_ shape: Shape, of collection: CollectionDefinition) throws(QueryError) -> Filter {
        switch shape {
        case .combination(let whereOperator, let operands):
            if whereOperator == .not, operands.count != 1 {
                throw QueryError("too many children for operator \"Not\". Expected 1, given \(operands.count)")
            }
            var filters: [Filter] = []
            for (position, operand) in operands.enumerated() {
                do throws(QueryError) {
                    filters.append(try filter(operand, of: collection))
                } catch {
                    if error.message.hasPrefix("Filtering by property") { throw error }
                    throw QueryError("child operand at position \(position): \(error.message)")
                }
            }
            switch whereOperator {
            case .or: return .or(filters)
            case .not: return .not(filters[0])
            default: return .and(filters)
            }
        case .condition(let comparison, let path, let value, let content):
            let (path, target) = try resolve(path[...], in: collection)
            try check(comparison, value, of: target)
            return .condition(
                FilterCondition(
                    path: path, comparison: comparison,
                    value: try filterValue(content, named: value, comparison, of: target)))
        }
    }

    /// What a path leads to.
    private enum Target {
        case property(PropertyDefinition, in: CollectionDefinition)
        case length(of: PropertyDefinition, in: CollectionDefinition)
        case id
        case time(String, in: CollectionDefinition)
    }

    private func resolve(
        _ path: ArraySlice<String>, in collection: CollectionDefinition
    ) throws(QueryError) -> (FilterPath, Target) {
        guard let name = path.first else { throw QueryError("field 'path': must have at least one element") }
        if path.count == 1 { return try resolve(name, in: collection) }
        guard path.count >= 3 else {
            throw QueryError(
                "path \(Array(path)) is incomplete: through a reference it is [<property>, <class>, <property of the class>]"
            )
        }
        let property = try self.property(name, in: collection)
        guard case .reference(let targets) = property.type else {
            throw QueryError("property '\(name)' is no reference, so the path cannot go on behind it")
        }
        let className = path[path.startIndex + 1]
        guard targets.contains(className), let next = collections[className] else {
            throw QueryError("property '\(name)' does not refer to class '\(className)', but to \(targets)")
        }
        let (rest, target) = try resolve(path.dropFirst(2), in: next)
        return (.through(property: name, collection: className, rest: rest), target)
    }

    private func resolve(
        _ name: String, in collection: CollectionDefinition
    ) throws(QueryError) -> (FilterPath, Target) {
        switch name {
        case "id", "_id": return (.id, .id)
        case "_creationTimeUnix": return (.creationTime, .time(name, in: collection))
        case "_lastUpdateTimeUnix": return (.updateTime, .time(name, in: collection))
        default: break
        }
        if name.hasPrefix("len("), name.hasSuffix(")") {
            let inner = String(name.dropFirst(4).dropLast())
            return (.length(of: inner), .length(of: try property(inner, in: collection), in: collection))
        }
        return (.property(name), .property(try property(name, in: collection), in: collection))
    }

    private func property(
        _ name: String, in collection: CollectionDefinition
    ) throws(QueryError) -> PropertyDefinition {
        guard let property = collection.property(named: name) else { throw .noSuchProperty(name, in: collection.name) }
        return property
    }

    // MARK: Types

    private func check(
        _ comparison: FilterComparison, _ value: WhereValue, of target: Target
    ) throws(QueryError) {
        switch target {
        case .id:
            guard value == .valueText || value == .valueString else {
                throw QueryError("using [\"_id\"] to filter by uuid: must use \"valueText\" to specify the id")
            }
        case .time(let name, let collection):
            guard collection.invertedIndex.indexTimestamps else {
                throw QueryError(
                    "Timestamps must be indexed to be filterable! Add `IndexTimestamps: true` to the InvertedIndexConfig in "
                        + collection.name)
            }
            guard value == .valueText || value == .valueString || value == .valueDate else {
                throw QueryError(
                    "using [\"\(name)\"] to filter by timestamps: must use \"valueText\" or \"valueDate\" to specify the timestamp"
                )
            }
        case .length(let property, let collection):
            try checkNotNested(property)
            guard collection.invertedIndex.indexPropertyLength else {
                throw QueryError(
                    "Property length must be indexed to be filterable! add `IndexPropertyLength: true` to the "
                        + "invertedIndexConfig in \(collection.name)")
            }
            guard value == .valueInt else {
                throw QueryError(
                    "Filtering for property length requires IntValue, got \"\(value.nameInErrors)\" instead")
            }
            switch comparison {
            case .equal, .notEqual, .greaterThan, .greaterThanEqual, .lessThan, .lessThanEqual: break
            case .like, .containsAny, .containsAll, .containsNone, .isNull, .withinGeoRange:
                throw QueryError(
                    "Filtering for property length supports operators (not) equal and greater/less than (equal)")
            }
        case .property(let property, let collection):
            try check(comparison, value, of: property, in: collection)
        }
    }

    private func checkNotNested(_ property: PropertyDefinition) throws(QueryError) {
        switch property.type {
        case .scalar(.object), .array(.object): throw .unsupported("filtering on nested properties")
        default: break
        }
    }

    private func check(
        _ comparison: FilterComparison, _ value: WhereValue, of property: PropertyDefinition,
        in collection: CollectionDefinition
    ) throws(QueryError) {
        try checkNotNested(property)
        if comparison == .isNull {
            guard value == .valueBoolean else {
                throw QueryError(
                    "operator IsNull requires a booleanValue, got \"\(value.nameInErrors)\" instead")
            }
            guard collection.invertedIndex.indexNullState else {
                throw QueryError(
                    "Nullstate must be indexed to be filterable! add `indexNullState: true` to the invertedIndexConfig")
            }
        } else {
            try checkValue(value, comparison, of: property)
        }
        try checkIndexed(property)
    }

    private func checkIndexed(_ property: PropertyDefinition) throws(QueryError) {
        switch property.type {
        case .scalar(.geoCoordinates), .reference: return
        case .scalar, .array: break
        }
        guard property.isFilterable || property.isSearchable || property.hasRangeIndex else {
            throw QueryError(
                "Filtering by property '\(property.name)' requires inverted index. Is `indexFilterable` option of property "
                    + "'\(property.name)' enabled? Set it to `true` or leave empty")
        }
    }

    private func checkValue(
        _ value: WhereValue, _ comparison: FilterComparison, of property: PropertyDefinition
    ) throws(QueryError) {
        let scalar: DataModel.ScalarType
        switch property.type {
        case .scalar(let type), .array(let type): scalar = type
        case .reference(let targets):
            guard value == .valueInt else {
                throw QueryError(
                    "Property \"\(property.name)\" is a ref prop to the class \"\(targets.joined(separator: ", "))\". Only "
                        + "\"valueInt\" can be used on a ref prop directly to count the number of refs. Or did you mean to filter "
                        + "on a primitive prop of the referenced class? In this case make sure your path contains 3 elements in "
                        + "the form of [<propName>, <ClassNameOfReferencedClass>, <primitvePropOnClass>]")
            }
            return
        }
        if scalar == .uuid, value != .valueText, value != .valueString {
            throw QueryError(
                "property \"\(property.name)\" is of type \"uuid\" or \"uuid[]\": specify uuid as string using \"valueText\""
            )
        }
        guard scalar.whereValues.contains(value) else {
            let expected = scalar.whereValues.last?.nameInErrors ?? scalar.nameOfMissingValue
            throw QueryError(
                "data type filter cannot use \"\(value.nameInErrors)\" on type \"\(property.type.wireName)\", use "
                    + "\"\(expected)\" instead")
        }
        switch (comparison, scalar) {
        case (.withinGeoRange, .geoCoordinates), (.like, .text): break
        case (.like, .uuid): throw QueryError("operator \"Like\" cannot be used on uuid/uuid[] props")
        case (.like, _), (.withinGeoRange, _), (_, .geoCoordinates):
            throw QueryError(
                "operator \"\(comparison.wireName)\" cannot be used on property '\(property.name)' of type "
                    + "\"\(property.type.wireName)\"")
        default: break
        }
    }

    // MARK: Values

    private func filterValue(
        _ content: InputValue, named value: WhereValue, _ comparison: FilterComparison, of target: Target
    ) throws(QueryError) -> FilterValue {
        let wantsList = comparison == .containsAny || comparison == .containsAll || comparison == .containsNone
        let isList: Bool
        switch content {
        case .list, .numbers: isList = true
        default: isList = false
        }
        if value != .valueGeoRange, wantsList != isList {
            throw QueryError(
                wantsList
                    ? "value type should be []\(value.goType) but is \(value.goType): \(comparison.wireName) takes a list"
                    : "expected value to be \(value.goType), got []\(value.goType)")
        }
        guard let result = FilterValue(content, named: value) else {
            throw QueryError("\"\(value.rawValue)\" cannot be read")
        }
        if case .length = target, case .int(let number) = result, number < 0 {
            throw QueryError("Can only filter for positive property length got \(number) instead")
        }
        if case .geoRange(_, let distance) = result, distance < 0 {
            throw QueryError("valueGeoRange: field 'distance.max' must be a positive number")
        }
        return result
    }
}

extension QueryError {
    static func noSuchProperty(_ name: String, in collection: String) -> QueryError {
        QueryError(
            "no such prop with name '\(name.prefix(200))' found in class '\(collection)' in the schema. Check your schema files "
                + "for which properties in this class are available")
    }
}

extension FilterValue {
    fileprivate init?(_ content: InputValue, named name: WhereValue) {
        switch (name, content) {
        case (.valueText, .string(let text)), (.valueString, .string(let text)): self = .text(text)
        case (.valueDate, .string(let text)): self = .date(text)
        case (.valueInt, .int(let number)): self = .int(number)
        case (.valueNumber, .int(let number)): self = .number(Double(number))
        case (.valueNumber, .float(let number)): self = .number(number)
        case (.valueBoolean, .boolean(let value)): self = .boolean(value)
        case (.valueNumber, .numbers(let list)): self = .numbers(list.values)
        case (.valueInt, .numbers(let list)): self = .ints(list.values.compactMap { Int64(exactly: $0) })
        case (.valueGeoRange, .object(let range)):
            guard case .object(let place)? = range["geoCoordinates"], let latitude = place.number("latitude"),
                let longitude = place.number("longitude"), case .object(let distance)? = range["distance"],
                let maximum = distance.number("max")
            else { return nil }
            self = .geoRange(
                center: GeoCoordinates(latitude: Float(latitude), longitude: Float(longitude)),
                distanceInMeters: Float(maximum))
        case (_, .list(let elements)):
            let values = elements.compactMap { FilterValue($0, named: name) }
            guard values.count == elements.count else { return nil }
            self.init(listOf: values, named: name)
        default: return nil
        }
    }

    private init?(listOf values: [FilterValue], named name: WhereValue) {
        switch name {
        case .valueText, .valueString:
            self = .texts(values.compactMap { if case .text(let text) = $0 { text } else { nil } })
        case .valueDate: self = .dates(values.compactMap { if case .date(let text) = $0 { text } else { nil } })
        case .valueInt: self = .ints(values.compactMap { if case .int(let number) = $0 { number } else { nil } })
        case .valueNumber:
            self = .numbers(values.compactMap { if case .number(let number) = $0 { number } else { nil } })
        case .valueBoolean:
            self = .booleans(values.compactMap { if case .boolean(let value) = $0 { value } else { nil } })
        case .valueGeoRange: return nil
        }
    }
}

extension WhereValue {
    fileprivate var goType: String {
        switch self {
        case .valueInt: "int"
        case .valueNumber: "float64"
        case .valueBoolean: "bool"
        case .valueString, .valueText, .valueDate: "string"
        case .valueGeoRange: "geoRange"
        }
    }
}

extension FilterComparison {
    /// As it is written in queries.
    fileprivate var wireName: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension DataModel.ScalarType {
    /// The values that a condition on it takes, the preferred one last.
    fileprivate var whereValues: [WhereValue] {
        switch self {
        case .text, .uuid: [.valueString, .valueText]
        case .int: [.valueInt]
        case .number: [.valueNumber]
        case .boolean: [.valueBoolean]
        case .date: [.valueDate]
        case .geoCoordinates: [.valueGeoRange]
        case .blob, .phoneNumber, .object: []
        }
    }

    /// The value that Weaviate names for types that cannot be filtered by.
    fileprivate var nameOfMissingValue: String { "value" + rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}

extension PropertyType {
    /// As it is written in a schema.
    var wireName: String {
        switch self {
        case .scalar(let type): type.rawValue
        case .array(let type): "\(type.rawValue)[]"
        case .reference(let targets): targets.joined(separator: ", ")
        }
    }
}

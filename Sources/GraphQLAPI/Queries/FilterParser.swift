// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import GraphQLLanguage

/// Turns a `where` argument into a filter. Whether names, types and values fit the collection is the database's to say.
///
/// Texts of errors begin as Weaviate's do: `could not extract filters: …`.
struct FilterParser {
    func filter(_ clause: InputObject) throws(QueryError) -> Filter {
        do throws(QueryError) {
            return try condition(clause, depth: 1)
        } catch {
            throw QueryError("could not extract filters: \(error.message)")
        }
    }

    /// - Parameter depth: of this clause, counted from 1.
    private func condition(_ clause: InputObject, depth: Int) throws(QueryError) -> Filter {
        guard depth <= WhereLimits.depth else {
            throw QueryError("invalid where filter: operators nest deeper than \(WhereLimits.depth) levels")
        }
        guard let name = clause.enumeration("operator"), let whereOperator = WhereOperator(rawValue: name) else {
            throw QueryError("unrecognized operator: ")
        }
        guard let comparison = whereOperator.comparison else {
            return try combination(whereOperator, clause, depth: depth)
        }
        let values = WhereValue.allCases.compactMap { name in clause[name.rawValue].map { (name, $0) } }
        guard let (value, content) = values.first else {
            throw QueryError("invalid where filter: got operator '\(name)', but no value<Type> field set")
        }
        guard values.count == 1 else {
            throw QueryError(
                "invalid where filter: found more than one values the clause: "
                    + "'\(values.map(\.0.rawValue).joined(separator: "', '"))'; give one of them")
        }
        guard let filterValue = FilterValue(content, named: value) else {
            throw QueryError("invalid where filter: '\(value.rawValue)' holds values of another type")
        }
        let path = try path(clause.strings("path") ?? [])
        return .condition(FilterCondition(path: path, comparison: comparison, value: filterValue))
    }

    private func combination(
        _ whereOperator: WhereOperator, _ clause: InputObject, depth: Int
    ) throws(QueryError) -> Filter {
        let name = whereOperator.rawValue
        guard case .list(let operands)? = clause["operands"], !operands.isEmpty else {
            throw QueryError(
                "invalid where filter: operator '\(name)', but no operands set - add at least one operand")
        }
        if whereOperator == .not, operands.count != 1 {
            throw QueryError(
                "invalid where filter: too many children for operator \"Not\". Expected 1, given \(operands.count)")
        }
        var filters: [Filter] = []
        for operand in operands {
            guard case .object(let clause) = operand else {
                throw QueryError("invalid where filter: an operand of '\(name)' is null")
            }
            filters.append(try condition(clause, depth: depth + 1))
        }
        switch whereOperator {
        case .or: return .or(filters)
        case .not: return .not(filters[0])
        default: return .and(filters)
        }
    }

    /// `["property"]`, or `["reference", "Class", …]`.
    private func path(_ segments: [String]) throws(QueryError) -> FilterPath {
        guard let name = segments.last else {
            throw QueryError("invalid where filter: field 'path': must have at least one element")
        }
        guard segments.count % 2 == 1 else {
            throw QueryError(
                "invalid where filter: field 'path': '\(segments[segments.count - 2])' and a class need the name of a "
                    + "property of that class behind them")
        }
        guard segments.count <= 2 * WhereLimits.references + 1 else {
            throw QueryError(
                "invalid where filter: field 'path': more than \(WhereLimits.references) references one after another")
        }
        var path = lastSegment(name)
        for index in stride(from: segments.count - 3, through: 0, by: -2) {
            path = .through(property: segments[index], collection: segments[index + 1], rest: path)
        }
        return path
    }

    private func lastSegment(_ name: String) -> FilterPath {
        switch name {
        case "id", "_id": .id
        case "_creationTimeUnix": .creationTime
        case "_lastUpdateTimeUnix": .updateTime
        case _ where name.hasPrefix("len(") && name.hasSuffix(")"):
            .length(of: String(name.dropFirst(4).dropLast()))
        default: .property(name)
        }
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
            guard let place = range.object("geoCoordinates"), let latitude = place.number("latitude"),
                let longitude = place.number("longitude"), let maximum = range.object("distance")?.number("max")
            else { return nil }
            self = .geoRange(
                center: GeoCoordinates(latitude: Float(latitude), longitude: Float(longitude)),
                distanceInMeters: Float(maximum))
        case (_, .list(let elements)): self.init(listOf: elements, named: name)
        default: return nil
        }
    }

    private init?(listOf elements: [InputValue], named name: WhereValue) {
        var texts: [String] = []
        var ints: [Int64] = []
        var numbers: [Double] = []
        var booleans: [Bool] = []
        for element in elements {
            switch FilterValue(element, named: name) {
            case .text(let text)?, .date(let text)?: texts.append(text)
            case .int(let number)?: ints.append(number)
            case .number(let number)?: numbers.append(number)
            case .boolean(let value)?: booleans.append(value)
            default: return nil
            }
        }
        switch name {
        case .valueText, .valueString: self = .texts(texts)
        case .valueDate: self = .dates(texts)
        case .valueInt: self = .ints(ints)
        case .valueNumber: self = .numbers(numbers)
        case .valueBoolean: self = .booleans(booleans)
        case .valueGeoRange: return nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import GraphQLLanguage

/// Turns a `where` argument into a filter.
struct FilterParser {
    /// - Throws: a text that begins as Weaviate's do: `could not extract filters: …`.
    func filter(_ clause: InputObject) throws(QueryError) -> Filter {
        do throws(WhereFault) {
            return try Filter(where: GraphQLWhereClause(fields: clause))
        } catch {
            throw QueryError("could not extract filters: \(error.graphQLMessage)")
        }
    }
}

extension WhereFault {
    fileprivate var graphQLMessage: String {
        switch self {
        // The type system lets no other operator through.
        case .unknownOperator: "unrecognized operator: "
        case .noOperands, .nullOperand, .tooManyOperands, .valueBesideOperands, .noValue, .severalValues,
            .valueOfAnotherType, .notAWholeNumber, .incompleteGeoRange, .negativeDistance, .emptyPath,
            .pathWithoutProperty, .pathTooLong, .tooDeep:
            "invalid where filter: \(message)"
        }
    }
}

/// A clause as an argument: one field for each type of value, for one of them and for a list.
private struct GraphQLWhereClause: WhereClauseSyntax {
    static let overlooksValuesBesideOperands = true

    let fields: InputObject

    var operatorName: String { fields.enumeration("operator") ?? "" }
    var path: [String] { fields.strings("path") ?? [] }

    var operands: [GraphQLWhereClause?]? {
        guard case .list(let operands)? = fields["operands"] else { return nil }
        return operands.map { operand in
            if case .object(let fields) = operand { GraphQLWhereClause(fields: fields) } else { nil }
        }
    }

    private var values: [(type: WhereValueType, content: InputValue)] {
        WhereValueType.allCases.compactMap { type in fields[type.rawValue].map { (type, $0) } }
    }

    var valueNames: [String] { values.map(\.type.rawValue) }

    func value() throws(WhereFault) -> FilterValue {
        guard let (type, content) = values.first else { throw .valueOfAnotherType("") }
        guard let value = FilterValue(content, as: type) else { throw .valueOfAnotherType(type.rawValue) }
        return value
    }
}

extension FilterValue {
    fileprivate init?(_ content: InputValue, as type: WhereValueType) {
        switch (type, content) {
        case (_, .string(let text)):
            guard let value = type.value(text) else { return nil }
            self = value
        case (.int, .int(let number)): self = .int(number)
        case (.number, .int(let number)): self = .number(Double(number))
        case (.number, .float(let number)): self = .number(number)
        case (.boolean, .boolean(let value)): self = .boolean(value)
        case (.number, .numbers(let list)): self = .numbers(list.values)
        case (.int, .numbers(let list)): self = .ints(list.values.compactMap { Int64(exactly: $0) })
        case (.geoRange, .object(let range)):
            guard let center = range.object("geoCoordinates"), let latitude = center.number("latitude"),
                let longitude = center.number("longitude"), let maximum = range.object("distance")?.number("max")
            else { return nil }
            self = .geoRange(
                center: GeoCoordinates(latitude: Float(latitude), longitude: Float(longitude)),
                distanceInMeters: Float(maximum))
        case (_, .list(let elements)): self.init(listOf: elements, as: type)
        default: return nil
        }
    }

    private init?(listOf elements: [InputValue], as type: WhereValueType) {
        var texts: [String] = []
        var ints: [Int64] = []
        var numbers: [Double] = []
        var booleans: [Bool] = []
        for element in elements {
            switch FilterValue(element, as: type) {
            case .text(let text)?, .date(let text)?: texts.append(text)
            case .int(let number)?: ints.append(number)
            case .number(let number)?: numbers.append(number)
            case .boolean(let value)?: booleans.append(value)
            default: return nil
            }
        }
        switch type {
        case .text, .string: self = .texts(texts)
        case .date: self = .dates(texts)
        case .int: self = .ints(ints)
        case .number: self = .numbers(numbers)
        case .boolean: self = .booleans(booleans)
        case .geoRange: return nil
        }
    }
}

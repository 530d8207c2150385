// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import JSON

/// A filter as the body of a request has it: kept to be echoed, and translated for the database.
struct WhereClause {
    /// What a value field holds.
    enum Content {
        case value(FilterValue)
        /// Echoed as it was sent.
        case geoRange(JSONValue)
    }

    var operatorName: String
    /// `nil` is echoed as `null`.
    var writtenPath: [String]?
    var writtenOperands: [WhereClause]?
    /// `valueText` and the like, in order of their names.
    var values: [(name: String, content: Content)]

    /// - Parameters:
    ///   - place: where the clause stands in the body, for messages.
    ///   - depth: of the clause, counted from 1.
    init(_ reader: inout BodyReader, place: String, depth: Int = 1) throws(Refusal) {
        guard depth <= WhereLimits.depth else { throw Self.refusal(.tooDeep) }
        var clause = Self()
        try reader.members(ofType: "models.WhereFilter") { (reader, name) throws(Refusal) in
            try clause.read(name, &reader, place: place, depth: depth)
        }
        guard clause.operatorName.isEmpty || Self.operators.contains(clause.operatorName) else {
            throw .notOneOf("\(place).operator", in: "body", Self.operators)
        }
        clause.values.sort { $0.name < $1.name }
        self = clause
    }

    private init() {
        operatorName = ""
        values = []
    }

    /// As the interface lists them.
    static let operators: [String] = {
        let listed: [WhereOperator] = [
            .and, .or, .equal, .like, .notEqual, .greaterThan, .greaterThanEqual, .lessThan, .lessThanEqual,
            .withinGeoRange, .isNull, .containsAny, .containsAll, .containsNone, .not,
        ]
        return listed.map(\.rawValue)
    }()

    /// By the names of their fields: the types of values, and whether the field holds a list.
    private static let valueFields: [String: (type: WhereValueType, isList: Bool)] = {
        var fields: [String: (type: WhereValueType, isList: Bool)] = [:]
        for type in WhereValueType.allCases {
            fields[type.rawValue] = (type, false)
            if let name = type.listName { fields[name] = (type, true) }
        }
        return fields
    }()

    private mutating func read(
        _ name: String, _ reader: inout BodyReader, place: String, depth: Int
    ) throws(Refusal) {
        switch name {
        case "operator": operatorName = try reader.text("WhereFilter.operator") ?? ""
        case "path": writtenPath = try reader.texts("WhereFilter.path")
        case "operands":
            guard try !reader.skipNull() else { return }
            var read: [WhereClause] = []
            try reader.elements(of: "WhereFilter.operands", ofType: "*models.WhereFilter") {
                (reader, position) throws(Refusal) in
                try reader.charge(4 * MemoryLayout<WhereClause>.stride)
                read.append(
                    try WhereClause(&reader, place: "\(place).operands.\(position)", depth: depth + 1))
            }
            writtenOperands = read
        default:
            guard let (type, isList) = Self.valueFields[name] else { return try reader.skip() }
            let member = "WhereFilter.\(name)"
            let content = isList ? try reader.whereValues(type, member) : try reader.whereValue(type, member)
            guard let content else { return }
            values.removeAll { $0.name == name }
            values.append((name, content))
        }
    }

    // MARK: - Echo

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("operands")
        if let writtenOperands {
            writer.beginArray()
            for operand in writtenOperands { operand.write(to: &writer) }
            writer.endArray()
        } else {
            writer.null()
        }
        writer.key("operator")
        writer.string(operatorName)
        writer.key("path")
        if let writtenPath { writer.list(writtenPath) { $0.string($1) } } else { writer.null() }
        for (name, content) in values {
            writer.key(name)
            switch content {
            case .value(let value): writer.filterValue(value)
            case .geoRange(let range): writer.value(range)
            }
        }
        writer.endObject()
    }
}

extension WhereClause: WhereClauseSyntax {
    static var overlooksValuesBesideOperands: Bool { false }
    var path: [String] { writtenPath ?? [] }
    var operands: [WhereClause?]? { writtenOperands }
    var valueNames: [String] { values.map(\.name) }

    func value() throws(WhereFault) -> FilterValue {
        switch values.first?.content {
        case .value(let value)?: return value
        case .geoRange(let range)?: return try Self.geoRange(range)
        case nil: throw .valueOfAnotherType("")
        }
    }

    private static func geoRange(_ value: JSONValue) throws(WhereFault) -> FilterValue {
        guard let center = value["geoCoordinates"], let latitude = center["latitude"]?.number,
            let longitude = center["longitude"]?.number, let distance = value["distance"]?["max"]?.number
        else { throw .incompleteGeoRange }
        return .geoRange(
            center: GeoCoordinates(latitude: Float(latitude), longitude: Float(longitude)),
            distanceInMeters: Float(distance))
    }

    /// The filter for the database.
    func filter() throws(Refusal) -> Filter {
        do throws(WhereFault) { return try Filter(where: self) } catch { throw Self.refusal(error) }
    }

    private static func refusal(_ fault: WhereFault) -> Refusal {
        .handler(422, "validate: failed to parse where filter: invalid where filter: \(fault.restMessage)")
    }
}

extension WhereFault {
    fileprivate var restMessage: String {
        switch self {
        case .severalValues(let names): "found more than one value: \(names.joined(separator: ", "))"
        case .valueOfAnotherType(let name): "\(name) has a value of another type"
        case .pathWithoutProperty(_, let count):
            "field 'path': must have an odd number of elements (reference, class, …, property), got \(count)"
        case .unknownOperator, .noOperands, .nullOperand, .tooManyOperands, .valueBesideOperands, .noValue,
            .notAWholeNumber, .incompleteGeoRange, .negativeDistance, .emptyPath, .pathTooLong, .tooDeep:
            message
        }
    }
}

// MARK: - Reading and writing values

extension BodyReader {
    /// What an element of a list takes until it is part of a filter, and while it is echoed.
    private static let bytesForElement = 48

    /// One value of a filter; `nil` for `null`.
    fileprivate mutating func whereValue(
        _ type: WhereValueType, _ place: String
    ) throws(Refusal) -> WhereClause.Content? {
        switch type {
        case .text, .string, .date: return try text(place).flatMap { type.value($0) }.map { .value($0) }
        case .int: return try int(place).map { .value(.int($0)) }
        case .number: return try number(place).map { .value(.number($0.value)) }
        case .boolean: return try boolean(place).map { .value(.boolean($0)) }
        case .geoRange:
            let range = try value()
            return range == .null ? nil : .geoRange(range)
        }
    }

    /// A list of values of a filter; `nil` for `null`. A `null` in it counts as empty, 0 or false.
    fileprivate mutating func whereValues(
        _ type: WhereValueType, _ place: String
    ) throws(Refusal) -> WhereClause.Content? {
        switch type {
        case .text, .string, .date: return try texts(place).flatMap { type.value($0) }.map { .value($0) }
        case .int:
            return try list(place) { (reader) throws(Refusal) in try reader.int(place) ?? 0 }.map { .value(.ints($0)) }
        case .number:
            return try list(place) { (reader) throws(Refusal) in try reader.number(place)?.value ?? 0 }
                .map { .value(.numbers($0)) }
        case .boolean:
            return try list(place) { (reader) throws(Refusal) in try reader.boolean(place) ?? false }
                .map { .value(.booleans($0)) }
        case .geoRange: return nil
        }
    }

    /// A list of texts; `null` counts as not given.
    mutating func texts(_ place: String) throws(Refusal) -> [String]? {
        try list(place, type: "string") { (reader) throws(Refusal) in
            let text = try reader.text(place) ?? ""
            try reader.charge(2 * text.utf8.count)
            return text
        }
    }

    private mutating func list<Element>(
        _ place: String, type: String? = nil, _ element: (inout Self) throws(Refusal) -> Element
    ) throws(Refusal) -> [Element]? {
        guard try !skipNull() else { return nil }
        var values: [Element] = []
        try elements(of: type == nil ? "WhereFilter.values" : place, ofType: type ?? "value") {
            (reader, _) throws(Refusal) in
            try reader.charge(Self.bytesForElement)
            values.append(try element(&reader))
        }
        return values
    }
}

extension JSONWriter {
    fileprivate mutating func list<Element>(
        _ elements: [Element], _ write: (inout JSONWriter, Element) -> Void
    ) {
        beginArray()
        for element in elements { write(&self, element) }
        endArray()
    }

    fileprivate mutating func filterValue(_ value: FilterValue) {
        switch value {
        case .text(let text), .date(let text): string(text)
        case .int(let int): number(Int(int))
        case .number(let double): number(double)
        case .boolean(let flag): boolean(flag)
        case .texts(let texts), .dates(let texts): list(texts) { $0.string($1) }
        case .ints(let ints): list(ints) { $0.number(Int($1)) }
        case .numbers(let numbers): list(numbers) { $0.number($1) }
        case .booleans(let flags): list(flags) { $0.boolean($1) }
        // Kept and echoed as it was sent.
        case .geoRange: null()
        }
    }
}

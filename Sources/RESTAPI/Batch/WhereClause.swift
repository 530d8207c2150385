// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DataModel
import JSON

/// A filter as the body of a request has it: kept to be echoed, and translated for the database.
struct WhereClause {
    var comparison: String
    /// `nil` is echoed as `null`.
    var path: [String]?
    var operands: [WhereClause]?
    /// `valueText` and the like, in order of their names.
    var values: [(name: String, value: JSONValue)]

    /// - Parameters:
    ///   - place: where the clause stands in the body, for messages.
    ///   - depth: of the clause, counted from 1.
    init(_ reader: inout BodyReader, place: String, depth: Int = 1) throws(Refusal) {
        guard depth <= WhereLimits.depth else {
            throw .handler(
                422,
                "validate: failed to parse where filter: invalid where filter: operators nest deeper than "
                    + "\(WhereLimits.depth) levels")
        }
        var clause = Self()
        try reader.members(ofType: "models.WhereFilter") { (reader, name) throws(Refusal) in
            try clause.read(name, &reader, place: place, depth: depth)
        }
        guard clause.comparison.isEmpty || Self.operators.contains(clause.comparison) else {
            throw .notOneOf("\(place).operator", in: "body", Self.operators)
        }
        clause.values.sort { $0.name < $1.name }
        self = clause
    }

    private init() {
        comparison = ""
        values = []
    }

    /// As the interface lists them.
    static let operators = [
        "And", "Or", "Equal", "Like", "NotEqual", "GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual",
        "WithinGeoRange", "IsNull", "ContainsAny", "ContainsAll", "ContainsNone", "Not",
    ]

    private mutating func read(
        _ name: String, _ reader: inout BodyReader, place: String, depth: Int
    ) throws(Refusal) {
        switch name {
        case "operator": comparison = try reader.text("WhereFilter.operator") ?? ""
        case "path": path = try reader.texts("WhereFilter.path")
        case "operands":
            guard try !reader.skipNull() else { return }
            var read: [WhereClause] = []
            try reader.elements(of: "WhereFilter.operands", ofType: "*models.WhereFilter") {
                (reader, position) throws(Refusal) in
                try reader.charge(4 * MemoryLayout<WhereClause>.stride)
                read.append(
                    try WhereClause(&reader, place: "\(place).operands.\(position)", depth: depth + 1))
            }
            operands = read
        case "valueText", "valueString", "valueDate":
            add(name, try reader.text("WhereFilter.\(name)").map { .string($0) })
        case "valueInt": add(name, try reader.int("WhereFilter.\(name)").map { .number(JSONNumber(Int($0))) })
        case "valueNumber": add(name, try reader.number("WhereFilter.\(name)").map { .number($0) })
        case "valueBoolean": add(name, try reader.boolean("WhereFilter.\(name)").map { .boolean($0) })
        case "valueTextArray", "valueStringArray", "valueDateArray":
            add(name, try reader.texts("WhereFilter.\(name)").map { .array($0.map { .string($0) }) })
        case "valueIntArray":
            add(
                name,
                try reader.list { (reader) throws(Refusal) in
                    try reader.int("WhereFilter.\(name)").map { .number(JSONNumber(Int($0))) }
                })
        case "valueNumberArray":
            add(
                name,
                try reader.list { (reader) throws(Refusal) in
                    try reader.number("WhereFilter.\(name)").map { .number($0) }
                })
        case "valueBooleanArray":
            add(
                name,
                try reader.list { (reader) throws(Refusal) in
                    try reader.boolean("WhereFilter.\(name)").map { .boolean($0) }
                })
        case "valueGeoRange":
            let range = try reader.value()
            if range != .null { add(name, range) }
        default: try reader.skip()
        }
    }

    private mutating func add(_ name: String, _ value: JSONValue?) {
        guard let value else { return }
        values.removeAll { $0.name == name }
        values.append((name, value))
    }

    // MARK: - Echo

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("operands")
        if let operands {
            writer.beginArray()
            for operand in operands { operand.write(to: &writer) }
            writer.endArray()
        } else {
            writer.null()
        }
        writer.key("operator")
        writer.string(comparison)
        writer.member("path", path.map { .array($0.map { .string($0) }) } ?? .null)
        for (name, value) in values {
            writer.key(name)
            if case .number(let number) = value, name == "valueNumber" {
                writer.number(number.value)
            } else {
                writer.value(value)
            }
        }
        writer.endObject()
    }
}

extension BodyReader {
    /// What an element of a list takes until it is part of a filter.
    fileprivate static let bytesForElement = 96

    /// A list of texts; `null` counts as not given.
    mutating func texts(_ place: String) throws(Refusal) -> [String]? {
        guard try !skipNull() else { return nil }
        var texts: [String] = []
        try elements(of: place, ofType: "string") { (reader, _) throws(Refusal) in
            let text = try reader.text(place) ?? ""
            try reader.charge(BodyReader.bytesForElement + 2 * text.utf8.count)
            texts.append(text)
        }
        return texts
    }

    /// A list of what `element` reads.
    fileprivate mutating func list(
        _ element: (inout Self) throws(Refusal) -> JSONValue?
    ) throws(Refusal) -> JSONValue? {
        guard try !skipNull() else { return nil }
        var values: [JSONValue] = []
        try elements(of: "WhereFilter.values", ofType: "value") { (reader, _) throws(Refusal) in
            try reader.charge(BodyReader.bytesForElement)
            values.append(try element(&reader) ?? .null)
        }
        return .array(values)
    }
}

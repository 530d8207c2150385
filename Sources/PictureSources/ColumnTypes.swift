// SPDX-License-Identifier: Apache-2.0

import JSON

/// A column of a table, and what its values have in common.
package struct SourceColumn: Hashable, Sendable {
    package var name: String
    /// What a property for it is; `nil` if it is always empty, or of no type that can be told.
    package var type: ColumnType?
    /// Whether its values are texts that stand for others.
    package var isUntyped: Bool

    package init(name: String, type: ColumnType?, isUntyped: Bool) {
        self.name = name
        self.type = type
        self.isUntyped = isUntyped
    }
}

package enum ColumnType: String, Hashable, Sendable {
    case text, int, number, boolean
    case texts = "text[]"
    case ints = "int[]"
    case numbers = "number[]"
    case booleans = "boolean[]"
}

/// Finds out what the values of each column have in common, row by row.
struct ColumnTally {
    private enum Kind { case unseen, known(ColumnType), mixed }

    private(set) var names: [String] = []
    private var positions: [String: Int] = [:]
    private var kinds: [Kind] = []
    private let isUntyped: Bool
    private let limit: Int

    init(isUntyped: Bool, limit: Int) {
        self.isUntyped = isUntyped
        self.limit = limit
    }

    /// - Throws: there are too many columns.
    mutating func add(_ properties: [SourceProperty]) throws(SourceFault) {
        for property in properties {
            let position = positions[property.name] ?? names.count
            if position == names.count {
                guard names.count < limit else { throw SourceFault("it has more than \(limit) columns") }
                names.append(property.name)
                positions[property.name] = position
                kinds.append(.unseen)
            }
            guard let type = Self.type(of: property) else { continue }
            switch kinds[position] {
            case .unseen: kinds[position] = .known(type)
            case .known(let known): kinds[position] = Self.common(known, type).map { .known($0) } ?? .mixed
            case .mixed: break
            }
        }
    }

    var columns: [SourceColumn] {
        zip(names, kinds).map { name, kind in
            let type: ColumnType? = if case .known(let type) = kind { type } else { nil }
            // Any value of CSV is a text.
            let isMixed = if case .mixed = kind { true } else { false }
            return SourceColumn(name: name, type: isMixed && isUntyped ? .text : type, isUntyped: isUntyped)
        }
    }

    private static func common(_ first: ColumnType, _ second: ColumnType) -> ColumnType? {
        switch (first, second) {
        case _ where first == second: first
        case (.int, .number), (.number, .int): .number
        case (.ints, .numbers), (.numbers, .ints): .numbers
        default: nil
        }
    }

    /// `nil` of what says nothing: `null`, an empty text of CSV, an empty list; and of what no property is made for.
    private static func type(of property: SourceProperty) -> ColumnType? {
        if property.isUntyped {
            guard case .string(let text) = property.value, !text.isEmpty else { return nil }
            return ColumnText.type(of: text)
        }
        switch property.value {
        case .null, .object: return nil
        case .string: return .text
        case .boolean: return .boolean
        case .number(let number): return number.integer == nil ? .number : .int
        case .array(let elements):
            var type: ColumnType?
            for element in elements {
                guard let next = self.type(ofElement: element) else { return nil }
                guard let known = type else {
                    type = next
                    continue
                }
                type = common(known, next)
                if type == nil { return nil }
            }
            return type
        }
    }

    private static func type(ofElement value: JSONValue) -> ColumnType? {
        switch value {
        case .string: .texts
        case .boolean: .booleans
        case .number(let number): number.integer == nil ? .numbers : .ints
        case .null, .array, .object: nil
        }
    }
}

/// What a text stands for.
package enum ColumnText {
    /// `007` and `+1` are texts: as numbers they would lose something.
    package static func type(of text: String) -> ColumnType {
        if text == "true" || text == "false" { return .boolean }
        if let number = Int64(text), String(number) == text { return .int }
        return number(text) != nil && !hasLeadingZero(text) ? .number : .text
    }

    /// The number that the whole text is, in the form of JSON; `nil` for any other text.
    package static func number(_ text: String) -> JSONNumber? {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            case .number(let number)? = try? JSONValue(parsing: text)
        else { return nil }
        return number
    }

    private static func hasLeadingZero(_ text: String) -> Bool {
        let digits = text.drop { $0 == "-" }
        return digits.first == "0" && digits.dropFirst().first?.isNumber == true
    }
}

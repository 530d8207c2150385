// SPDX-License-Identifier: Apache-2.0

/// The value of an argument or a variable, without its location in a text.
package indirect enum InputValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
    /// A value of an enumeration; variables hold them as strings until they are coerced.
    case enumeration(String)
    case list([InputValue])
    /// A list of nothing but numbers, at least one.
    case numbers(NumberList)
    case object(InputObject)

    /// As JSON, cut to about `limit` bytes; for error messages.
    func text(limit: Int) -> String {
        var text = ""
        append(to: &text, limit: limit)
        return text.utf8.count > limit ? text + "..." : text
    }

    private func append(to text: inout String, limit: Int) {
        if text.utf8.count > limit { return }
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .float(let value): text += String(value)
        case .string(let value), .enumeration(let value):
            text += "\"\(String(decoding: value.utf8.prefix(limit), as: UTF8.self))\""
        case .list(let elements): append(elements, to: &text, limit: limit)
        case .numbers(let list):
            append(list.elements(prefix: limit), to: &text, limit: limit)
        case .object(let object):
            text += "{"
            for (index, field) in object.fields.enumerated() {
                if index > 0 { text += "," }
                text += "\"\(field.name)\":"
                field.value.append(to: &text, limit: limit)
                if text.utf8.count > limit { return }
            }
            text += "}"
        }
    }

    private func append(_ elements: [InputValue], to text: inout String, limit: Int) {
        text += "["
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            element.append(to: &text, limit: limit)
            if text.utf8.count > limit { return }
        }
        text += "]"
    }
}

/// The fields of an object, in the order they were written.
package struct InputObject: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: InputValue
    }

    package var fields: [Field] = []

    package init() {}

    /// The last value of `name`; `nil` where there is none or it is null.
    package subscript(name: String) -> InputValue? {
        guard let value = fields.last(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    package mutating func append(_ name: String, _ value: InputValue) {
        fields.append(Field(name: name, value: value))
    }
}

extension NumberList {
    /// The first numbers one by one.
    package func elements(prefix count: Int = .max) -> [InputValue] {
        values.prefix(count).map { isIntegral ? .int(Int64($0)) : .float($0) }
    }
}

// SPDX-License-Identifier: Apache-2.0

import JSON

/// How the original server's messages name and print JSON values: clients match on some of them.
package enum GoName {
    /// The name of the type that a decoded value has there.
    package static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .boolean: "bool"
        case .number: "json.Number"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// The value as those messages print it, cut off after `limit` characters: a picture never comes back in an error.
    package static func text(of value: JSONValue, limit: Int = 200) -> String {
        var text = ""
        append(value, to: &text, limit: limit)
        guard text.count > limit else { return text }
        return text.prefix(limit) + "…"
    }

    private static func append(_ value: JSONValue, to text: inout String, limit: Int) {
        guard text.utf8.count <= limit * 4 else { return }
        switch value {
        case .null: text += "<nil>"
        case .boolean(let boolean): text += boolean ? "true" : "false"
        case .number(let number): text += number.literal
        case .string(let string): text += string.prefix(limit + 1)
        case .array(let elements):
            text += "["
            for (position, element) in elements.prefix(limit).enumerated() {
                if position > 0 { text += " " }
                append(element, to: &text, limit: limit)
            }
            text += "]"
        case .object(let object):
            text += "map["
            let members = object.members.prefix(limit).sorted { $0.name < $1.name }
            for (position, member) in members.enumerated() {
                if position > 0 { text += " " }
                text += member.name.prefix(limit) + ":"
                append(member.value, to: &text, limit: limit)
            }
            text += "]"
        }
    }
}

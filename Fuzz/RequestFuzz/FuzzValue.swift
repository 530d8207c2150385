// SPDX-License-Identifier: Apache-2.0

/// A value that can be written as JSON and as a GraphQL literal.
indirect enum FuzzValue {
    /// As it is, in both: `1`, `true`, `null`, and what is none of these.
    case raw(String)
    case text(String)
    /// A value of an enumeration: a bare word in GraphQL, a string in JSON.
    case word(String)
    case list([FuzzValue])
    case object([(name: String, value: FuzzValue)])

    var json: String {
        switch self {
        case .raw(let text): text
        case .text(let text), .word(let text): Self.quoted(text)
        case .list(let elements): "[\(elements.map(\.json).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(Self.quoted($0.name)):\($0.value.json)" }.joined(separator: ","))}"
        }
    }

    var literal: String {
        switch self {
        case .raw(let text), .word(let text): text
        case .text(let text): Self.quoted(text)
        case .list(let elements): "[\(elements.map(\.literal).joined(separator: " "))]"
        case .object(let members): "{\(members.map { "\($0.name): \($0.value.literal)" }.joined(separator: " "))}"
        }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

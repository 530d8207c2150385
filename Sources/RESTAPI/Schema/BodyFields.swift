// SPDX-License-Identifier: Apache-2.0

import JSON

/// The members of an object in a request body, by kind. `null` counts as not given.
struct BodyFields {
    let members: JSONObject
    /// The original's name of the whole, e.g. `Class`; for messages.
    let type: String
    /// What the interface calls the body.
    let parameter: String

    /// - Throws: the refusal of a body of another shape.
    init(_ value: JSONValue, type: String, parameter: String) throws(Refusal) {
        switch value {
        case .object(let members): self.members = members
        case .null: members = JSONObject()
        case .boolean, .number, .string, .array:
            throw .body(
                parameter,
                because: "json: cannot unmarshal \(Self.word(for: value)) into Go value of type models.\(type)")
        }
        self.type = type
        self.parameter = parameter
    }

    /// Whether the member is there and not `null`.
    func has(_ name: String) -> Bool { members[name].map { $0 != .null } ?? false }

    /// The member as it is; `nil` for `null`.
    func value(_ name: String) -> JSONValue? { members[name].flatMap { $0 == .null ? nil : $0 } }

    /// An empty text counts as not given.
    func text(_ name: String) throws(Refusal) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw mismatch(name, value, "string") }
        return text.isEmpty ? nil : text
    }

    func boolean(_ name: String) throws(Refusal) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .boolean(let boolean) = value else { throw mismatch(name, value, "bool") }
        return boolean
    }

    func int(_ name: String) throws(Refusal) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .number(let number) = value, let int = Int(number.literal) else {
            throw mismatch(name, value, "int64")
        }
        return int
    }

    func double(_ name: String) throws(Refusal) -> Double? {
        guard let value = value(name) else { return nil }
        guard case .number(let number) = value else { throw mismatch(name, value, "float32") }
        return number.value
    }

    func texts(_ name: String) throws(Refusal) -> [String]? {
        guard let elements = try list(name) else { return nil }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw mismatch(name, element, "string") }
            texts.append(text)
        }
        return texts
    }

    func list(_ name: String) throws(Refusal) -> JSONArray? {
        guard let value = value(name) else { return nil }
        guard case .array(let elements) = value else { throw mismatch(name, value, "[]interface {}") }
        return elements
    }

    /// An object member; `nil` when it is not there.
    func fields(_ name: String, type: String) throws(Refusal) -> BodyFields? {
        guard let value = value(name) else { return nil }
        return try BodyFields(value, type: type, parameter: parameter)
    }

    private func mismatch(_ name: String, _ value: JSONValue, _ expected: String) -> Refusal {
        .body(
            parameter,
            because:
                "json: cannot unmarshal \(Self.word(for: value)) into Go struct field \(type).\(name) of type \(expected)"
        )
    }

    private static func word(for value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .boolean: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// The member of an object; `nil` for other values.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// `nil` for what is no string.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// `nil` for what is no number.
    package var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number.value
    }

    /// `nil` for what is no boolean.
    package var boolean: Bool? {
        guard case .boolean(let boolean) = self else { return nil }
        return boolean
    }
}

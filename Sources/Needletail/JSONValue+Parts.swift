// SPDX-License-Identifier: Apache-2.0

import JSON

/// What answers consist of; `nil` where it is of another kind.
extension JSONValue {
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var float: Double? {
        guard case .number(let number) = self else { return nil }
        return number.value
    }
}

// SPDX-License-Identifier: Apache-2.0

import JSON
import PictureSources

/// Makes values of properties from what tables say.
enum ImportValue {
    /// The value as the property's type has it; `nil` for an empty field.
    ///
    /// - Parameter type: as definitions have it. What has a type of its own is left for the database to check.
    static func converted(_ property: SourceProperty, to type: String) throws(SourceFault) -> JSONValue? {
        guard property.value != .null else { return nil }
        guard property.isUntyped, case .string(let text) = property.value else { return property.value }
        // An empty text is a text, but an empty field says nothing.
        guard !text.isEmpty else { return nil }
        switch type {
        case "text", "string", "date", "uuid": return property.value
        case "int":
            guard let number = Int64(text) else { throw wrong(property, text, "a whole number") }
            return .number(JSONNumber(literal: String(number), value: Double(number)))
        case "number":
            guard let number = ColumnText.number(text) else { throw wrong(property, text, "a number") }
            return .number(number)
        case "boolean":
            switch text.lowercased() {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            default: throw wrong(property, text, "true or false")
            }
        default:
            // Lists, coordinates and the like, in their JSON form.
            guard let value = try? JSONValue(parsing: text) else { throw wrong(property, text, "\(type) as JSON") }
            return value
        }
    }

    private static func wrong(_ property: SourceProperty, _ text: String, _ expectation: String) -> SourceFault {
        SourceFault("its '\(property.name)' has to be \(expectation), not '\(text.prefix(100))'")
    }
}

// SPDX-License-Identifier: Apache-2.0

/// A JSON document as a tree (RFC 8259).
///
/// An array without arrays and objects in it takes no memory beyond the text it was read from: `JSONArray` decodes its
/// elements when they are asked for.
///
/// Texts are equal when their bytes are: unlike `String`'s own `==`, a composed `é` is not a decomposed one.
package enum JSONValue: Sendable {
    case null
    case boolean(Bool)
    case number(JSONNumber)
    case string(String)
    case array(JSONArray)
    case object(JSONObject)

    /// Reads one document; only white space may follow it.
    ///
    /// - Parameter depthLimit: how deep arrays and objects may nest, 1 to `JSONReader.greatestDepthLimit`.
    /// - Throws: what is wrong with the text, and where.
    /// - Complexity: linear in the length of the text.
    package init(parsing bytes: [UInt8], depthLimit: Int = JSONReader.defaultDepthLimit) throws(JSONError) {
        var reader = JSONReader(bytes, depthLimit: depthLimit)
        self = try reader.readValue()
        try reader.finish()
    }

    /// Reads one document; only white space may follow it.
    package init(parsing text: String, depthLimit: Int = JSONReader.defaultDepthLimit) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
    }

    /// An array of these elements.
    package static func array(_ elements: [JSONValue]) -> JSONValue { .array(JSONArray(elements)) }

    /// The compact text of this value.
    package var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    package var kind: JSONKind {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }
}

/// What a JSON value can be.
package enum JSONKind: Hashable, Sendable {
    case null, boolean, number, string, array, object
}

extension JSONValue: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.boolean, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        switch self {
        case .null: break
        case .boolean(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): ExactName(value).hash(into: &hasher)
        case .array(let values): hasher.combine(values)
        case .object(let value): hasher.combine(value)
        }
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

/// A number as it was written, and its value.
package struct JSONNumber: Hashable, Sendable {
    /// The literal as it stood in the text, e.g. `1.0`, `1e3`, `-0`. It is written back as it is.
    package var literal: String
    /// The nearest float64; never NaN or infinite.
    package var value: Double

    package init(literal: String, value: Double) {
        self.literal = literal
        self.value = value
    }

    package init(_ value: Int) {
        self.init(literal: String(value), value: Double(value))
    }

    /// - Parameter value: finite; written as `JSONWriter` writes it (`-1`, `5000000`, `4.89e-7`).
    package init(_ value: Double) {
        precondition(value.isFinite, "JSON has no number for \(value)")
        var writer = JSONWriter()
        writer.number(value)
        self.init(literal: String(decoding: writer.bytes, as: UTF8.self), value: value)
    }

    /// The integer, if the literal is one (no point, no exponent) and it fits.
    package var integer: Int? { Int(literal) }
}

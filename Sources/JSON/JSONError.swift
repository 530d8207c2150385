// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a JSON text, and where; worded as Go's `encoding/json` does, which clients know.
package struct JSONError: Error, Hashable, Sendable {
    /// What happened.
    package enum Reason: Hashable, Sendable {
        /// A byte that cannot stand there; `context` says what was being read.
        case invalidCharacter(UInt8, context: String)
        /// The text ends within a value.
        case unexpectedEnd
        /// A value of another kind than the caller asked for.
        case wrongKind(found: JSONKind, expected: JSONKind)
        /// A number whose magnitude is too large for `type`.
        case numberTooLarge(literal: String, type: String)
        /// More arrays and objects within each other than are allowed.
        case tooDeep(limit: Int)
        /// A string that is not UTF-8.
        case invalidUTF8
        /// Nobody waits for what is read any more; only of readers that look for it.
        case cancelled
    }

    package var reason: Reason
    /// The byte at which it shows, counted from 0.
    package var offset: Int

    package init(_ reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// For whoever sent the text.
    package var message: String {
        switch reason {
        case .invalidCharacter(let byte, let context): "invalid character \(Self.quoted(byte)) \(context)"
        case .unexpectedEnd: "unexpected end of JSON input"
        case .wrongKind(let found, let expected):
            "json: cannot unmarshal \(found.wordInGo) into Go value of type \(expected.typeInGo)"
        case .numberTooLarge(let literal, let type):
            "json: cannot unmarshal number \(literal) into Go value of type \(type)"
        case .tooDeep(let limit): "exceeded max depth: arrays and objects nest deeper than \(limit)"
        case .invalidUTF8: "invalid UTF-8 in string literal at byte \(offset)"
        case .cancelled: "the request was cancelled"
        }
    }

    /// The byte in single quotes, as Go's `quoteChar` shows it (a byte beyond ASCII as the Latin-1 character).
    private static func quoted(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): #"'\''"#
        case UInt8(ascii: "\""): #"'"'"#
        case UInt8(ascii: "\\"): #"'\\'"#
        case 0x07: #"'\a'"#
        case 0x08: #"'\b'"#
        case 0x09: #"'\t'"#
        case 0x0A: #"'\n'"#
        case 0x0B: #"'\v'"#
        case 0x0C: #"'\f'"#
        case 0x0D: #"'\r'"#
        case 0..<0x20, 0x7F: "'\\x\(hexadecimal(byte))'"
        case 0x80...0xA0, 0xAD: "'\\u00\(hexadecimal(byte))'"
        default: "'\(Character(Unicode.Scalar(byte)))'"
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
    }
}

extension JSONKind {
    /// What Go calls a value of this kind.
    fileprivate var wordInGo: String {
        switch self {
        case .null: "null"
        case .boolean: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The Go type that takes a value of this kind.
    fileprivate var typeInGo: String {
        switch self {
        case .null: "nil"
        case .boolean: "bool"
        case .number: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The value of a header with parameters: a `Content-Type` (RFC 9110, section 8.3) or a `Content-Disposition` (RFC 6266).
///
///     MediaType(parsing: #"multipart/form-data; boundary="a b""#)  // essence multipart/form-data, boundary `a b`
package struct MediaType: Sendable, Equatable {
    /// What stands before the first semicolon, in lower case, e.g. `image/jpeg`.
    package var essence: String
    /// In order, names in lower case, values without their quotes.
    package var parameters: [(name: String, value: String)]

    package static func == (left: Self, right: Self) -> Bool {
        left.essence == right.essence && left.parameters.elementsEqual(right.parameters, by: ==)
    }

    /// The first value of parameter `name`, given in lower case.
    package func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The part before the slash, e.g. `image`.
    package var mainType: Substring { essence.prefix { $0 != "/" } }

    /// `nil` for a text that is no such value: an empty one, a parameter without `=`, or quotes that do not end.
    package init?(parsing text: String) {
        var bytes = Array(text.utf8)[...]
        let first = Self.trimmed(bytes.prefix { $0 != UInt8(ascii: ";") })
        guard !first.isEmpty else { return nil }
        essence = String(decoding: first, as: UTF8.self).lowercased()
        parameters = []
        bytes = bytes.drop { $0 != UInt8(ascii: ";") }
        while bytes.popFirst() != nil {
            bytes = bytes.drop(while: Self.isBlank)
            // A semicolon with nothing behind it is left over.
            if bytes.isEmpty || bytes.first == UInt8(ascii: ";") { continue }
            let name = Self.trimmed(bytes.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") })
            bytes = bytes.drop { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") }
            guard bytes.popFirst() == UInt8(ascii: "="), !name.isEmpty else { return nil }
            bytes = bytes.drop(while: Self.isBlank)
            guard let value = Self.value(&bytes) else { return nil }
            parameters.append((String(decoding: name, as: UTF8.self).lowercased(), value))
        }
    }

    /// A token or a quoted string, and what follows up to the next semicolon, which has to be blank.
    private static func value(_ bytes: inout ArraySlice<UInt8>) -> String? {
        guard bytes.first == UInt8(ascii: "\"") else {
            let token = trimmed(bytes.prefix { $0 != UInt8(ascii: ";") })
            bytes = bytes.drop { $0 != UInt8(ascii: ";") }
            return String(validating: token, as: UTF8.self)
        }
        bytes.removeFirst()
        var value: [UInt8] = []
        while true {
            guard let byte = bytes.popFirst() else { return nil }
            if byte == UInt8(ascii: "\"") { break }
            // Browsers write a quote as %22 and leave backslashes as they are; others escape both with a backslash.
            if byte == UInt8(ascii: "\\"), let next = bytes.first, next == UInt8(ascii: "\"") || next == byte {
                value.append(next)
                bytes.removeFirst()
            } else {
                value.append(byte)
            }
        }
        bytes = bytes.drop(while: isBlank)
        guard bytes.isEmpty || bytes.first == UInt8(ascii: ";") else { return nil }
        return String(validating: value, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes
    }
}

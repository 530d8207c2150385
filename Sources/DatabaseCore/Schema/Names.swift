// SPDX-License-Identifier: Apache-2.0

/// Names of collections: a letter in upper case, then letters, digits and `_`; at most 255 characters.
package enum CollectionName {
    /// `name` with its first letter raised: `article` and `Article` are the same collection everywhere.
    package static func normalized(_ name: String) -> String { name.prefix(1).uppercased() + name.dropFirst() }

    package static func isValid(_ name: String) -> Bool {
        var bytes = name.utf8.makeIterator()
        guard let first = bytes.next(), (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first), name.utf8.count <= 255
        else { return false }
        return name.utf8.dropFirst().allSatisfy(isWordByte)
    }
}

/// Names of properties: a letter or `_`, then letters, digits and `_`; at most 231 characters.
package enum PropertyName {
    /// `name` with its first letter lowered.
    package static func normalized(_ name: String) -> String {
        // Nearly every name is in this form already: leave it without a copy.
        guard let first = name.utf8.first, !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return name }
        return name.prefix(1).lowercased() + name.dropFirst()
    }

    package static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, isWordByte(first), !isDigit(first), name.utf8.count <= 231 else {
            return false
        }
        return name.utf8.dropFirst().allSatisfy(isWordByte)
    }

    /// Names that mean something else in queries.
    package static let reserved: Set<String> = ["_additional", "_id", "id"]

    /// Endings that the original keeps for indexes of its own.
    package static let reservedSuffixes = [
        "_searchable", "_rangeable", "_temp", "__meta_count", "_propertyLength", "_nullState",
    ]
}

/// Names of vectors: a letter or `_`, then letters, digits and `_`; at most 230 characters.
package enum VectorName {
    package static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, isWordByte(first), !isDigit(first), name.utf8.count <= 230 else {
            return false
        }
        return name.utf8.dropFirst().allSatisfy(isWordByte)
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: isDigit(byte)
    }
}

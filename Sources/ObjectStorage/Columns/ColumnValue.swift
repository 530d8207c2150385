// SPDX-License-Identifier: Apache-2.0

import DataModel

/// What the values of a column are.
package enum ColumnKind: UInt8, Sendable {
    case int = 1
    case number, boolean, date, text
    /// Lists of texts.
    case texts

    /// - Returns: `nil` for types that have no columns; their values are read from the objects.
    package init?(_ type: PropertyType) {
        switch type {
        case .scalar(.int): self = .int
        case .scalar(.number): self = .number
        case .scalar(.boolean): self = .boolean
        case .scalar(.date): self = .date
        case .scalar(.text): self = .text
        case .array(.text): self = .texts
        case .scalar, .array, .reference: return nil
        }
    }
}

/// What a column holds of the value that a property of one object has.
enum ColumnValue: Hashable {
    case int(Int64)
    case number(Double)
    case boolean(Bool)
    /// - Parameter isCanonical: whether the date is shown as the instant itself is, in UTC.
    case date(Instant, isCanonical: Bool)
    /// UTF-8.
    case text([UInt8])
    case texts([[UInt8]])
    /// There is a value, too long for a column: it is read from the object.
    case elsewhere(ColumnKind)

    /// The longest text that is kept in a column, in bytes of UTF-8.
    static let maximumTextByteCount = 64
    /// What the texts of a list may have together, and how many there may be.
    static let maximumListByteCount = 256
    static let maximumElementCount = 64

    /// - Returns: `nil` for what has no column, and for lists without elements, which all who read columns take for no value.
    init?(_ value: PropertyValue) {
        switch value {
        case .int(let value): self = .int(value)
        case .number(let value): self = .number(value)
        case .boolean(let value): self = .boolean(value)
        case .date(let text):
            if let instant = Instant(text) {
                self = .date(instant, isCanonical: instant.description == text)
            } else {
                self = .elsewhere(.date)
            }
        case .text(let text):
            self = text.utf8.count <= Self.maximumTextByteCount ? .text(Array(text.utf8)) : .elsewhere(.text)
        case .array(let elements):
            guard case .text? = elements.first else { return nil }
            self = Self.list(elements) ?? .elsewhere(.texts)
        case .uuid, .blob, .blobHash, .geoCoordinates, .phoneNumber, .object, .references: return nil
        }
    }

    private static func list(_ elements: PropertyArray) -> ColumnValue? {
        guard elements.count <= maximumElementCount else { return nil }
        var texts: [[UInt8]] = []
        var byteCount = 0
        for element in elements {
            guard case .text(let text) = element else { return nil }
            byteCount += text.utf8.count
            guard byteCount <= maximumListByteCount else { return nil }
            texts.append(Array(text.utf8))
        }
        return .texts(texts)
    }

    var kind: ColumnKind {
        switch self {
        case .int: .int
        case .number: .number
        case .boolean: .boolean
        case .date: .date
        case .text: .text
        case .texts: .texts
        case .elsewhere(let kind): kind
        }
    }
}

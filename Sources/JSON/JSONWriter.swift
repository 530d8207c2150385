// SPDX-License-Identifier: Apache-2.0

import CCharConv

/// Writes one JSON text, compact, into bytes; puts the commas itself.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key("id"); writer.string(id)
/// writer.key("vector"); writer.floats(vector)
/// writer.endObject()
/// return .json(writer.bytes)
/// ```
/// Numbers and strings look as Go's `encoding/json` writes them without HTML escaping. The caller keeps the grammar: a
/// key before each value in an object, one end for each beginning.
package struct JSONWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    // MARK: Structure

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    package mutating func null() { word("null") }

    package mutating func boolean(_ value: Bool) { word(value ? "true" : "false") }

    package mutating func number(_ value: Int) { word(String(value)) }

    /// The shortest decimal that reads back as the same float64; plain from 1e-6 to below 1e21 (`5000000`), with an
    /// exponent outside (`4.89e-7`). JSON has no NaN and no infinity: they become `null`.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        // Safety: the function writes at most NT_CHARCONV_MAX bytes into a buffer of as many.
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(NT_CHARCONV_MAX)) { text in
            let count = unsafe nt_charconv_write_double(value, text.baseAddress)
            unsafe bytes.append(contentsOf: text[..<count])
        }
    }

    /// The shortest decimal that reads back as the same float32, laid out as for float64.
    package mutating func number(_ value: Float) {
        guard value.isFinite else { return null() }
        separate()
        appendDigits(of: value)
    }

    /// The literal as it is.
    package mutating func number(_ value: JSONNumber) { word(value.literal) }

    package mutating func string(_ value: String) {
        separate()
        var value = value
        // Safety: the bytes are only read while the closure runs.
        value.withUTF8 { text in unsafe appendQuoted(text.span) }
    }

    /// A string given as UTF-8, which must be valid.
    package mutating func string(utf8 value: Span<UInt8>) {
        separate()
        appendQuoted(value)
    }

    /// An array of float32, each the shortest decimal that reads back the same; what is not finite becomes `null`.
    package mutating func floats(_ values: [Float]) { floats(values.span) }

    /// An array of float32, each the shortest decimal that reads back the same; what is not finite becomes `null`.
    package mutating func floats(_ values: Span<Float>) {
        beginArray()
        // Some at a time, so that the room that they might take stays small.
        var index = 0
        while index < values.count {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let end = min(index + Self.floatsAtATime, values.count)
            append(values.extracting(index..<end))
            index = end
        }
        endArray()
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let value): boolean(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object): self.object(object)
        }
    }

    package mutating func object(_ object: JSONObject) {
        beginObject()
        for member in object.members {
            key(member.name)
            value(member.value)
        }
        endObject()
    }

    /// A value that is JSON text already, e.g. a stored one; not checked.
    package mutating func raw(_ text: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
    }

    /// A member, key and value.
    package mutating func member(_ name: String, _ value: JSONValue) {
        key(name)
        self.value(value)
    }

    // MARK: Plumbing

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func word(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    private static let floatsAtATime = 128

    /// Appends up to `floatsAtATime` numbers with commas between them.
    private mutating func append(_ values: Span<Float>) {
        let capacity = values.count * (Int(NT_CHARCONV_MAX) + 1)
        // Safety: the function reads `count` numbers, and writes at most NT_CHARCONV_MAX bytes and a comma for each of them.
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { text in
            let count = unsafe values.withUnsafeBufferPointer {
                unsafe nt_charconv_write_floats($0.baseAddress, $0.count, text.baseAddress)
            }
            unsafe bytes.append(contentsOf: text[..<count])
        }
    }

    private mutating func appendDigits(of value: Float) {
        // Safety: the function writes at most NT_CHARCONV_MAX bytes into a buffer of as many.
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(NT_CHARCONV_MAX)) { text in
            let count = unsafe nt_charconv_write_float(value, text.baseAddress)
            unsafe bytes.append(contentsOf: text[..<count])
        }
    }

    /// Escaped are the quotation mark, the backslash, control characters, and U+2028 and U+2029 (which JavaScript once
    /// took for line ends); `<`, `>` and `&` are not.
    private mutating func appendQuoted(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var copied = 0
        var index = 0
        while index < text.count {
            if index + 8 <= text.count {
                // Safety: the eight bytes lie inside the span.
                let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
                if !Self.mayNeedEscapes(word) {
                    index += 8
                    continue
                }
            }
            let byte = text[index]
            if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0xE2 {
                index += 1
                continue
            }
            var length = 1
            if byte == 0xE2 {
                // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
                guard index + 2 < text.count, text[index + 1] == 0x80, text[index + 2] | 1 == 0xA9 else {
                    index += 1
                    continue
                }
                length = 3
            }
            append(text.extracting(copied..<index))
            appendEscape(of: length == 3 ? 0x2020 | UInt16(text[index + 2] & 0xF) : UInt16(byte))
            index += length
            copied = index
        }
        append(text.extracting(copied..<text.count))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether one of eight bytes may be a quotation mark, a backslash, a control character, or the first byte of U+2028 or U+2029.
    private static func mayNeedEscapes(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let (mark, backslash, first) = (word ^ ones &* 0x22, word ^ ones &* 0x5C, word ^ ones &* 0xE2)
        // The highest bit of a byte is set where it was less than what is subtracted, and below the first such byte nowhere else.
        let found =
            (word &- ones &* 0x20) & ~word | (mark &- ones) & ~mark | (backslash &- ones) & ~backslash
            | (first &- ones) & ~first
        return found & (ones &* 0x80) != 0
    }

    private mutating func append(_ text: Span<UInt8>) {
        // Safety: the bytes are only read while the closure runs.
        unsafe text.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func appendEscape(of unit: UInt16) {
        bytes.append(UInt8(ascii: "\\"))
        switch unit {
        case 0x22, 0x5C: bytes.append(UInt8(unit))
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(UInt8(ascii: "u"))
            for shift in stride(from: 12, through: 0, by: -4) {
                // Safety: four bits are less than the 16 digits.
                bytes.append(unsafe digits.utf8Start[Int(unit >> UInt16(shift)) & 0xF])
            }
        }
    }
}

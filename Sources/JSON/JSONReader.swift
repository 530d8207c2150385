// SPDX-License-Identifier: Apache-2.0

/// A pull parser for one JSON text (RFC 8259), strict: no comments, no trailing commas, only UTF-8, no `NaN`.
///
/// The caller asks for what it expects, in order, and nothing is built that it did not ask for:
/// ```swift
/// var reader = JSONReader(request.body)
/// try reader.beginObject()
/// while let name = try reader.nextKey() {
///     switch name {
///     case "vector": vector = try reader.readFloats()
///     case "image": base64 = try reader.readStringBytes()  // no copy
///     default: try reader.skipValue()
///     }
/// }
/// try reader.finish()
/// ```
/// After an error the reader is of no further use. It is a value: a copy remembers a place to come back to.
package struct JSONReader: Sendable {
    package static let defaultDepthLimit = 512
    /// What the stack of a thread is sure to bear.
    package static let greatestDepthLimit = 1024

    /// The whole text.
    package let bytes: [UInt8]
    /// How deep arrays and objects may nest.
    package let depthLimit: Int
    /// The byte that is read next.
    package internal(set) var position: Int
    private var depth = 0
    /// Nothing of the innermost array or object has been read, so no comma is due.
    private var isAtStart = true

    /// - Parameters:
    ///   - position: where the value begins, as an earlier reader reported it.
    ///   - depthLimit: 1 to `greatestDepthLimit`.
    package init(_ bytes: [UInt8], from position: Int = 0, depthLimit: Int = Self.defaultDepthLimit) {
        precondition(
            1...Self.greatestDepthLimit ~= depthLimit,
            "a depth limit is 1 to \(Self.greatestDepthLimit), not \(depthLimit)")
        precondition(0...bytes.count ~= position, "position \(position) lies outside of \(bytes.count) bytes")
        self.bytes = bytes
        self.position = position
        self.depthLimit = depthLimit
    }

    // MARK: Structure

    /// What kind of value comes next.
    package mutating func peek() throws(JSONError) -> JSONKind {
        skipWhitespace()
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        default: throw invalid("looking for beginning of value")
        }
    }

    /// Enters an object; `nextKey` then goes through it.
    package mutating func beginObject() throws(JSONError) {
        try expect(.object)
        try enter()
    }

    /// The name of the next member, or `nil` after the last one.
    ///
    /// The caller reads or skips the value before it asks again.
    package mutating func nextKey() throws(JSONError) -> String? {
        guard try reachKey() else { return nil }
        let name = String(decoding: try readQuoted(), as: UTF8.self)
        try passColon()
        return name
    }

    /// Enters an array; `nextElement` then goes through it.
    package mutating func beginArray() throws(JSONError) {
        try expect(.array)
        try enter()
    }

    /// Whether another element follows; `false` after the last one. The caller reads or skips it before it asks again.
    package mutating func nextElement() throws(JSONError) -> Bool {
        skipWhitespace()
        if next == UInt8(ascii: "]") {
            leave()
            return false
        }
        if !isAtStart {
            guard next == UInt8(ascii: ",") else { throw invalid("after array element") }
            position += 1
        }
        isAtStart = false
        return true
    }

    /// Requires that only white space is left.
    package mutating func finish() throws(JSONError) {
        skipWhitespace()
        if position < bytes.count { throw invalid("after top-level value") }
    }

    // MARK: Values

    package mutating func readNull() throws(JSONError) {
        try expect(.null)
        try readLiteral("null")
    }

    package mutating func readBoolean() throws(JSONError) -> Bool {
        try expect(.boolean)
        if next == UInt8(ascii: "t") {
            try readLiteral("true")
            return true
        }
        try readLiteral("false")
        return false
    }

    /// A string, without its escapes. Half a surrogate pair becomes U+FFFD, as in Go.
    package mutating func readString() throws(JSONError) -> String {
        String(decoding: try readStringBytes(), as: UTF8.self)
    }

    /// The UTF-8 of a string, without its escapes.
    ///
    /// Not copied when the text has no escapes: the slice then lies in `bytes`.
    package mutating func readStringBytes() throws(JSONError) -> ArraySlice<UInt8> {
        try expect(.string)
        return try readQuoted()
    }

    /// A number as it is written and as float64. A magnitude too large for float64 is refused.
    package mutating func readNumber() throws(JSONError) -> JSONNumber {
        let range = try readNumberRange()
        let value = try number(in: range)
        return JSONNumber(literal: String(decoding: bytes[range], as: UTF8.self), value: value)
    }

    /// A number as float64, rounded to the nearest. A magnitude too large for float64 is refused.
    package mutating func readDouble() throws(JSONError) -> Double {
        try number(in: try readNumberRange())
    }

    /// The whole value as a tree.
    package mutating func readValue() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .null:
            try readNull()
            return .null
        case .boolean: return .boolean(try readBoolean())
        case .number: return .number(try readNumber())
        case .string: return .string(try readString())
        case .array:
            try beginArray()
            var elements: [JSONValue] = []
            while try nextElement() { elements.append(try readValue()) }
            return .array(elements)
        case .object:
            try beginObject()
            var object = JSONObject()
            while let name = try nextKey() { object[name] = try readValue() }
            return .object(object)
        }
    }

    /// Passes over the next value, which must be well-formed all the same.
    ///
    /// - Returns: where it lies in `bytes`.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        let kind = try peek()
        let start = position
        switch kind {
        case .null: try readNull()
        case .boolean: _ = try readBoolean()
        case .number: _ = try readNumberRange()
        case .string: try skipQuoted()
        case .array:
            try beginArray()
            while try nextElement() { try skipValue() }
        case .object:
            try beginObject()
            while try reachKey() {
                try skipQuoted()
                try passColon()
                try skipValue()
            }
        }
        return start..<position
    }

    // MARK: Plumbing

    /// The byte at `position`, or 0, which no value begins with, at the end.
    var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// The error for the byte at `position`.
    func invalid(_ context: String) -> JSONError {
        guard position < bytes.count else { return JSONError(.unexpectedEnd, offset: bytes.count) }
        return JSONError(.invalidCharacter(bytes[position], context: context), offset: position)
    }

    /// Requires that a value of this kind comes next.
    mutating func expect(_ kind: JSONKind) throws(JSONError) {
        let found = try peek()
        guard found == kind else { throw JSONError(.wrongKind(found: found, expected: kind), offset: position) }
    }

    private mutating func enter() throws(JSONError) {
        guard depth < depthLimit else { throw JSONError(.tooDeep(limit: depthLimit), offset: position) }
        depth += 1
        position += 1
        isAtStart = true
    }

    private mutating func leave() {
        depth -= 1
        position += 1
        isAtStart = false
    }

    private mutating func readLiteral(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            // Safety: `index` is less than the number of code units.
            let expected = unsafe word.utf8Start[index]
            guard next == expected else {
                throw invalid("in literal \(word) (expecting '\(Character(Unicode.Scalar(expected)))')")
            }
            position += 1
        }
    }

    /// Goes to the quotation mark of the next member's name; leaves the object if there is none.
    private mutating func reachKey() throws(JSONError) -> Bool {
        skipWhitespace()
        if next == UInt8(ascii: "}") {
            leave()
            return false
        }
        if !isAtStart {
            guard next == UInt8(ascii: ",") else { throw invalid("after object key:value pair") }
            position += 1
            skipWhitespace()
        }
        isAtStart = false
        guard next == UInt8(ascii: "\"") else { throw invalid("looking for beginning of object key string") }
        return true
    }

    private mutating func passColon() throws(JSONError) {
        skipWhitespace()
        guard next == UInt8(ascii: ":") else { throw invalid("after object key") }
        position += 1
    }
}

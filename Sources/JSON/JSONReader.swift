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
    /// From which position on the task's cancellation is looked at; beyond the end where nobody looks.
    private var nextLook: Int

    /// How much is read between two looks for cancellation: less than a millisecond's worth.
    static let bytesBetweenLooks = 64 << 10

    /// - Parameters:
    ///   - position: where the value begins, as an earlier reader reported it.
    ///   - depthLimit: 1 to `greatestDepthLimit`.
    ///   - looksForCancellation: whether reading ends with `JSONError.Reason.cancelled` soon after the task was cancelled: right for
    ///     what a client has sent, wrong for what is stored.
    package init(
        _ bytes: [UInt8], from position: Int = 0, depthLimit: Int = Self.defaultDepthLimit,
        looksForCancellation: Bool = false
    ) {
        precondition(
            1...Self.greatestDepthLimit ~= depthLimit,
            "a depth limit is 1 to \(Self.greatestDepthLimit), not \(depthLimit)")
        precondition(0...bytes.count ~= position, "position \(position) lies outside of \(bytes.count) bytes")
        self.bytes = bytes
        self.position = position
        self.depthLimit = depthLimit
        nextLook = looksForCancellation ? position : .max
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
        try lookForCancellation()
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

    /// The whole value as a tree. Arrays of scalars are checked and stay in the text (`JSONArray`).
    package mutating func readValue() throws(JSONError) -> JSONValue {
        switch try peek() {
        case .null:
            try readNull()
            return .null
        case .boolean: return .boolean(try readBoolean())
        case .number: return .number(try readNumber())
        case .string: return .string(try readString())
        case .array: return .array(try readArray())
        case .object: return .object(JSONObject(try readMembers()))
        }
    }

    /// An object that is checked now, with all that is in it, and decoded when it is asked for.
    ///
    /// - Returns: the object, and of how many parts it consists.
    package mutating func readDeferredObject() throws(JSONError) -> (object: JSONObject, tally: JSONTally) {
        try expect(.object)
        let start = position
        let tally = try checkValue()
        return (JSONObject(deferred: CheckedText(bytes: bytes, start: start)), tally)
    }

    mutating func readMembers() throws(JSONError) -> MemberTable {
        try beginObject()
        var table = MemberTable()
        while let name = try nextKey() { table[name] = try readValue() }
        return table
    }

    private mutating func readArray() throws(JSONError) -> JSONArray {
        var ahead = self
        if let count = try ahead.passScalars() {
            let text = CheckedText(bytes: bytes, start: position)
            self = ahead
            return JSONArray(scalarsIn: text, count: count)
        }
        try beginArray()
        var elements: [JSONValue] = []
        while try nextElement() { elements.append(try readValue()) }
        return JSONArray(elements)
    }

    /// Passes over an array and checks it, if there is no array and no object in it.
    ///
    /// - Returns: how many elements it has; `nil` at the first array or object, and the reader is of no further use then.
    private mutating func passScalars() throws(JSONError) -> Int? {
        try beginArray()
        var count = 0
        var tally = JSONTally()
        while try nextElement() {
            switch try peek() {
            case .array, .object: return nil
            case .null, .boolean, .number, .string: try pass(checkingNumbers: true, into: &tally)
            }
            count += 1
        }
        return count
    }

    /// Passes over the next value, which must be well-formed all the same.
    ///
    /// - Returns: where it lies in `bytes`.
    @discardableResult
    package mutating func skipValue() throws(JSONError) -> Range<Int> {
        skipWhitespace()
        let start = position
        var tally = JSONTally()
        try pass(checkingNumbers: false, into: &tally)
        return start..<position
    }

    /// Passes over the next value and throws whatever reading it would throw.
    ///
    /// - Returns: of how many parts it consists.
    package mutating func checkValue() throws(JSONError) -> JSONTally {
        var tally = JSONTally()
        try pass(checkingNumbers: true, into: &tally)
        return tally
    }

    /// - Parameter checkingNumbers: whether a number too large for float64 is an error.
    private mutating func pass(checkingNumbers: Bool, into tally: inout JSONTally) throws(JSONError) {
        switch try peek() {
        case .null:
            try readNull()
            tally.scalars += 1
        case .boolean:
            _ = try readBoolean()
            tally.scalars += 1
        case .number:
            let range = try readNumberRange()
            if checkingNumbers, mayBeTooLarge(range) { _ = try number(in: range) }
            tally.scalars += 1
        case .string:
            let start = position
            try skipQuoted()
            tally.texts += 1
            if position - start > JSONTally.longestShortText { tally.longTexts += 1 }
            tally.textBytes += position - start
        case .array:
            tally.containers += 1
            try beginArray()
            while try nextElement() { try pass(checkingNumbers: checkingNumbers, into: &tally) }
        case .object:
            tally.containers += 1
            try beginObject()
            while try reachKey() {
                let start = position
                try skipQuoted()
                tally.members += 1
                tally.textBytes += position - start
                try passColon()
                try pass(checkingNumbers: checkingNumbers, into: &tally)
            }
        }
    }

    /// Whether the well-formed number in `range` has an exponent, or more digits than any float64.
    private func mayBeTooLarge(_ range: Range<Int>) -> Bool {
        range.count > 300 || bytes[range].contains { $0 | 0x20 == UInt8(ascii: "e") }
    }

    // MARK: Plumbing

    /// To be called in every loop over the text.
    @inline(__always)
    mutating func lookForCancellation() throws(JSONError) {
        guard position >= nextLook else { return }
        if Task.isCancelled { throw JSONError(.cancelled, offset: position) }
        nextLook = position + Self.bytesBetweenLooks
    }

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
        try lookForCancellation()
        return true
    }

    private mutating func passColon() throws(JSONError) {
        skipWhitespace()
        guard next == UInt8(ascii: ":") else { throw invalid("after object key") }
        position += 1
    }
}

/// Of how many parts a value consists, at any depth: what it takes in memory is worked out from these.
package struct JSONTally: Hashable, Sendable {
    /// Numbers, booleans and nulls.
    package var scalars = 0
    /// Strings.
    package var texts = 0
    /// Those of them that a `String` does not hold within itself.
    package var longTexts = 0
    /// Members of objects.
    package var members = 0
    /// Arrays and objects.
    package var containers = 0
    /// Bytes of strings and of names of members, as they are written.
    package var textBytes = 0

    /// In bytes, as it is written, quotation marks included.
    static let longestShortText = 17

    package init() {}
}

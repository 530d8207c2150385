// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import DatabaseCore
import HTTPServer
import JSON

/// Reads a request body member by member, straight from its bytes.
///
/// JSON `null` counts as not given. Errors name the member by its place in the original's data model
/// (`Object.vector`), which is what clients see there. What is kept of the body is charged to the request's allowance
/// first; a request that has no memory left is refused with 413 or 503.
struct BodyReader {
    private var reader: JSONReader
    private let allowance: DecodingAllowance
    /// What the interface calls the body: part of the messages.
    let parameter: String

    /// Reads the body of a request.
    init(_ request: HTTPRequest, parameter: String = "body") throws(Refusal) {
        try self.init(
            request.body, parameter: parameter,
            allowance: DecodingAllowance(request.memory, bodyByteCount: request.body.count))
    }

    init(
        _ body: [UInt8], parameter: String = "body", allowance: DecodingAllowance = .unlimited
    ) throws(Refusal) {
        guard body.contains(where: { $0 > UInt8(ascii: " ") }) else { throw .missingBody(parameter) }
        reader = JSONReader(body, looksForCancellation: true)
        self.allowance = allowance
        self.parameter = parameter
    }

    // MARK: - Structure

    /// Goes through the members of an object; `body` reads or skips each one's value.
    ///
    /// - Parameter type: the original's name of the whole, for messages.
    mutating func members(
        ofType type: String, _ body: (inout Self, String) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard try !skipNull() else { return }
        let kind = try peek()
        guard kind == .object else { throw mismatch(kind, "Go value of type \(type)") }
        try step { (reader) throws(JSONError) in try reader.beginObject() }
        while let name = try nextKey() { try body(&self, name) }
    }

    /// Goes through the elements of an array; `body` reads or skips each one.
    mutating func elements(
        of place: String, ofType type: String, _ body: (inout Self, Int) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard try !skipNull() else { return }
        let kind = try peek()
        guard kind == .array else { throw mismatch(kind, "Go struct field \(place) of type []\(type)") }
        try step { (reader) throws(JSONError) in try reader.beginArray() }
        var position = 0
        while try step({ (reader) throws(JSONError) in try reader.nextElement() }) {
            try body(&self, position)
            position += 1
        }
    }

    /// Goes through the elements of a body that is an array; `body` reads or skips each one.
    ///
    /// - Parameter type: the original's name of an element, for messages.
    mutating func list(
        ofType type: String, _ body: (inout Self) throws(Refusal) -> Void
    ) throws(Refusal) {
        guard try !skipNull() else { return }
        let kind = try peek()
        guard kind == .array else { throw mismatch(kind, "Go value of type []\(type)") }
        try elements(of: "", ofType: type) { (reader, _) throws(Refusal) in try body(&reader) }
    }

    /// An element of a body that is an array of texts.
    mutating func element() throws(Refusal) -> String? {
        let kind = try peek()
        guard kind == .string || kind == .null else { throw mismatch(kind, "Go value of type string") }
        return try text("")
    }

    /// The same where the array has a type of its own; `body` is told each element's index.
    ///
    /// - Parameter type: the original's name of the whole, for messages.
    mutating func topLevelElements(
        ofType type: String, _ body: (inout Self, Int) throws(Refusal) -> Void
    ) throws(Refusal) {
        let kind = try peek()
        guard kind == .array || kind == .null else { throw mismatch(kind, "Go value of type \(type)") }
        try elements(of: "", ofType: type, body)
    }

    /// Whether the first element of the array that comes next is an array; the reader stays where it is.
    func startsWithArray() throws(Refusal) -> Bool {
        var ahead = reader
        return try step(&ahead) { (reader) throws(JSONError) in
            try reader.beginArray()
            guard try reader.nextElement() else { return false }
            return try reader.peek() == .array
        }
    }

    private mutating func nextKey() throws(Refusal) -> String? {
        try step { (reader) throws(JSONError) in try reader.nextKey() }
    }

    mutating func peek() throws(Refusal) -> JSONKind { try step { (reader) throws(JSONError) in try reader.peek() } }

    mutating func skip() throws(Refusal) {
        _ = try step { (reader) throws(JSONError) in try reader.skipValue() }
    }

    /// Passes over a `null`; `false` when something else comes.
    mutating func skipNull() throws(Refusal) -> Bool {
        guard try peek() == .null else { return false }
        try step { (reader) throws(JSONError) in try reader.readNull() }
        return true
    }

    // MARK: - Values

    mutating func text(_ place: String, type: String = "string") throws(Refusal) -> String? {
        let text = try scalar(.string, place, type) { (reader) throws(JSONError) in try reader.readString() }
        // Short ones are counted with what they are parts of.
        if let text, text.utf8.count >= 4096 { try charge(text.utf8.count) }
        return text
    }

    mutating func boolean(_ place: String) throws(Refusal) -> Bool? {
        try scalar(.boolean, place, "bool") { (reader) throws(JSONError) in try reader.readBoolean() }
    }

    mutating func number(_ place: String) throws(Refusal) -> JSONNumber? {
        try scalar(.number, place, "float64") { (reader) throws(JSONError) in try reader.readNumber() }
    }

    mutating func int(_ place: String) throws(Refusal) -> Int64? {
        let number = try scalar(.number, place, "int64") { (reader) throws(JSONError) in try reader.readNumber() }
        guard let number else { return nil }
        guard let int = Int64(number.literal) else {
            throw mismatch("number \(number.literal)", "Go struct field \(place) of type int64")
        }
        return int
    }

    /// Numbers as float32, read without a tree between.
    ///
    /// - Parameter limit: how many are kept; those behind are read, counted, and left out.
    /// - Returns: the numbers, and how many there are in the body.
    mutating func floats(
        _ place: String, keeping limit: Int = .max
    ) throws(Refusal) -> (values: [Float], count: Int)? {
        guard try !skipNull() else { return nil }
        let kind = try peek()
        guard kind == .array else { throw mismatch(kind, "Go struct field \(place) of type []float32") }
        let floats: (values: [Float], count: Int)
        do {
            floats = try reader.readFloats(keeping: limit)
        } catch {
            switch error.reason {
            case .wrongKind(let found, _): throw mismatch(found, "Go struct field \(place) of type float32")
            case .numberTooLarge(let literal, _):
                throw mismatch("number \(literal)", "Go struct field \(place) of type float32")
            case .invalidCharacter, .unexpectedEnd, .tooDeep, .invalidUTF8, .cancelled: throw refusal(error)
            }
        }
        // Once here and once in the transaction.
        try charge(2 * floats.values.count * MemoryLayout<Float>.stride)
        return floats
    }

    /// Any value, as a tree.
    mutating func value() throws(Refusal) -> JSONValue {
        var ahead = reader
        try charge(try step(&ahead) { (reader) throws(JSONError) in try reader.checkValue() })
        return try step { (reader) throws(JSONError) in try reader.readValue() }
    }

    /// An object that is checked now and decoded when it is asked for; any other value as a tree.
    ///
    /// - Returns: with where it stands in the body, for `chargeWords`.
    mutating func deferredObject() throws(Refusal) -> (value: JSONValue, place: Range<Int>) {
        guard try peek() == .object else { return (try value(), reader.position..<reader.position) }
        let start = reader.position
        let (object, tally) = try step { (reader) throws(JSONError) in try reader.readDeferredObject() }
        try charge(tally)
        return (.object(object), start..<reader.position)
    }

    /// Counts what indexing the words of an object's members will take.
    ///
    /// - Parameters:
    ///   - place: of an object that was read already.
    ///   - isIndexed: whether the words of a member are indexed, by its name; asked for objects that are long enough to matter.
    func chargeWords(ofObjectAt place: Range<Int>, isIndexed: (String) -> Bool) throws(Refusal) {
        guard place.count >= DecodingAllowance.shortestTextLookedAt else { return }
        var ahead = JSONReader(reader.bytes, from: place.lowerBound, looksForCancellation: true)
        var texts: [ArraySlice<UInt8>] = []
        do throws(JSONError) {
            try ahead.beginObject()
            while let name = try ahead.nextKey() {
                let value = try ahead.skipValue()
                if isIndexed(name) { texts.append(reader.bytes[value]) }
            }
        } catch {
            throw refusal(error)
        }
        do throws(DecodingAllowance.Refusal) { try allowance.chargeWords(of: texts) } catch { throw Refusal(error) }
    }

    // MARK: - Memory

    /// Counts what is about to be kept.
    func charge(_ byteCount: Int) throws(Refusal) {
        do throws(DecodingAllowance.Refusal) { try allowance.charge(byteCount) } catch { throw Refusal(error) }
    }

    private func charge(_ tally: JSONTally) throws(Refusal) {
        do throws(DecodingAllowance.Refusal) { try allowance.charge(tally) } catch { throw Refusal(error) }
    }

    // MARK: - Errors

    private mutating func scalar<Value>(
        _ kind: JSONKind, _ place: String, _ type: String, _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(Refusal) -> Value? {
        let found = try peek()
        if found == .null {
            _ = try skipNull()
            return nil
        }
        guard found == kind else { throw mismatch(found, "Go struct field \(place) of type \(type)") }
        return try step(body)
    }

    private mutating func step<Value>(
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(Refusal) -> Value {
        try step(&reader, body)
    }

    private func step<Value>(
        _ reader: inout JSONReader, _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(Refusal) -> Value {
        do {
            return try body(&reader)
        } catch {
            throw refusal(error)
        }
    }

    private func refusal(_ error: JSONError) -> Refusal {
        switch error.reason {
        case .unexpectedEnd: .body(parameter, because: "unexpected EOF")
        case .cancelled: ErrorMapping.refusal(.cancelled, in: .write)
        case .invalidCharacter, .wrongKind, .numberTooLarge, .tooDeep, .invalidUTF8:
            .body(parameter, because: error.message)
        }
    }

    func mismatch(_ found: JSONKind, _ expected: String) -> Refusal {
        switch found {
        case .null: mismatch("null", expected)
        case .boolean: mismatch("bool", expected)
        case .number: mismatch("number", expected)
        case .string: mismatch("string", expected)
        case .array: mismatch("array", expected)
        case .object: mismatch("object", expected)
        }
    }

    private func mismatch(_ found: String, _ expected: String) -> Refusal {
        .body(parameter, because: "json: cannot unmarshal \(found) into \(expected)")
    }
}

extension Refusal {
    /// No memory to decode a request, or never enough for this one: 413, or 503 if it may fit in a moment.
    init(_ refusal: DecodingAllowance.Refusal) {
        switch refusal {
        case .outOfProportion: self = .framework(413, code: 413, refusal.message)
        case .budget(let error): self.init(response: .refusal(error))
        }
    }
}

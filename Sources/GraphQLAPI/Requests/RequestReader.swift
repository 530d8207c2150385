// SPDX-License-Identifier: Apache-2.0

import APIVocabulary
import GraphQLLanguage
import JSON

/// Reads requests from a body, and charges what it keeps of them to the request's allowance before it grows much.
struct RequestReader {
    /// Why a body holds no request.
    enum Fault: Error {
        case json(JSONError)
        case memory(DecodingAllowance.Refusal)
    }

    /// How deep the values of variables may nest.
    private static let depthLimit = 100
    /// An `InputValue` is a box of its own, with a reference to it where it stands.
    private static let bytesOfValue = 64
    /// So much is kept without being charged, for the sake of speed.
    private static let uncharged = 16 << 10

    private var reader: JSONReader
    private let allowance: DecodingAllowance
    private var pendingBytes = 0

    init(_ bytes: [UInt8], allowance: DecodingAllowance) {
        reader = JSONReader(bytes, depthLimit: Self.depthLimit, looksForCancellation: true)
        self.allowance = allowance
    }

    mutating func request() throws(Fault) -> GraphQLRequest {
        var request = GraphQLRequest()
        try step { (reader) throws(JSONError) in try reader.beginObject() }
        while let name = try nextKey() {
            let isNull = try peek() == .null
            switch name {
            case "query" where !isNull:
                let text = try step { (reader) throws(JSONError) in try reader.readStringBytes() }
                try charge(text.count)
                request.query = Array(text)
            case "operationName" where !isNull: request.operationName = try text()
            case "variables" where !isNull:
                try step { (reader) throws(JSONError) in try reader.beginObject() }
                while let name = try nextKey() {
                    try charge(Self.bytesOfValue + name.utf8.count)
                    request.variables[name] = try value()
                }
            default: try step { (reader) throws(JSONError) in _ = try reader.skipValue() }
            }
        }
        return request
    }

    mutating func list(keeping limit: Int) throws(Fault) -> (requests: [GraphQLRequest], count: Int) {
        var requests: [GraphQLRequest] = []
        var count = 0
        try step { (reader) throws(JSONError) in try reader.beginArray() }
        while try nextElement() {
            if count < limit {
                requests.append(try request())
            } else {
                try step { (reader) throws(JSONError) in _ = try reader.skipValue() }
            }
            count += 1
        }
        return (requests, count)
    }

    /// Requires that nothing but white space follows.
    mutating func finish() throws(Fault) {
        try step { (reader) throws(JSONError) in try reader.finish() }
        try settle()
    }

    // MARK: Variables

    private mutating func value() throws(Fault) -> InputValue {
        try charge(Self.bytesOfValue)
        switch try peek() {
        case .null:
            try step { (reader) throws(JSONError) in try reader.readNull() }
            return .null
        case .boolean: return .boolean(try step { (reader) throws(JSONError) in try reader.readBoolean() })
        case .string: return .string(try text())
        case .number:
            let number = try step { (reader) throws(JSONError) in try reader.readNumber() }
            return number.integer.map { .int(Int64($0)) } ?? .float(number.value)
        case .array: return try list()
        case .object:
            var object = InputObject()
            try step { (reader) throws(JSONError) in try reader.beginObject() }
            while let name = try nextKey() {
                try charge(name.utf8.count)
                object.append(name, try value())
            }
            return .object(object)
        }
    }

    /// A list of small numbers alone becomes one array of them.
    private mutating func list() throws(Fault) -> InputValue {
        var numbers = NumberList([], isIntegral: true)
        try step { (reader) throws(JSONError) in try reader.beginArray() }
        while try nextElement() {
            guard try peek() == .number, let number = try smallNumber() else {
                return .list(try elements(behind: numbers))
            }
            // Growing, an array is there twice.
            try charge(2 * MemoryLayout<Double>.stride)
            numbers.isIntegral = numbers.isIntegral && number.isInteger
            numbers.values.append(number.value)
        }
        return numbers.values.isEmpty ? .list([]) : .numbers(numbers)
    }

    /// The number that comes next; `nil`, and nothing is read, for an integer that float64 may not hold exactly.
    private mutating func smallNumber() throws(Fault) -> (value: Double, isInteger: Bool)? {
        var ahead = reader
        let range = try step { (_) throws(JSONError) in try ahead.readNumberRange() }
        let isInteger = !reader.bytes[range].contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        if isInteger, range.count > 15 { return nil }
        return (try step { (reader) throws(JSONError) in try reader.readDouble() }, isInteger)
    }

    /// The rest of a list, one by one, behind the numbers that it begins with; an element has been reached.
    private mutating func elements(behind numbers: NumberList) throws(Fault) -> [InputValue] {
        try charge(numbers.values.count * Self.bytesOfValue)
        var elements = numbers.elements()
        repeat { elements.append(try value()) } while try nextElement()
        return elements
    }

    // MARK: Plumbing

    private mutating func text() throws(Fault) -> String {
        let text = try step { (reader) throws(JSONError) in try reader.readString() }
        try charge(text.utf8.count)
        return text
    }

    private mutating func peek() throws(Fault) -> JSONKind {
        try step { (reader) throws(JSONError) in try reader.peek() }
    }

    private mutating func nextKey() throws(Fault) -> String? {
        try step { (reader) throws(JSONError) in try reader.nextKey() }
    }

    private mutating func nextElement() throws(Fault) -> Bool {
        try step { (reader) throws(JSONError) in try reader.nextElement() }
    }

    private mutating func step<Value>(
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(Fault) -> Value {
        do throws(JSONError) { return try body(&reader) } catch { throw .json(error) }
    }

    private mutating func charge(_ byteCount: Int) throws(Fault) {
        pendingBytes += byteCount
        if pendingBytes > Self.uncharged { try settle() }
    }

    private mutating func settle() throws(Fault) {
        do throws(DecodingAllowance.Refusal) { try allowance.charge(pendingBytes) } catch { throw .memory(error) }
        pendingBytes = 0
    }
}

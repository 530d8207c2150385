// SPDX-License-Identifier: Apache-2.0

import GraphQLLanguage
import JSON

/// The body of a request: `{"query": …, "operationName": …, "variables": {…}}`.
struct GraphQLRequest: Sendable {
    /// Without the escapes of JSON; not copied where there were none.
    var query: [UInt8] = []
    var operationName: String?
    var variables: [String: InputValue] = [:]

    /// How deep the values of variables may nest.
    private static let depthLimit = 100

    /// Reads one request that `bytes` consist of.
    init(_ bytes: [UInt8]) throws(JSONError) {
        var reader = JSONReader(bytes, depthLimit: Self.depthLimit)
        try self.init(&reader)
        try reader.finish()
    }

    /// Reads the list of requests that `bytes` consist of.
    static func list(_ bytes: [UInt8]) throws(JSONError) -> [GraphQLRequest] {
        var reader = JSONReader(bytes, depthLimit: Self.depthLimit)
        var requests: [GraphQLRequest] = []
        try reader.beginArray()
        while try reader.nextElement() { requests.append(try GraphQLRequest(&reader)) }
        try reader.finish()
        return requests
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let name = try reader.nextKey() {
            let isNull = try reader.peek() == .null
            switch name {
            case "query" where !isNull: query = Array(try reader.readStringBytes())
            case "operationName" where !isNull: operationName = try reader.readString()
            case "variables" where !isNull:
                try reader.beginObject()
                while let name = try reader.nextKey() { variables[name] = try Self.value(&reader) }
            default: try reader.skipValue()
            }
        }
    }

    private static func value(_ reader: inout JSONReader) throws(JSONError) -> InputValue {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            return .null
        case .boolean: return .boolean(try reader.readBoolean())
        case .string: return .string(try reader.readString())
        case .number:
            let number = try reader.readNumber()
            return number.integer.map { .int(Int64($0)) } ?? .float(number.value)
        case .array: return try list(&reader)
        case .object:
            var object = InputObject()
            try reader.beginObject()
            while let name = try reader.nextKey() { object.append(name, try value(&reader)) }
            return .object(object)
        }
    }

    /// A list of small numbers alone becomes one array of them.
    private static func list(_ reader: inout JSONReader) throws(JSONError) -> InputValue {
        var elements: [InputValue] = []
        var numbers = NumberList([], isIntegral: true)
        try reader.beginArray()
        while try reader.nextElement() {
            guard elements.isEmpty, try reader.peek() == .number else {
                if !numbers.values.isEmpty {
                    elements = numbers.elements()
                    numbers.values = []
                }
                elements.append(try value(&reader))
                continue
            }
            var ahead = reader
            let range = try ahead.readNumberRange()
            let isInteger = !reader.bytes[range].contains { $0 == 0x2E || $0 | 0x20 == 0x65 }
            if isInteger, range.count > 15 {
                elements = numbers.elements()
                numbers.values = []
                elements.append(try value(&reader))
                continue
            }
            numbers.isIntegral = numbers.isIntegral && isInteger
            numbers.values.append(try reader.readDouble())
        }
        return numbers.values.isEmpty ? .list(elements) : .numbers(numbers)
    }
}

// SPDX-License-Identifier: Apache-2.0

import CCharConv

extension JSONReader {
    /// An array of numbers as float32, each rounded once, from the decimal text, to the nearest.
    ///
    /// - Throws: the position and kind of an element that is no number, or a number too large for float32.
    /// - Complexity: linear; about 20 ns a number of 9 digits.
    package mutating func readFloats() throws(JSONError) -> [Float] { try readFloats(keeping: .max).values }

    /// As `readFloats`, but of more than `limit` numbers only the first ones are kept; the others are read and counted.
    package mutating func readFloats(keeping limit: Int) throws(JSONError) -> (values: [Float], count: Int) {
        try beginArray()
        var floats: [Float] = []
        var count = 0
        while try nextElement() {
            skipWhitespace()
            let value = try readFloat()
            if count < limit { floats.append(value) }
            count += 1
        }
        return (floats, count)
    }

    /// A number as float32, rounded to the nearest.
    package mutating func readFloat() throws(JSONError) -> Float {
        skipWhitespace()
        var value: Float = 0
        var length = 0
        // Safety: `position` is within the bytes, which stay where they are while the closure runs.
        let outcome = unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return NTCharConvInvalid }
            return unsafe nt_charconv_read_float(start + position, bytes.count - position, &value, &length)
        }
        if outcome == NTCharConvTooLarge { throw tooLarge(position..<position + length, type: "float32") }
        let end = position + length
        // `1e]`: the number ends before the exponent that has no digits.
        let isBroken = end < bytes.count && bytes[end] | 0x20 == UInt8(ascii: "e")
        guard outcome == NTCharConvOK, !isBroken else {
            // Says what is wrong with it.
            _ = try readNumberRange()
            throw invalid("in numeric literal")
        }
        position = end
        return value
    }

    /// The extent of the next number; its grammar is checked, its value is not.
    package mutating func readNumberRange() throws(JSONError) -> Range<Int> {
        try expect(.number)
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        switch next {
        case UInt8(ascii: "0"): position += 1
        case UInt8(ascii: "1")...UInt8(ascii: "9"): skipDigits()
        default: throw invalid("in numeric literal")
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try requireDigits("after decimal point in numeric literal")
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try requireDigits("in exponent of numeric literal")
        }
        return start..<position
    }

    /// The value of the number in `range`, whose grammar has been checked.
    func number(in range: Range<Int>) throws(JSONError) -> Double {
        var value = 0.0
        var length = 0
        // Safety: `range` is within the bytes, which stay where they are while the closure runs.
        let outcome = unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return NTCharConvInvalid }
            return unsafe nt_charconv_read_double(start + range.lowerBound, range.count, &value, &length)
        }
        switch outcome {
        case NTCharConvOK:
            precondition(length == range.count, "read \(length) of the \(range.count) bytes of a number")
            return value
        case NTCharConvTooLarge: throw tooLarge(range, type: "float64")
        default: throw invalid("in numeric literal")
        }
    }

    /// The literal in the message is cut at 40 bytes.
    private func tooLarge(_ range: Range<Int>, type: String) -> JSONError {
        let literal = String(decoding: bytes[range].prefix(40), as: UTF8.self)
        return JSONError(
            .numberTooLarge(literal: range.count > 40 ? literal + "…" : literal, type: type), offset: range.lowerBound)
    }

    private mutating func skipDigits() {
        while UInt8(ascii: "0")...UInt8(ascii: "9") ~= next { position += 1 }
    }

    private mutating func requireDigits(_ context: String) throws(JSONError) {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= next else { throw invalid(context) }
        skipDigits()
    }
}

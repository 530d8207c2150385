// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import JSON

@Suite struct JSONNumberTests {
    private func floats(_ text: String) throws -> [Float] {
        var reader = JSONReader(Array(text.utf8))
        let floats = try reader.readFloats()
        try reader.finish()
        return floats
    }

    // Safety: a Swift string is passed with its NUL, and no end is asked for.
    private func nearestDouble(_ literal: String) -> Double { unsafe strtod(literal, nil) }
    private func nearestFloat(_ literal: String) -> Float { unsafe strtof(literal, nil) }

    @Test(arguments: [0, 1, 2, 2048])
    func `arrays of floats come back as they were written`(count: Int) throws {
        var random = SystemRandomNumberGenerator()
        let values = (0..<count).map { _ in Float.random(in: -1e3...1e3, using: &random) }
        var writer = JSONWriter()
        writer.floats(values)
        #expect(try floats(String(decoding: writer.bytes, as: UTF8.self)) == values)
    }

    @Test func `an array of floats has the same texts as the floats one by one`() {
        var random = SystemRandomNumberGenerator()
        let values = (0..<5_000).map { _ in Float(bitPattern: .random(in: 0...UInt32.max, using: &random)) }
        var (one, other) = (JSONWriter(), JSONWriter())
        one.beginArray()
        for value in values { one.number(value) }
        one.endArray()
        other.floats(values)
        #expect(one.bytes == other.bytes)
    }

    @Test func `every bit pattern of a finite number survives writing and reading`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let float = Float(bitPattern: random.next())
            let double = Double(bitPattern: random.next())
            guard float.isFinite, double.isFinite else { continue }
            var writer = JSONWriter()
            writer.beginArray()
            writer.number(float)
            writer.number(double)
            writer.endArray()
            var reader = JSONReader(writer.bytes)
            try reader.beginArray()
            _ = try reader.nextElement()
            #expect(try reader.readFloat().bitPattern == float.bitPattern)
            _ = try reader.nextElement()
            #expect(try reader.readDouble().bitPattern == double.bitPattern)
        }
    }

    @Test(arguments: [
        "0", "-0", "1", "-1.5", "1e3", "1E+3", "1e-3", "123456789012345678901234567890", "0.1", "1e-400", "-1e-400",
        "5e-324", "2.4703282292062327e-324",
        "1.7976931348623157e38", "9007199254740993", "0.000000000000000000000000000000000001", "3.4028234663852886e38",
        "1e-45", "1e-46", "7.0064923216240854e-46",
        "1.00000017881393432617187499", "1.00000017881393432617187500", "1.00000017881393432617187501", "8.589973e9",
        "0e999999999999999999999",
    ])
    func `numbers are rounded once, to the nearest, as strtod and strtof do it`(literal: String) throws {
        var reader = JSONReader(Array(literal.utf8))
        let number = try reader.readNumber()
        #expect(number.literal == literal)
        #expect(number.value.bitPattern == nearestDouble(literal).bitPattern)
        #expect(try floats("[\(literal)]").map(\.bitPattern) == [nearestFloat(literal).bitPattern])
    }

    @Test func `random decimal texts are rounded as strtod and strtof do it`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let digits = (0..<Int.random(in: 1...25, using: &random)).map { _ in
                String(Int.random(in: 0...9, using: &random))
            }.joined()
            let literal =
                "\(Int.random(in: 0...9, using: &random)).\(digits)e\(Int.random(in: -50...37, using: &random))"
            var reader = JSONReader(Array(literal.utf8))
            #expect(try reader.readDouble() == nearestDouble(literal), "\(literal)")
            #expect(try floats("[\(literal)]") == [nearestFloat(literal)], "\(literal)")
        }
    }

    @Test(arguments: ["1e309", "-1e309", "1e999999999999999999999", "123456789e301"])
    func `a number beyond float64 is refused`(literal: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: literal) }
        #expect(error?.message == "json: cannot unmarshal number \(literal) into Go value of type float64")
    }

    @Test(arguments: ["3.4028236e38", "-1e39", "1e400", "340282366920938463463374607431768211456"])
    func `a number beyond float32 is refused in a vector, with its place`(literal: String) {
        let error = #expect(throws: JSONError.self) { try floats("[1, \(literal)]") }
        #expect(error?.reason == .numberTooLarge(literal: literal, type: "float32"))
        #expect(error?.offset == 4)
    }

    @Test(arguments: [
        ("[1, \"2\"]", "json: cannot unmarshal string into Go value of type float64", 4),
        ("[null]", "json: cannot unmarshal null into Go value of type float64", 1),
        ("[[1]]", "json: cannot unmarshal array into Go value of type float64", 1),
        ("[1.]", "invalid character ']' after decimal point in numeric literal", 3),
        ("[01]", "invalid character '1' after array element", 2),
        ("[1.e5]", "invalid character 'e' after decimal point in numeric literal", 3),
        ("[1e]", "invalid character ']' in exponent of numeric literal", 3),
        ("[1e+]", "invalid character ']' in exponent of numeric literal", 4),
        ("[-]", "invalid character ']' in numeric literal", 2), ("[-a]", "invalid character 'a' in numeric literal", 2),
        ("[inf]", "invalid character 'i' looking for beginning of value", 1),
        ("[-inf]", "invalid character 'i' in numeric literal", 2),
        ("[nan]", "json: cannot unmarshal null into Go value of type float64", 1),
        ("[1", "unexpected end of JSON input", 2), ("[1,", "unexpected end of JSON input", 3),
        ("[", "unexpected end of JSON input", 1), ("[1.5", "unexpected end of JSON input", 4),
        ("[1 2]", "invalid character '2' after array element", 3),
        ("[.5]", "invalid character '.' looking for beginning of value", 1),
        ("[0x10]", "invalid character 'x' after array element", 2), ("[-", "unexpected end of JSON input", 2),
        ("{}", "json: cannot unmarshal object into Go value of type []interface {}", 0),
        ("[1e5", "unexpected end of JSON input", 4), ("[1e", "unexpected end of JSON input", 3),
    ])
    func `a broken vector is refused with the place`(text: String, message: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try floats(text) }
        #expect(error?.message == message)
        #expect(error?.offset == offset)
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (5e6, "5000000"), (4.89e-7, "4.89e-7"), (1e-6, "0.000001"),
            (9.99e-7, "9.99e-7"), (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (-1.5e300, "-1.5e+300"), (123456.789, "123456.789"), (0.1, "0.1"), (1e-10, "1e-10"),
            (1.25e-9, "1.25e-9"), (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (590295810358705651712, "590295810358705700000"),
            (100, "100"), (1.5, "1.5"), (12.5, "12.5"),
        ] as [(Double, String)])
    func `float64 is written as Go writes it`(value: Double, expected: String) {
        var writer = JSONWriter()
        writer.number(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
        #expect(JSONNumber(value).literal == expected)
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (16777216, "16777216"), (1e21, "1e+21"), (1e-6, "0.000001"), (9e-7, "9e-7"),
            (0.3333333432674408, "0.33333334"), (3.4028234663852886e38, "3.4028235e+38"),
            (.leastNonzeroMagnitude, "1e-45"), (-0.0, "-0"),
        ] as [(Float, String)])
    func `float32 is written with no more digits than it needs`(value: Float, expected: String) {
        var writer = JSONWriter()
        writer.number(value)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test func `what is not finite is written as null`() {
        var writer = JSONWriter()
        writer.floats([.nan, .infinity, -.infinity, 1])
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "[null,null,null,1]")
    }

    @Test(
        arguments: [
            ("12", 12), ("-0", 0), ("1.0", nil), ("1e3", nil), ("9223372036854775807", Int.max),
            ("9223372036854775808", nil),
        ] as [(String, Int?)])
    func `only a literal without point and exponent is an integer`(literal: String, integer: Int?) throws {
        var reader = JSONReader(Array(literal.utf8))
        #expect(try reader.readNumber().integer == integer)
    }
}

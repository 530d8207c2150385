// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import JSON

@Suite struct JSONReaderTests {
    @Test func `an object is read member by member, in order`() throws {
        var reader = JSONReader(Array(#" { "a" : 1 , "b" : [ true , null ] , "c" : { } } "#.utf8))
        try reader.beginObject()
        #expect(try reader.nextKey() == "a")
        #expect(try reader.readNumber().integer == 1)
        #expect(try reader.nextKey() == "b")
        try reader.beginArray()
        #expect(try reader.nextElement())
        #expect(try reader.readBoolean())
        #expect(try reader.nextElement())
        try reader.readNull()
        #expect(try !reader.nextElement())
        #expect(try reader.nextKey() == "c")
        try reader.beginObject()
        #expect(try reader.nextKey() == nil)
        #expect(try reader.nextKey() == nil)
        try reader.finish()
    }

    @Test func `a value that is passed over is reported as where it lies`() throws {
        let text = Array(#"{"skip": {"x": ["}", "\\\"", 1.5e3]}, "keep": 7}"#.utf8)
        var reader = JSONReader(text)
        try reader.beginObject()
        _ = try reader.nextKey()
        let range = try reader.skipValue()
        #expect(String(decoding: text[range], as: UTF8.self) == #"{"x": ["}", "\\\"", 1.5e3]}"#)
        #expect(try reader.nextKey() == "keep")
        #expect(try reader.readDouble() == 7)
        #expect(try reader.nextKey() == nil)
    }

    @Test func `a copy of the reader remembers a place to come back to`() throws {
        var reader = JSONReader(Array("[1,[2,3]]".utf8))
        try reader.beginArray()
        #expect(try reader.nextElement())
        try reader.skipValue()
        #expect(try reader.nextElement())
        var copy = reader
        try reader.skipValue()
        #expect(try copy.readFloats() == [2, 3])
        #expect(try !copy.nextElement())
        #expect(try !reader.nextElement())
    }

    @Test func `a reader that starts at a position reads the value there`() throws {
        let text = Array(#"{"a": [1, 2]}"#.utf8)
        var reader = JSONReader(text, from: 6)
        #expect(try reader.readFloats() == [1, 2])
        #expect(reader.position == 12)
    }

    @Test func `a string without escapes lies in the text, one with escapes is copied`() throws {
        let text = Array(#"["aGk=","a\/b"]"#.utf8)
        var reader = JSONReader(text)
        try reader.beginArray()
        #expect(try reader.nextElement())
        let plain = try reader.readStringBytes()
        #expect(plain.startIndex == 2 && plain.endIndex == 6)
        #expect(try reader.nextElement())
        #expect(try Array(reader.readStringBytes()) == Array("a/b".utf8))
    }

    @Test(arguments: [
        (#""""#, ""), (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud83d\ude00""#, "😀"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
        (#""\ud83d\n""#, "\u{FFFD}\n"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\u0000""#, "\0"),
        (#""é😀""#, "é😀"),
        (#""\uffff""#, "\u{FFFF}"), (#""\udbff\udfff""#, "\u{10FFFF}"),
    ])
    func `escapes stand for their characters, half a surrogate pair for U+FFFD`(text: String, expected: String) throws {
        var reader = JSONReader(Array(text.utf8))
        #expect(Array(try reader.readString().utf8) == Array(expected.utf8))
        try reader.finish()
    }

    @Test func `strings of every length around the word size end where they end`() throws {
        for length in 0...40 {
            for special in ["", "\\n", "é", "\\u00e9"] {
                for place in 0...length {
                    let before = String(repeating: "x", count: place)
                    let after = String(repeating: "y", count: length - place)
                    var reader = JSONReader(Array("\"\(before)\(special)\(after)\"".utf8))
                    let expected = special == "" ? "" : special == "\\n" ? "\n" : "é"
                    #expect(try reader.readString() == before + expected + after)
                    var other = JSONReader(reader.bytes)
                    #expect(try other.skipValue() == 0..<reader.bytes.count)
                }
            }
        }
    }

    @Test(arguments: [
        ("", "unexpected end of JSON input", 0), ("  ", "unexpected end of JSON input", 2),
        ("{", "unexpected end of JSON input", 1), (#"{"a""#, "unexpected end of JSON input", 4),
        (#"{"a":"#, "unexpected end of JSON input", 5), (#"{"a":1"#, "unexpected end of JSON input", 6),
        ("[1", "unexpected end of JSON input", 2), ("[1,", "unexpected end of JSON input", 3),
        (#""ab"#, "unexpected end of JSON input", 3), (#""ab\"#, "unexpected end of JSON input", 4),
        (#""\u00"#, "unexpected end of JSON input", 5), ("-", "unexpected end of JSON input", 1),
        ("1.", "unexpected end of JSON input", 2), ("1e", "unexpected end of JSON input", 2),
        ("1e+", "unexpected end of JSON input", 3),
        ("tru", "unexpected end of JSON input", 3), ("G", "invalid character 'G' looking for beginning of value", 0),
        ("{GraphQL", "invalid character 'G' looking for beginning of object key string", 1),
        (#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string", 7),
        ("{'a':1}", #"invalid character '\'' looking for beginning of object key string"#, 1),
        (#"{"a" 1}"#, "invalid character '1' after object key", 5),
        (#"{"a":1 "b":2}"#, #"invalid character '"' after object key:value pair"#, 7),
        (#"{"a":1]"#, "invalid character ']' after object key:value pair", 6),
        ("[1 2]", "invalid character '2' after array element", 3),
        ("[1}", "invalid character '}' after array element", 2),
        ("[1,]", "invalid character ']' looking for beginning of value", 3),
        ("[,1]", "invalid character ',' looking for beginning of value", 1),
        ("{} x", "invalid character 'x' after top-level value", 3),
        ("01", "invalid character '1' after top-level value", 1),
        ("-x", "invalid character 'x' in numeric literal", 1),
        ("+1", "invalid character '+' looking for beginning of value", 0),
        (".5", "invalid character '.' looking for beginning of value", 0),
        ("1.x", "invalid character 'x' after decimal point in numeric literal", 2),
        ("1.e5", "invalid character 'e' after decimal point in numeric literal", 2),
        ("1ex", "invalid character 'x' in exponent of numeric literal", 2),
        ("1e+x", "invalid character 'x' in exponent of numeric literal", 3),
        ("NaN", "invalid character 'N' looking for beginning of value", 0),
        ("nan", "invalid character 'a' in literal null (expecting 'u')", 1),
        ("trux", "invalid character 'x' in literal true (expecting 'e')", 3),
        ("falsx", "invalid character 'x' in literal false (expecting 'e')", 4),
        ("\"a\nb\"", #"invalid character '\n' in string literal"#, 2),
        ("\"\u{1}\"", #"invalid character '\x01' in string literal"#, 1),
        (#""\x""#, "invalid character 'x' in string escape code", 2),
        (#""\\\a""#, "invalid character 'a' in string escape code", 4),
        (#""\u12g4""#, #"invalid character 'g' in \u hexadecimal character escape"#, 5),
        (#""\ud83d\u12g4""#, #"invalid character 'g' in \u hexadecimal character escape"#, 11),
        ("é", "invalid character 'Ã' looking for beginning of value", 0),
        ("\u{7F}", #"invalid character '\x7f' looking for beginning of value"#, 0),
        ("\0", #"invalid character '\x00' looking for beginning of value"#, 0),
        ("\\", #"invalid character '\\' looking for beginning of value"#, 0),
    ])
    func `what is wrong is said in the words of Go, with the place`(text: String, message: String, offset: Int) {
        for read in [readTree, skip] {
            let error = #expect(throws: JSONError.self) { try read(text) }
            #expect(error?.message == message)
            #expect(error?.offset == offset)
        }
    }

    private let readTree: @Sendable (String) throws -> Void = { _ = try JSONValue(parsing: $0) }
    private let skip: @Sendable (String) throws -> Void = {
        var reader = JSONReader(Array($0.utf8))
        try reader.skipValue()
        try reader.finish()
    }

    @Test(
        arguments: [
            [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func `a string that is not UTF-8 is refused, wherever it lies`(bad: [UInt8]) {
        for prefix in ["", "0123456789", #"\n"#, "é"] {
            let text = Array("[\"\(prefix)".utf8) + bad + Array("zzzzzzzzzz\"]".utf8)
            for read in [
                { _ = try JSONValue(parsing: $0) },
                {
                    var reader = JSONReader($0); try reader.skipValue()
                },
            ] as [([UInt8]) throws -> Void] {
                let error = #expect(throws: JSONError.self) { try read(text) }
                #expect(error?.reason == .invalidUTF8)
                #expect(error?.offset == 2 + prefix.utf8.count)
            }
        }
    }

    @Test func `a value of another kind than expected is named`() {
        var reader = JSONReader(Array(#"  "text""#.utf8))
        let error = #expect(throws: JSONError.self) { try reader.beginObject() }
        #expect(error?.message == "json: cannot unmarshal string into Go value of type map[string]interface {}")
        #expect(error?.offset == 2)
    }

    @Test(arguments: [1, 2, 512, JSONReader.greatestDepthLimit])
    func `nesting up to the limit is read and one deeper is refused`(limit: Int) throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSONValue(parsing: nested(limit), depthLimit: limit)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(limit + 1), depthLimit: limit) }
        #expect(error?.reason == .tooDeep(limit: limit))
        var reader = JSONReader(nested(limit + 1), depthLimit: limit)
        #expect(throws: JSONError.self) { try reader.skipValue() }
    }

    @Test func `nesting counts how deep, not how many`() throws {
        let text = "[" + Array(repeating: "[{}]", count: 1000).joined(separator: ",") + "]"
        _ = try JSONValue(parsing: text, depthLimit: 3)
    }

    @Test func `a million unclosed brackets end in an error, not in a crash`() {
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }
}

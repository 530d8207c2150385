// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import JSON

@Suite struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1.0", "1e3", #""""#, #""é😀""#, "[]", "{}", "[1,[2,[]],{}]",
        #"{"a":{"b":[null,"c"]},"":0}"#,
        #""\"\\\b\f\n\r\t\u0000\u001f\u2028\u2029""#, #""<>&/\#u{7F}‧""#,
    ])
    func `compact text comes back byte for byte, literals of numbers included`(text: String) throws {
        #expect(String(decoding: try JSONValue(parsing: text).encoded, as: UTF8.self) == text)
    }

    @Test func `a name written twice keeps its last value, in its first place`() throws {
        let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
        #expect(String(decoding: value.encoded, as: UTF8.self) == #"{"a":3,"b":2}"#)
    }

    @Test func `names and texts are equal only when their bytes are`() throws {
        let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
        guard case .object(let object) = value else { throw JSONError(.unexpectedEnd, offset: 0) }
        #expect(object.count == 2)
        #expect(object["\u{E9}"] == .number(JSONNumber(1)))
        #expect(object["e\u{301}"] == .number(JSONNumber(2)))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(Set([JSONValue.string("\u{E9}"), .string("e\u{301}"), .string("\u{E9}")]).count == 2)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 10, 1000])
    func `members are found, replaced and removed, however many there are`(count: Int) {
        var object = JSONObject()
        for number in 0..<count {
            object["name \(number)"] = .number(JSONNumber(number))
            #expect(object.checkInvariants())
        }
        #expect(object.members.map(\.name) == (0..<count).map { "name \($0)" })
        #expect(object["name \(count)"] == nil)
        for number in 0..<count { #expect(object["name \(number)"] == .number(JSONNumber(number))) }
        for number in stride(from: 0, to: count, by: max(1, count / 7)) {
            object["name \(number)"] = .null
            #expect(object["name \(number)"] == .null)
            object["name \(number)"] = nil
            #expect(object["name \(number)"] == nil)
            #expect(object.checkInvariants())
        }
    }

    @Test func `removing a member that is not there changes nothing`() {
        var object: JSONObject = ["a": .null]
        object["b"] = nil
        #expect(object == ["a": .null])
    }

    @Test func `a large text of many kinds is read whole`() throws {
        let element = #"{"name":"\u00e9 and \"quotes\"","values":[1,2.5,-3e-2],"flag":true,"nothing":null}"#
        let text = "[" + Array(repeating: element, count: 2_000).joined(separator: ",\n ") + "]"
        guard case .array(let elements) = try JSONValue(parsing: text) else {
            throw JSONError(.unexpectedEnd, offset: 0)
        }
        #expect(elements.count == 2_000)
        #expect(Set(elements).count == 1)
    }

    @Test func `text that is JSON already is put in as it is`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.raw(Array("[1, 2]".utf8))
        writer.key("b")
        writer.raw(Array("null".utf8))
        writer.member("c", .boolean(true))
        writer.endObject()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[1, 2],"b":null,"c":true}"#)
    }

    @Test func `an array of scalars is the same read from a text and made of its elements`() throws {
        let text = #"[1, 2.50, -0, "\u00e9", true, null, 1e3]"#
        guard case .array(let read) = try JSONValue(parsing: text) else { throw JSONError(.unexpectedEnd, offset: 0) }
        let made = JSONArray(Array(read))
        #expect(read == made && read.hashValue == made.hashValue)
        #expect(read.count == 7 && read[1] == .number(JSONNumber(literal: "2.50", value: 2.5)))
        #expect(read.indices.map { read[$0] } == Array(read))
        #expect(JSONValue.array(read).encoded == Array(#"[1,2.50,-0,"é",true,null,1e3]"#.utf8))
    }

    @Test(arguments: ["[1, x]", #"["\q"]"#, "[1e400]", "[1,]", "[tru]", #"[1, "a]"#])
    func `an array of scalars is checked when it is read`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func `an object that stays in its text is the one that was written`() throws {
        let text = #"{"a": 1, "b": {"c": [1, [2]]}, "a": "last", "d": null}"#
        var reader = JSONReader(Array(text.utf8))
        let (deferred, tally) = try reader.readDeferredObject()
        try reader.finish()
        #expect(JSONValue.object(deferred) == (try JSONValue(parsing: text)))
        #expect(deferred.members.map(\.name) == ["a", "b", "d"] && deferred["a"] == .string("last"))
        #expect(tally.scalars == 4 && tally.texts == 1 && tally.longTexts == 0)
        #expect(tally.members == 5 && tally.containers == 4)
        var changed = deferred
        changed["b"] = nil
        #expect(changed == ["a": .string("last"), "d": .null] && deferred.count == 3)
    }

    @Test(arguments: [#"{"a": [1, {"b": 1e999}]}"#, #"{"a" 1}"#, #"{"a": {"b": nul}}"#])
    func `an object that stays in its text is checked when it is read`(text: String) {
        var reader = JSONReader(Array(text.utf8))
        #expect(throws: JSONError.self) { try reader.readDeferredObject() }
    }
}

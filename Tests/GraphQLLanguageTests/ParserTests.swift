// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import GraphQLLanguage

@Suite struct ParserTests {
    static func document(_ text: String, limits: GraphQLLimits = .init()) throws(GraphQLError) -> Document {
        try Document(parsing: SourceText(text), limits: limits)
    }

    /// The first argument of the first field.
    static func value(_ text: String) throws -> (value: Value, source: SourceText) {
        let document = try document("{ f(a: \(text)) }")
        guard case .field(let field) = document.operations[0].selections.selections[0] else {
            throw GraphQLError("no field")
        }
        return (field.arguments[0].value, document.source)
    }

    static func string(_ text: String) throws -> String {
        let (value, source) = try value(text)
        guard case .string(let literal) = value.kind else { throw GraphQLError("no string") }
        return source.string(literal)
    }

    static func syntaxError(_ text: String, limits: GraphQLLimits = .init()) -> String? {
        do {
            _ = try document(text, limits: limits)
            return nil
        } catch {
            return error.message
        }
    }

    // MARK: Structure

    @Test func `an anonymous query has fields with aliases, arguments and selections`() throws {
        let document = try Self.document("{ a: b(c: 1 d: $e) @skip(if: true) { f } }")
        let operation = document.operations[0]
        #expect(operation.kind == .query && operation.name == nil)
        guard case .field(let field) = operation.selections.selections[0] else { throw GraphQLError("no field") }
        #expect(field.alias?.text == "a" && field.name.text == "b" && field.responseKey == "a")
        #expect(field.arguments.map(\.name.text) == ["c", "d"])
        #expect(field.directives.map(\.name.text) == ["skip"])
        #expect(field.selections?.selections.count == 1)
    }

    @Test func `operations, variables with defaults and fragments are read`() throws {
        let document = try Self.document(
            "query Q($a: [Float!]! = [1.5], $b: Int) { ...F ... on T { x } ... { y } } fragment F on T { z }")
        let operation = document.operations[0]
        #expect(operation.name?.text == "Q")
        #expect(operation.variables.map { String(describing: $0.type) } == ["[Float!]!", "Int"])
        #expect(operation.variables[0].defaultValue != nil)
        #expect(operation.selections.selections.count == 3)
        #expect(document.fragments.map(\.typeCondition.text) == ["T"])
    }

    @Test(arguments: ["{f(a:1,b:2){c,d}}", "{ f(a: 1 b: 2) { c d } }", "\u{FEFF}#x\n{\tf(a:1\r\n,,b:2){c # y\nd}}"])
    func `commas, blanks, line ends, comments and byte order marks separate alike`(text: String) throws {
        let document = try Self.document(text)
        guard case .field(let field) = document.operations[0].selections.selections[0] else {
            throw GraphQLError("no field")
        }
        #expect(field.arguments.map(\.name.text) == ["a", "b"])
        #expect(field.selections?.selections.count == 2)
    }

    // MARK: Strings

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"),
        (#""\u00e9\uD83C\uDF4E""#, "é🍎"), (#""\uD83C""#, "\u{FFFD}"), (#""Straße 🍎""#, "Straße 🍎"),
        (#""0123456789012345678901234567890""#, "0123456789012345678901234567890"),
        (#""01234567890123456789012345678901""#, "01234567890123456789012345678901"),
        (#""012345678901234567890123456789012""#, "012345678901234567890123456789012"),
    ])
    func `a string stands for its characters`(text: String, expected: String) throws {
        #expect(try Self.string(text) == expected)
    }

    @Test(arguments: [
        (#""""a""""#, "a"), ("\"\"\"\n    a\n      b\n\n    c\n  \"\"\"", "a\n  b\n\nc"),
        (#""""a \""" b""""#, "a \"\"\" b"), (#""""a "quoted" \n""""#, #"a "quoted" \n"#), (#""""""""#, ""),
        ("\"\"\"first\r\n  second\"\"\"", "first\nsecond"),
    ])
    func `a block string loses its common indentation`(text: String, expected: String) throws {
        #expect(try Self.string(text) == expected)
    }

    @Test func `a string of ten million bytes is one value`() throws {
        let long = String(repeating: "A", count: 10_000_000)
        #expect(try Self.string("\"\(long)\"").utf8.count == 10_000_000)
    }

    // MARK: Numbers

    @Test func `a list of numbers is read as float64`() throws {
        let (value, _) = try Self.value("[1e0, -0.0 0,-1.5E-3\n123456789012345 0.1 1.7976931348623157e308 5e-324]")
        guard case .numbers(let list) = value.kind else { throw GraphQLError("no numbers") }
        #expect(
            list.values == [
                1, 0, 0, -0.0015, 123_456_789_012_345, 0.1, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
            ])
        #expect(list.values[1].sign == .minus)
        #expect(!list.isIntegral)
    }

    @Test func `numbers are rounded as the library rounds them`() throws {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<2_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let text = String(describing: value)
            let (list, _) = try Self.value("[0.5 \(text)]")
            guard case .numbers(let numbers) = list.kind else { throw GraphQLError("no numbers in \(text)") }
            #expect(numbers.values[1] == value)
        }
    }

    @Test func `integers are told from fractions`() throws {
        guard case .numbers(let list) = try Self.value("[1 2 -3]").value.kind else { throw GraphQLError("none") }
        #expect(list.isIntegral)
    }

    @Test(arguments: ["[]", "[1 $a]", "[1 [2]]", "[9007199254740993]", "[\"a\"]"])
    func `other lists are read one by one`(text: String) throws {
        guard case .list = try Self.value(text).value.kind else {
            Issue.record("\(text) was taken for a list of numbers")
            return
        }
    }

    // MARK: Errors

    @Test(arguments: [
        ("{ a(b 1) }", "Syntax Error GraphQL request (1:7) Expected :, found Int \"1\"\n\n1: { a(b 1) }\n         ^\n"),
        (
            " Aggregate { a }",
            "Syntax Error GraphQL request (1:2) Unexpected Name \"Aggregate\"\n\n1:  Aggregate { a }\n    ^\n"
        ),
        ("{ a ", "Syntax Error GraphQL request (1:5) Expected Name, found EOF\n\n1: { a \n       ^\n"),
        ("{ a } }", "Syntax Error GraphQL request (1:7) Unexpected }\n\n1: { a } }\n         ^\n"),
        (
            "{ a(b: null) }",
            "Syntax Error GraphQL request (1:8) Unexpected Name \"null\"\n\n1: { a(b: null) }\n          ^\n"
        ),
        (
            "{ a(b: ;) }",
            "Syntax Error GraphQL request (1:8) Unexpected character \";\".\n\n1: { a(b: ;) }\n          ^\n"
        ),
        (
            "{ a(b: 8..) }",
            "Syntax Error GraphQL request (1:10) Invalid number, expected digit but got: \".\".\n\n1: { a(b: 8..) }\n            ^\n"
        ),
        (
            "{ a(b: 01) }",
            "Syntax Error GraphQL request (1:9) Invalid number, unexpected digit after 0: \"1\".\n\n1: { a(b: 01) }\n           ^\n"
        ),
        ("{ a\n( }", "Syntax Error GraphQL request (2:3) Expected Name, found }\n\n1: { a\n2: ( }\n     ^\n"),
        ("", "Syntax Error GraphQL request (1:1) Unexpected EOF\n\n1: \n   ^\n"),
    ])
    func `a syntax error says what was expected and shows where`(text: String, message: String) {
        #expect(Self.syntaxError(text) == message)
    }

    @Test(arguments: [
        ("{ a(b: \"x", "(1:10) Unterminated string."), ("{ a(b: \"x\ny\") }", "(1:10) Unterminated string."),
        (#"{ a(b: "\x") }"#, #"(1:10) Invalid character escape sequence: \\x."#),
        (#"{ a(b: "\u12G4") }"#, #"(1:10) Invalid character escape sequence: \u12G4"#),
        ("{ a(b: \"\u{1}\") }", #"(1:9) Invalid character within String: "\u0001"."#),
        ("{ a(b: \"ßß", "(1:11) Unterminated string."),
        ("{ a ß }", #"(1:5) Unexpected character "\u00DF"."#), ("{ }", "(1:3) Expected Name, found }"),
        ("{ a() }", "(1:5) Expected Name, found )"), ("fragment on on T { a }", "(1:10) Unexpected Name \"on\""),
        ("query ($a: Int = $b) { a }", "(1:18) Unexpected $"), ("\"\"\"a", "(1:5) Unterminated string."),
    ])
    func `the place of an error is counted from one`(text: String, beginning: String) throws {
        let message = try #require(Self.syntaxError(text))
        #expect(message.hasPrefix("Syntax Error GraphQL request \(beginning)"))
    }

    @Test func `an error in a huge line shows only what is around it`() throws {
        let filler = String(repeating: "ß", count: 1_000_000)
        let message = try #require(Self.syntaxError("{ a(b: \"\(filler)\") ; { a(b: \"\(filler)\") } }"))
        #expect(message.utf8.count < 2_000)
        #expect(message.contains("Unexpected character \";\"."))
    }

    @Test func `an error repeats only the beginning of a long literal`() throws {
        let message = try #require(Self.syntaxError("{ a(b \"\(String(repeating: "x", count: 100_000))\") }"))
        #expect(message.utf8.count < 2_000)
    }

    // MARK: Limits

    @Test func `nesting up to the limit is read, one more is refused`() {
        func nested(_ levels: Int) -> String {
            "{ f(a: " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + ") }"
        }
        var limits = GraphQLLimits()
        limits.depth = 20
        #expect(Self.syntaxError(nested(19), limits: limits) == nil)
        #expect(Self.syntaxError(nested(20), limits: limits)?.contains("deeper than 20 levels") == true)
        #expect(Self.syntaxError(String(repeating: "{a", count: 1_000_000)) != nil)
    }

    @Test func `counts of nodes, numbers and definitions are limited`() {
        var limits = GraphQLLimits()
        limits.nodes = 3
        #expect(Self.syntaxError("{ a b c }", limits: limits) == nil)
        #expect(Self.syntaxError("{ a b c d }", limits: limits)?.contains("More than 3 fields") == true)
        limits = GraphQLLimits()
        limits.numbers = 2
        limits.nodes = 4
        #expect(Self.syntaxError("{ f(a: [1 2]) }", limits: limits) == nil)
        #expect(Self.syntaxError("{ f(a: [1 2 3]) }", limits: limits) != nil)
        limits = GraphQLLimits()
        limits.definitions = 1
        #expect(Self.syntaxError("{ a } { b }", limits: limits)?.contains("More than 1 operations") == true)
    }
}

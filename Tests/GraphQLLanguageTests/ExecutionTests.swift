// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GraphQLLanguage

@Suite struct ExecutionTests {
    private func document(_ text: String) throws -> Document { try Document(parsing: SourceText(text)) }

    private func variables(
        _ definitions: String, _ sent: [String: InputValue]
    ) throws -> [String: InputValue] {
        let document = try document("query Q(\(definitions)) { a }")
        return try document.operations[0].variableValues(
            from: sent, schema: ValidationTests.schema, source: document.source)
    }

    // MARK: Variables

    @Test func `variables take what was sent, else their default`() throws {
        let values = try variables("$a: Int = 3, $b: Int = 4, $c: Int", ["b": .int(5)])
        #expect(values == ["a": .int(3), "b": .int(5)])
    }

    @Test func `one value sent for a list becomes a list`() throws {
        #expect(try variables("$a: [String]", ["a": .string("x")]) == ["a": .list([.string("x")])])
    }

    @Test func `an integer has 64 bits`() throws {
        for number in [Int64.min, 3_000_000_000, .max] {
            #expect(try variables("$n: Int", ["n": .int(number)]) == ["n": .int(number)])
        }
    }

    @Test func `a list of numbers stays one array where floats are wanted`() throws {
        let numbers = InputValue.numbers(NumberList([1, 2.5], isIntegral: false))
        #expect(try variables("$a: [Float!]", ["a": numbers]) == ["a": numbers])
    }

    @Test(arguments: [
        ("$n: Int!", [:], "Variable \"$n\" of required type \"Int!\" was not provided."),
        (
            "$n: Int", ["n": InputValue.string("a")],
            "Variable \"$n\" got invalid value \"a\".\nExpected type \"Int\", found \"a\"."
        ),
        (
            "$n: Int", ["n": .float(0x1p63)],
            "Variable \"$n\" got invalid value 9.223372036854776e+18.\nExpected type \"Int\", found 9.223372036854776e+18. "
                + "Whole numbers must be between -9223372036854775808 and 9223372036854775807."
        ),
        (
            "$n: Int", ["n": .float(1.5)],
            "Variable \"$n\" got invalid value 1.5.\nExpected type \"Int\", found 1.5."
        ),
        (
            "$n: [Int]", ["n": .list([.int(1), .boolean(true)])],
            "Variable \"$n\" got invalid value [1,true].\nIn element #2: Expected type \"Int\", found true."
        ),
        (
            "$n: Where", ["n": .object(InputObject())],
            "Variable \"$n\" got invalid value {}.\nIn field \"groups\": Expected \"Int!\", found null."
        ),
        ("$n: Book", [:], "Variable \"$n\" expected value of type \"Book\" which cannot be used as an input type."),
    ])
    func `a value that does not fit is refused`(
        definitions: String, sent: [String: InputValue], message: String
    ) throws {
        let error = #expect(throws: GraphQLError.self) { try variables(definitions, sent) }
        #expect(error?.message == message)
        #expect(error?.offsets == [8])
    }

    // MARK: Arguments

    private func arguments(_ text: String, _ variables: [String: InputValue] = [:]) throws -> InputObject {
        let document = try document("{ Get { Book(\(text)) { title } } }")
        let collector = FieldCollector(document, schema: ValidationTests.schema, variables: variables)
        guard case .field(let get) = document.operations[0].selections.selections[0],
            case .field(let field)? = get.selections?.selections[0],
            case .object(let type)? = ValidationTests.schema.query.fields["Get"]?.type.namedType,
            let definition = type.fields["Book"]
        else { throw GraphQLError("not that shape") }
        return collector.arguments(of: field, definition: definition)
    }

    @Test func `literals become values`() throws {
        let object = try arguments(
            #"limit: -2 where: {operator: And path: "a\n" valueInt: 9007199254740993} vector: [1 2]"#)
        #expect(object["limit"] == .int(-2))
        guard case .object(let clause)? = object["where"] else { throw GraphQLError("no object") }
        #expect(clause["operator"] == .enumeration("And"))
        #expect(clause["path"] == .list([.string("a\n")]))
        #expect(clause["valueInt"] == .int(9_007_199_254_740_993))
        #expect(object["vector"] == .numbers(NumberList([1, 2], isIntegral: true)))
    }

    @Test func `variables stand for their values, and are left out without one`() throws {
        let object = try arguments("limit: $n where: {valueInt: [$n, 2] valueText: $t}", ["n": .int(7)])
        #expect(object["limit"] == .int(7))
        guard case .object(let clause)? = object["where"] else { throw GraphQLError("no object") }
        #expect(clause["valueInt"] == .list([.int(7), .int(2)]))
        #expect(clause["valueText"] == nil)
    }

    // MARK: Collecting

    private func keys(_ text: String, _ variables: [String: InputValue] = [:]) throws -> [String] {
        let document = try document(text)
        var collector = FieldCollector(document, schema: ValidationTests.schema, variables: variables)
        return try collector.fields(of: [document.operations[0].selections], on: ValidationTests.schema.query)
            .map(\.responseKey)
    }

    @Test func `fields keep the order of the query, and equal keys become one`() throws {
        #expect(try keys("{ b: Get { x } a: Get { x } b: Get { y } }") == ["b", "a"])
    }

    @Test func `skip and include leave fields and fragments out`() throws {
        let text = """
            query Q($yes: Boolean, $no: Boolean) {
              a: Get @skip(if: true) { x } b: Get @include(if: $no) { x } c: Get @include(if: $yes) @skip(if: $no) { x }
              ... @skip(if: $yes) { d: Get { x } } ...F @include(if: false)
            }
            fragment F on Root { e: Get { x } }
            """
        #expect(try keys(text, ["yes": .boolean(true), "no": .boolean(false)]) == ["c"])
    }

    @Test func `fragments apply to their type only`() throws {
        #expect(
            try keys("{ ...F ... on Book { b: Get { x } } ... { c: Get { x } } } fragment F on Root { a: Get { x } }")
                == ["a", "c"])
    }

    @Test func `fragments that multiply are stopped at the limit`() throws {
        var limits = GraphQLLimits()
        limits.collectedFields = 10
        let document = try document(
            "{ ...A } fragment A on Root { a: Get { x } b: Get { x } ...B } fragment B on Root { a: Get { x } }")
        var collector = FieldCollector(document, schema: ValidationTests.schema, variables: [:], limits: limits)
        _ = try collector.fields(of: [document.operations[0].selections], on: ValidationTests.schema.query)
        #expect(throws: GraphQLError.self) {
            while true {
                _ = try collector.fields(of: [document.operations[0].selections], on: ValidationTests.schema.query)
            }
        }
    }

    // MARK: Operations

    @Test func `the operation is chosen by name`() throws {
        let document = try document("query A { a } query B { b }")
        #expect(try document.operation(named: "B").name?.text == "B")
        #expect(throws: GraphQLError("Must provide operation name if query contains multiple operations.")) {
            try document.operation(named: nil)
        }
        #expect(throws: GraphQLError("Unknown operation named \"C\".")) { try document.operation(named: "C") }
    }

    @Test func `a document of fragments alone has no operation`() throws {
        #expect(throws: GraphQLError("Must provide an operation.")) {
            try document("fragment F on Book { title }").operation(named: nil)
        }
    }

    // MARK: Places

    @Test func `lines end at any kind of line end`() {
        let source = SourceText("a\nb\r\nc\rd")
        let places = source.locations(of: [7, 0, 2, 5, 100])
        #expect(places.map(\.line) == [4, 1, 2, 3, 4])
        #expect(places.map(\.column) == [1, 1, 1, 1, 2])
    }
}

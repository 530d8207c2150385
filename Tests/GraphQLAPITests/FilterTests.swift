// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import DatabaseTesting
import JSON
import Testing

@testable import GraphQLAPI

@Suite struct FilterTests {
    /// The filter that the database is asked for.
    private func filter(_ clause: String) async throws -> Filter? {
        let database = Fixture.database()
        #expect(try await database.messages("{ Get { Thing(where: {\(clause)}) { num } } }") == [])
        return database.queries.first?.filter
    }

    private func condition(_ clause: String) async throws -> FilterCondition? {
        if case .condition(let condition)? = try await filter(clause) { condition } else { nil }
    }

    @Test(arguments: [
        ("valueInt: 3", FilterValue.int(3)), ("valueInt: 9007199254740993", .int(9_007_199_254_740_993)),
        ("valueInt: [1 2]", .ints([1, 2])), ("valueInt: []", .ints([])),
        ("valueInt: [9007199254740993]", .ints([9_007_199_254_740_993])), ("valueNumber: 3", .number(3)),
        ("valueNumber: -1.5e1", .number(-15)), ("valueNumber: [1 2.5]", .numbers([1, 2.5])),
        ("valueText: \"a\"", .text("a")), ("valueString: \"a\"", .text("a")),
        ("valueText: [\"a\" \"b\"]", .texts(["a", "b"])),
        ("valueBoolean: true", .boolean(true)), ("valueBoolean: [true false]", .booleans([true, false])),
        ("valueDate: \"2020\"", .date("2020")), ("valueDate: [\"2020\"]", .dates(["2020"])),
        (
            "valueGeoRange: {geoCoordinates: {latitude: 1.5 longitude: 2} distance: {max: 100}}",
            .geoRange(center: GeoCoordinates(latitude: 1.5, longitude: 2), distanceInMeters: 100)
        ),
    ])
    func `every kind of value is read`(value: String, expected: FilterValue) async throws {
        #expect(try await condition("path: [\"p\"] operator: Equal \(value)")?.value == expected)
    }

    @Test(arguments: [
        (Int64.min, Int64.max), (1_641_628_187_827_904_801, 1_641_628_187_827_904_802), (0, 9_007_199_254_740_993),
    ])
    func `whole numbers are exact as literals and as variables, alone and in lists`(one: Int64, other: Int64)
        async throws
    {
        let numbers = [one, other, 1]
        let json = numbers.map { JSONValue.number(JSONNumber(literal: String($0), value: Double($0))) }
        let literals = numbers.map(String.init).joined(separator: " ")
        let database = Fixture.database()
        let query = """
            query($one: Int $list: [Int]) {
              Get {
                a: Thing(where: {path: "n" operator: Equal valueInt: \(one)}) { num }
                b: Thing(where: {path: "n" operator: ContainsAny valueInt: [\(literals)]}) { num }
                c: Thing(where: {path: "n" operator: Equal valueInt: $one}) { num }
                d: Thing(where: {path: "n" operator: ContainsAny valueInt: $list}) { num }
              }
            }
            """
        #expect(try await database.messages(query, variables: ["one": json[0], "list": .array(json)]) == [])
        let values = database.queries.compactMap { query -> FilterValue? in
            if case .condition(let condition)? = query.filter { condition.value } else { nil }
        }
        #expect(Set(values) == [.int(one), .ints(numbers)])
        #expect(values.count == 4)
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "[1 9223372036854775808]"])
    func `a whole number that fits no int64 is refused with the range`(literal: String) async throws {
        let range = "Whole numbers must be between -9223372036854775808 and 9223372036854775807."
        let messages = try await Fixture.database().messages(
            "{ Get { Thing(where: {path: \"n\" operator: Equal valueInt: \(literal)}) { num } } }")
        #expect(
            messages.first?.contains(literal.split(separator: " ").last.map(String.init)?.filter { $0 != "]" } ?? "-")
                == true)
        #expect(messages.first?.hasSuffix(range) == true, "\(messages)")
        let variable = try JSONValue(parsing: literal.replacing(" ", with: ","))
        let refused = try await Fixture.database().messages(
            "query($n: [Int]) { Get { Thing(where: {path: \"n\" operator: Equal valueInt: $n}) { num } } }",
            variables: ["n": variable])
        #expect(!refused.isEmpty)
    }

    @Test(arguments: [
        (#""n""#, FilterPath.property("n")), (#"["id"]"#, .id), (#"["_id"]"#, .id),
        (#"["_creationTimeUnix"]"#, .creationTime),
        (#"["_lastUpdateTimeUnix"]"#, .updateTime), (#"["len(n)"]"#, .length(of: "n")),
        (
            #"["author" "Author" "wrote" "Thing" "len(n)"]"#,
            .through(
                property: "author", collection: "Author",
                rest: .through(property: "wrote", collection: "Thing", rest: .length(of: "n")))
        ),
    ])
    func `every kind of path is read`(path: String, expected: FilterPath) async throws {
        #expect(try await condition("path: \(path) operator: Equal valueInt: 1")?.path == expected)
    }

    @Test(arguments: FilterComparison.allCases)
    func `every comparison is read`(comparison: FilterComparison) async throws {
        let name = comparison.rawValue.prefix(1).uppercased() + comparison.rawValue.dropFirst()
        #expect(try await condition("path: [\"n\"] operator: \(name) valueInt: 1")?.comparison == comparison)
    }

    @Test func `conditions are combined, one operand needs no list`() async throws {
        let one = Filter.condition(FilterCondition(path: .property("n"), comparison: .equal, value: .int(1)))
        let text = "{path: [\"n\"] operator: Equal valueInt: 1}"
        #expect(try await filter("operator: And operands: [\(text) \(text)]") == .and([one, one]))
        #expect(try await filter("operator: Or operands: \(text)") == .or([one]))
        #expect(
            try await filter("operator: Not operands: [{operator: Or operands: [\(text)]}]") == .not(.or([one])))
    }

    @Test(arguments: [
        ("", "unrecognized operator: "), ("path: [\"n\"] valueInt: 1", "unrecognized operator: "),
        ("operator: Equal path: [\"n\"]", "invalid where filter: got operator 'Equal', but no value<Type> field set"),
        ("operator: Equal valueInt: 1", "invalid where filter: field 'path': must have at least one element"),
        ("operator: And", "invalid where filter: operator 'And', but no operands set - add at least one operand"),
        (
            "operator: Not operands: []",
            "invalid where filter: operator 'Not', but no operands set - add at least one operand"
        ),
        (
            "operator: Equal path: [\"n\"] valueInt: 1 valueText: \"a\"",
            "invalid where filter: found more than one values the clause: 'valueInt', 'valueText'; give one of them"
        ),
        (
            "operator: Not operands: [{operator: Equal path: \"n\" valueInt: 1} {operator: Equal path: \"n\" valueInt: 1}]",
            "invalid where filter: too many children for operator \"Not\". Expected 1, given 2"
        ),
    ])
    func `a clause that lacks something is refused`(clause: String, message: String) async throws {
        let messages = try await Fixture.database().messages("{ Get { Thing(where: {\(clause)}) { num } } }")
        #expect(messages == ["could not extract filters: " + message])
    }

    @Test func `a path that ends at a class is refused`() async throws {
        let messages = try await Fixture.database().messages(
            "{ Get { Thing(where: {path: [\"author\" \"Author\"] operator: Equal valueInt: 1}) { num } } }")
        #expect(messages.first?.contains("'author' and a class need the name of a property") == true)
    }

    private static let pathQuery =
        "query($p: [String!]!) { Get { Thing(where: {path: $p operator: Equal valueInt: 1}) { num } } }"

    /// `references` steps to an author and back, then a property.
    private func longPath(_ references: Int) -> [String] {
        (0..<references).flatMap { _ in ["author", "Author"] } + ["x"]
    }

    @Test(arguments: [21, 100_000])
    func `a path through too many references is refused, as a variable and as a literal`(references: Int) async throws {
        let expected =
            "could not extract filters: invalid where filter: field 'path': more than 20 references one after another"
        let path = longPath(references)
        let database = Fixture.database()
        #expect(
            try await database.messages(Self.pathQuery, variables: ["p": .array(path.map { .string($0) })]) == [
                expected
            ])
        guard references < 50_000 else { return }
        let literal = path.map { "\"\($0)\"" }.joined(separator: " ")
        #expect(
            try await database.messages(
                "{ Get { Thing(where: {path: [\(literal)] operator: Equal valueInt: 1}) { num } } }") == [expected])
    }

    @Test func `a path through as many references as are allowed is read`() async throws {
        let database = Fixture.database()
        let path = longPath(20)
        #expect(
            try await database.messages(Self.pathQuery, variables: ["p": .array(path.map { .string($0) })]) == [])
        #expect(database.queries.count == 1)
    }

    @Test func `operators nest up to a limit`() async throws {
        func clause(depth: Int) -> String {
            (1..<depth).reduce("{path: \"n\" operator: Equal valueInt: 1}") { clause, _ in
                "{operator: Not operands: [\(clause)]}"
            }
        }
        let database = Fixture.database()
        #expect(try await database.messages("{ Get { Thing(where: \(clause(depth: 40))) { num } } }") == [])
        #expect(
            try await database.messages("{ Get { Thing(where: \(clause(depth: 41))) { num } } }") == [
                "could not extract filters: invalid where filter: operators nest deeper than 40 levels"
            ])
    }
}

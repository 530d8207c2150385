// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GraphQLLanguage

/// A schema like that of a database with two collections, and what is wrong with queries of it.
@Suite struct ValidationTests {
    static let schema: Schema = {
        let where_ = InputObjectType(name: "Where") {
            [
                InputDefinition(
                    "operator", .named(.enumeration(EnumerationType(name: "Operator", values: ["Equal", "And"])))),
                InputDefinition("path", .list(.named(.scalar(.string)))),
                InputDefinition("valueInt", .named(.scalar(ScalarType(name: "IntX", shape: .oneOrMore(.int))))),
                InputDefinition("valueText", .named(.scalar(ScalarType(name: "TextX", shape: .oneOrMore(.string))))),
                InputDefinition("groups", .nonNull(.named(.scalar(.int)))),
            ]
        }
        let author = ObjectType(name: "Author") { [FieldDefinition("name", .named(.scalar(.string)))] }
        let house = ObjectType(name: "House") { [FieldDefinition("staff", .named(.scalar(.int)))] }
        let either = UnionType(name: "Either") { [author, house] }
        let book = ObjectType(name: "Book") {
            [
                FieldDefinition("title", .named(.scalar(.string))), FieldDefinition("pages", .named(.scalar(.int))),
                FieldDefinition("by", .list(.named(.union(either)))),
            ]
        }
        let get = ObjectType(name: "Get") {
            [
                FieldDefinition("Book", .list(.named(.object(book)))) {
                    [
                        InputDefinition("limit", .named(.scalar(.int))),
                        InputDefinition("where", .named(.input(where_))),
                        InputDefinition("vector", .named(.scalar(ScalarType(name: "Any", shape: .any)))),
                        InputDefinition("floats", .list(.named(.scalar(.float)))),
                    ]
                },
                FieldDefinition("Image", .list(.named(.object(book)))) {
                    [InputDefinition("image", .nonNull(.named(.scalar(.string))))]
                },
                FieldDefinition("Author", .list(.named(.object(author)))),
            ]
        }
        let types: [String: NamedType] = [
            "Author": .object(author), "House": .object(house), "Book": .object(book), "Either": .union(either),
        ]
        return Schema(query: ObjectType(name: "Root") { [FieldDefinition("Get", .named(.object(get)))] }) { types[$0] }
    }()

    static func errors(_ text: String, limits: GraphQLLimits = .init()) throws -> [String] {
        let document = try Document(parsing: SourceText(text), limits: limits)
        return document.validate(against: schema, limits: limits).map { error in
            let places = document.source.locations(of: error.offsets).map { "\($0.line):\($0.column)" }
            return "\(places.joined(separator: " ")) \(error.message)"
        }
    }

    @Test(arguments: [
        "{ Get { Book { title } } }", "{ __schema { queryType { name } } __type(name: \"Book\") { name } __typename }",
        "query Q($n: Int = 3, $v: [Float]!) { Get { Book(limit: $n vector: $v floats: $v) { title } } }",
        "query Q($t: String!, $l: [String!]) { Get { Book(where: {groups: 1 valueText: $t}) { title } Author { name } a: Book(where: {groups: 1 valueText: $l}) { title } } }",
        "{ Get { Book { by { __typename ... on Author { name } ...H } } } } fragment H on House { staff }",
        "{ Get { Book(where: {path: \"a\" operator: Equal valueInt: [1, 2] groups: 3}) { title } } }",
        "{ Get { Book { title } Book { pages } } }",
    ])
    func `a right document has no errors`(text: String) throws {
        #expect(try Self.errors(text) == [])
    }

    @Test(arguments: [
        ("{ Get { Bok { title } } }", "1:9 Cannot query field \"Bok\" on type \"Get\". Did you mean \"Book\"?"),
        ("{ Get { Book { titel } } }", "1:16 Cannot query field \"titel\" on type \"Book\". Did you mean \"title\"?"),
        (
            "{ Get { Book { by { name } } } }",
            "1:21 Cannot query field \"name\" on type \"Either\". Did you mean to use an inline fragment on \"Author\"?"
        ),
        (
            "{ Get { Book(nosuch: 1) { title } } }",
            "1:14 Unknown argument \"nosuch\" on field \"Book\" of type \"Get\"."
        ),
        (
            "{ Get { Book(limit: \"two\") { title } } }",
            "1:21 Argument \"limit\" has invalid value \"two\".\nExpected type \"Int\", found \"two\"."
        ),
        (
            "{ Get { Book(limit: 3000000000) { title } } }",
            "1:21 Argument \"limit\" has invalid value 3000000000.\nExpected type \"Int\", found 3000000000."
        ),
        (
            "{ Get { Book(limit: [1]) { title } } }",
            "1:21 Argument \"limit\" has invalid value [1].\nExpected type \"Int\", found [1]."
        ),
        (
            "{ Get { Book(where: {path:[\"a\"] operator:Same groups:1}) { title } } }",
            "1:21 Argument \"where\" has invalid value {path: [\"a\"], operator: Same, groups: 1}.\nIn field \"operator\": Expected type \"Operator\", found Same."
        ),
        (
            "{ Get { Book(where: {x: 1}) { title } } }",
            "1:21 Argument \"where\" has invalid value {x: 1}.\nIn field \"x\": Unknown field.\nIn field \"groups\": Expected \"Int!\", found null."
        ),
        (
            "{ Get { Book(where: 1) { title } } }",
            "1:21 Argument \"where\" has invalid value 1.\nExpected \"Where\", found not an object."
        ),
        (
            "{ Get { Book(where: {groups: 1 valueInt: [1, 2.5]}) { title } } }",
            "1:21 Argument \"where\" has invalid value {groups: 1, valueInt: [1, 2.5]}.\nIn field \"valueInt\": Expected type \"IntX\", found [1, 2.5]."
        ),
        (
            "{ Get { Book(floats: [1, \"a\"]) { title } } }",
            "1:22 Argument \"floats\" has invalid value [1, \"a\"].\nIn element #2: Expected type \"Float\", found \"a\"."
        ),
        ("{ Get { Book } }", "1:9 Field \"Book\" of type \"[Book]\" must have a sub selection."),
        ("{ Get { Book { title { x } } } }", "1:22 Field \"title\" of type \"String\" must not have a sub selection."),
        (
            "{ Get { Image { title } } }",
            "1:9 Field \"Image\" argument \"image\" of type \"String!\" is required but not provided."
        ),
        ("{ Get { Book(limit: 1 limit: 2) { title } } }", "1:14 1:23 There can be only one argument named \"limit\"."),
        (
            "{ Get { Book(where: {groups: 1 groups: 2}) { title } } }",
            "1:22 1:32 There can be only one input field named \"groups\"."
        ),
        ("{ Get { Book { title @upper } } }", "1:22 Unknown directive \"upper\"."),
        (
            "{ Get { Book { title @skip } } }",
            "1:22 Directive \"@skip\" argument \"if\" of type \"Boolean!\" is required but not provided."
        ),
        ("{ Get { Book { ...F } } }", "1:19 Unknown fragment \"F\"."),
        ("{ Get { Book { by { ... on Titel { name } } } } }", "1:28 Unknown type \"Titel\"."),
        (
            "{ Get { Book { ... on Author { name } } } }",
            "1:16 Fragment cannot be spread here as objects of type \"Book\" can never be of type \"Author\"."
        ),
        ("{ Get { Book { ... on Int { name } } } }", "1:23 Fragment cannot condition on non composite type \"Int\"."),
        ("query Q($n: Nothing) { Get { Book(limit: $n) { title } } }", "1:13 Unknown type \"Nothing\"."),
        ("query Q($n: Int) { Get { Book { title } } }", "1:9 Variable \"$n\" is never used in operation \"Q\"."),
        (
            "query Q { Get { Book(limit: $n) { title } } }",
            "1:29 1:1 Variable \"$n\" is not defined by operation \"Q\"."
        ),
        (
            "query Q($t: String) { Get { Book(limit: $t) { title } } }",
            "1:9 1:41 Variable \"$t\" of type \"String\" used in position expecting type \"Int\"."
        ),
        (
            "query Q($t: String) { Get { Image(image: $t) { title } } }",
            "1:9 1:42 Variable \"$t\" of type \"String\" used in position expecting type \"String!\"."
        ),
        (
            "query Q($n: Int = \"a\") { Get { Book(limit: $n) { title } } }",
            "1:19 Variable \"$n\" has invalid default value: \"a\".\nExpected type \"Int\", found \"a\"."
        ),
        (
            "query Q($n: Int! = 1) { Get { Book(limit: $n) { title } } }",
            "1:20 Variable \"$n\" of type \"Int!\" is required and will not use the default value. Perhaps you meant to use type \"Int\"."
        ),
        (
            "query Q($n: Book) { Get { Book(limit: $n) { title } } }",
            "1:13 Variable \"$n\" cannot be non-input type \"Book\"."
        ),
        (
            "{ Get { a: Book { title } a: Author { name } } }",
            "1:9 1:27 Fields \"a\" conflict because Book and Author are different fields. Use different aliases on the fields to fetch both if this was intentional."
        ),
        (
            "{ Get { Book(limit: 1) { title } Book(limit: 2) { title } } }",
            "1:9 1:34 Fields \"Book\" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional."
        ),
        (
            "{ Get { Book { by { ... on Author { x: name } ... on House { x: staff } } } } }",
            "1:37 1:62 Fields \"x\" conflict because they return conflicting types String and Int. Use different aliases on the fields to fetch both if this was intentional."
        ),
    ])
    func `an error is found at its place`(text: String, error: String) throws {
        let errors = try Self.errors(text)
        #expect(errors.first?.hasPrefix(error) == true, "\(errors)")
    }

    @Test func `a message stays short however much it has to say`() throws {
        // Each as long as a name may be.
        let names = (0..<100).map { "n\($0)" + String(repeating: "n", count: 390) }
        let fields = names.map { "\($0): 1" }.joined(separator: " ")
        let errors = try Self.errors("{ Get { Book(where: {\(fields)}) { title } } }")
        #expect(!errors.isEmpty)
        for error in errors { #expect(error.utf8.count < 5_050, "\(error.prefix(100))") }
    }

    @Test(arguments: ["x", "ä", "🍎"]) func `a message is cut between characters`(letter: String) {
        let cut = GraphQLError("a" + String(repeating: letter, count: 5_000)).message
        #expect(cut.hasSuffix("\(letter)..."))
        #expect((4_999...5_003).contains(cut.utf8.count))
        let whole = String(repeating: "x", count: 5_000)
        #expect(GraphQLError(whole).message == whole)
    }

    @Test func `errors come in the order of the text, those of the whole document last`() throws {
        #expect(
            try Self.errors("fragment F on X { y }") == [
                "1:15 Unknown type \"X\".", "1:1 Fragment \"F\" is never used.",
            ])
        #expect(
            try Self.errors("{ Get { Book { a } Author { b } } }").map { $0.prefix(4) } == ["1:16", "1:29"])
    }

    @Test func `fragments that contain each other are found and not followed`() throws {
        let errors = try Self.errors(
            "{ Get { Book { ...A } } } fragment A on Book { title ...B } fragment B on Book { ...A }")
        #expect(errors == ["1:54 1:82 Cannot spread fragment \"A\" within itself via B."])
    }

    @Test func `fields under one key whose fragment spreads itself are not followed`() throws {
        let errors = try Self.errors(
            "{ Get { ...A } Get { ...A } } fragment A on Root { Get { ...A } Get { ...A } }")
        #expect(errors.contains { $0.hasSuffix("Cannot spread fragment \"A\" within itself.") })
    }

    @Test func `nesting through fragments counts as nesting`() throws {
        func chain(_ count: Int) -> String {
            let fragments = (0..<count).map {
                "fragment F\($0) on Book { \($0 + 1 < count ? "...F\($0 + 1)" : "title") }"
            }
            return "{ Get { Book { ...F0 } } } " + fragments.joined(separator: " ")
        }
        var limits = GraphQLLimits()
        limits.depth = 10
        #expect(try Self.errors(chain(6), limits: limits) == [])
        #expect(try Self.errors(chain(11), limits: limits).first?.contains("deeper than 10 levels") == true)
        #expect(try Self.errors(chain(900)).first?.contains("deeper than 100 levels") == true)
    }

    @Test func `the only anonymous operation stands alone and names are unique`() throws {
        #expect(
            try Self.errors("{ Get { Book { title } } } query A { __typename } query A { __typename }") == [
                "1:1 This anonymous operation must be the only defined operation.",
                "1:34 1:57 There can only be one operation named \"A\".",
            ])
    }

    @Test func `the number of errors and of comparisons is limited`() throws {
        var limits = GraphQLLimits()
        limits.errors = 3
        #expect(try Self.errors("{ a b c d e }", limits: limits).count == 3)
        limits.comparisons = 6
        let repeated = String(repeating: "title ", count: 5)
        #expect(
            try Self.errors("{ Get { Book { \(repeated) } } }", limits: limits).first?.contains("more often") == true)
        limits.comparisons = 7
        #expect(try Self.errors("{ Get { Book { \(repeated) } } }", limits: limits).isEmpty)
    }

    @Test func `an error repeats only the beginning of a long literal`() throws {
        let long = String(repeating: "é", count: 100_000)
        let errors = try Self.errors("{ Get { Book(limit: \"\(long)\") { title } } }")
        #expect(errors.count == 1 && errors[0].utf8.count < 1_000)
    }

    @Test func `copies of a field are looked at once each, however long their arguments are`() throws {
        let long = String(repeating: "x", count: 2_000)
        let fields = String(
            repeating: "Book(vector: {a: [\"\(long)\", 1] b: 2}) { title by { __typename } } ", count: 500)
        let other = "Book(vector: {b: 2 a: [\"\(long)\", 1]}) { title }"
        var limits = GraphQLLimits()
        limits.comparisons = 20_000
        let errors = try Self.errors("{ Get { \(fields) \(other) } }", limits: limits)
        #expect(!errors.contains { $0.contains("conflict") || $0.contains("more often") }, "\(errors.first ?? "")")
        let differing = try Self.errors(
            "{ Get { \(fields) Book(vector: {b: 3 a: [\"\(long)\", 1]}) { title } } }", limits: limits)
        #expect(
            differing.contains {
                $0.contains("conflict because they have differing arguments") || $0.contains("more often")
            })
    }

    @Test(arguments: [
        ("Book { by { ... on Author { x: name } } } Book { by { ... on House { x: staff } } }", true),
        ("Book { by { ... on Author { x: name } } } Book { by { ... on Author { x: name } } }", false),
        ("Book { by { ... on Author { x: name } } } Book { by { ... on Author { y: name } } }", false),
        ("Book { x: title } Book { x: title }", false),
        ("Book { x: title } Book { y: title } Book { x: by { __typename } }", true),
        ("Book(limit: 1) { title } Book(limit: 1) { title }", false), ("Book(limit: 1) { title } Book { title }", true),
    ])
    func `selections under one key are looked at together`(fields: String, conflict: Bool) throws {
        let errors = try Self.errors("{ Get { \(fields) } }")
        #expect(errors.contains { $0.contains("conflict because") } == conflict, "\(errors)")
    }

    /// What `body` returns in a task that has been cancelled.
    private func cancelled<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return body()
        }
        task.cancel()
        return await task.value
    }

    @Test func `validation and reading end when nobody waits`() async throws {
        let text = "{ Get { Book { \(String(repeating: "title ", count: 20_000)) } } }"
        let document = try Document(parsing: SourceText(text))
        let errors = await cancelled { document.validate(against: Self.schema) }
        #expect(errors.first == .cancelled)
        let isParsed = await cancelled { (try? Document(parsing: SourceText(text))) != nil }
        #expect(!isParsed)
    }
}

// SPDX-License-Identifier: Apache-2.0

import GraphQLLanguage
import RandomNumbers
import TextMutation

/// Throws spoiled queries at the parser, the validation and the coercion of GraphQL: whatever comes, the answer is a document or an error.
///
/// `GraphQLFuzz [--smoke] [--seed N] [--executions N] [--seconds N]`. A finding is a crash, or an error that breaks one of the rules
/// below; the seed and the number of the execution are printed, and the same seed makes the same queries.
@main
struct GraphQLFuzz {
    static func main() async {
        let program = FuzzProgram("GraphQLFuzz", length: .init(executions: 10_000_000), smoke: .init(executions: 5_000))
        await program.main { run in
            var counts = (documents: 0, valid: 0)
            while run.goesOn() {
                let query = Mutation.query(using: &run.random)
                switch Trial(query).run() {
                case .syntaxError: break
                case .invalid: counts.documents += 1
                case .valid:
                    counts.documents += 1
                    counts.valid += 1
                case .broken(let rule):
                    run.found("\(rule): \(String(decoding: query, as: UTF8.self).debugDescription.prefix(2_000))")
                }
            }
            return "\(counts.documents) parsed, \(counts.valid) valid"
        }
    }
}

/// One query through everything that reads it.
private struct Trial {
    enum Outcome {
        case syntaxError, invalid, valid
        case broken(rule: String)
    }

    private static let schema = FuzzSchema.make()
    let query: [UInt8]

    init(_ query: [UInt8]) {
        self.query = query
    }

    func run() -> Outcome {
        let source = SourceText(query)
        let document: Document
        do {
            document = try Document(parsing: source)
        } catch {
            return broken(error, source).map { .broken(rule: $0) } ?? .syntaxError
        }
        let errors = document.validate(against: Self.schema)
        for error in errors {
            if let rule = broken(error, source) { return .broken(rule: rule) }
        }
        guard errors.isEmpty else { return .invalid }
        do throws(GraphQLError) {
            let operation = try document.operation(named: nil)
            let variables = try operation.variableValues(from: [:], schema: Self.schema, source: source)
            try collect(operation, document, variables)
        } catch {
            if let rule = broken(error, source) { return .broken(rule: rule) }
        }
        return .valid
    }

    /// Goes through two levels of fields, as an execution would.
    private func collect(
        _ operation: GraphQLLanguage.Operation, _ document: Document, _ variables: [String: InputValue]
    ) throws(GraphQLError) {
        var collector = FieldCollector(document, schema: Self.schema, variables: variables)
        for root in try collector.fields(of: [operation.selections], on: Self.schema.query) {
            guard case .object(let type)? = Self.schema.query.fields[root.field.name.text]?.type.namedType else {
                continue
            }
            for field in try collector.fields(of: root.selections, on: type) {
                guard let definition = type.fields[field.field.name.text] else { continue }
                _ = collector.arguments(of: field.field, definition: definition)
            }
        }
    }

    /// The rule that `error` breaks: places lie in the text, messages are short and not empty.
    private func broken(_ error: GraphQLError, _ source: SourceText) -> String? {
        if error.message.isEmpty { return "an empty message" }
        if error.message.utf8.count > 6_000 { return "a message of \(error.message.utf8.count) bytes" }
        if error.offsets.contains(where: { $0 < 0 || $0 > query.count }) { return "a place outside of the text" }
        let locations = source.locations(of: error.offsets)
        if locations.contains(where: { $0.line < 1 || $0.column < 1 }) { return "a line or column below 1" }
        return nil
    }
}

/// Makes queries: right ones, cut, joined and with bytes and words changed.
private enum Mutation {
    private static let seeds: [String] = [
        "{ Get { Thing(limit: 2 where: {path: [\"a\"] operator: Equal valueInt: [1, 2]} vector: [1, -0.5 1e3]) { title _additional { id } } } }",
        "query Q($n: Int = 3, $v: [Float!]) { a: Get { ...F Thing(limit: $n floats: $v) @include(if: true) { title } } } fragment F on Get { Thing { n } }",
        "{ Get { Thing(text: \"\"\"\n  block \\\"\"\"\n   x \"\"\") { by { __typename ... on Author { name } } } } } # comment\n",
        "{ __schema { types { name fields { args { name } } } } __type(name: \"Thing\") { kind } }",
        "{ Get { Thing(text: \"\\u00e9\\uD83C\\uDF4E\\n ß🍎\") { title @skip(if: false) } } }",
        "mutation M { a } subscription S { b } query { c }",
    ]
    private static let words: [String] = [
        "{", "}", "(", ")", "[", "]", ":", "...", "$", "@", "!", "=", "|", "&", "\"", "\"\"\"", "\\", "null", "true",
        "on",
        "fragment", "query", "0", "-", "1.", "1e", "99999999999999999999", "\u{FEFF}", "#", "\n", "\r\n", "ß", "🍎",
        "\u{1}",
        "...F", "...G", "fragment G on Thing { ...F }", "__typename", "{a{a{a{a{a{", "[[[[[[[[", "{a:{a:{a:",
    ]

    static func query(using generator: inout SplitMix64) -> [UInt8] {
        var query = Array((seeds.randomElement(using: &generator) ?? "").utf8)
        for _ in 0..<Int.random(in: 0...4, using: &generator) { change(&query, using: &generator) }
        return Array(String(decoding: query, as: UTF8.self).utf8)
    }

    private static func change(_ query: inout [UInt8], using generator: inout SplitMix64) {
        let place = Int.random(in: 0...query.count, using: &generator)
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: query.removeSubrange(place...)
        case 1:
            let end = min(query.count, place + Int.random(in: 0...8, using: &generator))
            query.removeSubrange(place..<end)
        case 2: query.insert(contentsOf: (words.randomElement(using: &generator) ?? "").utf8, at: place)
        case 3: query.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 4: query.append(contentsOf: (seeds.randomElement(using: &generator) ?? "").utf8)
        case 5:
            let end = min(query.count, place + Int.random(in: 0...64, using: &generator))
            let piece = Array(query[place..<end])
            let target = Int.random(in: 0...query.count, using: &generator)
            for _ in 0..<Int.random(in: 1...64, using: &generator) { query.insert(contentsOf: piece, at: target) }
        default:
            if place < query.count { query[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
        }
    }
}

/// A small schema with every kind of type.
private enum FuzzSchema {
    static func make() -> Schema {
        let author = ObjectType(name: "Author") { [FieldDefinition("name", .named(.scalar(.string)))] }
        let either = UnionType(name: "Either") { [author] }
        let additional = ObjectType(name: "Additional") { [FieldDefinition("id", .named(.scalar(.id)))] }
        let clause = InputObjectType(name: "Where", fields: whereFields)
        let thing = ObjectType(name: "Thing") {
            [
                FieldDefinition("title", .named(.scalar(.string))), FieldDefinition("n", .named(.scalar(.int))),
                FieldDefinition("by", .list(.named(.union(either)))),
                FieldDefinition("_additional", .named(.object(additional))),
            ]
        }
        let get = ObjectType(name: "Get") {
            [
                FieldDefinition("Thing", .list(.named(.object(thing)))) {
                    [
                        InputDefinition("limit", .named(.scalar(.int))),
                        InputDefinition("text", .named(.scalar(.string))),
                        InputDefinition("where", .named(.input(clause))),
                        InputDefinition("vector", .named(.scalar(ScalarType(name: "Any", shape: .any)))),
                        InputDefinition("floats", .list(.named(.scalar(.float)))),
                    ]
                }
            ]
        }
        return Schema(query: ObjectType(name: "Root") { [FieldDefinition("Get", .named(.object(get)))] }) { name in
            switch name {
            case "Thing": .object(thing)
            case "Author": .object(author)
            default: nil
            }
        }
    }

    @Sendable private static func whereFields() -> [InputDefinition] {
        [
            InputDefinition(
                "operator", .named(.enumeration(EnumerationType(name: "Operator", values: ["Equal", "And"])))),
            InputDefinition("path", .list(.named(.scalar(.string)))),
            InputDefinition("operands", .list(.named(.input(InputObjectType(name: "Operands", fields: whereFields))))),
            InputDefinition("valueInt", .named(.scalar(ScalarType(name: "Ints", shape: .oneOrMore(.int))))),
        ]
    }
}

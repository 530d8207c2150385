// SPDX-License-Identifier: Apache-2.0

import GraphQLLanguage
import RandomNumbers

/// Times reading queries: a search by vector of 2,048 numbers, one by a picture of 50 MB, and a small one with a filter.
///
/// `GraphQLBenchmark [--smoke]`. The median and the 99th percentile of parsing, validation and coercion together.
@main
struct GraphQLBenchmark {
    static func main() throws {
        let isSmoke = CommandLine.arguments.contains("--smoke")
        var generator = SplitMix64(seed: 42)
        let numbers = (0..<2_048).map { _ in String(Float.random(in: -2...2, using: &generator)) }.joined(
            separator: ",")
        try measure(
            "nearVector of 2048 numbers", "{ Get { C(limit: 10 vector: [\(numbers)]) { title } } }",
            rounds: isSmoke ? 20 : 5_000)
        let picture = String(repeating: "QUJD", count: (isSmoke ? 500_000 : 50_000_000) / 4)
        try measure(
            "nearImage of \(picture.utf8.count) bytes", "{ Get { C(image: \"\(picture)\") { title } } }",
            rounds: isSmoke ? 2 : 20)
        try measure(
            "a small query",
            "query Q { Get { a: C(limit: 2 offset: 3) { title ...F } } } fragment F on C { title again: title }",
            rounds: isSmoke ? 20 : 20_000)
    }

    private static func measure(_ name: String, _ text: String, rounds: Int) throws {
        let schema = BenchmarkSchema.make()
        let query = SourceText(text)
        var times: [Duration] = []
        let clock = ContinuousClock()
        for _ in 0..<rounds { times.append(try clock.measure { try read(query, schema) }) }
        times.sort()
        print("\(name): p50 \(times[rounds / 2]), p99 \(times[rounds * 99 / 100])")
    }

    private static func read(_ source: SourceText, _ schema: Schema) throws {
        let document = try Document(parsing: source)
        if let error = document.validate(against: schema).first { throw error }
        let operation = try document.operation(named: nil)
        var collector = FieldCollector(document, schema: schema, variables: [:])
        for root in try collector.fields(of: [operation.selections], on: schema.query) {
            guard case .object(let type)? = schema.query.fields[root.field.name.text]?.type.namedType else { continue }
            for field in try collector.fields(of: root.selections, on: type) {
                guard let definition = type.fields[field.field.name.text] else { continue }
                _ = collector.arguments(of: field.field, definition: definition)
            }
        }
    }
}

private enum BenchmarkSchema {
    static func make() -> Schema {
        let object = ObjectType(name: "C") { [FieldDefinition("title", .named(.scalar(.string)))] }
        let get = ObjectType(name: "Get") {
            [
                FieldDefinition("C", .list(.named(.object(object)))) {
                    [
                        InputDefinition("limit", .named(.scalar(.int))),
                        InputDefinition("offset", .named(.scalar(.int))),
                        InputDefinition("image", .named(.scalar(.string))),
                        InputDefinition("vector", .named(.scalar(ScalarType(name: "Any", shape: .any)))),
                    ]
                }
            ]
        }
        return Schema(query: ObjectType(name: "Root") { [FieldDefinition("Get", .named(.object(get)))] }) { name in
            name == "C" ? .object(object) : nil
        }
    }
}

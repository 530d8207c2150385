// SPDX-License-Identifier: Apache-2.0

/// Makes GraphQL requests: searches of every kind with filters, sorts and windows, some arguments as variables.
struct QueryGenerator {
    var values: ValueGenerator
    private var variables: [(name: String, type: String, value: FuzzValue)] = []

    init(values: ValueGenerator) { self.values = values }

    /// The body of a request.
    mutating func body() -> String {
        variables = []
        let fields = (0..<(values.chance(5) ? values.count(2...4) : 1)).map { "f\($0): \(field())" }
        let query = "{ \(fields.joined(separator: " ")) }"
        let declared = variables.map { "$\($0.name): \($0.type)" }.joined(separator: ", ")
        let text = declared.isEmpty ? query : "query(\(declared)) \(query)"
        var members: [(name: String, value: FuzzValue)] = [("query", .text(text))]
        if !variables.isEmpty { members.append(("variables", .object(variables.map { ($0.name, $0.value) }))) }
        return FuzzValue.object(members).json
    }

    private mutating func field() -> String {
        if values.chance(40) { return "__schema { types { name } }" }
        let isAggregate = values.chance(4)
        let name = values.chance(4) ? "Other" : "Thing"
        let arguments = arguments(of: name, isAggregate: isAggregate)
        let list = arguments.isEmpty ? "" : "(\(arguments.map { "\($0.0): \($0.1)" }.joined(separator: " ")))"
        let selection = isAggregate ? aggregates(of: name) : selection(of: name)
        return "\(isAggregate ? "Aggregate" : "Get") { \(name)\(list) { \(selection) } }"
    }

    private mutating func selection(of name: String) -> String {
        let additional = values.pick([
            "id", "id vector", "distance", "certainty", "score explainScore", "creationTimeUnix lastUpdateTimeUnix",
            "group { id count minDistance maxDistance groupedBy { value path } hits { t _additional { id distance } } }",
        ])
        if name == "Other" {
            return "t _additional { \(additional.hasSuffix("vector") ? "vectors { a b }" : additional) }"
        }
        let property = values.pick([
            "n x t", "b d u", "g { latitude longitude }", "p { input national }", "o { a b } os { a }",
            "ns xs ts bs ds us",
            "r { ... on Other { t _additional { id } } }", "i", "__typename", "n n n",
        ])
        return "\(property) _additional { \(additional) }"
    }

    private mutating func aggregates(of name: String) -> String {
        let numbers = "{ count type minimum maximum mean median mode sum }"
        let texts = "{ count type topOccurrences(limit: \(values.int().literal)) { value occurs } }"
        let known =
            name == "Other"
            ? ["t \(texts)", "i { count }"]
            : [
                "n \(numbers)", "x \(numbers)", "ns \(numbers)", "xs \(numbers)", "t \(texts)", "ts \(texts)",
                "b { count totalTrue totalFalse percentageTrue percentageFalse }", "bs { count totalTrue }",
                "d { count minimum maximum median mode }", "ds { median mode }", "r { type pointingTo }",
            ]
        return
            (["meta { count }", "groupedBy { value path }"] + (0..<values.count(0...3)).map { _ in values.pick(known) })
            .joined(separator: " ")
    }

    // MARK: Arguments

    private mutating func arguments(of name: String, isAggregate: Bool) -> [(String, String)] {
        var arguments: [(String, String)] = []
        if values.chance(2) {
            var filters = FilterGenerator(values: values, syntax: .graphQL)
            let filter = filters.filter()
            values = filters.values
            arguments.append(("where", filter.literal))
        }
        if !values.chance(3) { arguments.append(search(of: name)) }
        if isAggregate {
            if values.chance(3) { arguments.append(("objectLimit", values.int().literal)) }
            if values.chance(3) { arguments.append(("groupBy", "[\(FuzzValue.quoted(property()))]")) }
            if values.chance(4) { arguments.append(("limit", written(window(), as: "Int"))) }
            return arguments
        }
        if values.chance(6) {
            arguments.append(
                (
                    "groupBy",
                    "{path: [\(FuzzValue.quoted(property()))] groups: \(values.int().literal) objectsPerGroup: \(values.int().literal)}"
                ))
        }
        if values.chance(12) {
            arguments.append(
                ("group", "{type: \(values.pick(["merge", "closest"])) force: \(values.number().literal)}"))
        }
        if values.chance(3) { arguments.append(("limit", written(window(), as: "Int"))) }
        if values.chance(4) { arguments.append(("offset", written(window(), as: "Int"))) }
        if values.chance(6) { arguments.append(("autocut", written(window(), as: "Int"))) }
        if values.chance(20) { arguments.append(("after", .init(values.uuid().literal))) }
        if values.chance(4) { arguments.append(("sort", sort().literal)) }
        if values.chance(40) { arguments.append((values.pick(["tenant", "group", "groupBy"]), values.text().literal)) }
        return arguments
    }

    private mutating func property() -> String {
        values.pick([
            "n", "x", "t", "b", "d", "u", "g", "p", "o", "os", "ns", "xs", "ts", "bs", "ds", "us", "r", "i", "zz",
        ])
    }

    private mutating func window() -> FuzzValue {
        .raw(values.pick(["0", "1", "3", "-1", "10000", "10001", "2147483647", "-2147483648", "100", "2147483648"]))
    }

    private mutating func sort() -> FuzzValue {
        .list(
            (0..<values.count(0...3)).map { _ in
                .object([
                    (
                        "path",
                        .list([
                            .text(
                                values.pick([
                                    "n", "x", "t", "b", "d", "u", "ns", "ts", "id", "_creationTimeUnix", "g", "o", "zz",
                                ]))
                        ])
                    ), ("order", .word(values.pick(["asc", "desc"]))),
                ])
            })
    }

    /// `value` as a literal, or as a variable of this type.
    private mutating func written(_ value: FuzzValue, as type: String) -> String {
        guard values.chance(4) else { return value.literal }
        let name = "v\(variables.count)"
        variables.append((name, type, value))
        return "$\(name)"
    }

    // MARK: Searches

    private mutating func search(of name: String) -> (String, String) {
        switch values.count(0...4) {
        case 0:
            if name == "Other", values.chance(2) {
                return ("nearVector", "{vectorPerTarget: \(vectorPerTarget()) \(threshold()) \(targets(of: name))}")
            }
            let vector = written(values.vector(), as: "[Float]")
            return ("nearVector", "{vector: \(vector) \(threshold()) \(targets(of: name))}")
        case 1:
            return ("nearObject", "{id: \(values.uuid().literal) \(threshold()) \(targets(of: name))}")
        case 2 where name == "Other":
            return (
                "nearImage", "{image: \(written(values.picture(), as: "String!")) \(threshold()) \(targets(of: name))}"
            )
        case 3:
            let minimum =
                values.chance(4)
                ? "searchOperator: {operator: \(values.pick(["And", "Or", "AndCross"])) minimumOrTokensMatch: \(values.count(-1...5))}"
                : ""
            return ("bm25", "{query: \(written(values.text(), as: "String!")) \(properties()) \(minimum)}")
        default:
            var members =
                "query: \(values.text().literal) alpha: \(values.number().literal) \(properties()) \(targets(of: name))"
            if values.chance(2) {
                members +=
                    " vector: \(name == "Other" && values.chance(2) ? vectorPerTarget() : values.vector().literal)"
            }
            if values.chance(3) { members += " fusionType: \(values.pick(["rankedFusion", "relativeScoreFusion"]))" }
            if values.chance(5) { members += " maxVectorDistance: \(values.number().literal)" }
            return ("hybrid", "{\(members)}")
        }
    }

    private mutating func threshold() -> String {
        guard values.chance(3) else { return "" }
        return "\(values.pick(["distance", "certainty"])): \(values.number().literal)"
    }

    private mutating func targets(of name: String) -> String {
        guard name == "Other" ? !values.chance(6) : values.chance(20) else { return "" }
        if values.chance(2) {
            let names = (0..<values.count(0...3)).map { _ in FuzzValue.quoted(values.pick(["a", "a", "b", "c"])) }
            let method = values.pick(["minimum", "sum", "average", "manualWeights", "relativeScore"])
            let weights = values.pick([
                "", "weights: {a: 1, b: 0.5}", "weights: {a: [1, \(values.number().literal)], b: -2}", "weights: {}",
            ])
            return "targets: {targetVectors: [\(names.joined(separator: " "))] combinationMethod: \(method) \(weights)}"
        }
        return "targetVectors: [\(FuzzValue.quoted(values.pick(["a", "b", "c", ""])))]"
    }

    private mutating func vectorPerTarget() -> String {
        let vectors = (0..<values.count(0...2)).map { number in
            let vector = values.vector().literal
            return
                "\(number == 0 ? "a" : "b"): \(values.chance(3) ? "[\(vector), \(values.vector().literal)]" : vector)"
        }
        return "{\(vectors.joined(separator: ", "))}"
    }

    private mutating func properties() -> String {
        guard values.chance(3) else { return "" }
        let names = ["t", "t^2", "f", "ts", "t^3e38", "f^-1", "t^x", "t^", "^2", "n", "zz", "t^0", "t^nan", "t^1e308"]
        return
            "properties: [\((0..<values.count(0...2)).map { _ in FuzzValue.quoted(values.pick(names)) }.joined(separator: " "))]"
    }
}

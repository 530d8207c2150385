// SPDX-License-Identifier: Apache-2.0

/// Makes `where` filters: every operator with every type of value, lists of none to some hundred.
struct FilterGenerator {
    enum Syntax { case rest, graphQL }

    var values: ValueGenerator
    let syntax: Syntax

    private static let comparisons = [
        "Equal", "NotEqual", "GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual", "Like", "ContainsAny",
        "ContainsAll", "ContainsNone", "IsNull", "WithinGeoRange",
    ]
    private static let properties = [
        "n", "x", "t", "f", "b", "d", "u", "g", "p", "i", "ns", "xs", "ts", "bs", "ds", "us", "o", "os", "r", "id",
        "_id",
        "_creationTimeUnix", "_lastUpdateTimeUnix", "len(t)", "len(ns)", "len()", "len(zz)", "zz", "",
    ]

    mutating func filter(depth: Int = 0) -> FuzzValue {
        if depth < 4, values.chance(3) {
            let operands = (0..<(values.chance(10) ? 0 : values.count(1...3))).map { _ in filter(depth: depth + 1) }
            return .object([
                ("operator", .word(values.pick(["And", "Or", "Not"]))),
                (
                    "operands",
                    operands.count == 1 && values.chance(2) && syntax == .graphQL ? operands[0] : .list(operands)
                ),
            ])
        }
        if depth == 0, values.chance(200) {
            return (0..<values.count(30...60)).reduce(condition()) { filter, _ in
                .object([("operator", .word("Not")), ("operands", .list([filter]))])
            }
        }
        return condition()
    }

    private mutating func condition() -> FuzzValue {
        var name = values.pick(Self.properties)
        let comparison = values.pick(Self.comparisons)
        // Mostly a value that fits, so that what is behind the checks is reached.
        let (type, make) = kind(of: &name)
        let fits = !values.chance(6)
        let (shownType, maker) = fits ? (type, make) : values.pick(kinds)
        var members: [(name: String, value: FuzzValue)] = [("path", path(name)), ("operator", .word(comparison))]
        if comparison == "IsNull", fits {
            members.append(("valueBoolean", values.boolean()))
        } else if comparison == "WithinGeoRange", fits {
            members.append(("valueGeoRange", range()))
        } else {
            let isList = comparison.hasPrefix("Contains") != values.chance(10)
            let suffix = isList && syntax == .rest ? "Array" : ""
            members.append(("value\(shownType)\(suffix)", isList ? values.list(maker) : maker(&values)))
        }
        if values.chance(60) { members.append(("valueInt", values.int())) }
        return .object(members)
    }

    private mutating func path(_ name: String) -> FuzzValue {
        if values.chance(15) { return .list([.text("r"), .text(values.pick(["Other", "Thing", "No"])), .text("t")]) }
        if values.chance(60) {
            return .list((0..<values.count(0...60)).map { .text($0 % 2 == 0 ? "r" : "Other") })
        }
        return syntax == .graphQL && values.chance(10) ? .text(name) : .list([.text(name)])
    }

    private mutating func range() -> FuzzValue {
        .object([("geoCoordinates", values.geo()), ("distance", .object([("max", values.number())]))])
    }

    private typealias Maker = (inout ValueGenerator) -> FuzzValue

    private var kinds: [(String, Maker)] {
        [
            ("Int", { $0.int() }), ("Number", { $0.number() }), ("Text", { $0.text() }), ("String", { $0.text() }),
            ("Boolean", { $0.boolean() }), ("Date", { $0.date() }), ("Text", { $0.uuid() }),
        ]
    }

    /// The type of value and a maker for it that property `name` can be compared with.
    private func kind(of name: inout String) -> (String, Maker) {
        switch name {
        case "n", "ns", "r", "len(t)", "len(ns)": kinds[0]
        case "x", "xs": kinds[1]
        case "b", "bs": kinds[4]
        case "d", "ds", "_creationTimeUnix", "_lastUpdateTimeUnix": kinds[5]
        case "u", "us", "id", "_id": kinds[6]
        default: kinds[2]
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import RandomNumbers

/// Makes values of every type, the odd ones more often than the others.
struct ValueGenerator {
    var random: SplitMix64

    static let ids = (0..<12).map { number in
        "00000000-0000-4000-8000-0000000000" + (number < 10 ? "0" : "") + String(number)
    }

    private static let ints = [
        "0", "1", "2", "3", "-1", "7", "9007199254740993", "-9007199254740993", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "1e3", "1.5", "-0", "2147483648", "65536",
    ]
    private static let numbers = [
        "0", "-0", "1.5", "-2.25", "1e308", "-1e308", "5e-324", "1e400", "0.1", "3", "1e39", "-0.0", "3.4028235e38",
    ]
    private static let texts = [
        "", "a", "the quick brown fox", "fox", "*", "?", "f*x", "b?x", "é😀", "e\u{301}", "\u{0}", " ", "the", "a b c",
        "THE", "null", "a^3", "ÿ", "\u{FFFD}", "\\", "\"", "word word word", "x1 2y", "日本語 テキスト",
    ]
    private static let dates = [
        "2020-01-01T00:00:00Z", "2020-01-01T00:00:00z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+14:00",
        "2020-13-01T00:00:00Z", "2020-02-30T00:00:00Z", "1969-12-31T23:59:59Z", "2020-01-01", "", "x",
    ]
    private static let pictures = ["AAAA", "AQIDBAUG", "", "AAA", "====", "AQID\nBAUG", "//8=", "abc!"]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    // MARK: Chance

    mutating func chance(_ part: Int) -> Bool { Int.random(in: 0..<part, using: &random) == 0 }

    mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// - Parameter options: at least one.
    mutating func pick<Option>(_ options: [Option]) -> Option {
        options[Int.random(in: options.indices, using: &random)]
    }

    // MARK: Scalars

    mutating func int() -> FuzzValue {
        .raw(chance(3) ? String(count(-3...9)) : pick(Self.ints))
    }

    mutating func number() -> FuzzValue { .raw(pick(Self.numbers)) }
    mutating func boolean() -> FuzzValue { .raw(pick(["true", "false"])) }
    mutating func date() -> FuzzValue { .text(pick(Self.dates)) }
    mutating func picture() -> FuzzValue { .text(pick(Self.pictures)) }

    mutating func text() -> FuzzValue {
        if chance(200) { return .text(String(repeating: pick(Self.texts), count: count(1...20_000))) }
        return .text(pick(Self.texts))
    }

    mutating func uuid() -> FuzzValue {
        .text(chance(5) ? pick(["", "x", "00000000-0000-0000-0000-000000000000"]) : pick(Self.ids))
    }

    mutating func geo() -> FuzzValue {
        .object([("latitude", number()), ("longitude", number())])
    }

    mutating func phone() -> FuzzValue {
        var members = [("input", FuzzValue.text(pick(["+49 30 123456", "030 123456", "", "x", "1"])))]
        if chance(2) { members.append(("defaultCountry", .text(pick(["DE", "de", "", "XX"])))) }
        return .object(members)
    }

    mutating func reference() -> FuzzValue {
        let beacon = pick([
            "weaviate://localhost/\(pick(["Thing", "Other", "Nowhere"]))/\(pick(Self.ids))",
            "weaviate://localhost/\(pick(Self.ids))", "weaviate://", "x",
        ])
        return .list([.object([("beacon", .text(beacon))])])
    }

    mutating func vector() -> FuzzValue {
        if chance(8) {
            return pick([.list([]), .raw("0"), .text("x"), .list([.list([number()])]), .list([.raw("null")])])
        }
        let dimensions = chance(10) ? count(1...5) : 3
        return .list((0..<dimensions).map { _ in chance(3) ? number() : .raw(String(count(-5...5))) })
    }

    // MARK: Lists and anything

    mutating func list(_ element: (inout Self) -> FuzzValue) -> FuzzValue {
        let count = chance(3) ? 0 : chance(30) ? count(40...400) : count(1...4)
        return .list((0..<count).map { _ in chance(20) ? anything(depth: 1) : element(&self) })
    }

    mutating func anything(depth: Int = 0) -> FuzzValue {
        switch count(0...(depth > 2 ? 6 : 9)) {
        case 0: .raw("null")
        case 1: int()
        case 2: number()
        case 3: boolean()
        case 4: text()
        case 5: date()
        case 6: uuid()
        case 7: list { $0.anything(depth: depth + 1) }
        case 8: geo()
        default: .object((0..<count(0...3)).map { ("m\($0)", anything(depth: depth + 1)) })
        }
    }
}

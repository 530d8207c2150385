// SPDX-License-Identifier: Apache-2.0

/// Reads durations as clients write them: `7d`, `1h30m`, `0.5s`.
enum DurationText {
    /// Seconds in each unit; what a unit begins with comes after it.
    private static let units: [(name: String, seconds: Double)] = [
        ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("ns", 1e-9), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// The longest that is read: ten thousand years, which all dates lie within.
    private static let limit = 10_000 * 366 * 86_400.0

    /// The sum of numbers, each with its unit, that `text` consists of, a minus before all of them allowed; `nil` for anything else, and
    /// beyond ten thousand years.
    static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        let isNegative = rest.hasPrefix("-")
        if isNegative { rest = rest.dropFirst() }
        guard !rest.isEmpty, rest.utf8.count <= 64 else { return nil }
        var seconds = 0.0
        while !rest.isEmpty {
            var digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            // Clients that write small fractions of a second use exponents: `1e-06s`.
            if rest.first == "e" {
                let exponent = rest.dropFirst().prefix { ("0"..."9").contains($0) || $0 == "-" || $0 == "+" }
                digits = text[digits.startIndex..<exponent.endIndex]
                rest = rest[exponent.endIndex...]
            }
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.name) }) else {
                return nil
            }
            seconds += number * unit.seconds
            rest = rest.dropFirst(unit.name.count)
        }
        guard seconds <= limit else { return nil }
        return .seconds(isNegative ? -seconds : seconds)
    }
}

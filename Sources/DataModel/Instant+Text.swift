// SPDX-License-Identifier: Apache-2.0

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many digits of a second as it needs: `2021-05-06T07:08:09.5Z`.
    package var description: String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let clock = seconds - days * 86_400
        let (year, month, day) = Self.date(ofDay: days)
        var text =
            "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(clock / 3_600, 2))"
            + ":\(padded(clock / 60 % 60, 2)):\(padded(clock % 60, 2))"
        if nanoseconds != 0 {
            var fraction = padded(Int64(nanoseconds), 9)
            while fraction.last == "0" { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text + "Z"
    }

    /// Half-way between two, rounded down to a nanosecond.
    package init(between one: Instant, and other: Instant) {
        let billion = Int128(1_000_000_000)
        let sum = (Int128(one.seconds) + Int128(other.seconds)) * billion + Int128(one.nanoseconds + other.nanoseconds)
        let middle = sum >= 0 ? sum / 2 : (sum - 1) / 2
        let seconds = middle >= 0 ? middle / billion : (middle - billion + 1) / billion
        self.init(seconds: Int64(seconds), nanoseconds: Int32(middle - seconds * billion))
    }

    private func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// The date of a day since 1970-01-01 in the proleptic Gregorian calendar; March is taken as the first month of the year.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (
            yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }
}

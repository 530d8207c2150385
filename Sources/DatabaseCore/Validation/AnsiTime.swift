// SPDX-License-Identifier: Apache-2.0

/// Times as `asctime` writes them: `Mon Jan  2 15:04:05 2006`, in UTC.
enum AnsiTime {
    /// - Parameter seconds: since 1970-01-01T00:00:00Z.
    static func text(of seconds: Int64) -> String {
        let (days, clock) = seconds.quotientAndRemainderRoundedDown(by: 86_400)
        let (year, month, day) = date(of: days)
        let weekday = weekdays[Int((days + 4).quotientAndRemainderRoundedDown(by: 7).remainder)]
        let dayText = day < 10 ? " \(day)" : "\(day)"
        let time = [clock / 3600, clock / 60 % 60, clock % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(weekday) \(months[month - 1]) \(dayText) \(time.joined(separator: ":")) \(year)"
    }

    /// Year, month and day of the proleptic Gregorian calendar, `days` after 1970-01-01; years are counted from March.
    private static func date(of days: Int64) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainderRoundedDown(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Int64 {
    /// Division toward negative infinity, so that the remainder is never negative.
    fileprivate func quotientAndRemainderRoundedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Finds the lines that separate the parts of a body.
struct BoundaryScanner {
    /// A line that separates two parts.
    struct Delimiter {
        /// Of the line break before it, which belongs to it.
        var start: Int
        /// Behind its own line break.
        var end: Int
        /// Whether no part follows.
        var isLast: Bool
    }

    private let bytes: [UInt8]
    /// Two dashes and the boundary.
    private let dashBoundary: [UInt8]
    /// A line feed before them.
    private let needle: [UInt8]
    /// By the byte under the needle's last: how far it may be moved (Horspool).
    private let shifts: [Int]
    /// What lines end with, as the first boundary showed.
    private(set) var lineBreak: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]

    init(_ bytes: [UInt8], boundary: String) {
        self.bytes = bytes
        dashBoundary = Array("--\(boundary)".utf8)
        needle = [UInt8(ascii: "\n")] + dashBoundary
        var shifts = [Int](repeating: needle.count, count: 256)
        for (index, byte) in needle.dropLast().enumerated() { shifts[Int(byte)] = needle.count - 1 - index }
        self.shifts = shifts
    }

    /// The first one, which may begin the body; decides what lines end with.
    mutating func first() -> Delimiter? {
        if bytes.starts(with: dashBoundary), let (end, isLast, feed) = lineEnd(from: dashBoundary.count) {
            lineBreak = feed
            return Delimiter(start: 0, end: end, isLast: isLast)
        }
        var position = 0
        while let found = occurrence(from: position) {
            if let (end, isLast, feed) = lineEnd(from: found + needle.count) {
                lineBreak = feed
                return Delimiter(start: found, end: end, isLast: isLast)
            }
            position = found + 1
        }
        return nil
    }

    /// The next one whose line break begins at `position` or later.
    func next(from position: Int) -> Delimiter? {
        let isLong = lineBreak.count == 2
        var position = max(0, position)
        while let found = occurrence(from: position) {
            position = found + 1
            let start = isLong ? found - 1 : found
            if isLong, start < 0 || bytes[start] != UInt8(ascii: "\r") { continue }
            guard let (end, isLast, _) = lineEnd(from: found + needle.count) else { continue }
            return Delimiter(start: start, end: end, isLast: isLast)
        }
        return nil
    }

    /// What follows a boundary: two dashes, or blanks and a line break; `nil` when the line goes on, and so was none.
    private func lineEnd(from position: Int) -> (end: Int, isLast: Bool, lineBreak: [UInt8])? {
        var position = position
        if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "-"), bytes[position + 1] == UInt8(ascii: "-") {
            return (position + 2, true, lineBreak)
        }
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") {
            position += 1
        }
        guard position < bytes.count else { return nil }
        if bytes[position] == UInt8(ascii: "\n") { return (position + 1, false, [UInt8(ascii: "\n")]) }
        guard bytes[position] == UInt8(ascii: "\r"), position + 1 < bytes.count,
            bytes[position + 1] == UInt8(ascii: "\n")
        else { return nil }
        return (position + 2, false, [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
    }

    /// Where the needle next begins at `position` or later.
    private func occurrence(from position: Int) -> Int? {
        let text = bytes.span
        let needle = needle.span
        let shifts = shifts.span
        let last = needle.count - 1
        var start = position
        while start + last < text.count {
            // From the front, so that the line feed ends most comparisons at once.
            var matched = 0
            if text[start + last] == needle[last] {
                while matched < last, text[start + matched] == needle[matched] { matched += 1 }
                if matched == last { return start }
            }
            start += shifts[Int(text[start + last])]
        }
        return nil
    }
}

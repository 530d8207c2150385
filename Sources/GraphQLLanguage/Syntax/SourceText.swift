// SPDX-License-Identifier: Apache-2.0

/// The text of a request, as UTF-8.
package struct SourceText: Sendable {
    package let bytes: [UInt8]

    /// - Parameter bytes: valid UTF-8.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// The text of `range`.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Lines and columns of `offsets`, in their order. `\n`, `\r` and `\r\n` end a line; columns count bytes.
    ///
    /// - Complexity: one pass over the text up to the largest offset.
    package func locations(of offsets: [Int]) -> [SourceLocation] {
        var locations = [SourceLocation](repeating: SourceLocation(line: 1, column: 1), count: offsets.count)
        var line = 1
        var lineStart = 0
        var position = 0
        for index in offsets.indices.sorted(by: { offsets[$0] < offsets[$1] }) {
            let target = min(offsets[index], bytes.count)
            while position < target {
                let byte = bytes[position]
                position += 1
                let endsLine =
                    byte == UInt8(ascii: "\n")
                    || (byte == UInt8(ascii: "\r")
                        && !(position < bytes.count && bytes[position] == UInt8(ascii: "\n")))
                if endsLine {
                    line += 1
                    lineStart = position
                }
            }
            locations[index] = SourceLocation(line: line, column: target - lineStart + 1)
        }
        return locations
    }

    /// The line of `offset` with a caret under it, and its neighbors, each with its number; long lines are cut.
    func excerpt(at offset: Int, location: SourceLocation, echoedBytes: Int) -> String {
        let lineStart = min(offset, bytes.count) - (location.column - 1)
        let width = String(location.line + 1).utf8.count
        var text = ""
        if location.line > 1, let previous = line(endingBefore: lineStart) {
            text += numbered(location.line - 1, width: width, cut(previous, around: nil, to: echoedBytes).text)
        }
        let current = lineStart..<endOfLine(from: lineStart)
        let shown = cut(current, around: location.column - 1, to: echoedBytes)
        text += numbered(location.line, width: width, shown.text)
        text += String(repeating: " ", count: width + 2 + shown.caret) + "^\n"
        if let next = line(startingBehind: current.upperBound) {
            text += numbered(location.line + 1, width: width, cut(next, around: nil, to: echoedBytes).text)
        }
        return text
    }

    private func numbered(_ line: Int, width: Int, _ text: String) -> String {
        let number = String(line)
        return String(repeating: " ", count: width - number.utf8.count) + "\(number): \(text)\n"
    }

    /// The text of `line`; where it is long, about `limit` bytes around the caret.
    private func cut(_ line: Range<Int>, around offset: Int?, to limit: Int) -> (text: String, caret: Int) {
        let caret = offset ?? 0
        guard line.count > 2 * limit else { return (text(line), caret) }
        var start = line.lowerBound + max(0, caret - limit)
        var end = min(line.upperBound, start + 2 * limit)
        while start > line.lowerBound, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        while end < line.upperBound, bytes[end] & 0xC0 == 0x80 { end += 1 }
        let before = start > line.lowerBound ? "..." : ""
        let after = end < line.upperBound ? "..." : ""
        return (before + text(start..<end) + after, before.utf8.count + line.lowerBound + caret - start)
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private func endOfLine(from start: Int) -> Int {
        var end = start
        while end < bytes.count, !isLineEnd(bytes[end]) { end += 1 }
        return end
    }

    private func line(endingBefore start: Int) -> Range<Int>? {
        var end = start
        guard end > 0 else { return nil }
        end -= 1
        if end > 0, bytes[end] == UInt8(ascii: "\n"), bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        var begin = end
        while begin > 0, !isLineEnd(bytes[begin - 1]) { begin -= 1 }
        return begin..<end
    }

    private func line(startingBehind end: Int) -> Range<Int>? {
        guard end < bytes.count else { return nil }
        var start = end + 1
        if bytes[end] == UInt8(ascii: "\r"), start < bytes.count, bytes[start] == UInt8(ascii: "\n") { start += 1 }
        return start..<endOfLine(from: start)
    }
}

/// A location in a text, both numbers counted from 1.
package struct SourceLocation: Hashable, Sendable {
    package var line: Int
    /// In bytes.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

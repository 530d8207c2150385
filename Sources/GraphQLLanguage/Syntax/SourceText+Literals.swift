// SPDX-License-Identifier: Apache-2.0

extension SourceText {
    /// The string that a literal stands for: escapes replaced, indentation of a block string removed.
    ///
    /// - Complexity: linear; a string without escapes is copied once.
    package func string(_ literal: StringLiteral) -> String {
        if literal.isBlock { return blockString(literal) }
        guard literal.hasEscapes else { return text(literal.contents) }
        var result: [UInt8] = []
        result.reserveCapacity(literal.contents.count)
        var position = literal.contents.lowerBound
        while position < literal.contents.upperBound {
            let byte = bytes[position]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                position += 1
                continue
            }
            let escape = bytes[position + 1]
            position += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"): appendUnicodeEscape(to: &result, at: &position)
            default: result.append(escape)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Reads the digits at `position`, and a second escape if they are the first half of a surrogate pair; half a pair
    /// alone becomes U+FFFD.
    private func appendUnicodeEscape(to result: inout [UInt8], at position: inout Int) {
        // The lexer has seen four digits here.
        let unit = hexadecimalUnit(in: bytes.span, at: position) ?? 0xFFFD
        position += 4
        var scalar = Unicode.Scalar(UInt32(unit))
        if 0xD800..<0xDC00 ~= unit, position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u"),
            let second = hexadecimalUnit(in: bytes.span, at: position + 2), 0xDC00..<0xE000 ~= second
        {
            scalar = Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(second & 0x3FF)))
            position += 6
        }
        result.append(contentsOf: UTF8.encode(scalar ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
    }

    /// Section 2.9.4: lines without their common indentation and without blank lines at both ends, joined by `\n`.
    private func blockString(_ literal: StringLiteral) -> String {
        var indentation = Int.max
        var shown: ClosedRange<Int>?
        forEachLine(in: literal.contents) { number, line in
            let blanks = self.indentation(of: line)
            guard blanks < line.count else { return }
            shown = (shown?.lowerBound ?? number)...number
            if number > 0 { indentation = min(indentation, blanks) }
        }
        guard let shown else { return "" }
        var result: [UInt8] = []
        result.reserveCapacity(literal.contents.count)
        forEachLine(in: literal.contents) { number, line in
            guard shown.contains(number) else { return }
            if number > shown.lowerBound { result.append(UInt8(ascii: "\n")) }
            let start = number == 0 ? line.lowerBound : line.lowerBound + min(line.count, indentation)
            append(start..<line.upperBound, hasEscapes: literal.hasEscapes, to: &result)
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Calls `body` with each line's number, counted from 0, and extent; `\n`, `\r` and `\r\n` end a line.
    private func forEachLine(in contents: Range<Int>, _ body: (Int, Range<Int>) -> Void) {
        var number = 0
        var start = contents.lowerBound
        var position = start
        while position < contents.upperBound {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { continue }
            body(number, start..<(position - 1))
            number += 1
            if byte == UInt8(ascii: "\r"), position < contents.upperBound, bytes[position] == UInt8(ascii: "\n") {
                position += 1
            }
            start = position
        }
        body(number, start..<contents.upperBound)
    }

    /// Appends a part of a block string, with `\"""` replaced by three quotation marks.
    private func append(_ range: Range<Int>, hasEscapes: Bool, to result: inout [UInt8]) {
        guard hasEscapes else {
            result.append(contentsOf: bytes[range])
            return
        }
        var position = range.lowerBound
        while position < range.upperBound {
            let isEscape =
                bytes[position] == UInt8(ascii: "\\") && position + 3 < range.upperBound
                && bytes[(position + 1)...(position + 3)].allSatisfy { $0 == UInt8(ascii: "\"") }
            if isEscape {
                result.append(contentsOf: bytes[(position + 1)...(position + 3)])
                position += 4
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
    }

    private func indentation(of line: Range<Int>) -> Int {
        bytes[line].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    }

    /// The integer at `range`, or `nil` if it does not fit.
    func integer(_ range: Range<Int>) -> Int64? { Int64(text(range)) }

    /// The number at `range`, rounded to the nearest float64, or `nil` if it is too large for one.
    func double(_ range: Range<Int>) -> Double? {
        if let number = NumberScanner.number(in: bytes.span, at: range.lowerBound), number.end == range.upperBound {
            return number.value
        }
        return NumberScanner.rounded(bytes.span.extracting(range))
    }
}

/// Writes values as graphql-go's printer does, until a number of bytes is reached; for error messages.
struct ValuePrinter {
    private let source: SourceText
    private let limit: Int
    private(set) var text = ""

    /// - Returns: the value's text, at most about `limit` bytes of it and then `...`.
    static func text(of value: Value, in source: SourceText, limit: Int) -> String {
        var printer = ValuePrinter(source: source, limit: limit)
        printer.print(value)
        return printer.isFull ? printer.text + "..." : printer.text
    }

    private init(source: SourceText, limit: Int) {
        self.source = source
        self.limit = limit
    }

    private var isFull: Bool { text.utf8.count > limit }

    private mutating func print(_ value: Value) {
        if isFull { return }
        switch value.kind {
        case .variable(let name): text += "$\(name)"
        case .int, .float: text += source.shortText(value.range, limit: limit)
        case .string(let literal): text += "\"\(source.shortText(literal.contents, limit: limit))\""
        case .boolean(let value): text += value ? "true" : "false"
        case .enumeration(let name): text += name
        case .list(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if isFull { return }
                if index > 0 { text += ", " }
                print(element)
            }
            text += "]"
        case .numbers: printNumbers(value)
        case .object(let fields):
            text += "{"
            for (index, field) in fields.enumerated() {
                if isFull { return }
                if index > 0 { text += ", " }
                text += "\(field.name.text): "
                print(field.value)
            }
            text += "}"
        }
    }

    private mutating func printNumbers(_ value: Value) {
        let contents = source.bytes[value.range].dropFirst().dropLast()
        text += "["
        var isFirst = true
        for number in contents.lazy.split(whereSeparator: { $0 <= 0x20 || $0 == UInt8(ascii: ",") }) {
            if isFull { return }
            if !isFirst { text += ", " }
            isFirst = false
            text += String(decoding: number, as: UTF8.self)
        }
        text += "]"
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into tokens, one at a time (GraphQL, October 2021, section 2.1), with graphql-go's words for what is wrong.
///
/// It works on bytes: every character with a meaning is ASCII, and no byte of a longer character is.
struct Lexer {
    let source: SourceText
    let echoedBytes: Int
    /// The byte that is looked at next.
    var position = 0
    /// Where it is next looked whether anyone still waits for the answer.
    private var nextLook = bytesBetweenLooks
    private static let bytesBetweenLooks = 64 << 10

    private var bytes: [UInt8] { source.bytes }

    init(_ source: SourceText, echoedBytes: Int) {
        self.source = source
        self.echoedBytes = echoedBytes
    }

    /// The next token; `end` again and again at the end of the text.
    mutating func next() throws(GraphQLError) -> Token {
        try skipIgnored()
        guard position < bytes.count else {
            return Token(kind: .end, range: position..<position)
        }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            return name()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: "\""):
            return peek(1) == byte && peek(2) == byte ? try blockString() : try string()
        case UInt8(ascii: "."):
            guard peek(1) == byte, peek(2) == byte else { throw unexpectedCharacter() }
            return token(.spread, length: 3)
        default:
            guard let kind = Self.punctuation(byte) else { throw unexpectedCharacter() }
            return token(kind, length: 1)
        }
    }

    private static func punctuation(_ byte: UInt8) -> Token.Kind? {
        switch byte {
        case UInt8(ascii: "!"): .bang
        case UInt8(ascii: "$"): .dollar
        case UInt8(ascii: "&"): .ampersand
        case UInt8(ascii: "("): .parenthesisLeft
        case UInt8(ascii: ")"): .parenthesisRight
        case UInt8(ascii: ":"): .colon
        case UInt8(ascii: "="): .equals
        case UInt8(ascii: "@"): .at
        case UInt8(ascii: "["): .bracketLeft
        case UInt8(ascii: "]"): .bracketRight
        case UInt8(ascii: "{"): .braceLeft
        case UInt8(ascii: "|"): .pipe
        case UInt8(ascii: "}"): .braceRight
        default: nil
        }
    }

    private func peek(_ distance: Int) -> UInt8 {
        position + distance < bytes.count ? bytes[position + distance] : 0
    }

    private mutating func token(_ kind: Token.Kind, length: Int) -> Token {
        let start = position
        position += length
        return Token(kind: kind, range: start..<position)
    }

    /// Passes blanks, line ends, commas, comments and byte order marks.
    mutating func skipIgnored() throws(GraphQLError) {
        while position < bytes.count {
            try lookForCancellation()
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: ","):
                position += 1
            case UInt8(ascii: "#"):
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n"),
                    bytes[position] != UInt8(ascii: "\r")
                {
                    position += 1
                    try lookForCancellation()
                }
            case 0xEF:
                guard peek(1) == 0xBB, peek(2) == 0xBF else { return }
                position += 3
            default:
                return
            }
        }
    }

    private mutating func lookForCancellation() throws(GraphQLError) {
        guard position >= nextLook else { return }
        nextLook = position + Self.bytesBetweenLooks
        if Task.isCancelled { throw .cancelled }
    }

    private mutating func name() -> Token {
        let start = position
        position += 1
        while position < bytes.count, Self.continuesName(bytes[position]) { position += 1 }
        return Token(kind: .name, range: start..<position)
    }

    private static func continuesName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: Numbers

    private mutating func number() throws(GraphQLError) -> Token {
        let start = position
        var isFloat = false
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if peek(0) == UInt8(ascii: "0") {
            position += 1
            if isDigit {
                throw error("Invalid number, unexpected digit after 0: \(character(at: position)).", at: position)
            }
        } else {
            try digits()
        }
        if peek(0) == UInt8(ascii: ".") {
            isFloat = true
            position += 1
            try digits()
        }
        if peek(0) | 0x20 == UInt8(ascii: "e") {
            isFloat = true
            position += 1
            if peek(0) == UInt8(ascii: "+") || peek(0) == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return Token(kind: isFloat ? .float : .int, range: start..<position)
    }

    private var isDigit: Bool {
        position < bytes.count && UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position]
    }

    private mutating func digits() throws(GraphQLError) {
        guard isDigit else {
            throw error("Invalid number, expected digit but got: \(character(at: position)).", at: position)
        }
        while isDigit { position += 1 }
    }

    // MARK: Strings

    private mutating func string() throws(GraphQLError) -> Token {
        let start = position
        var hasEscapes = false
        position += 1
        while true {
            try lookForCancellation()
            position = endOfPlainRun(in: bytes.span, from: position)
            guard position < bytes.count else { break }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Token(kind: .string, range: start..<position, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try passEscape(ofStringAt: start)
            case UInt8(ascii: "\t"):
                position += 1
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw error("Unterminated string.", at: reportedOffset(of: position, inStringAt: start))
            default:
                throw error(
                    "Invalid character within String: \(character(at: position)).",
                    at: reportedOffset(of: position, inStringAt: start))
            }
        }
        throw error("Unterminated string.", at: reportedOffset(of: bytes.count, inStringAt: start))
    }

    private mutating func passEscape(ofStringAt start: Int) throws(GraphQLError) {
        position += 1
        switch peek(0) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            let end = min(position + 5, bytes.count)
            guard hexadecimalUnit(in: bytes.span, at: position + 1) != nil else {
                throw error(
                    "Invalid character escape sequence: \\u\(printable((position + 1)..<end))",
                    at: reportedOffset(of: position, inStringAt: start))
            }
            position += 5
        default:
            guard position < bytes.count else {
                throw error("Unterminated string.", at: reportedOffset(of: position, inStringAt: start))
            }
            throw error(
                "Invalid character escape sequence: \\\\\(printable(position..<(position + 1))).",
                at: reportedOffset(of: position, inStringAt: start))
        }
    }

    private mutating func blockString() throws(GraphQLError) -> Token {
        let start = position
        var hasEscapes = false
        position += 3
        while true {
            try lookForCancellation()
            position = endOfPlainRun(in: bytes.span, from: position)
            guard position < bytes.count else { break }
            switch bytes[position] {
            case UInt8(ascii: "\"") where peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\""):
                position += 3
                return Token(kind: .blockString, range: start..<position, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\")
            where peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"") && peek(3) == UInt8(ascii: "\""):
                hasEscapes = true
                position += 4
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                position += 1
            default:
                throw error(
                    "Invalid character within String: \(character(at: position)).",
                    at: reportedOffset(of: position, inStringAt: start))
            }
        }
        throw error("Unterminated string.", at: reportedOffset(of: bytes.count, inStringAt: start))
    }

    // MARK: Errors

    /// Where graphql-go says an error in a string is: inside of strings it counts characters, not bytes.
    private func reportedOffset(of position: Int, inStringAt start: Int) -> Int {
        var offset = start
        for index in start..<position where bytes[index] & 0xC0 != 0x80 { offset += 1 }
        return offset
    }

    private func unexpectedCharacter() -> GraphQLError {
        let byte = bytes[position]
        if byte < 0x20 { return error("Invalid character \(character(at: position))", at: position) }
        return error("Unexpected character \(character(at: position)).", at: position)
    }

    /// The character at `position` as errors show it.
    private func character(at position: Int) -> String {
        guard position < bytes.count else { return "<EOF>" }
        if bytes[position] >= 0x20, bytes[position] < 0x7F {
            return "\"\(Character(Unicode.Scalar(bytes[position])))\""
        }
        let scalar = scalar(at: position).value
        let digits = String(scalar, radix: 16, uppercase: true)
        return "\"\\u\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)\""
    }

    private func scalar(at position: Int) -> Unicode.Scalar {
        let end = min(position + 4, bytes.count)
        return String(decoding: bytes[position..<end], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }

    /// The characters of `range`, as far as whole ones lie in it.
    private func printable(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    func error(_ description: String, at offset: Int) -> GraphQLError {
        let location = source.locations(of: [offset])[0]
        let excerpt = source.excerpt(at: offset, location: location, echoedBytes: echoedBytes)
        return GraphQLError(
            "Syntax Error GraphQL request (\(location.line):\(location.column)) \(description)\n\n\(excerpt)",
            at: offset)
    }
}

/// The UTF-16 unit that four hexadecimal digits at `position` stand for.
func hexadecimalUnit(in bytes: Span<UInt8>, at position: Int) -> UInt16? {
    guard position + 4 <= bytes.count else { return nil }
    var unit: UInt16 = 0
    for index in position..<(position + 4) {
        switch bytes[index] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(bytes[index] - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(bytes[index] - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(bytes[index] - UInt8(ascii: "A") + 10)
        default: return nil
        }
    }
    return unit
}

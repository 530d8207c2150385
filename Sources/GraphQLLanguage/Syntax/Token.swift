// SPDX-License-Identifier: Apache-2.0

/// The smallest piece of a text that means something.
struct Token {
    enum Kind {
        case end, bang, dollar, ampersand, parenthesisLeft, parenthesisRight, spread, colon, equals, at
        case bracketLeft, bracketRight, braceLeft, pipe, braceRight
        case name, int, float, string, blockString

        /// What an error calls it.
        var description: String {
            switch self {
            case .end: "EOF"
            case .bang: "!"
            case .dollar: "$"
            case .ampersand: "&"
            case .parenthesisLeft: "("
            case .parenthesisRight: ")"
            case .spread: "..."
            case .colon: ":"
            case .equals: "="
            case .at: "@"
            case .bracketLeft: "["
            case .bracketRight: "]"
            case .braceLeft: "{"
            case .pipe: "|"
            case .braceRight: "}"
            case .name: "Name"
            case .int: "Int"
            case .float: "Float"
            case .string: "String"
            case .blockString: "BlockString"
            }
        }
    }

    var kind: Kind
    var range: Range<Int>
    /// Only of strings: whether there is a backslash in it.
    var hasEscapes = false

    /// Only of strings: what is between the quotation marks.
    var contents: Range<Int> {
        let marks = kind == .blockString ? 3 : 1
        return (range.lowerBound + marks)..<(range.upperBound - marks)
    }
}

// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// Cuts texts into tokens, by code points and without regard to language.
///
/// Letters and numbers are the Unicode general categories L and N, white space is the property White_Space, and lower case is made letter
/// by letter with the simple mapping (`İ` becomes `i`, `ß` stays). Nothing is normalized unless accents are folded, before all else: a
/// decomposed accent ends a word.
package struct Tokenizer: Hashable, Sendable {
    package let tokenization: Tokenization
    /// `nil`: letters keep their accents.
    package let folding: AccentFolding?

    package init(_ tokenization: Tokenization, folding: AccentFolding? = nil) {
        self.tokenization = tokenization
        self.folding = folding
    }

    /// The tokens of a text as they are stored and counted: in order, with repeats and stop words.
    ///
    /// - Complexity: O(length of the text); three times that for `trigram`.
    package func tokens(of text: String) -> [String] {
        tokenBytes(of: text).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The tokens of a query: those of a text without the stop words, which only `word` has.
    package func queryTokens(of text: String, without stopWords: StopWords) -> [String] {
        queryTokenBytes(of: text, without: stopWords).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as UTF-8.
    func queryTokenBytes(of text: String, without stopWords: StopWords) -> [[UInt8]] {
        let tokens = tokenBytes(of: text)
        return tokenization == .word ? tokens.filter { !stopWords.contains($0) } : tokens
    }

    /// The tokens as UTF-8. Tokens are the same when their bytes are, which is not so for `String`s: these compare by canonical
    /// equivalence.
    func tokenBytes(of text: String) -> [[UInt8]] {
        let text = folding?.folded(text) ?? text
        return switch tokenization {
        case .word: Self.split(text, lowercase: true, where: { !Self.isLetterOrNumber($0) })
        case .lowercase: Self.split(text, lowercase: true, where: Self.isWhiteSpace)
        case .whitespace: Self.split(text, lowercase: false, where: Self.isWhiteSpace)
        case .field: [Self.trimmed(text)]
        case .trigram: Self.trigrams(of: Self.split(text, lowercase: true, where: { !Self.isLetterOrNumber($0) }))
        }
    }

    /// Appends the tokens of a text to a list.
    func append(_ text: String, to tokens: inout TokenList) {
        guard folding == nil else { return tokens.append(tokenBytes(of: text)) }
        switch tokenization {
        case .word: tokens.append(asciiIn: text, isGap: { !Self.isASCIILetterOrNumber($0) }, lowercase: true)
        case .lowercase: tokens.append(asciiIn: text, isGap: Self.isASCIIWhiteSpace, lowercase: true)
        case .whitespace: tokens.append(asciiIn: text, isGap: Self.isASCIIWhiteSpace, lowercase: false)
        case .field, .trigram: return tokens.append(tokenBytes(of: text))
        }
        // Others than ASCII letters need to be looked at as code points.
        if !tokens.isComplete { tokens.append(tokenBytes(of: text)) }
    }

    private static func isASCIILetterOrNumber(_ byte: UInt8) -> Bool {
        byte >= 0x61 && byte <= 0x7A || byte >= 0x41 && byte <= 0x5A || byte >= 0x30 && byte <= 0x39
    }

    private static func isASCIIWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte >= 0x09 && byte <= 0x0D }

    /// The pieces of a `Like` pattern, with `?` and `*` kept; no stop words are dropped.
    func patterns(of text: String) -> [[UInt8]] {
        func isGap(_ scalar: Unicode.Scalar) -> Bool {
            scalar != "?" && scalar != "*" && !Self.isLetterOrNumber(scalar)
        }
        let folded = folding?.folded(text) ?? text
        return switch tokenization {
        case .word: Self.split(folded, lowercase: true, where: isGap)
        case .trigram: Self.trigrams(of: Self.split(folded, lowercase: true, where: isGap))
        case .lowercase, .whitespace, .field: tokenBytes(of: text)
        }
    }

    /// Lower case, letter by letter.
    package static func lowercased(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(lowercased(scalar)) }
        return String(result)
    }

    private static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII {
            return scalar >= "A" && scalar <= "Z" ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar
        }
        // The full mapping has more than one code point for U+0130 alone, and begins with the simple one.
        return scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
    }

    private static func isLetterOrNumber(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar >= "a" && scalar <= "z" || scalar >= "A" && scalar <= "Z" || scalar >= "0" && scalar <= "9"
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    private static func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar == " " || scalar >= "\t" && scalar <= "\r" : scalar.properties.isWhitespace
    }

    @inline(__always)
    private static func split(
        _ text: String, lowercase: Bool, where isGap: (Unicode.Scalar) -> Bool
    ) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        var token: [UInt8] = []
        for scalar in text.unicodeScalars {
            if isGap(scalar) {
                if !token.isEmpty {
                    tokens.append(token)
                    token = []
                }
            } else if scalar.isASCII {
                token.append(UInt8((lowercase ? lowercased(scalar) : scalar).value))
            } else {
                token.append(contentsOf: UTF8.encode(lowercase ? lowercased(scalar) : scalar) ?? .init())
            }
        }
        if !token.isEmpty { tokens.append(token) }
        return tokens
    }

    private static func trimmed(_ text: String) -> [UInt8] {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isWhiteSpace($0) }),
            let last = scalars.lastIndex(where: { !isWhiteSpace($0) })
        else { return [] }
        return Array(text.utf8[first..<scalars.index(after: last)])
    }

    /// Every three neighbors of the words written without gaps.
    private static func trigrams(of words: [[UInt8]]) -> [[UInt8]] {
        let bytes = Array(words.joined())
        // Where each character begins, and the end.
        let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
        guard starts.count > 3 else { return [] }
        return (0..<starts.count - 3).map { Array(bytes[starts[$0]..<starts[$0 + 3]]) }
    }
}

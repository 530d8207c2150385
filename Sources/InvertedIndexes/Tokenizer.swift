// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// Cuts texts into tokens, by code points and without regard to language.
///
/// Letters and numbers are the Unicode general categories L and N, white space is the property White_Space, and lower case is made letter
/// by letter with the simple mapping (`İ` becomes `i`, `ß` stays). Nothing is normalized: a decomposed accent ends a word.
package struct Tokenizer: Hashable, Sendable {
    package let tokenization: Tokenization

    package init(_ tokenization: Tokenization) {
        self.tokenization = tokenization
    }

    /// The tokens of a text as they are stored and counted: in order, with repeats and stop words.
    ///
    /// - Complexity: O(length of the text); three times that for `trigram`.
    package func tokens(of text: String) -> [String] {
        switch tokenization {
        case .word: Self.split(text, lowercase: true, where: { !Self.isLetterOrNumber($0) })
        case .lowercase: Self.split(text, lowercase: true, where: \.properties.isWhitespace)
        case .whitespace: Self.split(text, lowercase: false, where: \.properties.isWhitespace)
        case .field: [Self.trimmed(text)]
        case .trigram: Self.trigrams(of: Self.split(text, lowercase: true, where: { !Self.isLetterOrNumber($0) }))
        }
    }

    /// The tokens of a query: those of a text without the stop words, which only `word` has.
    package func queryTokens(of text: String, without stopWords: StopWords) -> [String] {
        let tokens = tokens(of: text)
        return tokenization == .word ? tokens.filter { !stopWords.contains($0) } : tokens
    }

    /// The pieces of a `Like` pattern, with `?` and `*` kept; no stop words are dropped.
    package func patterns(of text: String) -> [String] {
        func isGap(_ scalar: Unicode.Scalar) -> Bool {
            scalar != "?" && scalar != "*" && !Self.isLetterOrNumber(scalar)
        }
        return switch tokenization {
        case .word: Self.split(text, lowercase: true, where: isGap)
        case .trigram: Self.trigrams(of: Self.split(text, lowercase: true, where: isGap))
        case .lowercase, .whitespace, .field: tokens(of: text)
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

    private static func split(
        _ text: String, lowercase: Bool, where isGap: (Unicode.Scalar) -> Bool
    ) -> [String] {
        var tokens: [String] = []
        var token = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isGap(scalar) {
                if !token.isEmpty {
                    tokens.append(String(token))
                    token = String.UnicodeScalarView()
                }
            } else {
                token.append(lowercase ? lowercased(scalar) : scalar)
            }
        }
        if !token.isEmpty { tokens.append(String(token)) }
        return tokens
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Every three neighbours of the words written without gaps.
    private static func trigrams(of words: [String]) -> [String] {
        let scalars = words.flatMap(\.unicodeScalars)
        guard scalars.count >= 3 else { return [] }
        return (0...scalars.count - 3).map { start in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[start..<start + 3])
            return String(view)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Words that a query leaves out, under tokenization `word` only; stored texts keep them.
package struct StopWords: Hashable, Sendable {
    package enum Preset: String, Hashable, Sendable, CaseIterable {
        case en, none
    }

    private let words: Set<String>

    /// - Parameters:
    ///   - additions: words added to the preset; compared in lower case.
    ///   - removals: words taken from it.
    package init(preset: Preset, additions: [String] = [], removals: [String] = []) {
        var words: Set<String> = preset == .en ? Self.english : []
        words.formUnion(additions.map(Tokenizer.lowercased))
        words.subtract(removals.map(Tokenizer.lowercased))
        self.words = words
    }

    package func contains(_ token: String) -> Bool { words.contains(token) }

    /// Lucene's list for English.
    private static let english: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not",
        "of", "on",
        "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
    ]
}

// SPDX-License-Identifier: Apache-2.0

/// Words that a query leaves out, under tokenization `word` only; stored texts keep them.
package struct StopWords: Hashable, Sendable {
    package enum Preset: String, Hashable, Sendable, CaseIterable {
        case en, none
    }

    /// UTF-8, since tokens are the same when their bytes are.
    private let words: Set<[UInt8]>

    /// - Parameters:
    ///   - additions: words added to the preset; compared in lower case.
    ///   - removals: words taken from it.
    package init(preset: Preset, additions: [String] = [], removals: [String] = []) {
        var words: Set<String> = preset == .en ? Self.english : []
        words.formUnion(additions.map(Tokenizer.lowercased))
        words.subtract(removals.map(Tokenizer.lowercased))
        self.words = Set(words.map { Array($0.utf8) })
    }

    /// These words alone.
    package init(_ words: [String]) { self.init(preset: .none, additions: words) }

    /// - Parameter token: UTF-8.
    func contains(_ token: [UInt8]) -> Bool { words.contains(token) }

    /// Lucene's list for English.
    private static let english: Set<String> = [
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not",
        "of", "on",
        "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
    ]
}

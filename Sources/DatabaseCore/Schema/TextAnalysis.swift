// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// What a text is cut into by a tokenization: as it is stored, and as the words of a query.
package struct TextAnalysis: Hashable, Sendable {
    /// In order, with repeats and stop words.
    package let indexed: [String]
    /// The same without stop words, which only `word` has.
    package let query: [String]

    /// - Parameter index: which words are stop words.
    /// - Complexity: O(length of the text); three times that for `trigram`.
    package init(of text: String, _ tokenization: Tokenization, stopWordsOf index: InvertedIndexDefinition) {
        let tokenizer = Tokenizer(tokenization)
        indexed = tokenizer.tokens(of: text)
        query = tokenizer.queryTokens(of: text, without: StopWords(index))
    }
}

extension InvertedIndexDefinition {
    /// - Throws: `DatabaseError.invalidDefinition`.
    package func validate() throws(DatabaseError) { try InvertedIndexRules.check(self) }
}

extension StopWords {
    init(_ index: InvertedIndexDefinition) {
        self.init(
            preset: Preset(rawValue: index.stopwordPreset) ?? .en, additions: index.stopwordAdditions ?? [],
            removals: index.stopwordRemovals ?? [])
    }
}

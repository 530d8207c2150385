// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes

/// What a text is cut into by a tokenization: as it is stored, and as the words of a query.
package struct TextAnalysis: Hashable, Sendable {
    /// In order, with repeats and stop words.
    package let indexed: [String]
    /// The same without stop words, which only `word` has.
    package let query: [String]

    /// - Parameters:
    ///   - analyzer: what a property says besides its tokenization.
    ///   - index: which words are stop words where `analyzer` does not say.
    /// - Complexity: O(length of the text); three times that for `trigram`.
    package init(
        of text: String, _ tokenization: Tokenization, analyzer: TextAnalyzerDefinition? = nil,
        stopWordsOf index: InvertedIndexDefinition
    ) {
        let tokenizer = Tokenizer(tokenization, folding: analyzer?.folding)
        indexed = tokenizer.tokens(of: text)
        query = tokenizer.queryTokens(of: text, without: analyzer?.stopWords(index) ?? StopWords(index))
    }
}

extension InvertedIndexDefinition {
    /// - Throws: `DatabaseError.invalidDefinition`.
    package func validate() throws(DatabaseError) { try InvertedIndexRules.check(self) }

    /// Whether stop words can be named so: built in, or a list of this collection.
    func hasStopwordPreset(_ name: String) -> Bool {
        stopwordPresets[name] != nil || StopWords.Preset(rawValue: name) != nil
    }
}

extension StopWords {
    /// Those of a collection.
    init(_ index: InvertedIndexDefinition) {
        let (additions, removals) = (index.stopwordAdditions ?? [], index.stopwordRemovals ?? [])
        if let words = index.stopwordPresets[index.stopwordPreset] {
            self.init(preset: .none, additions: words + additions, removals: removals)
        } else {
            self.init(
                preset: Preset(rawValue: index.stopwordPreset) ?? .en, additions: additions, removals: removals)
        }
    }
}

extension TextAnalyzerDefinition {
    var folding: AccentFolding? { foldsAccents ? AccentFolding(keeping: keptCharacters) : nil }

    /// The words of its preset, a list of the collection before one that is built in; `nil` where it names none.
    func stopWords(_ index: InvertedIndexDefinition) -> StopWords? {
        guard let name = stopwordPreset else { return nil }
        if let words = index.stopwordPresets[name] { return StopWords(words) }
        return StopWords.Preset(rawValue: name).map { StopWords(preset: $0) }
    }
}

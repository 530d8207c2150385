// SPDX-License-Identifier: Apache-2.0

import InvertedIndexes

/// What the settings of the inverted indexes may be.
enum InvertedIndexRules {
    static func check(_ index: InvertedIndexDefinition) throws(DatabaseError) {
        guard index.cleanupIntervalSeconds >= 0 else {
            throw .invalidDefinition("cleanup interval seconds must be > 0")
        }
        // Each is false for NaN too.
        guard index.bm25K1 >= 0 else { throw .invalidDefinition("BM25.k1 must be >= 0") }
        guard RankingBounds.k1.contains(index.bm25K1) else {
            throw .invalidDefinition("BM25.k1 must be <= \(Int(RankingBounds.k1.upperBound))")
        }
        guard RankingBounds.b.contains(index.bm25B) else {
            throw .invalidDefinition("BM25.b must be >= 0 and <= 1")
        }
        for (name, words) in index.stopwordPresets.sorted(by: { $0.key < $1.key }) { try check(words, named: name) }
        guard index.hasStopwordPreset(index.stopwordPreset) else {
            throw .invalidDefinition("stopwordPreset '\(index.stopwordPreset.prefix(100))' does not exist")
        }
        let additions = index.stopwordAdditions ?? []
        let removals = index.stopwordRemovals ?? []
        guard !(additions + removals).contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw .invalidDefinition("stopwords.additions and stopwords.removals cannot hold empty words")
        }
        if let both = additions.first(where: Set(removals).contains) {
            throw .invalidDefinition("found '\(both.prefix(100))' in both stopwords.additions and stopwords.removals")
        }
    }

    /// A list of stop words in `stopwordPresets`.
    private static func check(_ words: [String], named name: String) throws(DatabaseError) {
        guard !name.allSatisfy(\.isWhitespace) else {
            throw .invalidDefinition("stopwordPresets cannot hold a list with an empty name")
        }
        guard !words.isEmpty else {
            throw .invalidDefinition("stopwordPresets.\(name.prefix(100)) must hold at least one word")
        }
        guard !words.contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw .invalidDefinition("stopwordPresets.\(name.prefix(100)) cannot hold empty words")
        }
    }
}

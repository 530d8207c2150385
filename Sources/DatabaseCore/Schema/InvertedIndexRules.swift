// SPDX-License-Identifier: Apache-2.0

/// What the settings of the inverted indexes may be.
enum InvertedIndexRules {
    static let presets: Set<String> = ["en", "none"]

    static func check(_ index: InvertedIndexDefinition) throws(DatabaseError) {
        guard index.cleanupIntervalSeconds >= 0 else {
            throw .invalidDefinition("cleanup interval seconds must be > 0")
        }
        guard index.bm25K1 >= 0 else { throw .invalidDefinition("BM25.k1 must be >= 0") }
        guard index.bm25B >= 0, index.bm25B <= 1 else { throw .invalidDefinition("BM25.b must be >= 0 and <= 1") }
        guard presets.contains(index.stopwordPreset) else {
            throw .invalidDefinition("stopwordPreset '\(index.stopwordPreset.prefix(100))' does not exist")
        }
        let additions = index.stopwordAdditions ?? []
        let removals = index.stopwordRemovals ?? []
        guard !(additions + removals).contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw .invalidDefinition("stopwords.additions and stopwords.removals cannot hold empty words")
        }
        if let both = additions.first(where: removals.contains) {
            throw .invalidDefinition("found '\(both)' in both stopwords.additions and stopwords.removals")
        }
    }
}

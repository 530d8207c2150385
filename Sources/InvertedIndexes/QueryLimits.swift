// SPDX-License-Identifier: Apache-2.0

/// How much of the words of one query is looked up, so that no request occupies a thread for long.
package struct QueryLimits: Hashable, Sendable {
    /// `NEEDLETAIL_QUERY_MAXIMUM_TERMS`: different tokens times searched properties of a keyword search; values and tokens of a
    /// filter.
    package var maximumTerms = 250_000
    /// UTF-8 bytes of the text of a keyword search, and of one text of a filter: what is cut into tokens between two looks at the cancellation.
    package var maximumTextBytes = 1 << 18

    package init() {}
}

/// What the numbers of a BM25 ranking may be. Within these bounds no sum of scores reaches the end of float32.
package enum RankingBounds {
    /// Term frequency saturation.
    package static let k1: ClosedRange<Double> = 0...1_000_000
    /// Length normalization.
    package static let b: ClosedRange<Double> = 0...1
    /// The factor of a property.
    package static let boost: ClosedRange<Float> = -1_000_000...1_000_000
}

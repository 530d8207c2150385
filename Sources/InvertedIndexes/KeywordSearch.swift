// SPDX-License-Identifier: Apache-2.0

package import DataModel

/// Which documents a keyword search scores.
package enum KeywordSearchMode: Sendable {
    /// As it costs least.
    case fastest
    /// Those that may be among the best, however rare the tokens are.
    case pruned
    /// Every document that has a token.
    case exhaustive
}

extension InvertedIndexSchema {
    /// The `limit` best documents by BM25, best first; equal scores by object id.
    ///
    /// score(document) = Σ over fields of boost · Σ over query tokens t of dup(t) · idf(t) · tf / (tf + k1 · (1 − b + b · len / avg)), where
    /// idf(t) = ln(1 + (N − n + 0.5) / (n + 0.5)). n is taken over all fields of one tokenization: the integer mean of the document counts
    /// of those that have the token. Summed in float64 within a field, in float32 over fields; always finite.
    /// A group of more than 16,384 documents with one score is in order of insertion instead.
    ///
    /// - Parameters:
    ///   - filter: only these documents; changes no score.
    ///   - limits: how long the text may be, and how many tokens may be looked up in all fields.
    ///   - mode: for tests and benchmarks, which hold the modes against each other; the matches are the same.
    ///   - explain: fill in `KeywordMatch.explanation`, at the cost of reading the postings once more.
    /// - Throws: `KeywordSearchError`, `IndexDamage`, `CancellationError` within some ten milliseconds of a cancellation, and what `store` and
    ///   `ids` throw.
    /// - Complexity: O(postings of the tokens), of which only documents that can still be among the best are scored; 65,536 documents at a time in some 1.5 MB, and 8 bytes for each document kept.
    package func search(
        _ query: KeywordQuery, filter: DocumentSet?, limit: Int, explain: Bool = false, ids: some IDLookup,
        in store: some OrderedReading, limits: QueryLimits = QueryLimits(), mode: KeywordSearchMode = .fastest,
        cancellation: Cancellation = .ofCurrentTask
    ) throws -> [KeywordMatch] {
        guard !query.text.isEmpty else { throw KeywordSearchError.emptyQuery }
        guard limit > 0 else { return [] }
        let meter = WorkMeter(cancellation)
        let plan = try KeywordPlan(query, schema: self, store: store, limits: limits, meter: meter)
        var best = BestDocuments(limit: limit)
        let reader = KeywordReader(store: store, meter: meter)
        // Not given back after an error.
        var scratch = KeywordScratchPool.shared.take()
        if mode != .exhaustive,
            var scorer = KeywordBlockScorer(plan: plan, reader: reader, isForced: mode == .pruned)
        {
            for chunk in plan.chunks { try scorer.score(chunk: chunk, filter: filter, into: &best, with: &scratch) }
        } else {
            let scorer = KeywordScorer(plan: plan, reader: reader)
            for chunk in plan.chunks { try scorer.score(chunk: chunk, filter: filter, into: &best, with: &scratch) }
        }
        KeywordScratchPool.shared.giveBack(scratch)
        var matches = try best.ranked(ids: ids, meter: meter).map { KeywordMatch(document: $0, score: $1) }
        if explain {
            let explanations = try KeywordExplanation(plan: plan, reader: reader)
                .explanations(of: matches.map(\.document))
            for index in matches.indices { matches[index].explanation = explanations[index] }
        }
        return matches
    }
}

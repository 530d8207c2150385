// SPDX-License-Identifier: Apache-2.0

/// What a vector index is made with, and how it searches. The defaults are Weaviate's.
package struct VectorIndexConfiguration: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case hnsw
        case flat
    }

    /// Fixed once the index exists.
    package var kind: Kind
    /// Fixed once the index exists.
    package var metric: VectorMetric
    /// M: links of a node on each upper layer, twice as many on the lowest; 2 to 2,047. Fixed once the index exists.
    package var maxConnections: Int
    /// How many candidates are kept while a node is linked, at least 1. Fixed once the index exists.
    package var efConstruction: Int
    /// How many candidates a search keeps; below 1: `dynamicEfFactor` times the limit, in `dynamicEfMin...dynamicEfMax`.
    package var ef: Int
    package var dynamicEfMin: Int
    package var dynamicEfMax: Int
    package var dynamicEfFactor: Int
    /// A filter that allows fewer documents than this is answered by scanning them.
    package var flatSearchCutoff: Int
    /// A graph index with no more documents than this has no links and is scanned; at least `VectorIndex.smallLimit`.
    package var graphThreshold: Int

    package init(
        kind: Kind = .hnsw, metric: VectorMetric = .cosine, maxConnections: Int = 32, efConstruction: Int = 128,
        ef: Int = -1, dynamicEfMin: Int = 100, dynamicEfMax: Int = 500, dynamicEfFactor: Int = 8,
        flatSearchCutoff: Int = 40_000, graphThreshold: Int = VectorIndex.smallLimit
    ) {
        self.kind = kind
        self.metric = metric
        self.maxConnections = maxConnections
        self.efConstruction = efConstruction
        self.ef = ef
        self.dynamicEfMin = dynamicEfMin
        self.dynamicEfMax = dynamicEfMax
        self.dynamicEfFactor = dynamicEfFactor
        self.flatSearchCutoff = flatSearchCutoff
        self.graphThreshold = max(graphThreshold, VectorIndex.smallLimit)
    }

    /// The ef of a search for `limit` neighbors: never below `limit`.
    package func effectiveEf(limit: Int) -> Int {
        if ef >= 1 { return max(ef, limit) }
        let wanted = limit.multipliedReportingOverflow(by: dynamicEfFactor)
        return max(min(max(wanted.overflow ? .max : wanted.partialValue, dynamicEfMin), dynamicEfMax), limit)
    }
}

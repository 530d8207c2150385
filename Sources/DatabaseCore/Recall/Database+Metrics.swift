// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Observability
import VectorIndexes

extension Database {
    /// Puts what the database is now, and what its searches have shown, into `metrics`, which must be new: the figures are
    /// totals. Names and labels are Weaviate's where it has them.
    ///
    /// Blocks for one read of the storage.
    package func report(to metrics: Metrics) throws(DatabaseError) {
        let objects = metrics.gauge(
            "object_count", help: "Objects in a shard.", labels: ["class_name", "shard_name"])
        let indexes = IndexMetrics(metrics)
        let shards = collectionTable.all.flatMap { collection in
            collection.shards.all.map { (definition: collection.definition, shard: $0) }
        }
        let counts = try readStorage { transaction in
            try shards.map { try transaction.counters(of: $0.shard.address).objectCount }
        }
        for ((definition, shard), count) in zip(shards, counts) {
            objects[[definition.name, shard.name]].add(Double(count))
            for vector in definition.vectors {
                guard let index = shard.index(of: vector.id) else { continue }
                indexes.add(index, labels: [definition.name, shard.name, vector.name ?? ""])
            }
        }
    }
}

/// The metrics that each vector index has.
private struct IndexMetrics {
    private static let labels = ["class_name", "shard_name", "target_vector"]

    private let size: MetricFamily<Gauge>
    private let tombstones: MetricFamily<Gauge>
    private let unlinked: MetricFamily<Gauge>
    private let memory: MetricFamily<Gauge>
    private let samples: MetricFamily<Counter>
    private let expected: MetricFamily<Counter>
    private let found: MetricFamily<Counter>
    private let recall: MetricFamily<Gauge>

    init(_ metrics: Metrics) {
        size = metrics.gauge(
            "vector_index_size", help: "Vectors that searches of an index can find.", labels: Self.labels)
        tombstones = metrics.gauge(
            "vector_index_tombstones", help: "Removed vectors that still take a slot in an index.", labels: Self.labels
        )
        unlinked = metrics.gauge(
            "needletail_vector_index_unlinked",
            help: "Vectors that wait for their links and are scanned meanwhile.", labels: Self.labels)
        memory = metrics.gauge(
            "needletail_vector_index_memory_bytes", help: "Memory that an index takes.", labels: Self.labels)
        samples = metrics.counter(
            "needletail_recall_samples_total",
            help: "Live vector searches that were answered again exactly.", labels: Self.labels)
        expected = metrics.counter(
            "needletail_recall_expected_neighbors_total",
            help: "Neighbors that the exact answers of the sampled searches hold.", labels: Self.labels)
        found = metrics.counter(
            "needletail_recall_found_neighbors_total",
            help: "Neighbors of the exact answers that the index finds too.", labels: Self.labels)
        recall = metrics.gauge(
            "needletail_recall",
            help: "Mean recall of the last sampled searches, \(RecallRecord.window) at most; absent before the first.",
            labels: Self.labels)
    }

    /// Adds rather than sets: indexes beyond the most that are told apart are counted together.
    func add(_ index: ShardVectorIndex, labels: [String]) {
        if let graph = index.index {
            size[labels].add(Double(graph.liveCount))
            tombstones[labels].add(Double(graph.tombstoneCount))
            unlinked[labels].add(Double(graph.unlinkedCount))
            memory[labels].add(Double(graph.memoryInBytes))
        }
        let figures = index.recall.figures
        samples[labels].add(figures.sampleCount)
        expected[labels].add(figures.expectedCount)
        found[labels].add(figures.foundCount)
        // Means cannot be added.
        if let mean = figures.meanRecall, recall.canTellApart(labels) { recall[labels].set(mean) }
    }
}

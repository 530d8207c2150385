// SPDX-License-Identifier: Apache-2.0

import DataModel
import Synchronization
import VectorKernels

/// Finds the documents whose vectors lie nearest to a query.
///
/// Of kind `hnsw` it links them: hierarchical navigable small worlds, Malkov & Yashunin, arXiv:1603.09320. Of kind `flat` it
/// has no links and measures every document: for collections so small, or queries so rare, that a graph is not worth its
/// memory. Both hold a narrow code of each vector, good enough to find candidates; the distances in answers are always
/// computed from the float32 vectors that a `VectorReading` gives. Docs/ARCHITECTURE.md describes the layout.
///
/// Life of a document: `append` (searchable at once, by exact scan) → `linkNext`, in the background → `remove` (gone
/// from answers at once) → `repair`, in the background (its slot is used again).
///
/// Searches run on any number of threads beside everything else and wait for nobody. `append`, `retract` and `remove`
/// are called by one thread at a time, the one writer; `linkNext` by several at once; `repair` and `writeSnapshot` by
/// one each.
///
///     let index = try VectorIndex(dimensions: 2, configuration: .init(), seed: 1)
///     try index.append(document: DocumentID(7), vector: vector.span)
///     let found = try index.nearest(10, to: query.span, vectors: reader)
///
/// Invariants (`checkInvariants`):
/// 1. Every live document is at one slot, and that slot holds it.
/// 2. A linked slot has at most M links on an upper layer and 2 M on the lowest, none twice, none to itself, all to
///    occupied slots of that layer.
/// 3. Every live document of a graph is linked and reachable, or in the tail, or just being moved from the tail into the
///    graph.
package final class VectorIndex: Sendable {
    static let dimensionLimit = 65_535
    /// An index with no more slots has no links, and its snapshots hold no documents: a scan is faster than a walk, and
    /// appending the vectors after a start as fast as loading. `graphThreshold` raises it.
    package static let smallLimit = 256

    let store: CodeStore
    let epochs = Epochs()
    let table = Mutex(SlotTable())
    private let settings: Mutex<VectorIndexConfiguration>

    /// Makes an empty index of the configured kind.
    ///
    /// - Parameters:
    ///   - dimensions: how many numbers a vector has, 1 to 65,535.
    ///   - seed: of the random levels; the same seed and the same order of calls give the same graph.
    /// - Throws: `dimensionsOutOfRange`; `tooManyVectors` if there is no memory.
    package convenience init(
        dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64
    ) throws(VectorIndexError) {
        guard (1...Self.dimensionLimit).contains(dimensions) else {
            throw .dimensionsOutOfRange(received: dimensions, maximum: Self.dimensionLimit)
        }
        let layout = CodeLayout(
            dimensions: dimensions, configuration: configuration, seed: configuration.kind == .flat ? 0 : seed)
        guard let store = CodeStore(layout: layout) else { throw .tooManyVectors(count: 0) }
        self.init(store: store, configuration: configuration)
    }

    init(store: CodeStore, configuration: VectorIndexConfiguration) {
        self.store = store
        settings = Mutex(configuration)
    }

    /// How many numbers a vector has; fixed when the index is made.
    package var dimensions: Int { store.layout.dimensions }
    /// Whether documents get links, at least once there are many.
    var isGraph: Bool { store.layout.maxConnections > 0 }
    package var configuration: VectorIndexConfiguration { settings.withLock { $0 } }

    /// Takes over the values that only searches use, `ef`, the dynamic ef values and `flatSearchCutoff`, and `graphThreshold`, which matters
    /// as long as there is no graph.
    ///
    /// The others (kind, metric, `maxConnections`, `efConstruction`) stay what they were.
    package func reconfigure(_ wanted: VectorIndexConfiguration) {
        settings.withLock { settings in
            settings.ef = wanted.ef
            settings.dynamicEfMin = wanted.dynamicEfMin
            settings.dynamicEfMax = wanted.dynamicEfMax
            settings.dynamicEfFactor = wanted.dynamicEfFactor
            settings.flatSearchCutoff = wanted.flatSearchCutoff
            settings.graphThreshold = wanted.graphThreshold
        }
    }

    /// Documents that searches can find.
    package var liveCount: Int { table.withLock { $0.slots.count } }
    /// Removed documents whose slot is not free yet.
    package var tombstoneCount: Int { isGraph ? table.withLock { $0.tombstones.count } : 0 }
    /// Documents that searches find only by scanning them: the tail. Always 0 in a flat index.
    package var unlinkedCount: Int { table.withLock { $0.unlinkedCount } }

    /// Memory held by codes, links and tables. What searches share is not counted.
    package var memoryInBytes: Int { store.memoryInBytes + table.withLock { $0.memoryInBytes } }

    /// Calls `body` with a search context of its own, during which no slot that can be come upon is used again.
    ///
    /// - Returns: `nil`, without a call, if there is no memory.
    func withContext<Result, Failure: Error>(
        _ body: (SearchContext) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let epoch = epochs.enter()
        defer { epochs.leave(epoch) }
        return try SearchContextPool.shared.withContext(for: store, body)
    }
}

extension CodeLayout {
    /// The format that suits the metric and the dimensions: see Docs/decisions/0010.
    init(dimensions: Int, configuration: VectorIndexConfiguration, seed: UInt64) {
        let metric: Metric =
            switch configuration.metric {
            case .cosine: .cosine
            case .dot: .dot
            case .l2Squared: .l2Squared
            case .manhattan: .manhattan
            case .hamming: .hamming
            }
        let format: Format =
            switch configuration.metric {
            case .manhattan, .hamming: .floats
            case .cosine, .dot, .l2Squared: dimensions >= 512 ? .planes : .bytes
            }
        self.init(
            metric: metric, format: format, dimensions: dimensions,
            maxConnections: configuration.kind == .flat ? 0 : min(max(configuration.maxConnections, 2), 2047),
            levelSeed: seed, rotationSeed: 0x6E65_6564_6C65_7461)
    }
}

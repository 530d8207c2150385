// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Synchronization
import VectorIndexes

/// One shard of a collection: where its objects lie, and the indexes of their vectors.
final class Shard: Sendable {
    let address: ShardAddress
    let name: String
    private let readOnly = Atomic<Bool>(false)
    private let indexes: Mutex<[VectorID: ShardVectorIndex]>

    init(address: ShardAddress, name: String, definition: CollectionDefinition) {
        self.address = address
        self.name = name
        indexes = Mutex([:])
        adopt(definition)
    }

    /// Whether writes are refused; not stored, so a start makes it `false` again.
    var isReadOnly: Bool {
        get { readOnly.load(ordering: .acquiring) }
        set { readOnly.store(newValue, ordering: .releasing) }
    }

    /// The index of one vector; `nil` if the vector is not indexed.
    func index(of vector: VectorID) -> ShardVectorIndex? { indexes.withLock { $0[vector] } }

    var allIndexes: [ShardVectorIndex] {
        indexes.withLock { indexes in indexes.values.sorted { $0.vector < $1.vector } }
    }

    /// Makes indexes for vectors that are new in `definition`, and passes changed search values to the others.
    func adopt(_ definition: CollectionDefinition) {
        indexes.withLock { indexes in
            for vector in definition.vectors where !vector.index.isSkipped {
                let configuration = VectorIndexConfiguration(vector.index)
                if let index = indexes[vector.id] {
                    index.reconfigure(configuration)
                } else {
                    indexes[vector.id] = ShardVectorIndex(
                        vector: vector.id, shard: address, configuration: configuration)
                }
            }
        }
    }
}

extension VectorIndexConfiguration {
    /// What of `definition` the vector index has to know.
    init(_ definition: VectorIndexDefinition) {
        self.init(
            kind: definition.kind == .flat ? .flat : .hnsw, metric: definition.metric,
            maxConnections: definition.maxConnections, efConstruction: definition.efConstruction, ef: definition.ef,
            dynamicEfMin: definition.dynamicEfMin, dynamicEfMax: definition.dynamicEfMax,
            dynamicEfFactor: definition.dynamicEfFactor, flatSearchCutoff: definition.flatSearchCutoff)
    }
}

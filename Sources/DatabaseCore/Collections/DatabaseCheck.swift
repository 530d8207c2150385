// SPDX-License-Identifier: Apache-2.0

import DataModel
import InvertedIndexes
import ObjectStorage
import VectorIndexes

/// Checks what the storage cannot check by itself: inverted indexes against the objects, and vector indexes.
package struct DatabaseCheck {
    private let environment: StorageEnvironment

    /// - Parameter environment: may be open for reading only.
    package init(environment: StorageEnvironment) { self.environment = environment }

    /// Checks every shard of every collection, each within one read transaction.
    ///
    /// - Parameter progress: is told a line for each collection.
    /// - Returns: what is wrong, as sentences.
    package func run(progress: (String) -> Void) throws -> [String] {
        try environment.read { transaction in
            var findings: [String] = []
            for record in try transaction.collections() {
                let definition = try DefinitionCodec.decoded(record.definition)
                for shard in try transaction.shards(of: record.id) {
                    let runtime = Shard(address: shard.address, name: shard.name)
                    let found =
                        try postings(of: runtime, definition, transaction)
                        + vectors(of: runtime, definition, transaction)
                    findings += found.map { "collection \(record.name), shard \(shard.name): \($0)" }
                }
                let count = try transaction.shards(of: record.id).reduce(0) {
                    $0 + Int(try transaction.counters(of: $1.address).objectCount)
                }
                progress("collection \(record.name): \(count) objects checked")
            }
            return findings
        }
    }

    private func postings(
        of shard: Shard, _ definition: CollectionDefinition, _ transaction: ReadTransaction
    ) throws -> [String] {
        let collection = Collection.Snapshot(definition)
        return try collection.invertedSchema.checkInvariants(in: transaction.inverted(shard.address)) { visit in
            try transaction.scanObjects(in: shard.address, properties: collection.indexedSelection) {
                document, object in
                try visit(collection.indexed(object, as: document))
                return true
            }
        }
    }

    private func vectors(
        of shard: Shard, _ definition: CollectionDefinition, _ transaction: ReadTransaction
    ) throws -> [String] {
        try shard.load(definition, in: transaction) + shard.allIndexes.flatMap { $0.index?.checkInvariants() ?? [] }
    }
}

// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import VectorIndexes

extension Database: InspectionOperations {
    package func storageFigures() throws(DatabaseError) -> StorageFigures {
        do {
            let figures = try environment.mapFigures()
            return StorageFigures(mapSizeInBytes: figures.mapSizeInBytes, lastCommit: figures.lastCommit)
        } catch {
            throw databaseError(error)
        }
    }

    package func vectorIndexes() -> [VectorIndexStatus] {
        collectionTable.all.flatMap { collection in
            let definition = collection.definition
            return collection.shards.all.flatMap { shard in
                definition.vectors.map { status(of: $0, in: shard, of: definition) }
            }
        }
    }

    private func status(
        of vector: VectorDefinition, in shard: Shard, of definition: CollectionDefinition
    ) -> VectorIndexStatus {
        var status = VectorIndexStatus(
            collection: definition.name, shard: shard.name, vector: vector.name,
            kind: vector.hasVectorIndex ? vector.index.kind.rawValue : "none",
            metric: vector.isMultiVector ? "maxSim" : vector.index.metric.rawValue)
        guard let index = shard.index(of: vector.id)?.index else { return status }
        status.dimensions = index.dimensions
        status.vectorCount = index.liveCount
        status.unlinkedCount = index.unlinkedCount
        status.memoryInBytes = index.memoryInBytes
        return status
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
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

    package var indexMemoryInBytes: Int {
        collectionTable.all.lazy.flatMap(\.shards.all).flatMap(\.allIndexes).reduce(0) { sum, index in
            sum + (index.index?.memoryInBytes ?? 0)
        }
    }

    package func collectionFigures() -> [CollectionFigures] {
        let collections = collectionTable.all
        let counts = Dictionary(grouping: shards(of: nil), by: \.collection).mapValues { shards in
            shards.reduce(0) { $0 + $1.objectCount }
        }
        return collections.map { collection in
            let definition = collection.definition
            let shards = collection.shards.all
            return CollectionFigures(
                name: definition.name, objectCount: counts[definition.name] ?? 0,
                tenantCount: definition.multiTenancy.isEnabled ? shards.count : nil,
                vectors: definition.vectors.map { figures(of: $0, in: shards) })
        }
    }

    private func figures(of vector: VectorDefinition, in shards: [Shard]) -> VectorFigures {
        var figures = VectorFigures(
            name: vector.name, vectorizer: vector.vectorizer.moduleName,
            index: vector.hasVectorIndex ? vector.index.kind.rawValue : "none",
            metric: vector.isMultiVector ? "maxSim" : vector.index.metric.rawValue)
        for shard in shards {
            guard let index = shard.index(of: vector.id)?.index else { continue }
            figures.dimensions = figures.dimensions ?? index.dimensions
            figures.unlinkedCount += index.unlinkedCount
            figures.memoryInBytes += index.memoryInBytes
        }
        return figures
    }

    package func storedSizes(of name: String) throws -> CollectionSizes? {
        guard let collection = collectionTable[name] else { return nil }
        var scan = StoredSizeScan(of: collection.id)
        while try !environment.read({ try scan.advance(in: $0) }) { try Task.checkCancellation() }
        let sizes = scan.sizes
        let names = Dictionary(
            uniqueKeysWithValues: collection.definition.vectors.map { ($0.id, $0.name ?? "") })
        var vectors: [String: Int] = [:]
        for (id, byteCount) in sizes.vectors { if let name = names[id] { vectors[name] = byteCount } }
        return CollectionSizes(
            objects: sizes.objects, pictures: sizes.blobs, inverted: sizes.inverted, vectors: vectors,
            total: sizes.total)
    }

    package func tryStorage() async throws(DatabaseError) {
        _ = try await submit(StorageTrial(isRemoval: false))
        let isStored = try readStorage { try $0.setting(StorageTrial.name) == StorageTrial.value }
        _ = try await submit(StorageTrial(isRemoval: true))
        let isRemoved = try readStorage { try $0.setting(StorageTrial.name) == nil }
        guard isStored, isRemoved else {
            throw .storage(
                isStored ? "what was removed is still there" : "what was written is not there when it is read")
        }
    }

    package func tryIndexes() throws(DatabaseError) -> [IndexTrial] {
        var trials: [IndexTrial] = []
        for collection in collectionTable.all {
            let definition = collection.definition
            for vector in definition.vectors where vector.hasVectorIndex {
                var trial = IndexTrial(collection: definition.name, vector: vector.name)
                for shard in collection.shards.all.prefix(Self.mostShardsTried) {
                    guard let target = shard.index(of: vector.id), let index = target.index else { continue }
                    guard let finds = try readStorage({ try target.findsFirstVector(index, in: $0) }) else { continue }
                    trial.triedCount += 1
                    if !finds { trial.failedShards.append(shard.name) }
                }
                trials.append(trial)
            }
        }
        return trials
    }

    /// How many tenants of a collection are looked at.
    private static let mostShardsTried = 1_000
}

extension ShardVectorIndex {
    /// Whether a search for the first stored vector finds something as near as that one is to itself; `nil` without a vector.
    fileprivate func findsFirstVector(_ index: VectorIndex, in transaction: ReadTransaction) throws -> Bool? {
        let vectors = try transaction.vectors(vector, of: shard)
        var first: [Float]?
        try vectors.scanVectors(from: DocumentID(0)) { _, vector in
            first = [Float](copying: vector)
            return false
        }
        guard let query = first, query.count == index.dimensions else { return nil }
        let itself = ExactDistance(metric: index.configuration.metric, query: query.span).distance(to: query.span)
        // By dot product there may be nearer ones. Equal vectors may differ in the last bits of their distances.
        let bound = itself + abs(itself) * 1e-5 + 1e-5
        let answer = try index.nearest(1, to: query.span, vectors: vectors)
        return answer.first.map { $0.distance <= bound } ?? false
    }
}

/// A change that means nothing: a setting that nobody reads.
private struct StorageTrial: Change {
    static let name = "self-test"
    static let value: [UInt8] = Array("written and removed by a self-test".utf8)

    let isRemoval: Bool

    var sizeInBytes: Int { 64 }

    func apply(to transaction: WriteTransaction) throws {
        try transaction.setSetting(Self.name, to: isRemoval ? nil : Self.value)
    }
}

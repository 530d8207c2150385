// SPDX-License-Identifier: Apache-2.0

import DataModel
import Dispatch
import ObjectStorage
import Observability
import ProcessMemory
import Synchronization
import VectorIndexes

/// Brings what is stored into memory: the catalog when the database opens, shards then or when they are first used.
struct CollectionLoader {
    /// How many shards share a read transaction: it costs little beside a small shard, and must not stay open for long.
    private static let shardsPerTransaction = 32

    let environment: StorageEnvironment
    let logger: Logger
    let memory: MemoryGate

    /// Reads the catalog; loads no shard. Blocks.
    func catalog() throws -> CollectionTable {
        let table = CollectionTable()
        let records = try environment.read { transaction in
            for alias in try transaction.aliases() { table.setAlias(alias.name, to: alias.collection) }
            return try transaction.collections().map {
                ($0, try transaction.shards(of: $0.id), try transaction.inactiveShards(of: $0.id))
            }
        }
        try inParallel(records, partSize: 64) { part in
            for (record, shards, inactive) in part {
                table.add(try Collection(stored: record, shards: shards, inactive: inactive))
            }
        }
        return table
    }

    /// Loads the shards of all collections, but those of tenants that are not in use, on all cores. Blocks. What there is no memory for is left
    /// to its first use.
    func loadShards(of table: CollectionTable) throws {
        let shards = table.all.flatMap { collection in
            collection.shards.all.filter { $0.status == .active }.map { (collection: collection, shard: $0) }
        }
        let leftCount = Atomic<Int>(0)
        try inParallel(shards, partSize: Self.shardsPerTransaction) { part in
            let loaded = try environment.read { transaction in
                try part.compactMap { collection, shard -> (Collection, Shard, [String])? in
                    let byteCount = try indexBytes(of: shard, of: collection, in: transaction)
                    guard let permit = memory.tryEnter(byteCount: byteCount) else {
                        leftCount.add(1, ordering: .relaxed)
                        return nil
                    }
                    defer { permit.leave() }
                    guard shard.beginLoading() else { return nil }
                    return (collection, shard, try shard.load(collection.definition, in: transaction))
                }
            }
            for (collection, shard, problems) in loaded {
                finish(shard, of: collection, problems)
                shard.leave()
            }
        }
        if leftCount.load(ordering: .relaxed) > 0 {
            logger.warning(
                "memory is short at the start; some vector indexes are left to their first use",
                ["count": .integer(leftCount.load(ordering: .relaxed))])
        }
    }

    /// Loads a shard that the caller has entered. Blocks.
    ///
    /// - Throws: what is stored cannot be read; the shard is cold again then.
    func load(_ shard: Shard, of collection: Collection) throws {
        let problems: [String]
        do {
            problems = try environment.read { try shard.load(collection.definition, in: $0) }
        } catch {
            shard.finishLoading(isLoaded: false)
            throw error
        }
        finish(shard, of: collection, problems)
    }

    /// About what the vector indexes of a shard will take, all of whose objects may have a vector. What can't be read takes nothing: loading
    /// it will say why.
    func indexBytes(of shard: Shard, of collection: Collection) -> Int {
        (try? environment.read { try indexBytes(of: shard, of: collection, in: $0) }) ?? 0
    }

    private func indexBytes(
        of shard: Shard, of collection: Collection, in transaction: ReadTransaction
    ) throws -> Int {
        let state = try ShardState(of: shard.address, in: transaction)
        let bytesPerObject = collection.definition.vectors.reduce(0) { sum, vector in
            guard vector.hasVectorIndex, let dimensions = state.vectors[vector.id]?.dimensions else { return sum }
            switch vector.index.metric {
            case .cosine, .dot, .l2Squared: return sum + 400 + dimensions * 5 / 4
            case .manhattan, .hamming: return sum + 400 + dimensions * 4
            }
        }
        return try Int(transaction.counters(of: shard.address).objectCount) * bytesPerObject
    }

    private func finish(_ shard: Shard, of collection: Collection, _ problems: [String]) {
        shard.finishLoading(isLoaded: true)
        // The definition may have changed meanwhile, when the shard took no notice yet.
        let definition = collection.definition
        shard.adopt(definition)
        for problem in problems {
            logger.warning(
                "the snapshot of a vector index cannot be used; the index is built again from the vectors",
                ["collection": .text(definition.name), "reason": .text(problem)])
        }
        if shard.state.replacement != nil {
            logger.warning(
                "the revectorization of a collection was interrupted; run `needletail revectorize`",
                ["collection": .text(definition.name)])
        }
    }

    /// Calls `body` with parts of `elements` on all cores.
    ///
    /// - Throws: what one of the calls threw.
    private func inParallel<Element: Sendable>(
        _ elements: [Element], partSize: Int, _ body: @Sendable (ArraySlice<Element>) throws -> Void
    ) throws {
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: (elements.count + partSize - 1) / partSize) { part in
            guard failure.withLock({ $0 == nil }) else { return }
            let start = part * partSize
            do { try body(elements[start..<min(start + partSize, elements.count)]) } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

extension Collection {
    /// A collection as the catalog has it, no shard loaded.
    ///
    /// - Throws: `DatabaseError.storage`: the catalog is damaged.
    convenience init(stored record: CollectionRecord, shards: [ShardRecord], inactive: Set<ShardID>) throws {
        let definition = try DefinitionCodec.decoded(record.definition)
        guard !shards.isEmpty || definition.multiTenancy.isEnabled else {
            throw DatabaseError.storage("collection \(record.name) has no shard; the catalog is damaged")
        }
        let cold = shards.map { shard in
            Shard(
                address: shard.address, name: shard.name,
                status: inactive.contains(shard.address.shard) ? .inactive : .active)
        }
        self.init(id: record.id, definition: definition, shards: cold)
    }
}

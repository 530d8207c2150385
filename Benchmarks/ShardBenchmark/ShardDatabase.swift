// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Foundation
import ImageVectorizer
import JSON
import ObjectStorage
import Observability
import RandomNumbers
import VectorIndexes

/// A database with one collection, whose shards are those of tenants, in a folder of its own.
struct ShardDatabase {
    private static let collection = "Tenants"
    private static let objectsInBatch = 1_000

    let shardCount: Int
    let vectorsInShard: Int
    let dimensions: Int
    private let folder: String
    /// `nil` while it is closed, so that nothing of it stays in memory.
    private var opened: Database?

    private var database: Database {
        guard let opened else { preconditionFailure("the database in \(folder) is closed") }
        return opened
    }

    /// Makes the collection and its empty shards.
    init(shardCount: Int, vectorsInShard: Int, dimensions: Int) async throws {
        self.shardCount = shardCount
        self.vectorsInShard = vectorsInShard
        self.dimensions = dimensions
        folder = NSTemporaryDirectory() + "shard-benchmark-" + UUID().uuidString
        opened = try Self.database(folder, loadsShardsAtStart: true)
        _ = try await database.createCollection(Self.definition)
        try await database.createTenants((0..<shardCount).map { Tenant(name: Self.name($0)) }, in: Self.collection)
    }

    private static var definition: CollectionDefinition {
        var definition = CollectionDefinition(
            name: collection,
            properties: [PropertyDefinition(id: PropertyID(0), name: "number", type: .scalar(.int))],
            vectors: [
                VectorDefinition(id: VectorID(0), vectorizer: .none, index: VectorIndexDefinition(metric: .l2Squared))
            ],
            nextPropertyNumber: 1, nextVectorNumber: 1)
        definition.multiTenancy.isEnabled = true
        return definition
    }

    private static func environment(_ folder: String) throws -> StorageEnvironment {
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        return try .open(folder: folder, options: options)
    }

    private static func database(_ folder: String, loadsShardsAtStart: Bool) throws -> Database {
        var settings = DatabaseSettings()
        settings.loadsShardsAtStart = loadsShardsAtStart
        settings.recallSampleShare = 0
        settings.hasAutoSchema = false
        return try Database(
            environment: environment(folder), vectorizer: NoVectorizer(), settings: settings,
            logger: Logger(level: .error), maintenanceThreads: ProcessInfo.processInfo.activeProcessorCount,
            clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
    }

    private static func name(_ number: Int) -> String { "tenant-\(number)" }

    // MARK: Life

    mutating func close() async {
        await database.close()
        opened = nil
    }

    /// - Returns: how long it took until everything could be found.
    mutating func open(loadsShardsAtStart: Bool) throws -> Duration {
        let start = ContinuousClock.now
        opened = try Self.database(folder, loadsShardsAtStart: loadsShardsAtStart)
        return ContinuousClock.now - start
    }

    func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }

    // MARK: Work

    /// Puts the objects into the shards.
    ///
    /// - Returns: how long it took.
    func fill() async throws -> Duration {
        let count = vectorsInShard
        let start = ContinuousClock.now
        var generator = SplitMix64(seed: 1)
        for first in stride(from: 0, to: shardCount * count, by: Self.objectsInBatch) {
            let numbers = first..<min(first + Self.objectsInBatch, shardCount * count)
            let objects = numbers.map { object($0, of: $0 / count, &generator) }
            for result in await database.upsert(objects) { _ = try result.get() }
        }
        return ContinuousClock.now - start
    }

    /// Replaces some object by one with another vector.
    func write(_ number: Int) async throws -> Duration {
        var generator = SplitMix64(seed: UInt64(number) &+ 1_000_000)
        let shard = Int.random(in: 0..<shardCount, using: &generator)
        let number = shard * vectorsInShard + Int.random(in: 0..<vectorsInShard, using: &generator)
        let input = object(number, of: shard, &generator)
        let start = ContinuousClock.now
        for result in await database.upsert([input]) { _ = try result.get() }
        return ContinuousClock.now - start
    }

    /// Asks some shard for ten neighbors.
    func search(_ number: Int) async throws -> Duration {
        var generator = SplitMix64(seed: UInt64(number) &+ 2_000_000)
        return try await search(in: Int.random(in: 0..<shardCount, using: &generator), &generator)
    }

    /// The median time of a search in each of the first shards.
    func firstSearches(_ count: Int) async throws -> Duration {
        var generator = SplitMix64(seed: 3)
        var times: [Duration] = []
        for shard in 0..<count { times.append(try await search(in: shard, &generator)) }
        return times.sorted()[count / 2]
    }

    private func search(in shard: Int, _ generator: inout SplitMix64) async throws -> Duration {
        var query = Query(collection: Self.collection)
        query.tenant = Self.name(shard)
        query.search = .vector(VectorSearch(origin: .vector(vector(&generator))))
        query.limit = 10
        let start = ContinuousClock.now
        let hits = try await database.hits(of: query)
        precondition(
            hits.count == min(10, vectorsInShard), "a shard of \(vectorsInShard) vectors gave \(hits.count) neighbors")
        return ContinuousClock.now - start
    }

    private func object(_ number: Int, of shard: Int, _ generator: inout SplitMix64) -> ObjectInput {
        ObjectInput(
            collection: Self.collection, id: ObjectID(high: 0, low: UInt64(number)), tenant: Self.name(shard),
            properties: JSONObject([("number", .number(JSONNumber(number)))]), vector: vector(&generator))
    }

    private func vector(_ generator: inout SplitMix64) -> [Float] {
        (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
    }
}

/// Stands for the network that this has none of.
private struct NoVectorizer: ImageVectorizing {
    var network: NetworkIdentity? { nil }

    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        pictures.map { _ in .failure(.unavailable(reason: "a benchmark of shards has no network")) }
    }
}

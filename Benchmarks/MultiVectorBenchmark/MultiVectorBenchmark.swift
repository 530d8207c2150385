// SPDX-License-Identifier: Apache-2.0

import BenchmarkTiming
import DataModel
import Foundation
import ObjectStorage
import RandomNumbers
import VectorIndexes

/// Measures the exact search by multi-vector: a scan of all that is stored, on one thread, pages in memory.
///
/// ```
/// MultiVectorBenchmark [--smoke] [--objects N] [--tokens N] [--dimensions N] [--query N] [--seed N]
/// ```
/// Tokens are random directions; what they are makes no difference to an exact search.
@main struct MultiVectorBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let isSmoke = arguments.contains("--smoke")
        func value(_ name: String, _ usual: Int) -> Int { Timing.value(of: name, in: arguments) ?? usual }
        let objectCount = value("--objects", isSmoke ? 500 : 10_000)
        let (tokens, dimensions) = (value("--tokens", 32), value("--dimensions", 128))
        let queryCount = value("--query", 32)
        var generator = SplitMix64(seed: UInt64(value("--seed", 1)))
        let folder = NSTemporaryDirectory() + "needletail-multi-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try await Store(folder: folder)

        print("\(objectCount) objects of \(tokens) tokens, \(dimensions) dimensions; \(queryCount) tokens in a query")
        var writing = Duration.zero
        for first in stride(from: 0, to: objectCount, by: 500) {
            let vectors = (first..<min(first + 500, objectCount)).map { _ in random(tokens, dimensions, &generator) }
            let start = ContinuousClock.now
            try await store.insert(vectors, from: first)
            writing += ContinuousClock.now - start
        }
        print("written in \(writing)")
        var times: [Duration] = []
        for _ in 0..<(isSmoke ? 3 : 15) {
            let query = random(queryCount, dimensions, &generator)
            let (time, found) = try Timing.timed { try store.search(10, query) }
            guard found.count == min(10, objectCount) else {
                print("\(found.count) objects were found")
                exit(1)
            }
            times.append(time)
        }
        let products = Double(objectCount * tokens * dimensions * queryCount)
        let median = Timing.median(times)
        print(
            String(
                format: "search: median %.1f ms, %.1f billion multiplications a second", median,
                products / median / 1e6))
        await store.close()
    }

    private static func random(_ rows: Int, _ dimensions: Int, _ generator: inout SplitMix64) -> MultiVector {
        MultiVector(
            dimensions: dimensions,
            elements: (0..<rows * dimensions).map { _ in Float.random(in: -1...1, using: &generator) })
    }
}

/// A shard whose objects have one multi-vector each.
private struct Store {
    private let environment: StorageEnvironment
    private let queue: CommitQueue
    private let shard: ShardAddress
    private let vector = VectorID(0)

    init(folder: String) async throws {
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        environment = try StorageEnvironment.open(folder: folder, options: options)
        queue = try CommitQueue(environment: environment)
        shard = try await queue.submit { transaction in
            let collection = try transaction.createCollection(named: "Benchmark", definition: [])
            return try transaction.createShard(named: "main", of: collection)
        }
    }

    func insert(_ vectors: [MultiVector], from first: Int) async throws {
        let (shard, vector) = (shard, vector)
        try await queue.submit { transaction in
            for (number, value) in vectors.enumerated() {
                let object = StoredObject(
                    id: ObjectID(high: 0, low: UInt64(first + number)), creationTime: 0, updateTime: 0, properties: [:])
                let document = try transaction.takeDocumentNumber(in: shard)
                try transaction.insert(object, vectors: [:], multiVectors: [vector: value], as: document, in: shard)
            }
        }
    }

    func search(_ count: Int, _ query: MultiVector) throws -> [Neighbor] {
        try environment.read { transaction in
            var search = MaxSimSearch(count, nearestTo: query)
            try transaction.multiVectors(vector, of: shard).scan { document, _, rows in
                try search.visit(document, rows) {}
                return true
            }
            return search.neighbors
        }
    }

    func close() async {
        await queue.close()
        environment.close()
    }
}

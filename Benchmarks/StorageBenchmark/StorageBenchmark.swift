// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import ObjectStorage

/// Measures storage alone: durable writes one by one and in groups, read transactions, rows and records.
///
/// `StorageBenchmark FOLDER [--smoke]`; the folder must not exist.
@main
struct StorageBenchmark {
    private static let dimensions = 2_048

    let environment: StorageEnvironment
    let queue: CommitQueue
    let shard: ShardAddress

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let isSmoke = arguments.contains("--smoke")
        guard let folder = arguments.first(where: { $0 != "--smoke" }) else {
            print("usage: StorageBenchmark FOLDER [--smoke]")
            return
        }
        let environment = try StorageEnvironment.open(folder: folder)
        let queue = try CommitQueue(environment: environment)
        let shard = try await queue.submit { transaction in
            let collection = try transaction.createCollection(named: "Benchmark", definition: [])
            return try transaction.createShard(named: "main", of: collection)
        }
        let benchmark = Self(environment: environment, queue: queue, shard: shard)
        try await benchmark.run(count: isSmoke ? 200 : 20_000)
        await queue.close()
        environment.close()
    }

    private func run(count: Int) async throws {
        let singles = max(8, count / 100)
        try await measure("objects with a vector, one a commit", singles) {
            for number in 0..<singles { try await write(number..<number + 1) }
        }
        try await measure("objects with a vector, batches of 100", count) {
            for start in stride(from: singles, to: singles + count, by: 100) {
                try await write(start..<min(start + 100, singles + count))
            }
        }
        try await measure("objects with a vector, one a change, 64 tasks", count) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<64 {
                    group.addTask {
                        let first = singles + count
                        for number in stride(from: first + lane, to: first + count, by: 64) {
                            try await write(number..<number + 1)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await measureReads(count: singles + 2 * count)
        let statistics = try environment.statistics()
        let raw = (singles + 2 * count) * Self.dimensions * 4
        print(
            "file \(statistics.fileSizeInBytes >> 20) MiB, in use "
                + "\(((statistics.allocatedPages - statistics.freePages) * statistics.pageSizeInBytes) >> 20) MiB, "
                + "vectors \(raw >> 20) MiB; groups \(queue.statistics.groups), changes \(queue.statistics.changes)")
    }

    private func write(_ numbers: Range<Int>) async throws {
        let shard = shard
        try await queue.submit(sizeInBytes: numbers.count * Self.dimensions * 4) { transaction in
            for number in numbers {
                let document = try transaction.takeDocumentNumber(in: shard)
                let object = StoredObject(
                    id: Self.id(number), creationTime: 0, updateTime: 0,
                    properties: [PropertyID(0): .text("number \(number)"), PropertyID(1): .int(Int64(number))])
                let vector = [Float](repeating: Float(number), count: Self.dimensions)
                try transaction.insert(object, vectors: [VectorID(0): vector], as: document, in: shard)
            }
        }
    }

    private func measureReads(count: Int) async throws {
        var sum: Float = 0
        try await measure("read transactions", 100_000) {
            for _ in 0..<100_000 { try environment.read { _ in } }
        }
        try await measure("rows at random places, 20 a reader", 100_000) {
            var place: UInt32 = 1
            for _ in 0..<5_000 {
                try environment.read { transaction in
                    let reader = try transaction.vectors(VectorID(0), of: shard)
                    for _ in 0..<20 {
                        place = place &* 1_664_525 &+ 1_013_904_223
                        _ = try reader.withVector(of: DocumentID(place % UInt32(count))) { sum += $0[0] }
                    }
                }
            }
        }
        try await measure("rows in order", count) {
            try environment.read { transaction in
                try transaction.vectors(VectorID(0), of: shard).scanVectors { _, vector in
                    sum += vector[0]
                    return true
                }
            }
        }
        try await measure("records by id", count) {
            try environment.read { transaction in
                for number in 0..<count {
                    guard let document = try transaction.document(of: Self.id(number), in: shard) else { continue }
                    sum += try transaction.object(document, in: shard) == nil ? 1 : 0
                }
            }
        }
        try await measure("entries checked", count) { _ = try environment.checkInvariants() }
        // Printed, so that nothing above can be left out by the compiler.
        print("checksum \(sum)")
    }

    /// Ids in no order, as random ones are.
    private static func id(_ number: Int) -> ObjectID {
        ObjectID(high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number))
    }

    private func measure(_ name: String, _ count: Int, _ body: () async throws -> Void) async rethrows {
        let clock = ContinuousClock()
        let start = clock.now
        try await body()
        let duration = clock.now - start
        let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        let each = seconds / Double(count) * 1e6
        print("\(name): \(Int(Double(count) / seconds)) a second, \((each * 1000).rounded() / 1000) us each")
    }
}

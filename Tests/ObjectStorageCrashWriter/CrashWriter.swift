// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import ObjectStorage

/// Writes objects until it is killed, and prints the number of each one once it is durable.
///
/// Arguments: the data folder, and the number of the first object.
@main
struct CrashWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let first = UInt64(arguments[2]) else {
            throw StorageError.misuse(reason: "a folder and a number are needed")
        }
        let environment = try StorageEnvironment.open(folder: arguments[1])
        let queue = try CommitQueue(environment: environment)
        let shard = try await queue.submit { transaction in
            if let collection = try transaction.collection(named: "Crash") {
                return ShardAddress(collection.id, ShardID(1))
            }
            let collection = try transaction.createCollection(named: "Crash", definition: [])
            return try transaction.createShard(named: "main", of: collection)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 as Range<UInt64> {
                group.addTask {
                    for number in stride(from: first + lane, to: .max, by: 4) {
                        try await queue.submit { try write(number, to: shard, in: $0) }
                        FileHandle.standardOutput.write(Data("\(number)\n".utf8))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// An object whose parts all follow from its number, in place of the one 50 numbers before.
    private static func write(_ number: UInt64, to shard: ShardAddress, in transaction: WriteTransaction) throws {
        let document = try transaction.takeDocumentNumber(in: shard)
        let object = StoredObject(
            id: ObjectID(high: number, low: 0), creationTime: Int64(number), updateTime: 0,
            properties: [
                PropertyID(0): .int(Int64(number)),
                PropertyID(1): .blob(Blob(bytes: [UInt8](repeating: UInt8(number % 256), count: 5_000))),
            ])
        let vector = [Float](repeating: Float(number), count: 512)
        try transaction.insert(object, vectors: [VectorID(0): vector], as: document, in: shard)
        try transaction.invertedWriter(shard).put([1], for: Array("\(number)".utf8))
        if number >= 50, let old = try transaction.document(of: ObjectID(high: number - 50, low: 0), in: shard) {
            try transaction.remove(old, in: shard)
        }
    }
}

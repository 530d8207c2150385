// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import ObjectStorage

/// A folder that goes with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = "\(NSTemporaryDirectory())/needletail-storage-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(of name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")) }

    func write(_ bytes: Data, to name: String) throws { try bytes.write(to: URL(fileURLWithPath: "\(path)/\(name)")) }
}

/// An open environment in a folder of its own, with one shard.
final class Storage: Sendable {
    let folder = TemporaryFolder()
    let environment: StorageEnvironment
    let shard: ShardAddress

    init() throws {
        environment = try StorageEnvironment.open(folder: folder.path, options: .fast)
        shard = try environment.write { transaction throws in
            let collection = try transaction.createCollection(named: "Picture", definition: [1, 2, 3])
            return try transaction.createShard(named: "main", of: collection)
        }
    }

    deinit { environment.close() }

    /// Keeps an object with a vector of these numbers under `vector`, if there are any.
    @discardableResult
    func insert(
        _ id: ObjectID, _ properties: [PropertyID: PropertyValue] = [:], vector: [Float] = [],
        in transaction: WriteTransaction
    ) throws -> DocumentID {
        let document = try transaction.takeDocumentNumber(in: shard)
        let vectors = vector.isEmpty ? [:] : [VectorID(0): vector]
        try transaction.insert(.sample(id, properties), vectors: vectors, as: document, in: shard)
        return document
    }

    /// What is wrong with everything stored; empty if nothing is.
    func problems() throws -> [String] {
        try environment.checkInvariants().findings.map { "\($0.key): \($0.problem)" }
    }
}

extension StorageEnvironment.Options {
    /// Without flushes: durability against power loss is not what a unit test can see.
    static var fast: Self {
        var options = Self()
        options.flushesEveryCommit = false
        return options
    }

    static var readOnly: Self {
        var options = Self()
        options.isReadOnly = true
        return options
    }
}

extension StoredObject {
    static func sample(_ id: ObjectID, _ properties: [PropertyID: PropertyValue] = [:]) -> Self {
        Self(id: id, creationTime: 1_700_000_000_000, updateTime: 1_700_000_000_001, properties: properties)
    }
}

extension ObjectID {
    init(number: UInt64) { self.init(high: number << 32, low: ~number) }
}

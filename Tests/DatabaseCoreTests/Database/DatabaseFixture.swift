// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import ImageVectorizer
import JSON
import ObjectStorage
import Observability
import ProcessMemory
import Synchronization
import VectorIndexes

@testable import DatabaseCore

/// A database in a folder of its own, which can be closed and opened again.
final class DatabaseFixture {
    let folder: String
    let vectorizer: ByteVectorizer
    private(set) var database: Database
    private let maintenanceThreads: Int

    /// - Parameter clock: milliseconds since 1970, until the database is opened again.
    init(
        maintenanceThreads: Int = 1, mapSizeInBytes: Int = 1 << 30, memory: MemoryGate = MemoryGate(),
        _ change: (inout DatabaseSettings) -> Void = { _ in },
        clock: @escaping @Sendable () -> Int64 = DatabaseFixture.time
    ) throws {
        self.maintenanceThreads = maintenanceThreads
        folder = NSTemporaryDirectory() + "needletail-test-" + UUID().uuidString
        vectorizer = ByteVectorizer()
        var settings = DatabaseSettings()
        change(&settings)
        database = try Self.open(folder, vectorizer, settings, maintenanceThreads, mapSizeInBytes, memory, clock)
    }

    @Sendable static func time() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    /// What is on disk of `other`, which goes on running, opened on its own: as after a crash.
    init(afterCrashOf other: DatabaseFixture, _ change: (_ file: URL) throws -> Void = { _ in }) throws {
        folder = NSTemporaryDirectory() + "needletail-test-" + UUID().uuidString
        maintenanceThreads = other.maintenanceThreads
        vectorizer = ByteVectorizer()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["data.mdb", "format"] {
            try FileManager.default.copyItem(atPath: "\(other.folder)/\(name)", toPath: "\(folder)/\(name)")
        }
        try change(URL(filePath: "\(folder)/data.mdb"))
        database = try Self.open(folder, vectorizer, other.database.settings)
    }

    deinit {
        // Its threads must not outlive a database that a test did not close.
        database.maintenance.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func reopen(network: String = "bytes") async throws {
        await database.close()
        vectorizer.name.withLock { $0 = network }
        database = try Self.open(folder, vectorizer, database.settings, maintenanceThreads)
    }

    func reopen(with vectorizer: any ImageVectorizing) async throws {
        await database.close()
        database = try Self.open(folder, vectorizer, database.settings)
    }

    func close() async { await database.close() }

    private static func open(
        _ folder: String, _ vectorizer: any ImageVectorizing, _ settings: DatabaseSettings,
        _ maintenanceThreads: Int = 1, _ mapSizeInBytes: Int = 1 << 30, _ memory: MemoryGate = MemoryGate(),
        _ clock: @escaping @Sendable () -> Int64 = DatabaseFixture.time
    ) throws -> Database {
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        options.mapSizeInBytes = mapSizeInBytes
        return try Database(
            environment: .open(folder: folder, options: options), vectorizer: vectorizer, settings: settings,
            logger: Logger(level: .error), memory: memory, maintenanceThreads: maintenanceThreads,
            clock: clock)
    }
}

/// Stands in for a network: a picture's vector is its first four bytes, or the mean of that and its mirror image. What a crop
/// leaves away at the left is 0. An empty picture is damaged.
final class ByteVectorizer: ImageVectorizing {
    let name = Mutex("bytes")
    let calls = Mutex(0)

    var network: NetworkIdentity? {
        let name = name.withLock { $0 }
        return NetworkIdentity(name: name, sha256: String(repeating: "0", count: 64), dimensions: 4)
    }

    func embeddings(of pictures: [PictureInput]) async -> [Result<PictureEmbedding, ImageVectorizerError>] {
        calls.withLock { $0 += pictures.count }
        return pictures.map { picture in
            guard picture.bytes.count >= 4 else { return .failure(.damaged(format: "byte", detail: "too short")) }
            var vector = picture.bytes.prefix(4).map(Float.init)
            if let crop = picture.crop { for index in 0..<Int(crop.x * 4) { vector[index] = 0 } }
            if picture.preprocessing.averagesMirrorImage {
                vector = zip(vector, vector.reversed()).map { ($0 + $1) / 2 }
            }
            return .success(PictureEmbedding(vector: vector, decodingTime: .seconds(1), inferenceTime: .seconds(2)))
        }
    }
}

extension CollectionDefinition {
    /// `title` (text), `year` (int), vectors given with the objects.
    static func articles(metric: VectorMetric = .cosine) -> Self {
        CollectionDefinition(
            name: "Article",
            properties: [
                PropertyDefinition(name: "title", type: .scalar(.text), tokenization: .word, isSearchable: true),
                PropertyDefinition(name: "year", type: .scalar(.int)),
            ],
            vectors: [VectorDefinition(vectorizer: .none, index: .init(metric: metric))])
    }

    /// `image` (blob), `back` (blob), `title` (text), vectors made from the pictures.
    static var pictures: Self {
        CollectionDefinition(
            name: "Picture",
            properties: [
                PropertyDefinition(name: "image", type: .scalar(.blob), isFilterable: false),
                PropertyDefinition(name: "back", type: .scalar(.blob), isFilterable: false),
                PropertyDefinition(name: "title", type: .scalar(.text), tokenization: .word, isSearchable: true),
            ],
            vectors: [VectorDefinition(vectorizer: .image(fields: ["image", "back"]), index: .init())])
    }
}

extension ObjectID {
    /// The id that ends in `number`.
    static func number(_ number: UInt64) -> ObjectID { ObjectID(high: 0, low: number) }
}

extension ObjectInput {
    static func article(_ number: UInt64, _ title: String, year: Int, vector: [Float]? = nil) -> Self {
        ObjectInput(
            collection: "Article", id: .number(number),
            properties: JSONObject([("title", .string(title)), ("year", .number(JSONNumber(year)))]), vector: vector)
    }

    static func picture(_ number: UInt64, _ bytes: [UInt8], title: String = "", back: [UInt8]? = nil) -> Self {
        var properties = JSONObject([
            ("image", .string(Data(bytes).base64EncodedString())), ("title", .string(title)),
        ])
        if let back { properties["back"] = .string(Data(back).base64EncodedString()) }
        return ObjectInput(collection: "Picture", id: .number(number), properties: properties)
    }
}

extension Query {
    static func near(_ vector: [Float], in collection: String, limit: Int) -> Self {
        var query = Query(collection: collection)
        query.search = .vector(VectorSearch(origin: .vector(vector)))
        query.limit = limit
        return query
    }
}

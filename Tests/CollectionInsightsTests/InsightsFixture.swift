// SPDX-License-Identifier: Apache-2.0

import DataModel
import DatabaseCore
import Execution
import Foundation
import ImageVectorizer
import JSON
import ObjectStorage
import Observability
import VectorIndexes

@testable import CollectionInsights

/// A database in a folder of its own with a class `Things`, and a pool for what is worked out.
final class InsightsFixture {
    let database: Database
    let pool = ComputePool(threadCount: 2, name: "test")
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "needletail-test-" + UUID().uuidString
        var options = StorageEnvironment.Options()
        options.flushesEveryCommit = false
        options.mapSizeInBytes = 1 << 30
        database = try Database(
            environment: .open(folder: folder, options: options), vectorizer: EmptyVectorizer(reason: "tests"),
            settings: DatabaseSettings(), logger: Logger(level: .error), maintenanceThreads: 1, clock: { 0 })
    }

    func close() async {
        await database.close()
        pool.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func createClass(
        _ name: String = "Things", metric: VectorMetric = .cosine, vectors: [String?] = [nil], tenants: Bool = false
    ) async throws {
        var definition = CollectionDefinition(
            name: name,
            properties: [
                PropertyDefinition(completing: .scalar(.text), name: "kind"),
                PropertyDefinition(completing: .array(.text), name: "tags"),
                PropertyDefinition(completing: .scalar(.int), name: "number"),
                PropertyDefinition(completing: .scalar(.number), name: "price"),
            ],
            vectors: vectors.map {
                VectorDefinition(name: $0, vectorizer: .none, index: VectorIndexDefinition(metric: metric))
            })
        definition.multiTenancy.isEnabled = tenants
        _ = try await database.createCollection(definition)
    }

    /// An object with a vector and these properties.
    func add(
        _ number: Int, _ vector: [Float]?, _ properties: String = "{}", to name: String = "Things",
        tenant: String? = nil
    ) async throws {
        guard case .object(let members) = try JSONValue(parsing: properties) else { preconditionFailure(properties) }
        var input = ObjectInput(collection: name, id: id(number), properties: members)
        input.tenant = tenant
        input.vector = vector
        _ = try await database.insert(input)
    }

    func id(_ number: Int) -> ObjectID { ObjectID(high: 0x4000, low: 0x8000_0000_0000_0000 + UInt64(number)) }

    func measure(_ request: QualityRequest) async throws -> QualityReport {
        let run = QualityRun(database: database, request: request, width: 2)
        return try await Task(executorPreference: pool) { try await run.run { _, _ in } }.value
    }

    func request(_ label: String, sample: QualityRequest.Sample = .all, ranks: [Int] = [1, 2, 3]) -> QualityRequest {
        QualityRequest(target: InsightsTarget(collection: "Things"), label: label, sample: sample, ranks: ranks)
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import JSON
import ObjectStorage
import Synchronization
import Testing

@testable import DatabaseCore

/// Another network takes over a collection of several shards: all of it, or nothing yet.
@Suite struct RevectorizationTests {
    private static let tenants = ["a", "b", "c"]
    private static let objectsOfTenant = 100

    /// Pictures of three tenants, and a tenant without any.
    private func filled(_ definition: CollectionDefinition = .pictures) async throws -> DatabaseFixture {
        let fixture = try DatabaseFixture()
        var definition = definition
        definition.multiTenancy.isEnabled = true
        _ = try await fixture.database.createCollection(definition)
        try await fixture.database.createTenants((Self.tenants + ["empty"]).map { Tenant(name: $0) }, in: "Picture")
        for tenant in Self.tenants {
            let results = await fixture.database.upsert(
                (0..<Self.objectsOfTenant).map { number in
                    var object = ObjectInput.picture(
                        UInt64(number), [UInt8(number), 1, 2, 3], title: tenant, back: [3, 2, 1, UInt8(number)])
                    object.tenant = tenant
                    return object
                })
            for result in results { _ = try result.get() }
        }
        return fixture
    }

    private var twoVectors: CollectionDefinition {
        var definition = CollectionDefinition.pictures
        definition.vectors = [
            VectorDefinition(name: "front", vectorizer: .image(fields: ["image"]), index: .init()),
            VectorDefinition(name: "rear", vectorizer: .image(fields: ["back"]), index: .init()),
        ]
        return definition
    }

    private func nearest(to vector: [Float], of tenant: String, _ database: Database) async throws -> [ObjectID] {
        var query = Query.near(vector, in: "Picture", limit: 1)
        query.tenant = tenant
        return try await database.hits(of: query).map(\.object.id)
    }

    private func vectors(_ database: Database) -> [VectorID] {
        database.collection(named: "Picture")?.vectors.map(\.id) ?? []
    }

    /// Runs it until `steps` steps are done, as if the process had been stopped then.
    private func interrupt(_ database: Database, after steps: Int) async throws {
        let count = Mutex(0)
        let task = Task {
            try await Revectorization(database: database).run(collection: "Picture") { _ in
                let isEnough = count.withLock { count in
                    count += 1
                    return count == steps
                }
                if isEnough { unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() } }
            }
        }
        let result = await task.result
        guard case .failure(DatabaseError.cancelled) = result else {
            Issue.record("it was not interrupted: \(result)")
            return
        }
    }

    private func requireSound(_ database: Database, vectorsOfObject: Int = 1) throws {
        let report = try database.environment.checkInvariants()
        #expect(report.findings == [])
        #expect(report.objectCount == Self.tenants.count * Self.objectsOfTenant)
        #expect(report.vectorCount == Self.tenants.count * Self.objectsOfTenant * vectorsOfObject)
    }

    @Test func `all shards keep the old vectors until the last has its new ones, then all have the new`() async throws {
        let fixture = try await filled()
        try await fixture.reopen(network: "other")
        let database = fixture.database
        let old = vectors(database)
        let seen = Mutex<Set<[VectorID]>>([])
        let done = Mutex<[Int]>([])
        #expect(try await Revectorization(database: database).collectionsInNeed() == ["Picture"])
        let progress = try await Revectorization(database: database).run(collection: "Picture") { progress in
            _ = seen.withLock { $0.insert(vectors(database)) }
            done.withLock { $0.append(progress.done) }
        }
        #expect(seen.withLock { $0 } == [old])
        #expect(vectors(database) != old)
        #expect(progress.made == 300)
        #expect(progress.total == 300)
        #expect(done.withLock { $0 } == [64, 100, 164, 200, 264, 300])
        for tenant in Self.tenants {
            #expect(try await nearest(to: [7, 1, 2, 3].map { Float($0) }, of: tenant, database).count == 1)
        }
        try requireSound(database)
        #expect(try await Revectorization(database: database).collectionsInNeed().isEmpty)
        try await fixture.reopen(network: "other")
        #expect(try await nearest(to: [3, 1.5, 1.5, 5], of: "c", fixture.database).count == 1)
        await fixture.close()
    }

    @Test func `an interrupted run leaves every shard refusing searches, and the next goes on`() async throws {
        let fixture = try await filled()
        try await fixture.reopen(network: "other")
        // The first shard is done, the second in the middle, the third not begun.
        try await interrupt(fixture.database, after: 3)
        try requireSound(fixture.database)
        try await fixture.reopen(network: "other")
        for tenant in Self.tenants + ["empty"] {
            await #expect(throws: DatabaseError.self) {
                try await nearest(to: [7, 1, 2, 3], of: tenant, fixture.database)
            }
        }
        let progress = try await Revectorization(database: fixture.database).run(collection: "Picture") { _ in }
        #expect(progress.made == 300 - 164)
        try requireSound(fixture.database)
        for tenant in Self.tenants {
            #expect(try await nearest(to: [7, 1, 2, 3], of: tenant, fixture.database).count == 1)
        }
        await fixture.close()
    }

    @Test func `a third network begins again, and nothing of the second stays`() async throws {
        let fixture = try await filled()
        try await fixture.reopen(network: "other")
        try await interrupt(fixture.database, after: 3)
        try await fixture.reopen(network: "third")
        let progress = try await Revectorization(database: fixture.database).run(collection: "Picture") { _ in }
        #expect(progress.made == 300)
        try requireSound(fixture.database)
        await fixture.close()
    }

    @Test func `of two vectors the interrupted one is finished, and the other left alone`() async throws {
        let fixture = try await filled(twoVectors)
        try await fixture.reopen(network: "other")
        // Six steps a vector.
        try await interrupt(fixture.database, after: 8)
        let between = vectors(fixture.database)
        try await fixture.reopen(network: "other")
        let progress = try await Revectorization(database: fixture.database).run(collection: "Picture") { _ in }
        #expect(progress.made == 300 - 100)
        #expect(vectors(fixture.database)[0] == between[0])
        #expect(vectors(fixture.database)[1] != between[1])
        let object = try fixture.database.object(
            .number(9), in: "Picture", tenant: "b", selection: .init(includesVectors: true))
        #expect(object?.namedVectors == ["front": [9, 1, 2, 3], "rear": [3, 2, 1, 9]])
        try requireSound(fixture.database, vectorsOfObject: 2)
        await fixture.close()
    }

    @Test func `a shard that was added between two runs is taken in by the second`() async throws {
        let fixture = try await filled()
        try await fixture.reopen(network: "other")
        try await interrupt(fixture.database, after: 3)
        try await fixture.database.createTenants([Tenant(name: "late")], in: "Picture")
        let progress = try await Revectorization(database: fixture.database).run(collection: "Picture") { _ in }
        #expect(progress.made == 300 - 164)
        try requireSound(fixture.database)
        await fixture.close()
    }
}

// SPDX-License-Identifier: Apache-2.0

import DataModel
import ObjectStorage
import Testing
import VectorIndexes

@testable import DatabaseCore

struct InspectionTests {
    @Test func `what a collection takes is added up by what it is for`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.pictures)
        let picture = [UInt8](repeating: 7, count: 50_000)
        for number in 1...20 as ClosedRange<UInt64> {
            _ = try await database.insert(.picture(number, [UInt8(number)] + picture, title: "word"))
        }
        let sizes = try #require(try database.storedSizes(of: "Picture"))
        #expect((1_000_000..<1_010_000).contains(sizes.pictures), "\(sizes)")
        let vector = try #require(sizes.vectors[""])
        #expect(vector >= 20 * 4 * 4 && sizes.objects > 20 * 16 && sizes.inverted > 0)
        #expect(sizes.total > sizes.pictures + sizes.objects + sizes.inverted + vector)
        #expect(try database.storedSizes(of: "Nothing") == nil)
        // Deleting gives it back.
        for number in 1...20 as ClosedRange<UInt64> {
            _ = try await database.delete(.number(number), in: "Picture", tenant: nil)
        }
        let empty = try #require(try database.storedSizes(of: "Picture"))
        #expect(empty.pictures == 0 && empty.objects < sizes.objects && empty.total < 10_000)
        await fixture.close()
    }

    @Test func `pieces add up to the whole`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles())
        // More entries than a piece has.
        let objects = (1...3_000).map { ObjectInput.article(UInt64($0), "title \($0)", year: $0) }
        for result in await database.upsert(objects) { _ = try result.get() }
        let sizes = try #require(try database.storedSizes(of: "Article"))
        // An id takes 25 bytes of key and 4 of value.
        #expect(sizes.objects > 3_000 * 29 && sizes.inverted > 3_000 * 9)
        let catalog = sizes.total - sizes.objects - sizes.inverted - sizes.vectors.values.reduce(0, +)
        #expect((1..<2_000).contains(catalog), "\(sizes)")
        await fixture.close()
    }

    @Test func `figures tell objects, vectors and tenants`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        var tenants = CollectionDefinition.articles()
        tenants.name = "Shared"
        tenants.multiTenancy.isEnabled = true
        _ = try await database.createCollection(.articles())
        _ = try await database.createCollection(tenants)
        try await database.createTenants([Tenant(name: "a"), Tenant(name: "b")], in: "Shared")
        _ = try await database.insert(.article(1, "x", year: 1, vector: [1, 2, 3]))
        let figures = database.collectionFigures()
        #expect(figures.map(\.name) == ["Article", "Shared"] && figures.map(\.tenantCount) == [nil, 2])
        #expect(figures[0].objectCount == 1 && figures[1].objectCount == 0 && !figures[0].needsNetwork)
        let vector = try #require(figures[0].vectors.first)
        #expect(vector.dimensions == 3 && vector.index == "hnsw" && vector.metric == "cosine" && vector.name == nil)
        #expect(vector.memoryInBytes > 0 && database.indexMemoryInBytes >= vector.memoryInBytes)
        #expect(figures[1].vectors.first?.dimensions == nil)
        await fixture.close()
    }

    @Test func `storage is tried and nothing is left`() async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        let before = try database.storageFigures()
        try await database.tryStorage()
        let after = try database.storageFigures()
        #expect(after.lastCommit > before.lastCommit && after.mapSizeInBytes == before.mapSizeInBytes)
        #expect(try database.environment.checkInvariants().findingCount == 0)
        #expect(try database.environment.read { try $0.setting("self-test") } == nil)
        await fixture.close()
        await #expect(throws: DatabaseError.self) { try await database.tryStorage() }
    }

    @Test(arguments: [VectorMetric.cosine, .dot, .l2Squared, .manhattan, .hamming])
    func `each index finds a stored vector`(metric: VectorMetric) async throws {
        let fixture = try DatabaseFixture()
        let database = fixture.database
        _ = try await database.createCollection(.articles(metric: metric))
        #expect(try database.tryIndexes().map(\.triedCount) == [0])
        for number in 1...300 as ClosedRange<UInt64> {
            _ = try await database.insert(
                .article(number, "x", year: 1, vector: [Float(number), Float(number % 7), Float(number % 11)]))
        }
        let trials = try database.tryIndexes()
        #expect(trials.count == 1 && trials[0].collection == "Article" && trials[0].vector == nil)
        #expect(trials[0].triedCount == 1 && trials[0].failedShards.isEmpty)
        // One that has lost its documents finds nothing.
        let shard = try #require(database.collectionTable["Article"]?.shards.first)
        let index = try #require(shard.allIndexes.first?.index)
        index.documents().forEach { index.remove(document: $0) }
        #expect(try database.tryIndexes().map(\.failedShards) == [[shard.name]])
        await fixture.close()
    }
}

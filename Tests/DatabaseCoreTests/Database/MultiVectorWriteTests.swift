// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import JSON
import ObjectStorage
import Testing

@testable import DatabaseCore

/// What becomes of multi-vectors when objects are written, changed, moved and deleted.
@Suite struct MultiVectorWriteTests {
    private let fixture: DatabaseFixture
    private let folder: String

    init() async throws {
        let folder = NSTemporaryDirectory() + "needletail-backups-" + UUID().uuidString
        self.folder = folder
        fixture = try DatabaseFixture { $0.backupFolder = folder }
        _ = try await fixture.database.createCollection(.multiVectors())
    }

    private var database: Database { fixture.database }

    private func object(_ number: UInt64, in database: Database? = nil) throws -> DatabaseObject? {
        try (database ?? self.database).object(
            .number(number), in: "Multi", tenant: nil, selection: .init(includesVectors: true))
    }

    private func tokens(_ number: UInt64, in database: Database? = nil) throws -> [[Float]]? {
        try object(number, in: database)?.multiVectors["tokens"]?.rows
    }

    private func nearest(_ rows: [[Float]], tenant: String? = nil, in database: Database? = nil) async throws
        -> [UInt64]
    {
        var search = VectorSearch(origin: .multiVector(try #require(MultiVector(rows: rows))))
        search.targetVectors = ["tokens"]
        var query = Query(collection: "Multi")
        query.search = .vector(search)
        query.tenant = tenant
        query.limit = 10
        return try await (database ?? self.database).hits(of: query).map(\.object.id.low)
    }

    private func requireSound(_ database: Database? = nil) throws {
        let environment = (database ?? self.database).environment
        #expect(try environment.checkInvariants().findings == [])
        #expect(try DatabaseCheck(environment: environment).run { _ in } == [])
    }

    private func refusal(_ body: () async throws -> Void) async throws -> DatabaseError? {
        do {
            try await body()
            return nil
        } catch let error as DatabaseError {
            return error
        }
    }

    @Test func `what is inserted comes back as it was given, at once and later`() async throws {
        let given = ObjectInput.multiVector(1, "a", tokens: [[3, 4], [0, 0]], plain: [1, 2])
        let answered = try await database.insert(given)
        #expect(answered.multiVectors == given.multiVectors)
        let stored = try #require(try object(1))
        #expect(stored.multiVectors == given.multiVectors)
        #expect(stored.namedVectors == ["plain": [1, 2]])
        let bare = try database.object(.number(1), in: "Multi", tenant: nil, selection: .init())
        #expect(bare?.multiVectors == [:])
        try requireSound()
    }

    @Test func `an object is refused for another dimension, in a batch alone`() async throws {
        let results = await database.upsert([
            .multiVector(1, "a", tokens: [[1, 2]], plain: []), .multiVector(2, "b", tokens: [[1, 2, 3]], plain: []),
            .multiVector(3, "c", tokens: [[1, 2], [3, 4]], plain: []),
        ])
        guard case .failure(.dimensionMismatch(_, "tokens", 2, 3)) = results[1] else {
            Issue.record("\(results[1])")
            return
        }
        #expect(try await nearest([[1, 1]]) == [3, 1])
        try requireSound()
    }

    @Test func `a vector for a multi-vector refuses the object, and the other way round`() async throws {
        var plain = ObjectInput(collection: "Multi", id: .number(1), namedVectors: ["tokens": [1, 2]])
        guard case .invalidObject(let text)? = try await refusal({ _ = try await database.insert(plain) }) else {
            Issue.record("it was not refused")
            return
        }
        #expect(text.contains("'tokens' is a multi-vector"))
        #expect(try object(1) == nil)
        plain.namedVectors = [:]
        plain.multiVectors = ["plain": MultiVector(dimensions: 2, elements: [1, 2])]
        guard case .invalidObject(let other)? = try await refusal({ _ = try await database.insert(plain) }) else {
            Issue.record("it was not refused")
            return
        }
        #expect(other.contains("'plain' is no multi-vector"))
    }

    @Test(arguments: [[Float.nan, 1], [1, .infinity]])
    func `numbers that are none are refused, with their place`(row: [Float]) async throws {
        let object = ObjectInput.multiVector(1, "a", tokens: [[0, 0], row], plain: [])
        guard case .invalidObject(let text)? = try await refusal({ _ = try await database.insert(object) }) else {
            Issue.record("it was not refused")
            return
        }
        #expect(text.contains("of its vector 1"))
    }

    @Test func `an object that is replaced has the new multi-vector, or none`() async throws {
        _ = try await database.insert(.multiVector(1, "a", tokens: [[1, 0]], plain: []))
        _ = try await database.replace(.multiVector(1, "a", tokens: [[0, 1], [5, 5]], plain: []))
        #expect(try tokens(1) == [[0, 1], [5, 5]])
        try requireSound()
        _ = try await database.replace(.multiVector(1, "a", tokens: [], plain: []))
        #expect(try tokens(1) == nil)
        #expect(try await nearest([[1, 1]]) == [])
        try requireSound()
    }

    @Test func `an object that stays the same keeps its document`() async throws {
        let same = ObjectInput.multiVector(1, "a", tokens: [[1, 0], [2, 3]], plain: [1, 1])
        _ = try await database.insert(same)
        let shard = try #require(database.collectionTable["Multi"]).shards.all[0].address
        let before = try database.environment.read { try $0.document(of: .number(1), in: shard) }
        _ = try await database.replace(same)
        #expect(try database.environment.read { try $0.document(of: .number(1), in: shard) } == before)
        _ = try await database.replace(.multiVector(1, "a", tokens: [[1, 0], [2, 4]], plain: [1, 1]))
        #expect(try database.environment.read { try $0.document(of: .number(1), in: shard) } != before)
    }

    @Test func `a merge changes what it names and keeps the rest`() async throws {
        _ = try await database.insert(.multiVector(1, "a", tokens: [[1, 0], [2, 3]], plain: [1, 1]))
        try await database.merge(
            ObjectInput(
                collection: "Multi", id: .number(1), properties: JSONObject([("title", .string("b"))])))
        #expect(try tokens(1) == [[1, 0], [2, 3]])
        // A new document number for the one vector carries the others along.
        try await database.merge(ObjectInput(collection: "Multi", id: .number(1), namedVectors: ["plain": [7, 7]]))
        #expect(try tokens(1) == [[1, 0], [2, 3]])
        try await database.merge(.multiVector(1, "c", tokens: [[9, 9]], plain: []))
        let object = try #require(try object(1))
        #expect(object.multiVectors["tokens"]?.rows == [[9, 9]])
        #expect(object.namedVectors == ["plain": [7, 7]])
        #expect(object.properties["title"] == .text("c"))
        try requireSound()
    }

    @Test func `what is deleted is found no more`() async throws {
        for number in 1...4 as ClosedRange<UInt64> {
            _ = try await database.insert(.multiVector(number, "a", tokens: [[Float(number), 0]], plain: []))
        }
        _ = try await database.delete(.number(4), in: "Multi", tenant: nil)
        #expect(try await nearest([[1, 0]]) == [3, 2, 1])
        try requireSound()
    }

    @Test func `everything is there after a crash and after a stop`() async throws {
        let objects = (0..<50 as Range<UInt64>).map { number in
            ObjectInput.multiVector(
                number, "a", tokens: (0...number % 7).map { [Float(number), Float($0)] }, plain: [Float(number), 1])
        }
        for result in await database.upsert(objects) { _ = try result.get() }
        let found = try await nearest([[1, 0], [0, 1]])
        let crashed = try DatabaseFixture(afterCrashOf: fixture)
        #expect(try await nearest([[1, 0], [0, 1]], in: crashed.database) == found)
        for object in objects {
            #expect(try self.object(object.id?.low ?? 0, in: crashed.database)?.multiVectors == object.multiVectors)
        }
        try requireSound(crashed.database)
        await crashed.close()
        try await fixture.reopen()
        #expect(try await nearest([[1, 0], [0, 1]]) == found)
        // The dimension is remembered as well.
        guard
            case .dimensionMismatch? = try await refusal({
                _ = try await database.insert(.multiVector(99, "a", tokens: [[1]], plain: []))
            })
        else {
            Issue.record("it was not refused")
            return
        }
        await fixture.close()
    }

    @Test func `a backup brings them back`() async throws {
        for number in 0..<20 as Range<UInt64> {
            _ = try await database.insert(
                .multiVector(number, "a", tokens: [[Float(number), 1], [1, Float(number)]], plain: []))
        }
        let found = try await nearest([[1, 0], [0, 1]])
        let jobs = database.backupJobs
        _ = try database.startBackup(BackupRequest(id: "all"))
        await end(of: .backup, jobs)
        try await database.deleteCollection(named: "Multi")
        _ = try database.startRestore(BackupRequest(id: "all"))
        await end(of: .restore, jobs)
        #expect(try database.restore("all").phase == .success)
        #expect(try await nearest([[1, 0], [0, 1]]) == found)
        #expect(try tokens(7) == [[7, 1], [1, 7]])
        try requireSound()
        await fixture.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func end(of kind: BackupFolder.Log, _ jobs: BackupJobs) async {
        await withCheckedContinuation { continuation in
            Thread {
                jobs.waitForEnd(of: kind)
                continuation.resume()
            }.start()
        }
    }

    @Test func `each tenant has its own, also after it was out of use`() async throws {
        try await database.deleteCollection(named: "Multi")
        var definition = CollectionDefinition.multiVectors()
        definition.multiTenancy.isEnabled = true
        _ = try await database.createCollection(definition)
        try await database.createTenants([Tenant(name: "a"), Tenant(name: "b")], in: "Multi")
        for (number, tenant) in ["a", "b"].enumerated() {
            var object = ObjectInput.multiVector(UInt64(number), "x", tokens: [[Float(number), 1]], plain: [])
            object.tenant = tenant
            _ = try await database.insert(object)
        }
        #expect(try await nearest([[1, 1]], tenant: "a") == [0])
        #expect(try await nearest([[1, 1]], tenant: "b") == [1])
        try await database.updateTenants([Tenant(name: "a", status: .inactive)], of: "Multi")
        try await database.updateTenants([Tenant(name: "a", status: .active)], of: "Multi")
        #expect(try await nearest([[1, 1]], tenant: "a") == [0])
        try await database.deleteTenants(named: ["b"], of: "Multi")
        try requireSound()
    }

    @Test func `revectorization carries them to the new documents`() async throws {
        var definition = CollectionDefinition.multiVectors(name: "Picture")
        definition.properties.append(PropertyDefinition(name: "image", type: .scalar(.blob), isFilterable: false))
        definition.vectors[0].vectorizer = .image(fields: ["image"])
        _ = try await database.createCollection(definition)
        for number in 0..<10 as Range<UInt64> {
            var object = ObjectInput.picture(number, [UInt8(number), 1, 2, 3])
            object.multiVectors["tokens"] = MultiVector(dimensions: 2, elements: [Float(number), 1, 2, 3])
            _ = try await database.insert(object)
        }
        try await fixture.reopen(network: "other")
        _ = try await Revectorization(database: database).run(collection: "Picture") { _ in }
        for number in 0..<10 as Range<UInt64> {
            let object = try database.object(
                .number(number), in: "Picture", tenant: nil, selection: .init(includesVectors: true))
            #expect(object?.multiVectors["tokens"]?.elements == [Float(number), 1, 2, 3])
            #expect(object?.namedVectors["plain"] == [Float(number), 1, 2, 3])
        }
        try requireSound()
    }

    @Test func `a multi-vector is not made from pictures`() async throws {
        var definition = CollectionDefinition.multiVectors(name: "Made")
        definition.properties.append(PropertyDefinition(name: "image", type: .scalar(.blob), isFilterable: false))
        definition.vectors[1].vectorizer = .image(fields: ["image"])
        guard
            case .invalidDefinition(let text)? = try await refusal({
                _ = try await database.createCollection(definition)
            })
        else {
            Issue.record("it was not refused")
            return
        }
        #expect(text.contains("doesn't support multi vectors"))
    }

    @Test func `a definition with one is of a version that builds without them refuse`() throws {
        let multi = String(decoding: DefinitionCodec.encoded(.multiVectors()), as: UTF8.self)
        let plain = String(decoding: DefinitionCodec.encoded(.articles()), as: UTF8.self)
        #expect(multi.hasPrefix(#"{"version":3,"#))
        #expect(plain.hasPrefix(#"{"version":1,"#))
        #expect(try DefinitionCodec.decoded(Array(multi.utf8)).vectors.map(\.isMultiVector) == [false, true])
    }
}

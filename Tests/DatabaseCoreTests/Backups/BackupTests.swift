// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import ObjectStorage
import Testing

@testable import DatabaseCore

struct BackupTests {
    private let fixture: DatabaseFixture
    private let folder: String

    init() async throws {
        let folder = NSTemporaryDirectory() + "needletail-backups-" + UUID().uuidString
        self.folder = folder
        fixture = try DatabaseFixture { $0.backupFolder = folder }
        _ = try await database.createCollection(.articles())
        _ = try await database.createCollection(.pictures)
        _ = await database.upsert(
            (0..<300).map { .article($0, "title \($0 % 5)", year: Int($0), vector: [Float($0), 1, 2]) })
        _ = await database.upsert((0..<20).map { .picture($0, [UInt8($0), 1, 2, 3, 4], title: "picture") })
    }

    private var database: Database { fixture.database }

    private func request(_ id: String, _ included: [String] = [], excluding: [String] = []) -> BackupRequest {
        var request = BackupRequest(id: id)
        request.included = included
        request.excluded = excluding
        return request
    }

    /// Waits until no job of a kind is under way, in this database or in `other`.
    private func end(of kind: BackupFolder.Log, in other: Database? = nil) async {
        await withCheckedContinuation { continuation in
            let jobs = (other ?? database).backupJobs
            Thread {
                jobs.waitForEnd(of: kind)
                continuation.resume()
            }.start()
        }
    }

    private func save(_ id: String, _ included: [String] = []) async throws -> BackupRecord {
        _ = try database.startBackup(request(id, included))
        await end(of: .backup)
        return try database.backup(id)
    }

    private func bringBack(
        _ id: String, _ included: [String] = [], overwritesAliases: Bool = false
    ) async throws -> BackupRecord {
        var request = request(id, included)
        request.overwritesAliases = overwritesAliases
        _ = try database.startRestore(request)
        await end(of: .restore)
        return try database.restore(id)
    }

    private func titles(near vector: [Float]) async throws -> [ObjectID] {
        try await database.hits(of: .near(vector, in: "Article", limit: 7)).map(\.object.id)
    }

    private func matches(_ title: String) async throws -> Int {
        try await database.count(
            in: "Article", tenant: nil,
            filter: .condition(FilterCondition(path: .property("title"), comparison: .equal, value: .text(title))))
    }

    private func refusal(_ body: () throws(DatabaseError) -> Void) -> BackupProblem? {
        do throws(DatabaseError) {
            try body()
            return nil
        } catch {
            guard case .backup(let problem) = error else { return nil }
            return problem
        }
    }

    @Test func `a restored database answers as the saved one`() async throws {
        let near = try await titles(near: [100, 1, 2])
        let saved = try await save("all")
        #expect(saved.phase == .success)
        #expect(saved.collections == ["Article", "Picture"])
        #expect(saved.sizeInBytes > 0)
        try await database.deleteCollection(named: "Article")
        try await database.deleteCollection(named: "Picture")
        #expect(try await bringBack("all").phase == .success)
        #expect(try await titles(near: [100, 1, 2]) == near)
        #expect(try await matches("title 3") == 60)
        let picture = try database.object(
            .number(7), in: "Picture", tenant: nil, selection: .init(includesVectors: true))
        #expect(picture?.vector == [7, 1, 2, 3])
        #expect(try database.environment.checkInvariants().findings.isEmpty)
        try await fixture.reopen()
        #expect(try await titles(near: [100, 1, 2]) == near)
        await fixture.close()
    }

    @Test func `what is written after the beginning is not in the backup`() async throws {
        _ = try database.startBackup(request("early", ["Article"]))
        await end(of: .backup)
        _ = await database.upsert([.article(9_000, "title new", year: 1, vector: [1, 2, 3])])
        try await database.deleteCollection(named: "Article")
        _ = try await bringBack("early")
        #expect(try await matches("title new") == 0)
        #expect(try await matches("title 0") == 60)
        await fixture.close()
    }

    @Test func `restored collections take writes`() async throws {
        _ = try await save("all")
        try await database.deleteCollection(named: "Article")
        _ = try await bringBack("all", ["Article"])
        _ = await database.upsert([.article(9_000, "title new", year: 1, vector: [500, 1, 2])])
        #expect(try await titles(near: [500, 1, 2]).contains(.number(9_000)))
        await fixture.close()
    }

    @Test func `a backup can be restored into another database`() async throws {
        _ = try await save("all")
        let path = folder
        let other = try DatabaseFixture { $0.backupFolder = path }
        _ = try await other.database.createCollection(
            CollectionDefinition(
                name: "Other", properties: [], vectors: [VectorDefinition(vectorizer: .none, index: .init())]))
        _ = try other.database.startRestore(request("all"))
        await end(of: .restore, in: other.database)
        let found = try await other.database.hits(of: .near([100, 1, 2], in: "Article", limit: 7))
        #expect(try await titles(near: [100, 1, 2]) == found.map(\.object.id))
        await other.close()
        await fixture.close()
    }

    @Test func `a collection that is there fails the restore of all of them`() async throws {
        _ = try await save("all")
        try await database.deleteCollection(named: "Picture")
        let record = try await bringBack("all")
        #expect(record.phase == .failed)
        #expect(record.problem == "collection Article already exists; delete it first, or leave it out")
        #expect(database.collection(named: "Picture") == nil)
        await fixture.close()
    }

    @Test func `aliases come back with their collections, and only with those`() async throws {
        for (name, collection) in [("News", "Article"), ("Press", "Article"), ("Photo", "Picture")] {
            try await database.createAlias(CollectionAlias(name: name, collection: collection))
        }
        _ = try await save("all")
        for alias in database.aliases() { try await database.deleteAlias(named: alias.name) }
        try await database.deleteCollection(named: "Article")
        try await database.deleteCollection(named: "Picture")
        #expect(try await bringBack("all", ["Article"]).phase == .success)
        let expected = ["News", "Press"].map { CollectionAlias(name: $0, collection: "Article") }
        #expect(database.aliases() == expected)
        #expect(database.collection(named: "News")?.name == "Article")
        try await fixture.reopen()
        #expect(database.aliases() == expected)
        #expect(try database.environment.checkInvariants().findings.isEmpty)
        await fixture.close()
    }

    @Test func `an alias that stands for another collection fails the restore, unless it may be overwritten`()
        async throws
    {
        try await database.createAlias(CollectionAlias(name: "News", collection: "Article"))
        _ = try await save("all")
        try await database.deleteCollection(named: "Article")
        try await database.updateAlias(CollectionAlias(name: "News", collection: "Picture"))
        let refused = try await bringBack("all", ["Article"])
        #expect(refused.phase == .failed)
        #expect(refused.problem?.hasPrefix("alias News already exists and stands for Picture") == true)
        #expect(database.collections().map(\.name) == ["Picture"])
        #expect(try await bringBack("all", ["Article"], overwritesAliases: true).phase == .success)
        #expect(database.aliases() == [CollectionAlias(name: "News", collection: "Article")])
        await fixture.close()
    }

    @Test func `an alias that outlived its collection is no obstacle, a collection of its name is one`() async throws {
        try await database.createAlias(CollectionAlias(name: "News", collection: "Article"))
        _ = try await save("all")
        try await database.deleteCollection(named: "Article")
        #expect(try await bringBack("all", ["Article"]).phase == .success)
        try await database.deleteAlias(named: "News")
        try await database.deleteCollection(named: "Article")
        var other = CollectionDefinition.articles()
        other.name = "News"
        _ = try await database.createCollection(other)
        let refused = try await bringBack("all", ["Article"], overwritesAliases: true)
        #expect(refused.phase == .failed)
        #expect(refused.problem?.contains("a collection News already exists") == true)
        #expect(database.collections().map(\.name) == ["News", "Picture"])
        await fixture.close()
    }

    @Test func `a damaged archive brings nothing back, and leaves nothing behind`() async throws {
        let saved = try await save("all")
        try await database.deleteCollection(named: "Article")
        try await database.deleteCollection(named: "Picture")
        let file = URL(filePath: "\(saved.path)/2.archive")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 40] ^= 1
        try bytes.write(to: file)
        let record = try await bringBack("all")
        #expect(record.phase == .failed)
        #expect(record.problem?.contains("2.archive") == true)
        #expect(database.collections().isEmpty)
        try await database.purgeDropped()
        #expect(try database.environment.checkInvariants().findings.isEmpty)
        await fixture.close()
    }

    @Test func `an id that leads out of the folder is refused everywhere`() async throws {
        for id in ["", ".", "..", "../x", "a/b", "A", "a b", "ä", "a\0b", String(repeating: "a", count: 256)] {
            #expect(refusal { () throws(DatabaseError) in _ = try database.startBackup(request(id)) } == .invalidID(id))
            #expect(refusal { () throws(DatabaseError) in _ = try database.backup(id) } == .invalidID(id))
            #expect(
                refusal { () throws(DatabaseError) in _ = try database.startRestore(request(id)) } == .invalidID(id))
            #expect(refusal { () throws(DatabaseError) in _ = try database.restore(id) } == .invalidID(id))
            #expect(refusal { () throws(DatabaseError) in try database.cancelBackup(id) } == .invalidID(id))
            #expect(refusal { () throws(DatabaseError) in try database.cancelRestore(id) } == .invalidID(id))
        }
        #expect(!FileManager.default.fileExists(atPath: folder))
        await fixture.close()
    }

    @Test func `a file name in a record that leads out of its folder is refused`() async throws {
        let saved = try await save("all")
        let file = URL(filePath: "\(saved.path)/backup.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacingOccurrences(of: "1.archive", with: "../../x").write(
            to: file, atomically: true, encoding: .utf8)
        let problem = refusal { () throws(DatabaseError) in _ = try database.startRestore(request("all")) }
        guard case .damaged = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
        await fixture.close()
    }

    @Test func `lists that make no sense are refused`() async throws {
        let both = request("x", ["Article"], excluding: ["Picture"])
        #expect(refusal { () throws(DatabaseError) in _ = try database.startBackup(both) } == .includeAndExclude)
        let twice = request("x", ["Article", "Article"])
        #expect(
            refusal { () throws(DatabaseError) in _ = try database.startBackup(twice) } == .includedTwice("Article"))
        let unknown = request("x", ["Nope"])
        #expect(
            refusal { () throws(DatabaseError) in _ = try database.startBackup(unknown) } == .unknownCollection("Nope"))
        let nothing = request("x", excluding: ["*"])
        #expect(
            refusal { () throws(DatabaseError) in _ = try database.startBackup(nothing) }
                == .nothingChosen(available: ["Article", "Picture"]))
        await fixture.close()
    }

    @Test func `collections are chosen by patterns`() {
        let names = ["Aab", "Ab", "Bab"]
        #expect(request("x", ["A*"]).chosen(among: names) == ["Aab", "Ab"])
        #expect(request("x", ["?ab"]).chosen(among: names) == ["Aab", "Bab"])
        #expect(request("x", ["*a*b"]).chosen(among: names) == ["Aab", "Bab"])
        #expect(request("x", ["Bab", "*"]).chosen(among: names) == ["Bab", "Aab", "Ab"])
        #expect(request("x", excluding: ["*b", "Q"]).chosen(among: names) == [])
        #expect(request("x").chosen(among: names) == names)
    }

    @Test func `a complete backup is neither replaced nor canceled`() async throws {
        let saved = try await save("one")
        #expect(
            refusal { () throws(DatabaseError) in _ = try database.startBackup(request("one")) }
                == .exists(id: "one", path: saved.path))
        #expect(
            refusal { () throws(DatabaseError) in try database.cancelBackup("one") } == .backupSucceeded(id: "one"))
        #expect(try database.backups().map(\.id) == ["one"])
        await fixture.close()
    }

    @Test func `a backup that a crash interrupted counts as canceled, and its id is free`() async throws {
        let saved = try await save("one")
        var interrupted = BackupRecord(id: "one", path: saved.path, startTime: 5, collections: ["Article"])
        interrupted.phase = .transferring
        try BackupFolder(path: folder).write(interrupted, .backup)
        let record = try database.backup("one")
        #expect(record.phase == .canceled)
        #expect(record.problem == "the server was stopped meanwhile")
        #expect(
            refusal { () throws(DatabaseError) in _ = try database.startRestore(request("one")) }
                == .incomplete(path: saved.path, .canceled))
        // Its second archive is not named by that record.
        try? FileManager.default.removeItem(atPath: "\(saved.path)/2.archive")
        #expect(try await save("one").phase == .success)
        await fixture.close()
    }

    @Test func `an unknown backup is not found`() async throws {
        #expect(refusal { () throws(DatabaseError) in _ = try database.backup("x") } == .notFound(id: "x"))
        #expect(refusal { () throws(DatabaseError) in _ = try database.restore("x") } == .restoreNotFound(id: "x"))
        #expect(
            refusal { () throws(DatabaseError) in _ = try database.startRestore(request("x")) } == .notFound(id: "x"))
        await fixture.close()
    }

    @Test func `without a folder there are no backups`() async throws {
        let fixture = try DatabaseFixture()
        #expect(
            refusal { () throws(DatabaseError) in _ = try fixture.database.startBackup(request("x")) } == .notConfigured
        )
        await fixture.close()
        await self.fixture.close()
    }

    @Test func `a restore that was begun and not ended leaves nothing after a restart`() async throws {
        let saved = try await save("all")
        let environment = database.environment
        try await database.queue.submit { transaction in
            let id = try transaction.beginRestoring(count: 1)[0]
            environment.spare([id])
            let reader = try ArchiveReader(path: "\(saved.path)/1.archive")
            while let block = try reader.nextBlock() { _ = try transaction.restore(block, as: id) }
        }
        try await fixture.reopen()
        #expect(database.collections().map(\.name) == ["Article", "Picture"])
        try await database.purgeDropped()
        #expect(try database.environment.checkInvariants().findings.isEmpty)
        #expect(try database.environment.read { try $0.collections().count } == 2)
        await fixture.close()
    }
}

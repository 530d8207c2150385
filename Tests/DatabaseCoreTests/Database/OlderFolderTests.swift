// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import ObjectStorage
import Observability
import Testing

@testable import DatabaseCore

/// A data folder that an earlier version has made; `Tests/DataFolders/format-1/README.md` says how.
@Suite struct OlderFolderTests {
    /// The folder, unpacked; it goes with the object.
    private final class Folder {
        let path: String

        init() throws {
            path = NSTemporaryDirectory() + "needletail-older-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let tar = Process()
            tar.executableURL = URL(filePath: "/usr/bin/env")
            tar.arguments = ["tar", "-C", path, "-xzf", tests.path + "/DataFolders/format-1/data.tar.gz"]
            try tar.run()
            tar.waitUntilExit()
            try #require(tar.terminationStatus == 0)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func open() throws -> Database {
            var options = StorageEnvironment.Options()
            options.checksPages = true
            options.flushesEveryCommit = false
            options.mapSizeInBytes = 1 << 30
            return try Database(
                environment: .open(folder: path, options: options), vectorizer: ByteVectorizer(),
                settings: DatabaseSettings(), logger: Logger(level: .error), maintenanceThreads: 1,
                clock: { 1_700_000_000_000 })
        }
    }

    /// What `fill.py` gave object `number`.
    private func vector(_ number: Int) -> [Float] {
        (0..<4).map { Float((sin(Double(number) * 0.37 + Double($0)) * 1_000).rounded() / 1_000) }
    }

    @Test func `of an earlier version is sound`() async throws {
        let folder = try Folder()
        let database = try folder.open()
        let report = try database.environment.checkInvariants()
        #expect(report.findings == [])
        #expect(report.objectCount == 390)
        #expect(report.vectorCount == 390)
        await database.close()
    }

    @Test func `of an earlier version has its objects, word for word`() async throws {
        let folder = try Folder()
        let database = try folder.open()
        let selection = Query.Selection(includesVectors: true)
        let object = try #require(try database.object(.decimal(41), in: "Article", tenant: nil, selection: selection))
        #expect(object.vector == vector(41))
        #expect(
            object.properties == [
                "title": .text("article number 41"), "year": .int(1941), "score": .number(5.125),
                "tags": .array([.text("tag 6"), .text("all")]), "when": .date("2024-02-29T12:00:00.5Z"),
                "where": .geoCoordinates(GeoCoordinates(latitude: 52.5, longitude: 13.25)),
                "cover": .blob(Blob(bytes: [UInt8](repeating: 41, count: 20))),
            ])
        #expect(try database.object(.decimal(2), in: "Article", tenant: nil, selection: selection) == nil)
        let changed = try database.object(.decimal(1), in: "Article", tenant: nil, selection: selection)
        #expect(changed?.properties["title"] == .text("changed later"))
        await database.close()
    }

    @Test func `of an earlier version is searched by vectors, words and filters`() async throws {
        let folder = try Folder()
        let database = try folder.open()
        let nearest = try await database.hits(of: .near(vector(137), in: "Article", limit: 1))
        #expect(nearest.map(\.object.id) == [.decimal(137)])
        let flat = try await database.hits(of: .near(vector(7), in: "Flat", limit: 1))
        #expect(flat.map(\.object.id) == [.decimal(7)])
        var words = Query(collection: "Article")
        words.search = .keyword(KeywordSearch(query: "changed"))
        #expect(try await database.hits(of: words).map(\.object.id) == [.decimal(1)])
        let filter = Filter.condition(
            FilterCondition(path: .property("year"), comparison: .equal, value: .int(1950)))
        #expect(try await database.count(in: "Article", tenant: nil, filter: filter) == 4)
        await database.close()
    }

    @Test func `of an earlier version is written to, and opened again`() async throws {
        let folder = try Folder()
        let database = try folder.open()
        #expect(try await database.delete(.decimal(41), in: "Article", tenant: nil))
        await database.close()
        let again = try folder.open()
        #expect(try again.environment.checkInvariants().findings == [])
        #expect(try await again.count(in: "Article", tenant: nil, filter: nil) == 379)
        await again.close()
    }
}

extension ObjectID {
    /// `00000000-0000-0000-0000-` and `number` in twelve digits, which `fill.py` writes in decimal.
    fileprivate static func decimal(_ number: Int) -> ObjectID {
        let digits = String(number)
        return ObjectID("00000000-0000-0000-0000-" + String(repeating: "0", count: 12 - digits.count) + digits)
            ?? .number(.max)
    }
}

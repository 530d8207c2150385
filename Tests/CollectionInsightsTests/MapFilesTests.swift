// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import CollectionInsights

struct MapFilesTests {
    private let folder = NSTemporaryDirectory() + "needletail-test-" + UUID().uuidString

    private func map(_ target: InsightsTarget) -> MapProgress {
        var progress = MapProgress(target: target, objectsAtStart: 3)
        progress.done = MapProgress.total
        progress.map = CollectionMap(
            target: target, ids: [ObjectID(high: 1, low: 2), ObjectID(high: 3, low: 4)], positions: [0, 0.25, 1, 0.5],
            laidOutCount: 1, vectorCount: 2, dimensions: 7, elapsed: .milliseconds(1_234))
        return progress
    }

    private func with(_ body: (MapFiles) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(MapFiles(folder: folder))
    }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] }

    @Test(arguments: [
        InsightsTarget(collection: "Things"), InsightsTarget(collection: "Things", tenant: "a-1", vector: "x_y"),
    ])
    func `a map comes back as it was kept, and as that of its target alone`(target: InsightsTarget) throws {
        try with { files in
            #expect(files.progress(of: target) == nil)
            files.keep(map(target))
            let found = try #require(files.progress(of: target))
            #expect(found.map?.ids == map(target).map?.ids)
            #expect(found.map?.positions == [0, 0.25, 1, 0.5])
            #expect(found.map?.laidOutCount == 1 && found.map?.vectorCount == 2 && found.map?.dimensions == 7)
            #expect(found.map?.elapsed == .milliseconds(1_234))
            #expect(found.objectsAtStart == 3 && found.done == MapProgress.total)
            #expect(files.progress(of: InsightsTarget(collection: "Thing")) == nil)
        }
    }

    @Test func `a file that is cut off, of another version or of another target is none`() throws {
        try with { files in
            let target = InsightsTarget(collection: "Things")
            files.keep(map(target))
            let path = "\(folder)/Things.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for other in [
                String(text.dropLast(3)), text.replacing("\"version\":1", with: "\"version\":2"),
                text.replacing("\"Things\"", with: "\"Other\""), text.replacing("0.25", with: "1.25"),
                text.replacing("[0,", with: "["), "",
            ] {
                try other.write(toFile: path, atomically: true, encoding: .utf8)
                #expect(files.progress(of: target) == nil)
            }
        }
    }

    @Test func `only the last maps are kept`() throws {
        try with { files in
            for number in 0..<70 { files.keep(map(InsightsTarget(collection: "C\(number)"))) }
            #expect(names.count == 64)
            #expect(files.progress(of: InsightsTarget(collection: "C69")) != nil)
        }
    }

    @Test func `a name that no file can have is not kept`() throws {
        try with { files in
            let target = InsightsTarget(collection: String(repeating: "x", count: 300))
            files.keep(map(target))
            #expect(files.progress(of: target) == nil && names.isEmpty)
        }
    }
}

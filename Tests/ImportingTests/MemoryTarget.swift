// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import JSON
import PictureSources
import Synchronization

@testable import Importing

/// A target that keeps objects in memory, and fails where it is told to.
final class MemoryTarget: ImportTarget {
    struct State {
        var definition: ImportedClass?
        var made: [NewClass] = []
        var objects: [ObjectID: ImportObject] = [:]
        /// How often each id was stored.
        var storeCounts: [ObjectID: Int] = [:]
        var batchSizes: [Int] = []
        var underWay = 0
        var mostUnderWay = 0
        /// So many batches go well before all the others are stored, and nobody learns of it.
        var batchesBeforeLoss = Int.max
    }

    let state = Mutex(State())
    /// Why an object is refused.
    let refusal: @Sendable (ImportObject) -> String?

    init(definition: ImportedClass? = nil, refusal: @escaping @Sendable (ImportObject) -> String? = { _ in nil }) {
        self.refusal = refusal
        state.withLock { $0.definition = definition }
    }

    var objects: [ObjectID: ImportObject] { state.withLock { $0.objects } }

    func definition(of collection: String) async throws(ImportError) -> ImportedClass? {
        state.withLock { $0.definition }
    }

    func create(_ definition: NewClass) async throws(ImportError) {
        state.withLock { state in
            state.made.append(definition)
            state.definition = ImportedClass(
                properties: definition.properties.map { .init(name: $0.name, type: $0.type) },
                pictureProperties: definition.pictureProperty.map { [$0] } ?? [])
        }
    }

    func existing(
        _ ids: [ObjectID], in collection: String, tenant: String?
    ) async throws(ImportError) -> Set<ObjectID> {
        state.withLock { state in Set(ids.filter { state.objects[$0] != nil }) }
    }

    func store(
        _ objects: [ImportObject], in collection: String, tenant: String?
    ) async throws(ImportError) -> [String?] {
        state.withLock { state in
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
        }
        await Task.yield()
        let (reasons, isLost) = state.withLock { state in
            state.underWay -= 1
            state.batchSizes.append(objects.count)
            let reasons = objects.map(refusal)
            for (object, reason) in zip(objects, reasons) where reason == nil {
                state.objects[object.id] = object
                state.storeCounts[object.id, default: 0] += 1
            }
            state.batchesBeforeLoss -= 1
            return (reasons, state.batchesBeforeLoss < 0)
        }
        if isLost { throw .unreachable("the connection was lost") }
        return reasons
    }
}

/// A folder with pictures, and what is needed to import them.
final class ImportFixture: Sendable {
    let folder: String
    let failures = Mutex<[ImportFailure]>([])
    let notes = Mutex<[String]>([])

    init() throws {
        folder = NSTemporaryDirectory() + "needletail-import-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder + "/in", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var source: String { folder + "/in" }

    /// What passes as a picture, as long as nobody decodes it.
    static func picture(_ text: String) -> [UInt8] { [0xFF, 0xD8, 0xFF] + Array(text.utf8) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let path = "\(source)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path))
    }

    func writePictures(_ count: Int) throws {
        for number in 0..<count { try write(Self.picture("\(number)"), to: "\(number % 7)/\(number).jpg") }
    }

    func run(
        into target: any ImportTarget, _ change: (inout ImportOptions) -> Void = { _ in },
        adjust: (inout ImportRun) -> Void = { _ in }, paths: [String]? = nil
    ) async throws(ImportError) -> ImportCounts {
        var options = ImportOptions(collection: "Pictures")
        change(&options)
        var run = ImportRun(options: options, paths: paths ?? [source], opening: SourceOpening(), target: target)
        run.listener.failed = { [self] failure in failures.withLock { $0.append(failure) } }
        run.listener.note = { [self] note in notes.withLock { $0.append(note) } }
        adjust(&run)
        try await run.run()
        return run.progress.counts
    }
}

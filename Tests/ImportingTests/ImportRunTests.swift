// SPDX-License-Identifier: Apache-2.0

import DataModel
import Fetching
import JSON
import PictureSources
import Synchronization
import Testing

@testable import Importing

struct ImportRunTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    @Test func `a class is made, and every picture becomes an object of it`() async throws {
        try fixture.write(ImportFixture.picture("1"), to: "cats/1.jpg")
        try fixture.write(ImportFixture.picture("2"), to: "dogs/2.png")
        let target = MemoryTarget()
        let counts = try await fixture.run(into: target) {
            $0.labelProperty = "label"
            $0.constants = [.init(name: "year", value: "2024")]
        }
        #expect(counts.stored == 2 && counts.done == 2 && counts.total == 2)
        let made = try #require(target.state.withLock { $0.made.first })
        #expect(
            String(decoding: made.json.encoded, as: UTF8.self) == """
                {"class":"Pictures","vectorizer":"img2vec-neural","moduleConfig":{"img2vec-neural":{"imageFields":["image"]}},\
                "properties":[{"name":"image","dataType":["blob"]},{"name":"label","dataType":["text"],"tokenization":"field"},\
                {"name":"year","dataType":["int"]},{"name":"path","dataType":["text"],"tokenization":"field"},\
                {"name":"filename","dataType":["text"],"tokenization":"field"}]}
                """)
        let cat = try #require(target.objects.values.first { $0.properties["path"] == .string("cats/1.jpg") })
        #expect(cat.properties["label"] == .string("cats"))
        #expect(cat.properties["year"] == .number(JSONNumber(2024)))
        #expect(cat.properties["filename"] == .string("1.jpg"))
        #expect(cat.picture?.property == "image")
        #expect(cat.picture?.bytes == ImportFixture.picture("1"))
    }

    @Test(arguments: ImportOptions.IDScheme.allCases) func `what was imported is skipped the next time`(
        scheme: ImportOptions.IDScheme
    ) async throws {
        try fixture.writePictures(200)
        let target = MemoryTarget()
        let journal = fixture.folder + "/journal"
        func run() async throws -> ImportCounts {
            try await fixture.run(into: target) {
                $0.ids = scheme
            } adjust: {
                $0.journalPath = journal
            }
        }
        #expect(try await run().stored == 200)
        let ids = Set(target.objects.keys)
        let again = try await run()
        #expect(again.stored == 0 && again.skipped == 200)
        try fixture.write(ImportFixture.picture("new"), to: "new.jpg")
        let third = try await run()
        #expect(third.stored == 1 && third.skipped == 200)
        #expect(Set(target.objects.keys).isSuperset(of: ids))
        #expect(target.objects.count == 201)
    }

    @Test(arguments: ImportOptions.IDScheme.allCases)
    func `after a loss at any moment the next run completes the first`(
        scheme: ImportOptions.IDScheme
    ) async throws {
        try fixture.writePictures(300)
        let journal = fixture.folder + "/journal"
        for batches in 0..<6 {
            let target = MemoryTarget()
            target.state.withLock { $0.batchesBeforeLoss = batches }
            func run() async throws(ImportError) -> ImportCounts {
                try await fixture.run(into: target) {
                    $0.ids = scheme
                } adjust: { run in
                    run.journalPath = journal + "\(batches)"
                    run.limits.batchCount = 32
                }
            }
            await #expect(throws: ImportError.unreachable("the connection was lost")) { try await run() }
            target.state.withLock { $0.batchesBeforeLoss = .max }
            let counts = try await run()
            #expect(counts.stored + counts.skipped == 300)
            #expect(target.objects.count == 300)
            #expect(target.state.withLock { $0.storeCounts.values.allSatisfy { $0 == 1 } })
            #expect(Set(target.objects.values.map { $0.properties["path"] }).count == 300)
        }
    }

    @Test func `who stops it gets what is under way stored, and the next run does the rest`() async throws {
        try fixture.writePictures(500)
        let stop = ImportRun.Stop()
        let target = MemoryTarget { _ in
            stop.set()
            return nil
        }
        let counts = try await fixture.run(into: target) { _ in
        } adjust: {
            $0.stop = stop
        }
        #expect(counts.stored > 0 && counts.stored < 500)
        #expect(counts.stored == target.objects.count)
        let rest = try await fixture.run(into: MemoryTargetView(target))
        #expect(rest.skipped == counts.stored && rest.stored == 500 - counts.stored)
    }

    @Test func `equal pictures are one object by content, and several by path`() async throws {
        for name in ["a.jpg", "b.jpg", "c/d.jpg"] { try fixture.write(ImportFixture.picture("same"), to: name) }
        let byContent = MemoryTarget()
        let counts = try await fixture.run(into: byContent)
        #expect(counts.stored == 1 && counts.skipped == 2)
        #expect(byContent.objects.count == 1)
        for scheme in [ImportOptions.IDScheme.path, .uuid] {
            let target = MemoryTarget()
            let counts = try await fixture.run(into: target) { $0.ids = scheme }
            #expect(counts.stored == 3 && target.objects.count == 3)
        }
    }

    @Test func `what is there already is skipped, replaced or a failure, as asked`() async throws {
        try fixture.writePictures(3)
        let target = MemoryTarget()
        _ = try await fixture.run(into: target)
        let replaced = try await fixture.run(into: target) { $0.existing = .replace }
        #expect(replaced.stored == 3 && replaced.skipped == 0)
        #expect(target.state.withLock { $0.storeCounts.values.allSatisfy { $0 == 2 } })
        let failed = try await fixture.run(into: target) { $0.existing = .fail }
        #expect(failed.failed == 3 && failed.stored == 0)
        #expect(fixture.failures.withLock { $0.first?.reason.contains("is there already") } == true)
    }

    @Test func `what fails is told with its path, and the rest is imported`() async throws {
        try fixture.writePictures(10)
        try fixture.write(Array("no picture".utf8), to: "broken.jpg")
        try fixture.write(Array("a text".utf8), to: "README.txt")
        try fixture.write([], to: "empty.png")
        let target = MemoryTarget { object in
            object.properties["path"] == .string("3/3.jpg") ? "the picture is damaged" : nil
        }
        let counts = try await fixture.run(into: target)
        #expect(counts.stored == 9 && counts.failed == 3 && counts.ignored == 1 && counts.done == 13)
        let failures = fixture.failures.withLock { $0 }
        #expect(Set(failures.map(\.place)) == ["3/3.jpg", "broken.jpg", "empty.png"])
        #expect(failures.contains(ImportFailure(place: "3/3.jpg", reason: "the picture is damaged")))
    }

    @Test func `it is given up when everything fails for one reason`() async throws {
        try fixture.writePictures(1_000)
        let target = MemoryTarget { _ in "no network" }
        await #expect(throws: ImportError.self) {
            try await fixture.run(into: target)
        }
        #expect(target.state.withLock { $0.batchSizes.reduce(0, +) } < 1_000)
    }

    @Test func `batches keep to their limits`() async throws {
        for number in 0..<50 {
            try fixture.write(
                ImportFixture.picture("\(number)") + [UInt8](repeating: 0, count: number % 10 == 0 ? 5_000 : 100),
                to: "\(number).jpg")
        }
        let target = MemoryTarget()
        _ = try await fixture.run(into: target) { _ in
        } adjust: { run in
            run.limits.batchCount = 8
            run.limits.batchBytes = 2_000
            run.limits.batchesUnderWay = 2
        }
        let state = target.state.withLock { $0 }
        #expect(state.objects.count == 50)
        #expect(state.batchSizes.allSatisfy { $0 <= 8 })
        #expect(state.batchSizes.contains(1))
        #expect(state.mostUnderWay <= 2)
    }

    @Test func `a dry run reads everything and stores nothing`() async throws {
        try fixture.write([0x42, 0x4D] + [UInt8](repeating: 0, count: 10), to: "damaged.bmp")
        try fixture.write(ImportFixture.picture(""), to: "x.txt")
        let target = MemoryTarget()
        let made = Mutex<NewClass?>(nil)
        let counts = try await fixture.run(into: target) {
            $0.isDryRun = true
        } adjust: { run in
            run.listener.made = { definition in made.withLock { $0 = definition } }
        }
        #expect(counts.done == 2)
        #expect(target.objects.isEmpty)
        #expect(target.state.withLock { $0.made.isEmpty })
        #expect(made.withLock { $0 } != nil)
    }

    @Test func `several sources keep apart what has the same path`() async throws {
        try fixture.write(ImportFixture.picture("1"), to: "a/x.jpg")
        try fixture.write(ImportFixture.picture("2"), to: "b/x.jpg")
        let target = MemoryTarget()
        let paths = ["a", "b"].map { fixture.source + "/" + $0 }
        let counts = try await fixture.run(into: target, { $0.ids = .path }, paths: paths)
        #expect(counts.stored == 2)
        await #expect(throws: ImportError.self) {
            try await fixture.run(into: target, paths: [paths[0], paths[0]])
        }
    }

    @Test func `a source that breaks in the middle is a failure, and the others are imported`() async throws {
        try fixture.write(Array("no archive".utf8) + [UInt8](repeating: 7, count: 2_000), to: "x.csv")
        try fixture.write(Array("path\n\"never closed".utf8), to: "y.csv")
        await #expect(throws: ImportError.self) {
            try await fixture.run(into: MemoryTarget(), paths: [fixture.source + "/y.csv"])
        }
    }

    @Test func `ids of a table are kept, and what is no UUID fails`() async throws {
        try fixture.write(ImportFixture.picture("1"), to: "1.jpg")
        let id = "0b5d0b6c-2d3e-4f50-8192-a3b4c5d6e7f8"
        try fixture.write(Array("path,id\n1.jpg,\(id)\n1.jpg,x\n".utf8), to: "t.csv")
        let target = MemoryTarget()
        let counts = try await fixture.run(into: target, { $0.ids = .uuid }, paths: [fixture.source + "/t.csv"])
        #expect(counts.stored == 1 && counts.failed == 1)
        #expect(target.objects.keys.map(\.description) == [id])
    }

    @Test func `many URLs are fetched at a time, each for its own row, and one that fails fails alone`() async throws {
        struct Fetcher: PictureFetching {
            func picture(at url: String) async throws(FetchError) -> [UInt8] {
                if url.hasSuffix("/13.jpg") { throw .empty(host: "a.example") }
                await Task.yield()
                return ImportFixture.picture(url)
            }
        }
        let rows = (0..<50).map { "https://a.example/\($0).jpg,\($0)\n" }.joined()
        try fixture.write(Array("url,number\n\(rows)".utf8), to: "t.csv")
        for scheme in [ImportOptions.IDScheme.content, .path] {
            let target = MemoryTarget()
            let counts = try await fixture.run(
                into: target, { $0.ids = scheme }, adjust: { $0.fetcher = Fetcher() },
                paths: [fixture.source + "/t.csv"])
            #expect(counts.stored == 49 && counts.failed == 1)
            for object in target.objects.values {
                guard case .number(let number)? = object.properties["number"] else { continue }
                #expect(object.picture?.bytes == ImportFixture.picture("https://a.example/\(number.literal).jpg"))
            }
        }
    }

    @Test func `URLs are fetched where that is allowed, and fail by name where it is not`() async throws {
        struct Fetcher: PictureFetching {
            func picture(at url: String) async throws(FetchError) -> [UInt8] { ImportFixture.picture(url) }
        }
        try fixture.write(Array("url\nhttps://a.example/1.jpg\n".utf8), to: "t.csv")
        let path = fixture.source + "/t.csv"
        let refused = try await fixture.run(into: MemoryTarget(), paths: [path])
        #expect(refused.failed == 1)
        #expect(fixture.failures.withLock { $0.first?.reason.contains("NEEDLETAIL_FETCH_HOSTS") } == true)
        let target = MemoryTarget()
        let fetched = try await fixture.run(into: target, adjust: { $0.fetcher = Fetcher() }, paths: [path])
        #expect(fetched.stored == 1)
        #expect(target.objects.values.first?.picture?.bytes == ImportFixture.picture("https://a.example/1.jpg"))
    }
}

/// The same objects, without refusals.
private struct MemoryTargetView: ImportTarget {
    let inner: MemoryTarget

    init(_ inner: MemoryTarget) { self.inner = inner }

    func definition(of collection: String) async throws(ImportError) -> ImportedClass? {
        try await inner.definition(of: collection)
    }
    func create(_ definition: NewClass) async throws(ImportError) { try await inner.create(definition) }
    func existing(
        _ ids: [ObjectID], in collection: String, tenant: String?
    ) async throws(ImportError) -> Set<ObjectID> { try await inner.existing(ids, in: collection, tenant: tenant) }
    func store(
        _ objects: [ImportObject], in collection: String, tenant: String?
    ) async throws(ImportError) -> [String?] { try await inner.store(objects, in: collection, tenant: tenant) }
}

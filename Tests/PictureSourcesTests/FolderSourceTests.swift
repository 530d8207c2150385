// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PictureSources

struct FolderSourceTests {
    private let fixture: SourceFixture

    init() throws { fixture = try SourceFixture() }

    @Test func `files come in the order of their names, folder by folder, without hidden ones`() throws {
        for name in ["b.jpg", "a/2.jpg", "a/1.jpg", "c/d/e.jpg", ".hidden/x.jpg", "a/.y.jpg"] {
            try fixture.write(name, to: name)
        }
        let source = try SourceOpening().open(fixture.folder)
        #expect(source.total == 4)
        let items = try source.all()
        #expect(items.map(\.place) == ["a/1.jpg", "a/2.jpg", "b.jpg", "c/d/e.jpg"])
        #expect(items.map(\.folderName) == ["a", "a", nil, "d"])
        #expect(items.map(\.fileName) == ["1.jpg", "2.jpg", "b.jpg", "e.jpg"])
        #expect(items.map { String(decoding: $0.content.bytes ?? [], as: UTF8.self) } == items.map(\.place))
        #expect(source.share == 1)
    }

    @Test func `an empty folder has nothing`() throws {
        let source = try SourceOpening().open(fixture.folder)
        #expect(source.total == 0)
        #expect(try source.all().isEmpty)
    }

    @Test func `links that lead around in a circle are followed once`() throws {
        try fixture.write("x", to: "a/b/x.jpg")
        try fixture.link("a/b/loop", to: "..")
        try fixture.link("again", to: "a")
        let items = try SourceOpening().open(fixture.folder).all()
        #expect(items.filter { $0.content.bytes != nil }.map(\.place) == ["a/b/x.jpg"])
        #expect(items.count == 3)
    }

    @Test func `a link to a file is that file, and one to nothing says so`() throws {
        try fixture.write("x", to: "x.jpg")
        try fixture.link("y.jpg", to: "x.jpg")
        try fixture.link("z.jpg", to: "nothing")
        let items = try SourceOpening().open(fixture.folder).all()
        #expect(items.map { $0.content.bytes.map { String(decoding: $0, as: UTF8.self) } } == ["x", "x", nil])
        #expect(items[2].content.problem == "the link leads to no file")
    }

    @Test func `nothing outside of the root is read, whatever leads there`() throws {
        let outside = try SourceFixture()
        try outside.write("secret", to: "secret.jpg")
        try fixture.write("x", to: "x.jpg")
        try fixture.link("file.jpg", to: outside.path("secret.jpg"))
        try fixture.link("folder", to: outside.folder)
        let opening = SourceOpening(root: fixture.folder)
        let items = try opening.open(fixture.folder).all()
        #expect(items.map { $0.content.bytes != nil } == [false, false, true])
        #expect(items[0].content.problem?.contains("leads out of") == true)
        #expect(items[1].content.problem?.contains("leads out of") == true)
        #expect(throws: SourceError.outside(path: outside.folder)) { try opening.open(outside.folder) }
        #expect(throws: SourceError.outside(path: fixture.path("folder"))) { try opening.open(fixture.path("folder")) }
    }

    @Test func `a name that is not UTF-8 fails alone`() throws {
        try fixture.write("x", to: "x.jpg")
        try fixture.run("/bin/bash", "-c", "touch $'a\\xff.jpg'")
        let items = try SourceOpening().open(fixture.folder).all()
        #expect(items.count == 2)
        #expect(items[0].content.problem?.contains("UTF-8") == true)
    }

    @Test func `a pipe is no file and nobody waits for it`() throws {
        try fixture.run("/usr/bin/mkfifo", "pipe.jpg")
        try fixture.link("link.jpg", to: "pipe.jpg")
        let items = try SourceOpening().open(fixture.folder).all()
        #expect(items.map { $0.content.problem } == ["the link leads to no file"])
        #expect(throws: SourceFault("it is not a file")) {
            _ = try SourceFile(path: fixture.path("pipe.jpg")).read(limit: 1)
        }
    }

    @Test func `folders nest as deep as the limit says`() throws {
        try fixture.write("x", to: "1/2/3/x.jpg")
        var opening = SourceOpening()
        opening.limits.depth = 4
        #expect(try opening.open(fixture.folder).all().map { $0.content.bytes != nil } == [true])
        opening.limits.depth = 3
        #expect(try opening.open(fixture.folder).all().map { $0.content.problem } == ["folders may nest 3 deep"])
    }

    @Test func `a file has as many bytes as the limit says`() throws {
        let file = SourceFile(path: try fixture.write("12345", to: "x"))
        #expect(try file.read(limit: 5).count == 5)
        #expect(throws: SourceFault("it has 5 bytes; at most 4 are read")) { try file.read(limit: 4) }
    }

    @Test func `what is no source is refused by name`() throws {
        #expect(throws: SourceError.cannotOpen(path: "/nothing", reason: "there is no such file or folder")) {
            try SourceOpening().open("/nothing")
        }
        let path = try fixture.write("x", to: "x.txt")
        #expect(throws: SourceError.unknownKind(path: path)) { try SourceOpening().open(path) }
    }
}

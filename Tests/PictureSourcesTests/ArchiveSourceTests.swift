// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import PictureSources

struct ArchiveSourceTests {
    private let fixture: SourceFixture

    init() throws { fixture = try SourceFixture() }

    /// Has Python make an archive called `name` in the folder; `script` sees it as `archive`.
    private func make(_ name: String, _ script: String) throws -> String {
        let head = "import zipfile, tarfile, io\nname = '\(name)'\n"
        try fixture.run("/usr/bin/python3", "-c", head + script)
        return fixture.path(name)
    }

    private static let tarHead = """
        def add(archive, name, content, **fields):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in fields.items(): setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))

        """

    private func texts(_ items: [SourceItem]) -> [String] {
        items.map { String(decoding: $0.content.bytes ?? [], as: UTF8.self) }
    }

    @Test func `the files of a zip come as they lie in it, without hidden ones and folders`() throws {
        let path = try make(
            "x.zip",
            """
            with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as archive:
                for entry in ['cats/', 'cats/1.jpg', '__MACOSX/cats/._1.jpg', '.DS_Store', 'dogs/2 \u{e4}.jpg']:
                    archive.writestr(entry, '' if entry.endswith('/') else entry)
            """)
        let source = try SourceOpening().open(path)
        #expect(source.total == 2)
        let items = try source.all()
        #expect(items.map(\.place) == ["cats/1.jpg", "dogs/2 ä.jpg"])
        #expect(texts(items) == items.map(\.place))
        #expect(items.map(\.folderName) == ["cats", "dogs"])
    }

    @Test(arguments: ["w:", "w:gz", "w:xz", "w:bz2"]) func `the files of a tar come however it is packed`(mode: String)
        throws
    {
        let ending = mode == "w:" ? ".tar" : ".tar." + mode.dropFirst(2)
        let path = try make(
            "x" + ending,
            Self.tarHead + """
                with tarfile.open(name, '\(mode)') as archive:
                    for number in range(300): add(archive, f'./a/{number}.jpg', str(number).encode())
                    add(archive, 'a/link', b'', type=tarfile.SYMTYPE, linkname='/etc/passwd')
                    add(archive, 'a/hard', b'', type=tarfile.LNKTYPE, linkname='a/1.jpg')
                """)
        let source = try SourceOpening().open(path)
        #expect(source.total == (mode == "w:" ? 300 : nil))
        let items = try source.all()
        #expect(items.map(\.place) == (0..<300).map { "a/\($0).jpg" })
        #expect(texts(items) == (0..<300).map { "\($0)" })
    }

    @Test func `paths that lead upward are names and nothing else`() throws {
        let path = try make(
            "x.tar",
            Self.tarHead + """
                with tarfile.open(name, 'w:') as archive:
                    add(archive, '../../escape.jpg', b'1')
                    add(archive, '/etc/absolute.jpg', b'2')
                """)
        let items = try SourceOpening().open(path).all()
        #expect(items.map(\.place) == ["../../escape.jpg", "/etc/absolute.jpg"])
        #expect(texts(items) == ["1", "2"])
    }

    @Test(arguments: ["zip", "tar.gz"]) func `an entry that unpacks to too much fails alone`(ending: String) throws {
        let path = try make(
            "x." + ending,
            Self.tarHead + """
                bomb = bytes(5_000_000)
                if name.endswith('zip'):
                    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as archive:
                        archive.writestr('1.jpg', bomb); archive.writestr('2.jpg', b'fine')
                else:
                    with tarfile.open(name, 'w:gz') as archive:
                        add(archive, '1.jpg', bomb); add(archive, '2.jpg', b'fine')
                """)
        var opening = SourceOpening()
        opening.limits.pictureBytes = 1_000_000
        let items = try opening.open(path).all()
        #expect(items.map(\.content.problem) == ["it has more than 1000000 bytes", nil])
        #expect(texts(items)[1] == "fine")
    }

    @Test func `an archive is given up when it unpacks to too much that nobody wants`() throws {
        let path = try make(
            "x.tar.gz",
            Self.tarHead + """
                with tarfile.open(name, 'w:gz') as archive:
                    add(archive, '.hidden', bytes(5_000_000)); add(archive, '2.jpg', b'fine')
                """)
        var opening = SourceOpening()
        opening.limits.discardedBytes = 4_000_000
        #expect(throws: SourceError.archiveTooLarge(path: path, limit: 4_000_000)) { try opening.open(path).all() }
        opening.limits.discardedBytes = 6_000_000
        #expect(try texts(opening.open(path).all()) == ["fine"])
    }

    @Test func `what is no archive is refused`() throws {
        for name in ["x.zip", "x.tar", "x.tar.gz"] {
            let path = try fixture.write("this is no archive at all, but a text of some length".utf8, to: name)
            #expect(throws: SourceError.self) { try SourceOpening().open(path).all() }
        }
    }

    @Test func `of an archive that was cut off, what is there is read before it is refused`() throws {
        let path = try make(
            "x.tar",
            Self.tarHead + """
                with tarfile.open(name, 'w:') as archive:
                    for number in range(10): add(archive, f'{number}.jpg', bytes(5000))
                """)
        let bytes = try SourceFile(path: path).read(limit: 1 << 20)
        let cut = try fixture.write(bytes.prefix(20_000), to: "cut.tar")
        #expect(throws: SourceError.self) { try SourceOpening().open(cut).all() }
    }

    @Test func `an encrypted entry says what to do`() throws {
        // A flag in the headers is enough: nobody gets as far as the content.
        let path = try make(
            "x.zip",
            """
            with zipfile.ZipFile(name, 'w') as archive: archive.writestr('1.jpg', b'secret')
            data = bytearray(open(name, 'rb').read())
            data[6] |= 1
            data[data.index(b'PK\\x01\\x02') + 8] |= 1
            open(name, 'wb').write(data)
            """)
        #expect(
            try SourceOpening().open(path).all().map(\.content.problem) == ["it is encrypted; unpack the archive first"]
        )
    }
}

// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import PictureSources

struct TableSourceTests {
    private let fixture: SourceFixture

    init() throws { fixture = try SourceFixture() }

    private func rows(_ text: String, name: String = "x.csv") throws -> [Result<[SourceProperty], SourceFault>] {
        var rows = try TableRows(SourceFile(path: try fixture.write(text, to: name)), limits: SourceLimits())
        var all: [Result<[SourceProperty], SourceFault>] = []
        while let row = try rows.next() { all.append(row.content) }
        return all
    }

    private func values(_ text: String, name: String = "x.csv") throws -> [[String]] {
        try rows(text, name: name).map { row in
            try row.get().map { if case .string(let text) = $0.value { text } else { "" } }
        }
    }

    @Test func `fields are read as RFC 4180 has them`() throws {
        #expect(
            try values("a,b,c\r\n1,\"two, with \"\"quotes\"\" and\r\na line\",3\r\n,,\r\n")
                == [["1", "two, with \"quotes\" and\r\na line", "3"], ["", "", ""]])
    }

    @Test func `line feeds alone, a byte order mark, empty lines and a missing last line end do no harm`() throws {
        #expect(try values("\u{FEFF}a,b\n1,2\n\n\n 3 ,4") == [["1", "2"], [" 3 ", "4"]])
    }

    @Test func `the separator is the one that the first line has most of`() throws {
        #expect(try values("a;b,c;d\n1;2;3\n") == [["1", "2", "3"]])
        #expect(try values("a\tb\n1,5\t2\n") == [["1,5", "2"]])
        #expect(try values("a,b\tc\n1,5\t2\n", name: "x.tsv") == [["1,5", "2"]])
    }

    @Test func `a row that is wrong fails alone`() throws {
        let rows = try rows("a,b\n1\n\"x\"y,2\nz\"z,2\n3,4\n")
        #expect(rows.count == 4)
        #expect(throws: SourceFault("it has 1 fields; the first line names 2")) { try rows[0].get() }
        #expect(throws: SourceFault.self) { try rows[1].get() }
        #expect(throws: SourceFault.self) { try rows[2].get() }
        #expect(try rows[3].get().count == 2)
    }

    @Test func `a quotation mark that is never closed ends the table`() throws {
        #expect(throws: SourceFault("a quotation mark of the row on line 3 is never closed")) {
            try rows("a\n1\n\"2\n3\n")
        }
    }

    @Test func `bytes that are no UTF-8 fail their row alone`() throws {
        let path = try fixture.write(
            Array("a,b\n".utf8) + [0xFF] + Array(",1\n2,".utf8) + [0xFE, 0x0A] + Array("3,4\n".utf8), to: "x.csv")
        var rows = try TableRows(SourceFile(path: path), limits: SourceLimits())
        var results: [Bool] = []
        while let row = try rows.next() { results.append((try? row.content.get()) != nil) }
        #expect(results == [false, false, true])
    }

    @Test func `a row has as many bytes and fields as the limits say`() throws {
        var limits = SourceLimits()
        limits.rowBytes = 10
        var rows = try TableRows(SourceFile(path: fixture.write("a,b\n12345,6789\n", to: "x.csv")), limits: limits)
        #expect(throws: SourceFault.self) { try rows.next() }
        limits.rowBytes = 11
        rows = try TableRows(SourceFile(path: fixture.path("x.csv")), limits: limits)
        #expect(try rows.next() != nil)
        limits.columns = 1
        #expect(throws: SourceFault.self) { try TableRows(SourceFile(path: fixture.path("x.csv")), limits: limits) }
    }

    @Test func `headers that make no sense are refused`() throws {
        for text in ["", "\n\n", "a,a\n", "\"a\n", ",,\n"] { #expect(throws: SourceFault.self) { try rows(text) } }
    }

    @Test func `lines of JSON keep their types`() throws {
        let rows = try rows("{\"a\":1,\"b\":[true]}\n\n{\"a\":}\n[1]\n", name: "x.jsonl")
        #expect(rows.count == 3)
        #expect(try rows[0].get().map(\.value) == [.number(JSONNumber(1)), .array([.boolean(true)])])
        #expect(throws: SourceFault.self) { try rows[1].get() }
        #expect(throws: SourceFault("it is no JSON object; each line has to be one")) { try rows[2].get() }
    }

    @Test func `a type is what all values of a column have in common`() throws {
        let path = try fixture.write(
            "path,i,n,b,t,zip,empty,mixed\na,1,1,true,x,007,,1\nb,-2,1.5,false,1,1,,true\n", to: "x.csv")
        let source = try SourceOpening().open(path)
        #expect(source.total == 2)
        #expect(source.columns.map(\.name) == ["i", "n", "b", "t", "zip", "empty", "mixed"])
        #expect(source.columns.map(\.type) == [.int, .number, .boolean, .text, .text, nil, .text])
    }

    @Test func `types of JSON are told from the values`() throws {
        let path = try fixture.write(
            """
            {"image":"a","l":[1,2.5],"w":["x"],"o":{"x":1},"m":1}
            {"image":"b","l":[],"w":null,"m":"x","s":"y"}
            """, to: "x.jsonl")
        let columns = try SourceOpening().open(path).columns
        #expect(columns.map(\.name) == ["l", "w", "o", "m", "s"])
        #expect(columns.map(\.type) == [.numbers, .texts, nil, nil, .text])
    }

    @Test func `paths are relative to the table, URLs are kept, and the rest are properties`() throws {
        try fixture.write("picture", to: "tables/pictures/1.jpg")
        let path = try fixture.write(
            "id,file_name,label\n1,pictures/1.jpg,cat\n2,https://example.org/2.jpg,dog\n3,,\n", to: "tables/x.csv")
        let items = try SourceOpening().open(path).all()
        #expect(items.map(\.place) == ["line 2: pictures/1.jpg", "line 3: https://example.org/2.jpg", "line 4"])
        #expect(items[0].content.bytes == Array("picture".utf8))
        guard case .url("https://example.org/2.jpg") = items[1].content else {
            Issue.record("\(items[1].content) is no URL")
            return
        }
        #expect(items[2].content.problem == "its column 'file_name' names no picture")
        #expect(items[0].properties.map(\.name) == ["id", "label"])
        #expect(items[0].folderName == "pictures")
    }

    @Test func `a table cannot name files outside of the root`() throws {
        let outside = try SourceFixture()
        try outside.write("secret", to: "secret.jpg")
        let path = try fixture.write(
            "path\n../\(outside.folder.split(separator: "/").last!)/secret.jpg\n\(outside.path("secret.jpg"))\n",
            to: "x.csv")
        let items = try SourceOpening(root: fixture.folder).open(path).all()
        #expect(items.map { $0.content.problem?.contains("leads out of") } == [true, true])
    }

    @Test func `the picture's column can be named, and has to be there`() throws {
        let path = try fixture.write("a,b\nx,y\n", to: "x.csv")
        #expect(try SourceOpening(pictureColumn: "b").open(path).all().map(\.path) == ["y"])
        #expect(throws: SourceError.noPictureColumn(path: path, wanted: "c", columns: ["a", "b"])) {
            try SourceOpening(pictureColumn: "c").open(path)
        }
        #expect(throws: SourceError.noPictureColumn(path: path, wanted: nil, columns: ["a", "b"])) {
            try SourceOpening().open(path)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

import JSON
import PictureSources
import Testing

@testable import Importing

struct ImportMappingTests {
    private func mapping(
        _ columns: [SourceColumn] = [], existing: ImportedClass? = nil,
        _ change: (inout ImportOptions) -> Void = { _ in }
    ) throws(ImportError) -> ImportMapping {
        var options = ImportOptions(collection: "C")
        change(&options)
        return try ImportMapping(options, source: .init(columns: columns, hasVectors: false), existing: existing)
    }

    private func column(_ name: String, _ type: ColumnType?) -> SourceColumn {
        SourceColumn(name: name, type: type, isUntyped: true)
    }

    private func item(_ values: [(String, String)]) -> SourceItem {
        SourceItem(
            place: "line 2", path: "a/b.jpg", content: .bytes([]),
            properties: values.map { SourceProperty(name: $0.0, value: .string($0.1), isUntyped: true) })
    }

    private static let existing = ImportedClass(
        properties: [
            .init(name: "photo", type: "blob"), .init(name: "title", type: "text"), .init(name: "year", type: "int"),
            .init(name: "tags", type: "text[]"),
        ], pictureProperties: ["photo"])

    @Test func `columns become properties of the types that the class has`() throws {
        let mapping = try mapping(
            [column("title", .int), column("Year", .int), column("tags", .text), column("other", .text)],
            existing: Self.existing)
        #expect(mapping.pictureProperty == "photo")
        #expect(mapping.newClass == nil)
        let properties = try mapping.properties(
            of: item([("title", "7"), ("Year", "1999"), ("tags", "[\"a\"]"), ("other", "x")]))
        #expect(
            properties == ["title": .string("7"), "year": .number(JSONNumber(1999)), "tags": .array([.string("a")])])
        #expect(mapping.notes.count == 1 && mapping.notes[0].contains("'other'"))
    }

    @Test func `a value that is none of its property's type says so`() throws {
        let mapping = try mapping([column("year", .int)], existing: Self.existing)
        #expect(throws: SourceFault("its 'year' has to be a whole number, not 'x'")) {
            try mapping.properties(of: item([("year", "x")]))
        }
        #expect(try mapping.properties(of: item([("year", "")])).isEmpty)
    }

    @Test func `names of columns become names that properties may have`() {
        let names = ["id": "source_id", "File Name": "file_Name", "1st": "_1st", "größe": "gr__e", "": "_"]
        for (column, property) in names { #expect(ImportMapping.propertyName(for: column) == property) }
    }

    @Test func `what is asked for has to fit the class`() throws {
        #expect(throws: ImportError.self) { try mapping(existing: Self.existing) { $0.labelProperty = "label" } }
        #expect(throws: ImportError.self) { try mapping(existing: Self.existing) { $0.pictureProperty = "title" } }
        #expect(throws: ImportError.self) {
            try mapping(existing: Self.existing) { $0.constants = [.init(name: "year", value: "x")] }
        }
        #expect(throws: ImportError.self) {
            try mapping(existing: ImportedClass(properties: [.init(name: "a", type: "text")], pictureProperties: []))
        }
        #expect(throws: ImportError.self) {
            try mapping { $0.constants = [.init(name: "a", value: "1"), .init(name: "a", value: "2")] }
        }
    }

    @Test func `what is the same for all wins over the label, and that over columns`() throws {
        let mapping = try mapping([column("label", .text), column("path", .text), column("x", .text)]) {
            $0.labelProperty = "label"
            $0.constants = [.init(name: "x", value: "constant")]
        }
        let properties = try mapping.properties(of: item([("label", "l"), ("path", "p"), ("x", "y")]))
        #expect(
            properties == [
                "x": .string("constant"), "label": .string("a"), "path": .string("p"), "filename": .string("b.jpg"),
            ])
    }
}

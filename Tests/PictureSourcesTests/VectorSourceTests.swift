// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import PictureSources

struct VectorSourceTests {
    private let fixture: SourceFixture

    init() throws { fixture = try SourceFixture() }

    /// A `.npy` file with this header and content.
    private func file(_ header: String, _ content: [UInt8], version: UInt8 = 1, name: String = "x.npy") throws -> String
    {
        let text = Array(header.utf8)
        let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return try fixture.write([0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + content, to: name)
    }

    private func header(_ descr: String, _ shape: String, fortran: String = "False") -> String {
        "{'descr': '\(descr)', 'fortran_order': \(fortran), 'shape': \(shape), }\n"
    }

    private func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * Number($0))) }
    }

    private func vectors(_ path: String) throws -> [[Float]] {
        try SourceOpening().open(path).all().map { if case .vector(let values) = $0.content { values } else { [] } }
    }

    @Test(arguments: [1, 2, 3] as [UInt8]) func `floats of all widths are read, in all versions`(version: UInt8) throws
    {
        let values: [Float] = [1.5, -2, 0.25, 65_504]
        let contents: [(String, [UInt8])] = [
            ("<f2", values.flatMap { littleEndian(Float16($0).bitPattern) }),
            ("<f4", values.flatMap { littleEndian($0.bitPattern) }),
            ("<f8", values.flatMap { littleEndian(Double($0).bitPattern) }),
        ]
        for (descr, content) in contents {
            let path = try file(header(descr, "(2, 2)"), content, version: version)
            #expect(try vectors(path) == [[1.5, -2], [0.25, 65_504]])
        }
    }

    @Test func `no rows are no vectors`() throws {
        #expect(try vectors(try file(header("<f4", "(0, 3)"), [])) == [])
    }

    @Test(arguments: [
        "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }",
        "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 1), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 4), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }",
        "{'descr': '<f4', 'fortran_order': False, }", "{'descr': '<f4', 'descr': '<f4', 'shape': (1, 1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), 'x': 1}", "{", "", "{'descr", "{}x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, -1)}",
    ]) func `headers that are not understood are refused`(header: String) throws {
        let path = try file(header, [0, 0, 0, 0])
        #expect(throws: SourceError.self) { try SourceOpening().open(path) }
    }

    @Test func `a file that was cut off is refused`() throws {
        let path = try file(header("<f4", "(2, 2)"), [UInt8](repeating: 0, count: 15))
        #expect(throws: SourceError.self) { try SourceOpening().open(path) }
        for length in 0..<12 {
            let bytes = try SourceFile(path: path).read(limit: 1_000)
            let cut = try fixture.write(bytes.prefix(length), to: "cut.npy")
            #expect(throws: SourceError.self) { try SourceOpening().open(cut) }
        }
    }

    @Test func `a vector that is not finite fails alone`() throws {
        let content = [Float.nan, 1, 2, 3].flatMap { littleEndian($0.bitPattern) }
        let items = try SourceOpening().open(try file(header("<f4", "(2, 2)"), content)).all()
        #expect(items.map { $0.content.problem != nil } == [true, false])
    }

    @Test func `each vector has its row of properties`() throws {
        let path = try file(header("<f4", "(2, 1)"), [Float(1), 2].flatMap { littleEndian($0.bitPattern) })
        let rows = try fixture.write("{\"url\":\"a\",\"n\":1}\n{\"url\":\"b\",\"n\":2}\n", to: "x.jsonl")
        let source = try SourceOpening(properties: rows).open(path)
        #expect(source.hasVectors)
        #expect(source.columns.map(\.name) == ["url", "n"])
        let items = try source.all()
        #expect(items.map(\.place) == ["vector 0", "vector 1"])
        #expect(items.map(\.properties.first?.value) == [.string("a"), .string("b")])
    }

    @Test func `there has to be one row for each vector`() throws {
        let path = try file(header("<f4", "(2, 1)"), [UInt8](repeating: 0, count: 8))
        let rows = try fixture.write("{}\n", to: "x.jsonl")
        #expect(throws: SourceError.rowCountMismatch(vectors: 2, rows: 1, path: rows)) {
            try SourceOpening(properties: rows).open(path)
        }
    }
}

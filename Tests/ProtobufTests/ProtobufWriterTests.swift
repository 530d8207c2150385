// SPDX-License-Identifier: Apache-2.0

import Protobuf
import Testing

@Suite struct ProtobufWriterTests {
    private func written(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.finish()
    }

    @Test func `nothing written is no byte`() {
        #expect(written { _ in } == [])
    }

    @Test(
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7F]), (128, [0x80, 1]), (16383, [0xFF, 0x7F]), (16384, [0x80, 0x80, 1]),
            (UInt64(Int64.max), [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
            (UInt64.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ] as [(UInt64, [UInt8])])
    func `numbers take seven bits a byte, the lowest first`(number: UInt64, bytes: [UInt8]) {
        #expect(written { $0.uint64(8, number) } == [8] + bytes)
    }

    @Test func `negative numbers of 32 bits take ten bytes`() {
        #expect(written { $0.int32(8, -1) } == [8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1])
    }

    @Test func `floating point numbers are little-endian`() {
        #expect(written { $0.float(13, 1.5) } == [13, 0, 0, 0xC0, 0x3F])
        #expect(written { $0.double(9, 1.5) } == [9, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
    }

    @Test func `what is written last comes first, so fields stand in the order of their numbers`() {
        #expect(
            Sample().with { ($0.name, $0.count, $0.data) = ("a", 2, [3]) }.protobufBytes() == [
                10, 1, 0x61, 16, 2, 26, 1, 3,
            ])
    }

    @Test func `lists keep their order`() {
        #expect(written { $0.strings(10, ["a", "b"]) } == [10, 1, 0x61, 10, 1, 0x62])
        #expect(written { $0.packedInt64s(10, [1, 300]) } == [10, 3, 1, 0xAC, 2])
        #expect(written { $0.packedBools(10, [true, false]) } == [10, 2, 1, 0])
        #expect(written { $0.packedFloats(10, [1, 2]) } == [10, 8, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
        #expect(
            written { $0.packedDoubles(10, [1, 2]) }
                == [10, 16, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40])
    }

    @Test func `an empty text, empty bytes and an empty message are a tag and a zero`() {
        #expect(written { $0.string(10, "") } == [10, 0])
        #expect(written { $0.bytes(10, []) } == [10, 0])
        #expect(written { $0.message(10, Leaf()) } == [10, 0])
    }

    @Test(arguments: [0, 1, 126, 127, 128, 255, 256, 257, 16383, 16384, 100_000])
    func `the length of an inner message is right at every size`(count: Int) throws {
        let leaf = Leaf().with { $0.texts = [String(repeating: "x", count: count)] }
        let sample = Sample().with { ($0.single, $0.name) = (leaf, "after it grew") }
        #expect(try Sample(protobuf: sample.protobufBytes()) == sample)
    }

    @Test func `a tree of messages is read as it was written`() throws {
        var sample = Sample().with {
            ($0.floats, $0.whole) = ([-0.0, .infinity, .leastNonzeroMagnitude], [.min, -1, 0, .max])
        }
        for index in 0..<6 {
            sample = Sample().with { [sample] in
                ($0.children, $0.count) = (Array(repeating: sample, count: 3), Int64(index))
            }
        }
        #expect(try Sample(protobuf: sample.protobufBytes()) == sample)
    }

    @Test func `negative zero is set, as it is not the default`() throws {
        let leaf = Leaf().with { $0.number = -0.0 }
        #expect(try Leaf(protobuf: leaf.protobufBytes()).number.sign == .minus)
    }
}

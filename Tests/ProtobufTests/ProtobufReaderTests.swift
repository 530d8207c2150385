// SPDX-License-Identifier: Apache-2.0

import Protobuf
import Testing

@Suite struct ProtobufReaderTests {
    private static let unknownFields: [[UInt8]] = [
        [0x78, 0x96, 0x01],  // a varint
        [0x79, 1, 2, 3, 4, 5, 6, 7, 8],  // eight bytes
        [0x7A, 2, 0xFF, 0xFF],  // bytes
        [0x7B, 0x08, 1, 0x13, 0x14, 0x7C],  // a group with a group in it
        [0x7D, 1, 2, 3, 4],  // four bytes
        [0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0],  // the greatest number a field can have
    ]

    @Test(arguments: unknownFields)
    func `fields that the type does not know are passed over`(field: [UInt8]) throws {
        let sample = try Sample(protobuf: [0x10, 1] + field + [0x0A, 1, 0x61])
        #expect(sample.count == 1)
        #expect(sample.name == "a")
    }

    @Test(arguments: unknownFields)
    func `an unknown field that is cut off anywhere is refused`(field: [UInt8]) {
        for length in 1..<field.count {
            #expect(throws: ProtobufError.truncated) { try Sample(protobuf: Array(field[..<length])) }
        }
    }

    @Test func `a known field with another wire type is passed over`() throws {
        let sample = try Sample(protobuf: [0x12, 1, 7, 0x08, 5, 0x0D, 1, 2, 3, 4, 0x10, 9])
        #expect(sample == Sample().with { $0.count = 9 })
    }

    @Test func `no bytes are a message without fields`() throws {
        #expect(try Sample(protobuf: []) == Sample())
    }

    @Test func `a number may have up to ten bytes, of which 64 bits count`() throws {
        let padded: [UInt8] = [0x10, 0x85] + Array(repeating: 0x80, count: 8) + [0]
        #expect(try Sample(protobuf: padded).count == 5)
        let minusOne: [UInt8] = [0x10] + Array(repeating: 0xFF, count: 9) + [1]
        #expect(try Sample(protobuf: minusOne).count == -1)
        let overflowing: [UInt8] = [0x10] + Array(repeating: 0xFF, count: 9) + [0x7F]
        #expect(try Sample(protobuf: overflowing).count == -1)
    }

    @Test func `a number of eleven bytes is refused`() {
        let bytes: [UInt8] = [0x10] + Array(repeating: 0x80, count: 10) + [0]
        #expect(throws: ProtobufError.numberTooLong) { try Sample(protobuf: bytes) }
    }

    @Test func `a tag or a length of more than five bytes is refused`() {
        #expect(throws: ProtobufError.numberTooLong) { try Sample(protobuf: [0x90, 0x80, 0x80, 0x80, 0x80, 0, 1]) }
        #expect(throws: ProtobufError.numberTooLong) { try Sample(protobuf: [0x0A, 0x80, 0x80, 0x80, 0x80, 0x80, 0]) }
    }

    @Test func `a tag beyond 32 bits is refused`() {
        #expect(throws: ProtobufError.numberTooLong) { try Sample(protobuf: [0xF8, 0xFF, 0xFF, 0xFF, 0x1F, 0]) }
    }

    @Test func `field number 0 is refused`() {
        #expect(throws: ProtobufError.fieldNumberZero) { try Sample(protobuf: [0x02, 0]) }
        #expect(throws: ProtobufError.fieldNumberZero) { try Sample(protobuf: [0x80, 0]) }
    }

    @Test(arguments: [6, 7] as [UInt8])
    func `wire types that mean nothing are refused`(type: UInt8) {
        #expect(throws: ProtobufError.unknownWireType(UInt32(type))) { try Sample(protobuf: [0x78 | type, 0]) }
    }

    @Test func `the end of a group that none begins, or of another one, is refused`() {
        #expect(throws: ProtobufError.strayEndOfGroup) { try Sample(protobuf: [0x7C]) }
        #expect(throws: ProtobufError.strayEndOfGroup) { try Sample(protobuf: [0x7B, 0x74]) }
    }

    @Test func `a group ends within the message that it began in`() {
        #expect(throws: ProtobufError.truncated) { try Sample(protobuf: [0x32, 1, 0x7B, 0x7C]) }
    }

    @Test(
        arguments: [[0x0A, 2, 0x61], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x22, 8, 0, 0, 0, 0], [0x2A, 1]]
            as [[UInt8]])
    func `a length beyond the end is refused`(bytes: [UInt8]) {
        #expect(throws: ProtobufError.truncated) { try Sample(protobuf: bytes) }
    }

    @Test func `a length beyond 31 bits is refused`() {
        #expect(throws: ProtobufError.numberTooLong) { try Sample(protobuf: [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) }
    }

    @Test func `a field of an inner message can't reach beyond that message`() {
        #expect(throws: ProtobufError.truncated) { try Sample(protobuf: [0x32, 2, 0x0A, 1, 0x61]) }
        #expect(throws: ProtobufError.truncated) { try Sample(protobuf: [0x2A, 1, 0x80, 0x01]) }
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0x61, 0x80]]
            as [[UInt8]])
    func `text that is not UTF-8 is refused`(text: [UInt8]) {
        #expect(throws: ProtobufError.invalidUTF8) { try Sample(protobuf: [0x0A, UInt8(text.count)] + text) }
    }

    @Test(arguments: ["", "a", "fifteen letters", "sixteen letters.", "naïve 😀 \u{0}"])
    func `texts of any length are read as they were written`(text: String) throws {
        let sample = Sample().with { $0.name = text }
        #expect(try Sample(protobuf: sample.protobufBytes()) == sample)
    }

    @Test func `lists of numbers are read packed, one by one, and mixed`() throws {
        let floats: [UInt8] = [
            0x25, 0, 0, 0x80, 0x3F, 0x22, 8, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0x22, 0, 0x25, 0, 0, 0x80, 0x40,
        ]
        #expect(try Sample(protobuf: floats).floats == [1, 2, 3, 4])
        #expect(try Sample(protobuf: [0x28, 1, 0x2A, 3, 2, 0x80, 1, 0x28, 3]).whole == [1, 2, 128, 3])
    }

    @Test func `a packed list whose length is no multiple of the size of a number is refused`() {
        #expect(throws: ProtobufError.unevenList(byteCount: 5)) { try Sample(protobuf: [0x22, 5, 0, 0, 0, 0, 0]) }
    }

    @Test func `a message that comes twice is merged: lists grow, numbers are replaced`() throws {
        let first: [UInt8] = [0x3A, 12, 0x0A, 1, 0x61, 0x11, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let second: [UInt8] = [0x3A, 3, 0x0A, 1, 0x62]
        let single = try Sample(protobuf: first + second).single
        #expect(single?.texts == ["a", "b"])
        #expect(single?.number == 1)
    }

    @Test func `a number that comes twice is the last one`() throws {
        #expect(try Sample(protobuf: [0x10, 1, 0x10, 2]).count == 2)
    }

    @Test func `a hundred messages may lie within each other, and no more`() throws {
        var sample = Sample()
        for _ in 0..<100 { sample = Sample().with { [sample] in $0.children = [sample] } }
        #expect(try Sample(protobuf: sample.protobufBytes()) == sample)
        sample = Sample().with { [sample] in $0.children = [sample] }
        #expect(throws: ProtobufError.tooDeep(limit: 100)) { try Sample(protobuf: sample.protobufBytes()) }
    }

    @Test func `groups count as depth, however many there are`() {
        let groups = Array(repeating: 0x7B as UInt8, count: 1_000_000)
        #expect(throws: ProtobufError.tooDeep(limit: 100)) { try Sample(protobuf: groups) }
    }
}

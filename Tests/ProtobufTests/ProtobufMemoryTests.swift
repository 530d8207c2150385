// SPDX-License-Identifier: Apache-2.0

import Protobuf
import Testing

@Suite struct ProtobufMemoryTests {
    /// What reading `bytes` asks for, in all.
    private func charged(_ bytes: [UInt8]) throws -> Int {
        var sum = 0
        _ = try Sample(protobuf: bytes) { sum += $0 }
        return sum
    }

    @Test func `empty messages are charged with what they take in memory, not with their two bytes`() throws {
        let bytes = Array(repeating: [0x32, 0] as [UInt8], count: 100_000).flatMap { $0 }
        let sum = try charged(bytes)
        #expect(sum >= 100_000 * MemoryLayout<Sample>.stride)
        #expect(sum <= 2 * 131_072 * MemoryLayout<Sample>.stride)
    }

    @Test func `reading ends as soon as memory is refused`() {
        let bytes = Array(repeating: [0x32, 0] as [UInt8], count: 100_000).flatMap { $0 }
        var granted = 0
        #expect(throws: ProtobufError.memoryRefused("no more")) {
            try Sample(protobuf: bytes) { (byteCount) throws(ProtobufError) in
                guard granted + byteCount <= 1 << 20 else { throw .memoryRefused("no more") }
                granted += byteCount
            }
        }
        #expect(granted > 0)
    }

    @Test func `a list of numbers is charged before it is kept`() throws {
        let sample = Sample().with { $0.floats = Array(repeating: 1, count: 50_000) }
        #expect(try charged(sample.protobufBytes()) >= 200_000)
    }

    @Test func `packed and single numbers are charged alike, but for the doubling of a list that grows`() throws {
        let packed = try charged([0x2A, 0x80, 0x80, 0x04] + Array(repeating: 1, count: 65_536))
        let single = try charged(Array(repeating: [0x28, 1] as [UInt8], count: 65_536).flatMap { $0 })
        #expect(packed == single)
        #expect(packed >= 65_536 * 8)
    }

    @Test func `bytes and long texts are charged with their length`() throws {
        #expect(try charged(Sample().with { $0.data = Array(repeating: 0, count: 100_000) }.protobufBytes()) >= 100_000)
        #expect(
            try charged(Sample().with { $0.name = String(repeating: "a", count: 100_000) }.protobufBytes()) >= 100_000)
    }

    @Test func `numbers and short texts are charged with nothing`() throws {
        #expect(try charged(Sample().with { ($0.name, $0.count) = ("fifteen letters", 7) }.protobufBytes()) == 0)
    }

    @Test func `a message that comes a hundred thousand times is merged in place`() throws {
        let piece: [UInt8] = [0x3A, 3, 0x0A, 1, 0x61]
        let sample = try Sample(protobuf: Array(repeating: piece, count: 100_000).flatMap { $0 })
        #expect(sample.single?.texts.count == 100_000)
    }
}

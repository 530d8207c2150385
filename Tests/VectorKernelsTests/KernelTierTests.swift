// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import VectorKernels

/// Small fixed generator, so that a failure happens again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Lengths around all widths of lanes and of unrolled loops.
private let lengths = Array(0...70) + [95, 96, 97, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1280, 2047, 2048, 2049]

private func vector(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) * scale }
}

private func expectClose(_ value: Float, _ expected: Double, magnitude: Double, _ what: Comment) {
    // Float32 sums of n terms in any order: a few units in the last place of the sum of magnitudes.
    #expect(abs(Double(value) - expected) <= magnitude * 4e-6 + 1e-37, what)
}

private func sumOfMagnitudes(_ left: [Float], _ right: [Float]) -> Double {
    zip(left, right).reduce(0) { $0 + abs(Double($1.0) * Double($1.1)) + abs(Double($1.0) - Double($1.1)) }
}

@Suite struct FloatKernelTests {
    @Test(arguments: KernelTier.all.map(\.name))
    func `agree with the reference at every length and alignment`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in lengths {
            let left = vector(length + 3, seed: UInt64(length))
            let right = vector(length + 3, seed: UInt64(length) + 1000)
            for offset in 0..<3 {
                let a = Array(left[offset..<offset + length])
                let x = left.span.extracting(offset..<offset + length)
                let b = Array(right[offset..<offset + length])
                let y = right.span.extracting(offset..<offset + length)
                let magnitude = sumOfMagnitudes(a, b) + 1e-6
                let dot = ReferenceKernels.dot(a.span, b.span)
                let what: Comment = "length \(length), offset \(offset)"
                expectClose(tier.dot(x, y), dot, magnitude: magnitude, what)
                expectClose(tier.dotAndNorm(x, y).dot, dot, magnitude: magnitude, what)
                let norm = ReferenceKernels.dot(b.span, b.span)
                expectClose(tier.dotAndNorm(x, y).squaredNorm, norm, magnitude: norm, what)
                let l2 = ReferenceKernels.l2Squared(a.span, b.span)
                expectClose(tier.l2Squared(x, y), l2, magnitude: l2, what)
                let manhattan = ReferenceKernels.manhattan(a.span, b.span)
                expectClose(tier.manhattan(x, y), manhattan, magnitude: manhattan, what)
                let value1 = Double(tier.hamming(x, y))
                let expected1 = ReferenceKernels.hamming(a.span, b.span)
                #expect(value1 == expected1, what)
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `find nothing between equal vectors`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in [1, 15, 16, 17, 64, 2048] {
            let a = vector(length, seed: 7)
            let value2 = tier.l2Squared(a.span, a.span)
            #expect(value2 == 0)
            let value3 = tier.manhattan(a.span, a.span)
            #expect(value3 == 0)
            let value4 = tier.hamming(a.span, a.span)
            #expect(value4 == 0)
            let value5 = tier.dot(a.span, a.span)
            let expected5 = tier.dotAndNorm(a.span, a.span).squaredNorm
            #expect(value5 == expected5)
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `take zeros, huge and denormal numbers`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in [1, 16, 33] {
            let zeros = [Float](repeating: 0, count: length)
            let huge = [Float](repeating: 3e38, count: length)
            let tiny = [Float](repeating: 7 * .leastNonzeroMagnitude, count: length)
            let value6 = tier.dot(zeros.span, huge.span)
            #expect(value6 == 0)
            let value7 = tier.dot(huge.span, huge.span)
            #expect(value7 == .infinity)
            let value8 = tier.manhattan(huge.span, zeros.span)
            #expect(value8 == (length == 1 ? 3e38 : .infinity))
            let value9 = tier.manhattan(tiny.span, zeros.span)
            #expect(value9 == tiny[0] * Float(length))
            let value10 = tier.l2Squared(tiny.span, zeros.span)
            #expect(value10 == 0)
            let value11 = tier.hamming(tiny.span, zeros.span)
            #expect(value11 == Float(length))
        }
    }
}

@Suite struct CodeKernelTests {
    @Test(arguments: KernelTier.all.map(\.name))
    func `are exact for every count of blocks`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var generator = SplitMix(state: 3)
        for blocks in 0...34 {
            let codes = (0..<blocks * 64).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let query = (0..<blocks * 64).map { _ in Int8.random(in: -128...127, using: &generator) }
            let value12 = tier.dot(codes: codes.span, query: query.span)
            let expected12 = ReferenceKernels.dot(codes: codes.span, query: query.span)
            #expect(value12 == expected12)
            guard blocks % 2 == 0 else { continue }
            let high = Array(codes.prefix(blocks * 32))
            let low = Array(codes.suffix(blocks * 32))
            let expected = ReferenceKernels.dot(nibbles: high.span, query: query.span)
            let value13 = tier.dot(nibbles: high.span, query: query.span)
            #expect(value13 == expected)
            let rest = ReferenceKernels.dot(nibbles: low.span, query: query.span)
            let value14 = tier.dot(high: high.span, low: low.span, query: query.span)
            #expect(value14 == 16 * expected + rest)
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `do not saturate at the extremes`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for count in [128, 2048, 65_536 - 128] {
            let codes = [UInt8](repeating: 255, count: count)
            let pairs = [UInt8](repeating: 255, count: count / 2)
            for value in [Int8.min, .max] {
                let query = [Int8](repeating: value, count: count)
                let expected = Int32(count) * 255 * Int32(value)
                let value15 = tier.dot(codes: codes.span, query: query.span)
                #expect(value15 == expected)
                let value16 = tier.dot(high: pairs.span, low: pairs.span, query: query.span)
                #expect(value16 == expected)
                let value17 = tier.dot(nibbles: pairs.span, query: query.span)
                #expect(value17 == Int32(count) * 15 * Int32(value))
            }
        }
    }

    @Test func `the checksum is CRC-32C`() {
        let digits = Array("123456789".utf8)
        let value18 = unsafe crc32c(of: digits.span.bytes)
        #expect(value18 == 0xE306_9283)
        let empty: [UInt8] = []
        let value19 = unsafe crc32c(of: empty.span.bytes)
        #expect(value19 == 0)
        let long = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let first = unsafe crc32c(of: long.span.extracting(0..<333).bytes)
        let value20 = unsafe crc32c(of: long.span.extracting(333..<1000).bytes, continuing: first)
        let expected20 = unsafe crc32c(of: long.span.bytes)
        #expect(value20 == expected20)
    }
}

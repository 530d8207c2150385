// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import VectorKernels

/// Lengths around all widths of lanes and of unrolled loops.
private let lengths = Array(0...70) + [95, 96, 97, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1280, 2047, 2048, 2049]

private func vector(_ count: Int, seed: UInt64, scale: Float = 1) -> [Float] {
    var generator = SplitMix64(seed: seed)
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
                let differing = Double(tier.hamming(x, y))
                let expectedCount = ReferenceKernels.hamming(a.span, b.span)
                #expect(differing == expectedCount, what)
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `raise maxima to the greatest products, at every length and number of rows`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for (length, rowCount) in [1, 2, 7, 16, 33, 128, 1280].flatMap({ length in
            [1, 3, 4, 5, 7, 8, 9, 17].map { (length, $0) }
        }) {
            let queries = (0..<32).map { vector(length, seed: UInt64(length * 100 + $0)) }
            var transposed = [Float](repeating: 0, count: 32 * length)
            for (number, query) in queries.enumerated() {
                let start = number / 16 * 16 * length + number % 16
                for slot in 0..<length { transposed[start + 16 * slot] = query[slot] }
            }
            let rows = vector(rowCount * length, seed: UInt64(rowCount))
            // A maximum that no product reaches, among those that all do.
            var maxima = [Float](repeating: -.infinity, count: 32)
            maxima[21] = 1e6
            for block in 0..<2 {
                tier.raise(&maxima, block: block, queries: transposed.span, rows: rows.span, dimensions: length)
            }
            for (number, query) in queries.enumerated() where number != 21 {
                let products = (0..<rowCount).map { row in
                    ReferenceKernels.dot(query.span, rows.span.extracting(row * length..<(row + 1) * length))
                }
                let what: Comment = "query \(number) of length \(length), \(rowCount) rows"
                expectClose(maxima[number], products.max() ?? 0, magnitude: Double(length), what)
            }
            #expect(maxima[21] == 1e6)
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `a product that is no number raises nothing`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var maxima = [Float](repeating: -5, count: 16)
        let queries = [Float](repeating: 1, count: 32)
        let rows: [Float] = [.nan, 1, .infinity, -.infinity, 1, 1]
        tier.raise(&maxima, block: 0, queries: queries.span, rows: rows.span, dimensions: 2)
        #expect(maxima == [Float](repeating: 2, count: 16))
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `find nothing between equal vectors`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in [1, 15, 16, 17, 64, 2048] {
            let a = vector(length, seed: 7)
            let squares = tier.l2Squared(a.span, a.span)
            #expect(squares == 0)
            let magnitudes = tier.manhattan(a.span, a.span)
            #expect(magnitudes == 0)
            let differing = tier.hamming(a.span, a.span)
            #expect(differing == 0)
            let dot = tier.dot(a.span, a.span)
            let norm = tier.dotAndNorm(a.span, a.span).squaredNorm
            #expect(dot == norm)
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `take zeros, huge and denormal numbers`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in [1, 16, 33] {
            let zeros = [Float](repeating: 0, count: length)
            let huge = [Float](repeating: 3e38, count: length)
            let tiny = [Float](repeating: 7 * .leastNonzeroMagnitude, count: length)
            let zeroDot = tier.dot(zeros.span, huge.span)
            #expect(zeroDot == 0)
            let hugeDot = tier.dot(huge.span, huge.span)
            #expect(hugeDot == .infinity)
            let hugeSum = tier.manhattan(huge.span, zeros.span)
            #expect(hugeSum == (length == 1 ? 3e38 : .infinity))
            let tinySum = tier.manhattan(tiny.span, zeros.span)
            #expect(tinySum == tiny[0] * Float(length))
            let tinySquares = tier.l2Squared(tiny.span, zeros.span)
            #expect(tinySquares == 0)
            let differing = tier.hamming(tiny.span, zeros.span)
            #expect(differing == Float(length))
        }
    }
}

@Suite struct CodeKernelTests {
    @Test(arguments: KernelTier.all.map(\.name))
    func `are exact for every count of blocks`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var generator = SplitMix64(seed: 3)
        for blocks in 0...34 {
            let codes = (0..<blocks * 64).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let query = (0..<blocks * 64).map { _ in Int8.random(in: -128...127, using: &generator) }
            let whole = tier.dot(codes: codes.span, query: query.span)
            let expectedWhole = ReferenceKernels.dot(codes: codes.span, query: query.span)
            #expect(whole == expectedWhole)
            guard blocks % 2 == 0 else { continue }
            let high = Array(codes.prefix(blocks * 32))
            let low = Array(codes.suffix(blocks * 32))
            let expected = ReferenceKernels.dot(nibbles: high.span, query: query.span)
            let halves = tier.dot(nibbles: high.span, query: query.span)
            #expect(halves == expected)
            let rest = ReferenceKernels.dot(nibbles: low.span, query: query.span)
            let both = tier.dot(high: high.span, low: low.span, query: query.span)
            #expect(both == 16 * expected + rest)
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
                let whole = tier.dot(codes: codes.span, query: query.span)
                #expect(whole == expected)
                let both = tier.dot(high: pairs.span, low: pairs.span, query: query.span)
                #expect(both == expected)
                let halves = tier.dot(nibbles: pairs.span, query: query.span)
                #expect(halves == Int32(count) * 15 * Int32(value))
            }
        }
    }

    @Test func `the checksum is CRC-32C`() {
        let digits = Array("123456789".utf8)
        let known = unsafe crc32c(of: digits.span.bytes)
        #expect(known == 0xE306_9283)
        let empty: [UInt8] = []
        let none = unsafe crc32c(of: empty.span.bytes)
        #expect(none == 0)
        let long = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let first = unsafe crc32c(of: long.span.extracting(0..<333).bytes)
        let continued = unsafe crc32c(of: long.span.extracting(333..<1000).bytes, continuing: first)
        let atOnce = unsafe crc32c(of: long.span.bytes)
        #expect(continued == atOnce)
    }
}

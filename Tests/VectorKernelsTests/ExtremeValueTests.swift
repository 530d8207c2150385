// SPDX-License-Identifier: Apache-2.0

import RandomNumbers
import Testing

@testable import VectorKernels

/// Around the widths of lanes and of unrolled loops.
private let lengths = [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 192, 193, 255, 256, 257]

/// Numbers at the edges of float32.
private let edges: [Float] = [
    0, -0.0, 1, -1, 3e38, -3e38, .greatestFiniteMagnitude, 1e19, 1e-30, .leastNormalMagnitude, .leastNonzeroMagnitude,
    -7 * .leastNonzeroMagnitude,
]

private struct FloatKernel: Sendable {
    let name: String
    let value: @Sendable (KernelTier, Span<Float>, Span<Float>) -> Float
    let expected: @Sendable (Span<Float>, Span<Float>) -> Double
    /// The sum of the magnitudes of what is added up.
    let magnitude: @Sendable (Span<Float>, Span<Float>) -> Double

    static let all = [
        FloatKernel(
            name: "dot", value: { $0.dot($1, $2) }, expected: { ReferenceKernels.dot($0, $1) }, magnitude: products),
        FloatKernel(
            name: "dotAndNorm.dot", value: { $0.dotAndNorm($1, $2).dot }, expected: { ReferenceKernels.dot($0, $1) },
            magnitude: products),
        FloatKernel(
            name: "dotAndNorm.squaredNorm", value: { $0.dotAndNorm($1, $2).squaredNorm },
            expected: { ReferenceKernels.dot($1, $1) }, magnitude: { ReferenceKernels.dot($1, $1) }),
        FloatKernel(
            name: "l2Squared", value: { $0.l2Squared($1, $2) }, expected: { ReferenceKernels.l2Squared($0, $1) },
            magnitude: { ReferenceKernels.l2Squared($0, $1) }),
        FloatKernel(
            name: "manhattan", value: { $0.manhattan($1, $2) }, expected: { ReferenceKernels.manhattan($0, $1) },
            magnitude: { ReferenceKernels.manhattan($0, $1) }),
        FloatKernel(
            name: "hamming", value: { $0.hamming($1, $2) }, expected: { ReferenceKernels.hamming($0, $1) },
            magnitude: { _, _ in 0 }),
    ]

    @Sendable private static func products(_ left: Span<Float>, _ right: Span<Float>) -> Double {
        var sum = 0.0
        for dimension in left.indices { sum += abs(Double(left[dimension]) * Double(right[dimension])) }
        return sum
    }

    /// Holds the kernel to its reference, within a few units in the last place of the sum of magnitudes. What leaves
    /// float32 on the way may come out infinite, never as NaN.
    func check(_ tier: KernelTier, _ left: Span<Float>, _ right: Span<Float>, _ what: () -> String) {
        let found = value(tier, left, right)
        let magnitude = magnitude(left, right)
        let limit = Double(Float.greatestFiniteMagnitude)
        if magnitude > limit / 2 {
            let isBeyond = magnitude > limit * 1.01
            #expect(!found.isNaN && (!isBeyond || found.isInfinite), "\(name) of \(what())")
        } else {
            let error = abs(Double(found) - expected(left, right))
            #expect(error <= magnitude * 4e-6 + 1e-37, "\(name) of \(what())")
        }
    }
}

@Suite struct ExtremeFloatTests {
    @Test(arguments: KernelTier.all.map(\.name))
    func `agree with the reference on numbers at the edges, at every alignment`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in lengths {
            for left in edges {
                for right in edges {
                    let (a, b) = (
                        [Float](repeating: left, count: length + 3), [Float](repeating: right, count: length + 3)
                    )
                    let offset = length % 4
                    let x = a.span.extracting(offset..<offset + length)
                    let y = b.span.extracting(3 - offset..<3 - offset + length)
                    for kernel in FloatKernel.all {
                        kernel.check(tier, x, y) { "\(length) times \(left) and \(right)" }
                    }
                }
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `leave out no dimension, and take none from beside the vector`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for length in lengths {
            for dimension in 0..<length {
                // What stands before and behind would show in every sum.
                var a = [Float](repeating: 1e30, count: length + 2)
                var b = [Float](repeating: -1e30, count: length + 2)
                for other in 1...length { (a[other], b[other]) = (1, 1) }
                a[1 + dimension] = 5
                let (x, y) = (a.span.extracting(1...length), b.span.extracting(1...length))
                let sums = [
                    tier.dot(x, y), tier.dot(y, x), tier.dotAndNorm(y, x).squaredNorm, tier.l2Squared(x, y),
                    tier.manhattan(x, y), tier.hamming(x, y),
                ]
                let n = Float(length)
                #expect(sums == [n + 4, n + 4, n + 24, 16, 4, 1], "\(length), \(dimension)")
            }
        }
    }
}

@Suite struct ExtremeCodeTests {
    @Test(arguments: KernelTier.all.map(\.name))
    func `are exact on extreme codes at every count of blocks and every alignment`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for blocks in 1...9 {
            let count = blocks * 64
            for code in [UInt8(0), 1, 0x0F, 0xF0, 0x7F, 0x80, 255] {
                for weight in [Int8.min, -127, -1, 0, 1, .max] {
                    let offset = (blocks * 7 + Int(code)) % 64
                    let codes = [UInt8](repeating: code, count: count + 64)
                    let query = [Int8](repeating: weight, count: count + 64)
                    let q = query.span.extracting(offset..<offset + count)
                    let what: Comment = "\(count) times \(code) and \(weight), from \(offset)"
                    let whole = tier.dot(codes: codes.span.extracting(offset / 2..<offset / 2 + count), query: q)
                    #expect(whole == Int32(count) * Int32(code) * Int32(weight), what)
                    guard blocks % 2 == 0 else { continue }
                    let half = codes.span.extracting(offset / 3..<offset / 3 + count / 2)
                    let nibbles = tier.dot(nibbles: half, query: q)
                    let low = Int32(code & 15)
                    let high = Int32(code >> 4)
                    #expect(nibbles == Int32(count / 2) * (low + high) * Int32(weight), what)
                    let planes = tier.dot(high: half, low: half, query: q)
                    #expect(planes == 17 * nibbles, what)
                }
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name))
    func `leave out no dimension`(name: String) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        for dimension in 0..<384 {
            var codes = [UInt8](repeating: 0, count: 384)
            codes[dimension] = 255
            let query = (0..<384).map { Int8($0 % 127 + 1) }
            let whole = tier.dot(codes: codes.span, query: query.span)
            #expect(whole == 255 * Int32(query[dimension]))
            for isHigh in [false, true] {
                var nibbles = [UInt8](repeating: 0, count: 192)
                nibbles[dimension / 128 * 64 + dimension % 64] = dimension % 128 < 64 ? 0x0F : 0xF0
                let none = [UInt8](repeating: 0, count: 192)
                let half = tier.dot(nibbles: nibbles.span, query: query.span)
                #expect(half == 15 * Int32(query[dimension]))
                let (high, low) = isHigh ? (nibbles, none) : (none, nibbles)
                let both = tier.dot(high: high.span, low: low.span, query: query.span)
                #expect(both == (isHigh ? 240 : 15) * Int32(query[dimension]))
            }
        }
    }
}

/// Vectors through `CodeStore`: encoded and measured, in every format at every length.
@Suite struct ExtremeVectorTests {
    /// What can be kept how.
    private static let kinds: [(CodeLayout.Metric, CodeLayout.Format)] = [
        (.cosine, .bytes), (.dot, .bytes), (.l2Squared, .bytes), (.cosine, .planes), (.dot, .planes),
        (.l2Squared, .planes), (.manhattan, .floats), (.hamming, .floats),
    ]

    private func distances(
        _ vectors: [[Float]], to query: [Float], _ kind: (CodeLayout.Metric, CodeLayout.Format), _ tier: KernelTier
    ) throws -> [Float] {
        let layout = CodeLayout(
            metric: kind.0, format: kind.1, dimensions: query.count, maxConnections: 0, levelSeed: 1, rotationSeed: 2)
        let store = try #require(CodeStore(layout: layout, tier: tier))
        let context = try #require(SearchContext())
        let fits = context.fit(to: store)
        #expect(fits)
        #expect(store.grow(by: vectors.count))
        for (slot, vector) in vectors.enumerated() {
            store.encode(vector.span, document: UInt32(slot), at: UInt32(slot), with: context)
            store.setState(.occupied, of: UInt32(slot))
        }
        let hasBegun = context.begin(query.span, in: store)
        #expect(hasBegun && context.keep(vectors.count, of: vectors.count, in: store))
        context.scan(0..<vectors.count, in: store, allowed: nil)
        let found = context.takeScanned(in: store).sorted { $0.slot < $1.slot }
        #expect(found.map(\.slot) == Array(0..<UInt32(vectors.count)))
        return found.map(\.distance)
    }

    private func exact(_ left: [Float], _ right: [Float], _ metric: CodeLayout.Metric) -> Double {
        let dot = ReferenceKernels.dot(left.span, right.span)
        switch metric {
        case .cosine:
            let norms = ReferenceKernels.dot(left.span, left.span) * ReferenceKernels.dot(right.span, right.span)
            return norms > 0 ? 1 - dot / norms.squareRoot() : 1
        case .dot: return -dot
        case .l2Squared: return ReferenceKernels.l2Squared(left.span, right.span)
        case .manhattan: return ReferenceKernels.manhattan(left.span, right.span)
        case .hamming: return ReferenceKernels.hamming(left.span, right.span)
        }
    }

    /// How far codes may be off: a hundredth of what the lengths of both allow, more where half bytes are compared.
    private func tolerance(
        _ left: [Float], _ right: [Float], _ kind: (CodeLayout.Metric, CodeLayout.Format)
    ) -> Double {
        let squares = ReferenceKernels.dot(left.span, left.span) + ReferenceKernels.dot(right.span, right.span)
        let part = kind.1 == .planes ? 0.15 : kind.1 == .bytes ? 0.03 : 1e-5
        switch kind.0 {
        case .cosine: return part
        case .dot, .l2Squared: return part * squares + 1e-37
        case .manhattan: return part * exact(left, right, .manhattan) + 1e-37
        case .hamming: return 0
        }
    }

    @Test(arguments: KernelTier.all.map(\.name), lengths)
    func `are measured nearly exactly in every format`(name: String, length: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var generator = SplitMix64(seed: UInt64(length))
        let vectors = (0..<8).map { _ in (0..<length).map { _ in Float.random(in: -1...1, using: &generator) } }
        let query = (0..<length).map { _ in Float.random(in: -1...1, using: &generator) }
        for kind in Self.kinds {
            let found = try distances(vectors + [query], to: query, kind, tier)
            for (vector, distance) in zip(vectors + [query], found) {
                let error = abs(Double(distance) - exact(vector, query, kind.0))
                #expect(error <= tolerance(vector, query, kind), "\(kind)")
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name), lengths)
    func `that are zero, equal in all dimensions, or zero but for one`(name: String, length: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var last = [Float](repeating: 0, count: length)
        last[length - 1] = -2
        let vectors = [
            [Float](repeating: 0, count: length), [Float](repeating: 1, count: length),
            [Float](repeating: -0.5, count: length), last,
        ]
        for kind in Self.kinds {
            for query in vectors {
                for (vector, distance) in zip(vectors, try distances(vectors, to: query, kind, tier)) {
                    let error = abs(Double(distance) - exact(vector, query, kind.0))
                    #expect(error <= tolerance(vector, query, kind), "\(kind): \(vector[0]) and \(query[0])")
                }
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name), lengths)
    func `keep their angles when they are huge or denormal`(name: String, length: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        var generator = SplitMix64(seed: UInt64(length))
        // Whole numbers up to 100 survive in denormal numbers, and those times 2^120 are near the end of float32.
        let plain = (0..<4).map { _ in (0..<length).map { _ in Float(Int.random(in: 1...100, using: &generator)) } }
        let query = (0..<length).map { _ in Float(Int.random(in: 1...100, using: &generator)) }
        for format in [CodeLayout.Format.bytes, .planes] {
            let expected = try distances(plain, to: query, (.cosine, format), tier)
            for scale in [Float.leastNonzeroMagnitude, 0x1p120] {
                let vectors = plain.map { vector in vector.map { $0 * scale } }
                let scaled = query.map { $0 * scale }
                for (distance, expected) in zip(try distances(vectors, to: query, (.cosine, format), tier), expected) {
                    #expect(abs(distance - expected) < 1e-5)
                }
                for (distance, expected) in zip(try distances(plain, to: scaled, (.cosine, format), tier), expected) {
                    #expect(abs(distance - expected) < 1e-5)
                }
            }
        }
    }

    @Test(arguments: KernelTier.all.map(\.name), lengths)
    func `at the edges of float32 give distances that can be ordered`(name: String, length: Int) throws {
        let tier = try #require(KernelTier.all.first { $0.name == name })
        let vectors = edges.map { [Float](repeating: $0, count: length) }
        for kind in Self.kinds {
            for query in vectors {
                let found = try distances(vectors, to: query, kind, tier)
                #expect(found.allSatisfy { !$0.isNaN && $0 <= .greatestFiniteMagnitude }, "\(kind): \(query[0])")
            }
        }
    }
}

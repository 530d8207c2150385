// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import VectorIndexes

/// Vectors to index and vectors to ask for, row after row.
struct DataSet: VectorReading, Sendable {
    var name: String
    var dimensions: Int
    var base: [Float]
    var queries: [Float]

    var count: Int { base.count / dimensions }
    var queryCount: Int { queries.count / dimensions }

    func withVector(of document: DocumentID, _ body: (Span<Float>) -> Void) throws -> Bool {
        let start = Int(document.number) * dimensions
        guard start < base.count else { return false }
        body(base.span.extracting(start..<start + dimensions))
        return true
    }

    func withQuery<Result>(_ number: Int, _ body: (Span<Float>) throws -> Result) rethrows -> Result {
        try body(queries.span.extracting(number * dimensions..<(number + 1) * dimensions))
    }

    /// `base.f16.npy` and `queries.f16.npy` of a folder: NumPy format 1.0, float16, 128 bytes of header.
    init(folder: String, dimensions: Int, limit: Int) throws {
        name = "real"
        self.dimensions = dimensions
        base = try Self.rows(folder + "/base.f16.npy", dimensions: dimensions, limit: limit)
        queries = try Self.rows(folder + "/queries.f16.npy", dimensions: dimensions, limit: .max)
    }

    /// Points around centres that themselves lie around centres: as hard as embeddings are.
    init(clustered count: Int, dimensions: Int, queryCount: Int, seed: UInt64) {
        name = "clustered"
        self.dimensions = dimensions
        var generator = Generator(state: seed)
        let centres = (0..<1000 * dimensions).map { _ in generator.gaussian() }
        func points(_ count: Int) -> [Float] {
            var values: [Float] = []
            values.reserveCapacity(count * dimensions)
            for _ in 0..<count {
                let centre = Int(generator.next() % 1000) * dimensions
                for place in 0..<dimensions { values.append(centres[centre + place] + generator.gaussian()) }
            }
            return values
        }
        base = points(count)
        queries = points(queryCount)
    }

    /// `base.f32.npy` and `queries.f32.npy`: NumPy format 1.0, float32.
    func write(to folder: String) throws {
        for (name, values) in [("base", base), ("queries", queries)] {
            let shape = "(\(values.count / dimensions), \(dimensions))"
            let text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
            var file = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
            file.append(Data(text.padding(toLength: 117, withPad: " ", startingAt: 0).utf8 + [0x0A]))
            // Safety: any number may be read as bytes.
            unsafe values.withUnsafeBytes { unsafe file.append(contentsOf: $0) }
            try file.write(to: URL(fileURLWithPath: folder + "/\(name).f32.npy"))
        }
    }

    private static func rows(_ path: String, dimensions: Int, limit: Int) throws -> [Float] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped).dropFirst(128)
        let halves = data.count / 2
        let wanted = limit == .max ? halves : min(halves, limit * dimensions)
        var values: [Float] = []
        values.reserveCapacity(wanted)
        // Safety: `wanted` pairs of bytes are there.
        unsafe data.withUnsafeBytes { bytes in
            for index in 0..<wanted {
                let low = unsafe bytes[2 * index]
                let high = unsafe bytes[2 * index + 1]
                values.append(widened(UInt16(low) | UInt16(high) << 8))
            }
        }
        return values
    }

    /// IEEE 754 binary16, finite.
    private static func widened(_ half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10 & 31)
        if exponent == 0 { return Float(half & 1023) * 0x1p-24 * (sign == 0 ? 1 : -1) }
        return Float(bitPattern: sign | (exponent + 112) << 23 | UInt32(half & 1023) << 13)
    }
}

/// SplitMix64.
struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Nearly normal: the sum of four uniform numbers, of variance 1.
    mutating func gaussian() -> Float {
        let bits = next()
        let sum = (0..<4).reduce(Float(0)) { $0 + Float(bits >> UInt64($1 * 16) & 0xFFFF) / 65_536 }
        return (sum - 2) * 1.732
    }
}

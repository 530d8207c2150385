// SPDX-License-Identifier: Apache-2.0

import DataModel
import Foundation
import Testing

@testable import VectorIndexes

private let folder = ProcessInfo.processInfo.environment["NEEDLETAIL_TEST_DATA"].map { $0 + "/vectors" }

/// Rows of a NumPy file of float16, widened.
private func rows(_ name: String, _ wanted: Int) throws -> [[Float]] {
    let file = URL(fileURLWithPath: try #require(folder) + "/" + name)
    let data = try Data(contentsOf: file, options: .alwaysMapped)
    let dimensions = 2048
    return (0..<wanted).map { row in
        (0..<dimensions).map { column in
            let at = data.startIndex + 128 + (row * dimensions + column) * 2
            return widened(UInt16(data[at]) | UInt16(data[at + 1]) << 8)
        }
    }
}

/// IEEE 754 binary16, finite.
private func widened(_ half: UInt16) -> Float {
    let sign: Float = half >> 15 == 1 ? -1 : 1
    let exponent = Int(half >> 10 & 31)
    let fraction = Float(half & 1023) / 1024
    return exponent == 0
        ? sign * fraction * 0x1p-14
        : sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
}

@Suite struct RealVectorTests {
    @Test(
        .enabled(if: folder != nil, "NEEDLETAIL_TEST_DATA does not say where the test vectors are"),
        arguments: [VectorMetric.cosine, .l2Squared, .dot])
    func `are found with a recall of at least 0.99 at ef 100`(metric: VectorMetric) throws {
        let vectors = try rows("base.f16.npy", 3000)
        let fixture = try Fixture(VectorIndexConfiguration(metric: metric), vectors: vectors)
        #expect(fixture.index.checkInvariants() == [])
        let queries = try rows("queries.f16.npy", 40)
        #expect(try fixture.recall(queries: queries, ef: 100) >= 0.99)
    }
}

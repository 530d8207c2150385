// SPDX-License-Identifier: Apache-2.0

import Execution
import Foundation
import Layouts
import RandomNumbers

/// Measures how long the layout of vectors in the plane takes: principal components, then t-SNE, as for `GET /v1/map`.
///
///     LayoutBenchmark [--vectors FILE --dimensions D] [--count N] [--threads T] [--out FOLDER] [--smoke]
///
/// FILE holds float32 rows without a header; else vectors are generated from a fixed seed, 20 heaps in 2048 dimensions.
/// FOLDER receives `vectors.f32`, `positions.f32` and `layout.json`, which `Benchmarks/layout_yardstick.py` compares with
/// scikit-learn's TSNE of the same vectors.
@main struct LayoutBenchmark {
    private var file: String?
    private var dimensions = 2_048
    private var count = 5_000
    private var threads = 2
    private var out: String?

    static func main() async throws { try await LayoutBenchmark(CommandLine.arguments).run() }

    private init(_ arguments: [String]) {
        var rest = arguments.dropFirst().makeIterator()
        var isSmoke = false
        while let option = rest.next() {
            switch option {
            case "--vectors": file = rest.next()
            case "--dimensions": dimensions = rest.next().flatMap { Int($0) } ?? dimensions
            case "--count": count = rest.next().flatMap { Int($0) } ?? count
            case "--threads": threads = rest.next().flatMap { Int($0) } ?? threads
            case "--out": out = rest.next()
            case "--smoke": isSmoke = true
            default: print("unknown option \(option)")
            }
        }
        if isSmoke {
            count = min(count, 300)
            if file == nil { dimensions = 64 }
        }
    }

    private func run() async throws {
        let table = VectorTable(try vectors(), dimensions: dimensions)
        let pool = ComputePool(threadCount: threads)
        let clock = ContinuousClock()
        let start = clock.now
        let (components, coordinates, positions, middle) = try await Task(executorPreference: pool) {
            let components = try await PrincipalComponents(of: table)
            let coordinates = try await components.coordinates(of: table)
            let middle = clock.now
            let layout = try await PlaneLayout(of: coordinates, dimensions: components.count)
            return (components.count, coordinates, layout.positions, middle)
        }.value
        let end = clock.now
        let rows: [(String, Double)] = [
            ("principal components s", (middle - start) / .seconds(1)), ("t-SNE s", (end - middle) / .seconds(1)),
            ("layout s", (end - start) / .seconds(1)),
        ]
        print("\(table.count) vectors of \(dimensions) dimensions, \(components) components, \(threads) threads")
        for (name, seconds) in rows { print("\(name): \(String(format: "%.2f", seconds))") }
        guard let out else { return }
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        try write(table.rows(0..<table.count), to: "\(out)/vectors.f32")
        try write(coordinates, to: "\(out)/coordinates.f32")
        try write(positions, to: "\(out)/positions.f32")
        let report: [String: Any] = [
            "count": table.count, "dimensions": dimensions, "components": components, "threads": threads,
            "rows": rows.map { ["name": $0.0, "value": $0.1] },
        ]
        try JSONSerialization.data(withJSONObject: report, options: [.sortedKeys, .prettyPrinted])
            .write(to: URL(fileURLWithPath: "\(out)/layout.json"))
    }

    private func vectors() throws -> [Float] {
        guard let file else { return generated() }
        let data = try Data(contentsOf: URL(fileURLWithPath: file), options: .alwaysMapped)
        let there = data.count / (4 * dimensions)
        // Safety: so many numbers are there, and any bits are one.
        return unsafe data.withUnsafeBytes { bytes in
            (0..<min(count, there) * dimensions).map {
                unsafe bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
            }
        }
    }

    /// Unit vectors around 20 centers that share most of their directions.
    private func generated() -> [Float] {
        var generator = SplitMix64(seed: 11)
        let centers = (0..<20 * dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
        var all: [Float] = []
        all.reserveCapacity(count * dimensions)
        for index in 0..<count {
            let center = index % 20 * dimensions
            var row = (0..<dimensions).map { centers[center + $0] + Float.random(in: -4...4, using: &generator) }
            let norm = row.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            for axis in row.indices { row[axis] /= norm }
            all += row
        }
        return all
    }

    private func write(_ numbers: [Float], to path: String) throws {
        // Safety: any numbers may be read as bytes.
        try unsafe numbers.withUnsafeBytes { try unsafe Data($0).write(to: URL(fileURLWithPath: path)) }
    }
}
